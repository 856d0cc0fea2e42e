"""A school that no longer has the say, or not yet: its file holds no more than its pages (R11)."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Account, Username
from accounts.portal.models import MailToken, PortalSession
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.helpers import NOW, Enrol, GiveAccount
from tests.pages import desk, html

pytestmark = pytest.mark.usefixtures("clock")

EMAIL = "lotte.weg@voorbeeld.test"
OTHER_EMAIL = "thuis@voorbeeld.test"
SIGNED_IN = "Aangemeld op een"


def sheet(client: Client, method: str, url: str) -> str:
    """All that an Excel file says, a line for each row."""
    answer = getattr(client, method)(url)
    assert answer.status_code == 200
    rows = load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    return "\n".join("|".join(str(cell) for cell in row) for row in rows)


def export(client: Client, account: Account, number: str) -> str:
    return sheet(client, "post", desk("export_student", account.student_id, number=number))


def with_traces(account: Account) -> Account:
    """The account with sign-ins, failures, mails and an earlier username."""
    begun = {"account": account, "version": 1, "created_at": NOW, "expires_at": NOW}
    PortalSession.objects.create(token_hash=f"session-{account.pk}", on_known_device=True, **begun)
    MailToken.objects.create(
        token_hash=f"mail-{account.pk}", purpose="link", email=OTHER_EMAIL, **begun
    )
    earlier = f"{account.username}.vroeger"
    Username.objects.create(value=earlier, stem=earlier, student=account.student)
    return account


@pytest.fixture
def moved(
    brussel: Institution, gent: Institution, enrol: Enrol, give_account: GiveAccount
) -> Account:
    """A pupil who left Brussel for Gent in October."""
    row = enrol(brussel, "Lotte", "Weg", ends_on=date(2026, 10, 1))
    enrol(gent, "Lotte", "Weg", student=row.student, starts_on=date(2026, 10, 2))
    return with_traces(give_account(row, email=EMAIL, must_change_password=False))


@pytest.fixture
def shared(
    brussel: Institution,
    gent: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    clock: time_machine.Traveller,
) -> Account:
    """A pupil of Brussel whom Gent enrolled later: Gent is held."""
    row = enrol(brussel, "Lotte", "Weg")
    clock.shift(60)
    later = enrol(gent, "Lotte", "Weg", student=row.student, starts_on=date(2026, 10, 2))
    assert Enrolment.objects.held_on(NOW.date()).get() == later
    account = give_account(row, email=EMAIL, must_change_password=False, username="lotte.samen")
    return with_traces(account)


def assert_masked(told: str) -> None:
    assert "l*****g@voorbeeld.test" in told
    for secret in (EMAIL, OTHER_EMAIL, SIGNED_IN, "Mail:", ".vroeger"):
        assert secret not in told


def assert_full(told: str) -> None:
    for known in (f"E-mailadres|{EMAIL}", OTHER_EMAIL, SIGNED_IN, "Mail:", ".vroeger"):
        assert known in told


def test_a_school_that_the_pupil_left_exports_what_its_pages_show(
    moved: Account, alice_client: Client, bob_client: Client
) -> None:
    assert_masked(export(alice_client, moved, "999912"))
    assert_full(export(bob_client, moved, "999913"))


def test_a_school_that_is_held_exports_what_its_pages_show(
    shared: Account, alice_client: Client, bob_client: Client
) -> None:
    assert_masked(export(bob_client, shared, "999913"))
    assert_full(export(alice_client, shared, "999912"))


def test_no_page_and_no_list_of_either_school_has_the_whole_address(
    moved: Account, shared: Account, alice_client: Client, bob_client: Client
) -> None:
    for client, number in ((alice_client, "999912"), (bob_client, "999913")):
        for account in (moved, shared):
            for page in ("student", "account_history", "detail_history"):
                told = html(client.get(desk(page, account.student_id, number=number)))
                assert EMAIL not in told
                assert OTHER_EMAIL not in told
        lists = desk("students_workbook", number=number)
        for url in (lists, f"{lists}?lijst=uitgeschreven"):
            assert "@" not in sheet(client, "get", url)
