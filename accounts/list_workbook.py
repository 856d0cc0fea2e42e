"""The current list as an Excel file, without passwords."""

from collections.abc import Iterable
from datetime import datetime

from schoolloket.core import workbook
from students.models import Enrolment

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
}


def render(rows: Iterable[Enrolment], *, made_at: datetime) -> bytes:
    """Return an .xlsx of the annotated rows of `accounts.overview`, in their order."""
    return workbook.render("Leerlingen", COLUMNS, map(_cells, rows), made_at=made_at)


def _cells(row: Enrolment) -> tuple[str, ...]:
    """Return the row's cells in the order of COLUMNS, empty where there is no LeerID."""
    kind = username = ""
    account = account_of(row)
    if account:
        kind = account.get_kind_display()
        username = account.username

    return (
        row.stamnummer,
        row.first_name,
        row.last_name,
        row.class_code,
        row.administrative_group,
        Status(row.status).label,  # type: ignore[attr-defined]
        kind,
        username,
    )
