"""The ready-made selections of the list, and its notice in August."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from accounts import history
from accounts.actions import link_email
from accounts.models import Account, AccountEvent
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from tests.helpers import NOW, Enrol, GiveAccount
from tests.pages import desk, text

pytestmark = pytest.mark.usefixtures("clock")


def names(client: Client, selection: str, **query: str) -> list[str]:
    table = client.get(desk("students"), {"selectie": selection, **query}).context["table"]
    return [row.last_name for row in table.page]


def given_a_password(account: Account, by: Actor, kind: str = "renewed") -> None:
    entry = history.Entry(account.pk, AccountEvent.Kind(kind))
    history.record([entry], by=by, operation_id=uuid4(), at=NOW)


def test_without_account(
    charlie: Account, brussel: Institution, enrol: Enrol, alice_client: Client
) -> None:
    enrol(brussel, "Noor", "Nieuw")
    assert names(alice_client, "zonder-account") == ["Nieuw"]


def test_never_signed_in(
    charlie: Account,
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    alice_client: Client,
) -> None:
    give_account(enrol(brussel, last_name="Was Er"), username="was.er", last_sign_in_at=NOW)
    enrol(brussel, last_name="Zonder")
    assert names(alice_client, "nooit-aangemeld") == ["Peeters"]


@pytest.mark.parametrize(
    ("last_day", "found"),
    [(date(2026, 11, 23), True), (date(2026, 12, 23), True), (date(2026, 12, 24), False)],
)
def test_leaving_the_school_within_30_days(
    brussel: Institution, enrol: Enrol, alice_client: Client, last_day: date, found: bool
) -> None:
    enrol(brussel, ends_on=last_day)
    assert bool(names(alice_client, "verlaat-school")) == found


def test_a_pupil_who_goes_on_here_does_not_leave_but_one_who_goes_elsewhere_does(
    brussel: Institution, gent: Institution, enrol: Enrol, alice_client: Client
) -> None:
    for name, school in (("Blijft", brussel), ("Vertrekt", gent)):
        row = enrol(brussel, last_name=name, ends_on=date(2026, 12, 1))
        enrol(school, student=row.student, starts_on=date(2027, 1, 8))
    assert names(alice_client, "verlaat-school") == ["Vertrekt"]


@pytest.mark.parametrize("kind", AccountEvent.GAVE_A_PASSWORD)
def test_a_new_password_that_was_not_used_yet(
    charlie: Account, alice_actor: Actor, alice_client: Client, kind: str
) -> None:
    assert names(alice_client, "niet-gebruikt") == []
    given_a_password(charlie, alice_actor, kind)
    assert names(alice_client, "niet-gebruikt") == ["Peeters"]
    for used, found in ((timedelta(minutes=-1), ["Peeters"]), (timedelta(minutes=1), [])):
        Account.objects.update(last_sign_in_at=NOW + used)
        assert names(alice_client, "niet-gebruikt") == found


def test_a_pupil_with_an_own_password_needs_the_given_one_no_more(
    charlie: Account, alice_actor: Actor, alice_client: Client
) -> None:
    given_a_password(charlie, alice_actor)
    link_email(account_id=charlie.pk, email="charlie@voorbeeld.test", by=alice_actor)
    assert names(alice_client, "niet-gebruikt") == []


def test_an_event_that_gave_no_password_does_not_count(
    charlie: Account, alice_actor: Actor, alice_client: Client
) -> None:
    given_a_password(charlie, alice_actor, AccountEvent.Kind.DEACTIVATED)
    assert names(alice_client, "niet-gebruikt") == []


def test_a_selection_goes_together_with_the_filter_and_the_one_click(
    brussel: Institution, enrol: Enrol, alice_client: Client
) -> None:
    wanted = enrol(brussel, "Noor", "Nieuw", class_code="1A")
    enrol(brussel, "Nele", "Nieuwer", class_code="1B")
    query = {"selectie": "zonder-account", "klas": "1A"}
    assert names(alice_client, "zonder-account", klas="1A") == ["Nieuw"]
    answer = alice_client.get(desk("selection"), query).json()
    assert answer["students"] == [str(wanted.student_id)]


def test_a_selection_that_does_not_exist_is_no_selection(
    charlie: Account, alice_client: Client
) -> None:
    assert names(alice_client, "onzin") == ["Peeters"]


def test_the_list_of_who_left_has_no_actions_and_no_selections(
    brussel: Institution, enrol: Enrol, alice_client: Client
) -> None:
    enrol(brussel, "Lotte", "Weg", ends_on=date(2026, 11, 1))
    page = alice_client.get(desk("students"), {"lijst": "uitgeschreven", "selectie": "x"})
    assert "Van klas veranderd" not in text(page)
    assert "Andere acties" not in text(page)
    assert names(alice_client, "zonder-account", lijst="uitgeschreven") == ["Weg"]


@pytest.mark.parametrize("selection", ["zonder-account", "niet-gebruikt", "verlaat-school"])
@pytest.mark.parametrize("number", [3, 30])
def test_a_selection_needs_no_more_queries_than_the_list(
    selection: str,
    number: int,
    alice_client: Client,
    alice_actor: Actor,
    enrol: Enrol,
    give_account: GiveAccount,
    django_assert_num_queries: object,
) -> None:
    for n in range(number):
        row = enrol(alice_actor.institution, f"Leerling{n}", ends_on=date(2026, 12, 1))
        if selection != "zonder-account":
            given_a_password(give_account(row), alice_actor)
    alice_client.get(desk("students"))
    with django_assert_num_queries(7):  # type: ignore[operator]
        assert len(names(alice_client, selection)) == number
