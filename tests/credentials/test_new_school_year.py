"""The panel above the list from July to September: how far the school is with the new year."""

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.test import Client

from accounts.models import Account, PasswordKind
from credentials.actions import retention
from credentials.new_school_year import NewSchoolYear
from schoolloket.core.clock import today
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager
from tests.helpers import NOW, Enrol, GiveAccount
from tests.pages import desk, text

from .helpers import Prepare

pytestmark = pytest.mark.usefixtures("clock")

On = Callable[[str], Client]
NEXT_PERIOD = {"starts_on": date(2027, 9, 1), "ends_on": date(2028, 8, 31)}


@pytest.fixture
def on(alice: Manager, client: Client, clock: time_machine.Traveller) -> On:
    """Alice's browser on another day, signed in anew: `on("2027-08-25")`."""

    def on(day: str) -> Client:
        clock.move_to(f"{day}T08:00:00+00:00")
        client.force_login(alice)
        return client

    return on


@pytest.fixture
def next_list(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> None:
    """Two go over to 6A, two of 6A leave, one new pupil without LeerID comes to 6A, one to 1A."""
    for name in ("Een", "Twee"):
        row = enrol(brussel, last_name=name, class_code="5B")
        give_account(row, PasswordKind.WORD, username=name.lower())
        enrol(brussel, last_name=name, student=row.student, class_code="6A", **NEXT_PERIOD)
    for name in ("Drie", "Vier"):
        give_account(enrol(brussel, last_name=name, class_code="6A"), username=name.lower())
    enrol(brussel, last_name="Nieuw", class_code="6A", **NEXT_PERIOD)
    enrol(brussel, last_name="Klein", class_code="1A", **NEXT_PERIOD)


def figures(institution: Institution) -> dict[str, int]:
    panel = NewSchoolYear(institution, today())
    return {figure.words: figure.number for figure in panel.figures}


def panel_on(client: Client) -> str:
    return text(client.get(desk("students")))


@pytest.mark.usefixtures("next_list")
@pytest.mark.parametrize(
    ("day", "shown"),
    [("2027-06-30", False), ("2027-07-01", True), ("2027-09-30", True), ("2027-10-01", False)],
)
def test_it_stands_there_from_july_to_september(on: On, day: str, shown: bool) -> None:
    assert ("Schooljaar 2027-2028 2 nieuw" in panel_on(on(day))) == shown


@pytest.mark.usefixtures("next_list")
def test_it_counts_who_is_new_goes_over_leaves_and_has_no_leerid(
    on: On, brussel: Institution
) -> None:
    on("2027-08-25")
    assert figures(brussel) == {
        "nieuw": 2,
        "gaan over": 2,
        "zonder LeerID": 2,
        "verlaten de school": 2,
    }


@pytest.mark.usefixtures("next_list")
@pytest.mark.parametrize("day", ["2027-07-01", "2027-08-31", "2027-09-01", "2027-09-30"])
def test_each_number_is_that_of_the_list_it_leads_to(
    on: On, brussel: Institution, day: str
) -> None:
    client = on(day)
    panel = NewSchoolYear(brussel, today())
    assert {figure.words for figure in panel.figures} >= {"nieuw", "verlaten de school"}
    for figure in panel.figures:
        answer = client.get(f"{desk('students')}?{figure.query}")
        assert answer.context["table"].paginator.count == figure.number, figure


@pytest.mark.usefixtures("next_list")
def test_a_class_is_printed_when_everybody_who_can_be_printed_is(
    on: On,
    brussel: Institution,
    alice_actor: Actor,
    saved: Prepare,
) -> None:
    client = on("2027-08-25")
    # Nobody of 1A has a LeerID, so nothing of it is to be printed.
    assert "1 van 2 klassen afgedrukt" in panel_on(client)

    accounts = accounts_of(brussel)
    for username, printed in (("een", 1), ("twee", 2)):
        batch = saved(accounts[username])
        assert "1 van 2 klassen afgedrukt" in panel_on(client)
        retention.note_download(by=alice_actor, batch_id=batch.pk)
        assert f"{printed} van 2 klassen afgedrukt" in panel_on(client)


def accounts_of(institution: Institution) -> dict[str, Account]:
    """The LeerIDs of a school by username."""
    found = Account.objects.filter(student__enrolments__institution=institution)
    return {account.username: account for account in found}


@pytest.mark.usefixtures("next_list")
def test_a_sheet_of_this_year_is_none_of_the_next(
    on: On, brussel: Institution, alice_actor: Actor, saved: Prepare
) -> None:
    accounts = accounts_of(brussel)
    batch = saved(accounts["een"], accounts["twee"])
    retention.note_download(by=alice_actor, batch_id=batch.pk)
    assert "1 van 2 klassen afgedrukt" in panel_on(on("2027-08-25"))


def test_before_the_list_is_there_it_asks_for_it_and_says_what_ends(
    on: On,
    brussel: Institution,
    gent: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    alice: Manager,
) -> None:
    for name in ("Een", "Twee"):
        give_account(enrol(brussel, last_name=name))
    give_account(enrol(brussel, last_name="Uit"), deactivated_at=NOW, deactivated_by=alice)
    goes_on = enrol(brussel, last_name="Verder")
    give_account(goes_on)
    enrol(gent, student=goes_on.student, **NEXT_PERIOD)

    page = panel_on(on("2027-08-25"))
    assert "De lijst van 2027-2028 is nog niet ingelezen." in page
    assert "2 LeerID's worden inactief na 31 augustus" in page


@pytest.mark.usefixtures("next_list")
def test_once_the_list_is_there_it_asks_no_more(on: On) -> None:
    assert "nog niet ingelezen" not in panel_on(on("2027-08-25"))


@pytest.mark.usefixtures("next_list")
def test_the_list_needs_one_query_more_for_it(
    on: On, django_assert_num_queries: Callable[..., object]
) -> None:
    client = on("2027-08-25")
    client.get(desk("students"))
    with django_assert_num_queries(8):  # type: ignore[attr-defined]
        client.get(desk("students"))
