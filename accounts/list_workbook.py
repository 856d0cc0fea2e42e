"""The current list as an Excel file, without passwords."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from schoolloket.core import workbook
from students.models import Enrolment
from students.school_years import SchoolYear

from .models import Status
from .overview import account_of

COLUMNS = {
    "Stamnummer": 14,
    "Voornaam": 20,
    "Naam": 26,
    "Klas": 10,
    "Administratieve groep": 36,
    "Status": 14,
    "Type": 12,
    "LeerID Gebruikersnaam": 32,
    "Wachtwoord type": 24,
    "Laatste aanmelding": 20,
    "Schooljaar": 12,
}


def render(rows: Iterable[Enrolment], year: SchoolYear, *, made_at: datetime) -> bytes:
    """Return an .xlsx of the annotated rows of `accounts.overview`, in their order.

    `year`: whose classes they have.
    """
    cells = (_cells(row, year) for row in rows)
    return workbook.render("Leerlingen", COLUMNS, cells, made_at=made_at)


def _cells(row: Enrolment, year: SchoolYear) -> tuple[str, ...]:
    """Return the row's cells in the order of COLUMNS, empty where there is no LeerID."""
    kind = username = password_kind = last_sign_in = ""
    account = account_of(row)
    if account:
        kind = account.get_kind_display()
        username = account.username
        password_kind = account.get_password_kind_display()
        last_sign_in = "Nog niet aangemeld"
        if account.last_sign_in_at:
            last_sign_in = f"{timezone.localtime(account.last_sign_in_at):%d/%m/%Y}"

    return (
        row.stamnummer,
        row.first_name,
        row.last_name,
        row.class_code,
        row.administrative_group,
        Status(row.status).label,  # type: ignore[attr-defined]
        kind,
        username,
        password_kind,
        last_sign_in,
        str(year),
    )
