"""R12: all data of one pupil as a file, and no more than this school may see (R10, R11)."""

from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.actions import link_email
from accounts.models import Account, AccountEvent
from accounts.portal.models import MailToken, PortalSession
from credentials.sealing import unseal
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Student, StudentEvent
from tests.credentials.helpers import Prepare, item_of
from tests.helpers import NOW, Enrol, GiveAccount
from tests.pages import desk, text

pytestmark = pytest.mark.usefixtures("clock")


def export(client: Client, student_id: int, number: str = "999912") -> list[tuple[str, str, str]]:
    answer = client.post(desk("export_student", student_id, number=number))
    assert answer.status_code == 200
    sheet = load_workbook(BytesIO(answer.content)).active
    return list(sheet.iter_rows(min_row=2, values_only=True))


def told(rows: list[tuple[str, str, str]]) -> str:
    return "\n".join(f"{part}|{name}|{value}" for part, name, value in rows)


@pytest.fixture
def abdulghani(
    brussel: Institution,
    gent: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    alice_actor: Actor,
) -> Account:
    """A pupil with official data, two schools, a linked e-mail address and an unopened mail."""
    student = Student.objects.create(
        official_data=Student.OfficialData.AVAILABLE,
        identity_hash="ab" * 32,
        official_first_name="Abdulghani",
        official_last_name="Bogdan",
        sex="M",
        birth_date=date(2010, 11, 7),
    )
    row = enrol(brussel, "Abdul", "Bogdan", student=student, stamnummer="60351", class_code="6A")
    enrol(gent, "Abdul G.", "Bogdan", student=student, stamnummer="777", class_code="GENT6")
    account = give_account(row, username="abdul.bogdan")
    link_email(account_id=account.pk, email="abdul@voorbeeld.test", by=alice_actor)
    Account.objects.filter(pk=account.pk).update(failed_sign_ins=3, last_failed_at=NOW)
    begun = {"account": account, "version": 2, "created_at": NOW, "expires_at": NOW}
    PortalSession.objects.create(token_hash="hash-of-a-session", on_known_device=True, **begun)
    MailToken.objects.create(
        token_hash="hash-of-a-mail", purpose="link", email="nieuw@voorbeeld.test", **begun
    )
    return account


def test_the_file_holds_all_that_is_kept_of_the_pupil(
    abdulghani: Account, alice_client: Client
) -> None:
    found = told(export(alice_client, abdulghani.student_id))
    for line in (
        "Officiële gegevens|Voornaam|Abdulghani",
        "Officiële gegevens|Geslacht|M",
        "Officiële gegevens|Geboortedatum|07/11/2010",
        "Inschrijvingen|Stamnummer|60351",
        "Inschrijvingen|Klas|6A",
        "Inschrijvingen|Periode|01/09/2026 tot en met 31/08/2027",
        "LeerID|Gebruikersnaam|abdul.bogdan",
        "LeerID|E-mailadres|abdul@voorbeeld.test",
        "LeerID|Type|Gevorderd",
        "Mijn LeerID|Mislukte aanmeldingen na elkaar|3",
        "Mijn LeerID|Aangemeld op een bekend toestel|23/11/2026 10:00",
        "Mijn LeerID|Mail: E-mailadres koppelen|23/11/2026 10:00 aan nieuw@voorbeeld.test",
        "Historiek|E-mailadres gekoppeld|23/11/2026 10:00, Alice",
    ):
        assert line in found


def test_no_password_hash_or_token_is_in_it(
    abdulghani: Account, charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie)
    charlie.refresh_from_db()
    sealed = unseal(item_of(batch, charlie).sealed)
    found = told(
        export(alice_client, charlie.student_id) + export(alice_client, abdulghani.student_id)
    )
    assert "Afdrukken|Wachtwoorden vernieuwd, reeks 1|" in found
    secrets = (
        sealed.password,
        sealed.code,
        charlie.password,
        charlie.code_hash,
        abdulghani.password,
        item_of(batch, charlie).sealed,
        "ab" * 32,
        "hash-of-a-session",
        "hash-of-a-mail",
    )
    assert [secret for secret in secrets if secret in found] == []


def test_of_another_school_the_file_holds_period_event_and_date_only(
    abdulghani: Account, alice_client: Client, bob_client: Client
) -> None:
    found = told(export(alice_client, abdulghani.student_id))
    assert "Inschrijvingen|Andere instelling|01/09/2026 tot en met 31/08/2027" in found
    assert "GENT6" not in found
    assert "777" not in found
    found = told(export(bob_client, abdulghani.student_id, "999913"))
    assert "Klas|GENT6" in found
    assert "60351" not in found
    assert "Alice" not in found
    assert "Historiek|E-mailadres gekoppeld|23/11/2026, Andere instelling" in found


def test_the_file_is_not_stored_by_a_browser_and_has_no_name_in_its_name(
    charlie: Account, alice_client: Client
) -> None:
    answer = alice_client.post(desk("export_student", charlie.student_id))
    assert "no-store" in answer["Cache-Control"]
    name = f'filename="leerling-{charlie.student_id}-20261123.xlsx"'
    assert answer["Content-Disposition"] == f"attachment; {name}"


def test_the_history_shows_who_exported(charlie: Account, alice_client: Client) -> None:
    export(alice_client, charlie.student_id)
    assert AccountEvent.objects.get().kind == AccountEvent.Kind.EXPORTED
    page = text(alice_client.get(desk("account_history", charlie.student_id)))
    assert "Gegevens opgevraagd Alice" in page


def test_an_export_changes_nothing_about_the_account(
    charlie: Account, alice_client: Client
) -> None:
    before = Account.objects.values().get()
    export(alice_client, charlie.student_id)
    assert Account.objects.values().get() == before


def test_a_get_exports_nothing(charlie: Account, alice_client: Client) -> None:
    assert alice_client.get(desk("export_student", charlie.student_id)).status_code == 405
    assert not AccountEvent.objects.exists()


def test_a_pupil_without_leerid_and_one_who_left_are_exported_too(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, alice_client: Client
) -> None:
    bare = enrol(brussel, "=1+1", "Nieuw")
    assert "Inschrijvingen|Voornaam|=1+1" in told(export(alice_client, bare.student_id))
    left = enrol(brussel, "Lotte", "Weg", ends_on=date(2026, 10, 1))
    give_account(left)
    assert "LeerID|Gebruikersnaam|lotte.weg" in told(export(alice_client, left.student_id))
    page = text(alice_client.get(desk("account_history", left.student_id)))
    assert "Exporteer alle gegevens" in page


def test_the_pupil_of_another_school_is_not_found(
    gent: Institution, enrol: Enrol, alice_client: Client
) -> None:
    stranger = enrol(gent).student_id
    assert alice_client.post(desk("export_student", stranger)).status_code == 404


def test_a_change_of_class_is_exported_also_without_a_leerid(
    enrol: Enrol, brussel: Institution, alice_client: Client
) -> None:
    newcomer = enrol(brussel)
    StudentEvent.objects.create(
        student=newcomer.student,
        institution=newcomer.institution,
        kind=StudentEvent.Kind.CLASS,
        at=NOW,
        old="1A",
        new="1B",
    )
    assert "Historiek|Klas gewijzigd: Klas|1A → 1B" in told(
        export(alice_client, newcomer.student_id)
    )
