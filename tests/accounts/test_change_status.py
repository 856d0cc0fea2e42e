"""Activeren and deactiveren, for one pupil and for a selection (R9, R10, R11)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions, overview, timeline
from accounts.models import Account, AccountEvent, FieldChange, Status
from accounts.portal.models import MailToken, PortalSession
from accounts.status import Obstacle, StatusChange
from schoolloket.core import clock as school_clock
from schoolloket.core.exceptions import NothingSelected, TooManySelected, UnknownStudents
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.helpers import NOW, Enrol, GiveAccount
from tests.pages import desk, html, messages_on, press, text

pytestmark = pytest.mark.usefixtures("clock")
TODAY = NOW.date()


def change(by: Actor, wish: StatusChange, *pupils: Account | Enrolment) -> None:
    ids = [pupil.student_id for pupil in pupils]
    actions.change_status(by=by, change=wish, student_ids=ids)


def ask(client: Client, wish: str, *pupils: Account | Enrolment, **more: object) -> object:
    ids = [pupil.student_id for pupil in pupils]
    return client.post(desk("change_status"), {"student": ids, "status": wish, **more}, follow=True)


def status_of(institution: Institution, account: Account) -> str:
    day = school_clock.today()
    row = overview.visible(institution, day).get(student=account.student)
    return str(row.status)  # type: ignore[attr-defined]


# A change --------------------------------------------------------------------------------------


def test_a_deactivated_account_is_inactive_and_keeps_its_username_and_password(
    charlie: Account, alice_actor: Actor
) -> None:
    change(alice_actor, StatusChange.DEACTIVATE, charlie)
    after = Account.objects.get()
    assert status_of(alice_actor.institution, charlie) == Status.INACTIVE
    assert (after.username, after.password) == (charlie.username, charlie.password)
    assert (after.deactivated_at, after.deactivated_by) == (NOW, alice_actor.manager)


def test_activated_again_it_is_as_before(charlie: Account, alice_actor: Actor) -> None:
    change(alice_actor, StatusChange.DEACTIVATE, charlie)
    change(alice_actor, StatusChange.ACTIVATE, charlie)
    after = Account.objects.get()
    assert status_of(alice_actor.institution, charlie) == Status.ACTIVE
    assert (after.deactivated_at, after.deactivated_by) == (None, None)
    assert after.password == charlie.password


def test_a_change_of_status_ends_sessions_and_mailed_links_for_good(
    charlie: Account, alice_actor: Actor
) -> None:
    """Activating does not bring them back either: the version never returns."""
    later = timezone.now() + timedelta(hours=1)
    begun = {"account": charlie, "version": 1, "created_at": NOW, "expires_at": later}
    PortalSession.objects.create(token_hash="s", on_known_device=True, **begun)
    MailToken.objects.create(
        token_hash="m", purpose=MailToken.Purpose.RESET, email="c@voorbeeld.test", **begun
    )
    for wish in (StatusChange.DEACTIVATE, StatusChange.ACTIVATE):
        change(alice_actor, wish, charlie)
        assert not PortalSession.objects.open(NOW).exists()
        assert not MailToken.objects.open(MailToken.Purpose.RESET, NOW).exists()


def test_a_change_of_status_is_in_the_history(charlie: Account, alice_actor: Actor) -> None:
    change(alice_actor, StatusChange.DEACTIVATE, charlie)
    change(alice_actor, StatusChange.ACTIVATE, charlie)
    lines = timeline.of_account(alice_actor.institution, charlie, TODAY)
    assert [(line.what, line.who) for line in lines] == [
        ("LeerID geactiveerd", "Alice"),
        ("LeerID gedeactiveerd", "Alice"),
    ]
    field = FieldChange.Field.STATUS
    read = [
        (timeline.label(field, one.old), timeline.label(field, one.new))
        for line in lines
        for one in line.changes
    ]
    assert read == [("Inactief", "Actief"), ("Actief", "Inactief")]


def test_another_school_is_told_event_and_date_only(
    charlie: Account, gent: Institution, enrol: Enrol, alice_actor: Actor, bob_client: Client
) -> None:
    enrol(gent, student=charlie.student)
    change(alice_actor, StatusChange.DEACTIVATE, charlie)
    page = text(bob_client.get(desk("account_history", charlie.student_id, number="999913")))
    assert "23 november 2026 LeerID gedeactiveerd Andere instelling" in page
    assert "Alice" not in page
    page = text(bob_client.get(desk("detail_history", charlie.student_id, number="999913")))
    assert "Account status" not in page


# Skipped pupils --------------------------------------------------------------------------------


@pytest.fixture
def deactivated(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, alice_actor: Actor
) -> Account:
    return give_account(
        enrol(brussel, "Dirk", "Dicht"), deactivated_at=NOW, deactivated_by=alice_actor.manager
    )


@pytest.fixture
def gone(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    return give_account(enrol(brussel, "Lotte", "Weg", ends_on=date(2026, 11, 22)))


@pytest.fixture
def everybody(
    charlie: Account, deactivated: Account, gone: Account, brussel: Institution, enrol: Enrol
) -> list[Account | Enrolment]:
    """One who can be deactivated, one who can be activated, one who left, one without LeerID."""
    return [charlie, deactivated, gone, enrol(brussel, "Noor", "Nieuw")]


@pytest.mark.parametrize(
    ("wish", "done", "skipped"),
    [
        (StatusChange.DEACTIVATE, "Peeters", {"Dicht": Obstacle.DEACTIVATED}),
        (StatusChange.ACTIVATE, "Dicht", {"Peeters": Obstacle.NOT_DEACTIVATED}),
    ],
)
def test_a_pupil_with_an_obstacle_stays_as_is_and_is_named(
    everybody: list[Account | Enrolment],
    alice_actor: Actor,
    wish: StatusChange,
    done: str,
    skipped: dict[str, Obstacle],
) -> None:
    versions = dict(Account.objects.values_list("pk", "credentials_version"))
    preview = actions.change_status(
        by=alice_actor, change=wish, student_ids=[one.student_id for one in everybody]
    )
    assert [one.enrolment.last_name for one in preview.changed] == [done]
    obstacles = {one.enrolment.last_name: one.obstacle for one in preview.skipped}
    assert obstacles == skipped | {"Weg": Obstacle.LEFT, "Nieuw": Obstacle.NO_ACCOUNT}
    after = dict(Account.objects.values_list("pk", "credentials_version"))
    assert sum(after[pk] != version for pk, version in versions.items()) == 1
    assert AccountEvent.objects.count() == 1


def test_a_second_time_changes_nothing(charlie: Account, alice_actor: Actor) -> None:
    change(alice_actor, StatusChange.DEACTIVATE, charlie)
    before = Account.objects.values().get()
    change(alice_actor, StatusChange.DEACTIVATE, charlie)
    assert Account.objects.values().get() == before
    assert AccountEvent.objects.count() == 1


@pytest.mark.parametrize("stranger", ["unknown", "of another school"])
def test_unknown_and_foreign_pupils_are_refused_alike(
    stranger: str, charlie: Account, gent: Institution, enrol: Enrol, alice_actor: Actor
) -> None:
    """R11."""
    other = enrol(gent).student_id if stranger == "of another school" else 10**12
    with pytest.raises(UnknownStudents):
        actions.change_status(
            by=alice_actor, change=StatusChange.DEACTIVATE, student_ids=[charlie.student_id, other]
        )
    assert Account.objects.get().deactivated_at is None


def test_none_and_too_many_are_refused(
    charlie: Account, alice_actor: Actor, settings: pytest.FixtureRequest
) -> None:
    with pytest.raises(NothingSelected):
        change(alice_actor, StatusChange.DEACTIVATE)
    settings.BATCH_LIMIT = 0  # type: ignore[attr-defined]
    with pytest.raises(TooManySelected):
        change(alice_actor, StatusChange.DEACTIVATE, charlie)


def test_statements_do_not_grow_with_the_selection(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, alice_actor: Actor
) -> None:
    def statements(size: int) -> int:
        pupils = [give_account(enrol(brussel, "P", f"Nr{size}x{n}")) for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            change(alice_actor, StatusChange.DEACTIVATE, *pupils)
        return len(queries)

    assert statements(2) == statements(20)


# R9: by hand and by itself ---------------------------------------------------------------------


def test_deactivated_by_hand_a_new_enrolment_changes_nothing(
    brussel: Institution,
    enrol: Enrol,
    charlie: Account,
    alice_actor: Actor,
    clock: time_machine.Traveller,
) -> None:
    """Nor is there anything in the history, since nothing happened."""
    change(alice_actor, StatusChange.DEACTIVATE, charlie)
    enrol(
        brussel,
        student=charlie.student,
        stamnummer="77",
        starts_on=date(2027, 9, 15),
        ends_on=date(2028, 8, 31),
    )
    for day in ("2027-09-10", "2027-09-20"):
        clock.move_to(f"{day}T10:00:00+00:00")
        assert not Account.objects.active_on(school_clock.today()).exists()
    read = [line.what for line in timeline.of_account(brussel, charlie, school_clock.today())]
    assert read == ["LeerID gedeactiveerd"]

    change(alice_actor, StatusChange.ACTIVATE, charlie)
    assert Account.objects.active_on(school_clock.today()).exists()
    read = [line.what for line in timeline.of_account(brussel, charlie, date(2028, 9, 1))]
    assert read == [timeline.ENDED, "LeerID geactiveerd", "LeerID gedeactiveerd"]


def test_a_pupil_goes_to_another_school_and_the_account_follows(
    brussel: Institution,
    gent: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    bob_actor: Actor,
    clock: time_machine.Traveller,
) -> None:
    """From Brussel on Friday to Gent a week later. Gent deactivates, and Brussel cannot undo it."""
    first = enrol(brussel, ends_on=date(2026, 11, 27))
    account = give_account(first)
    enrol(gent, student=first.student, starts_on=date(2026, 12, 7))
    clock.move_to("2026-11-30T10:00:00+00:00")
    assert status_of(brussel, account) == status_of(gent, account) == Status.ACTIVE
    change(bob_actor, StatusChange.DEACTIVATE, account)
    assert status_of(brussel, account) == status_of(gent, account) == Status.INACTIVE

    alice = Actor(institution=brussel, manager=None)
    preview = actions.change_status(
        by=alice, change=StatusChange.ACTIVATE, student_ids=[account.student_id]
    )
    assert [one.obstacle for one in preview.skipped] == [Obstacle.LEFT]


# The page --------------------------------------------------------------------------------------


def test_the_page_names_the_skipped_pupils_and_the_reasons_beforehand(
    everybody: list[Account | Enrolment], alice_client: Client
) -> None:
    before = list(Account.objects.values())
    page = ask(alice_client, "deactiveren", *everybody)
    read = text(page)
    assert "Te deactiveren Totaal aantal rijen: 1" in read
    assert "Overgeslagen Totaal aantal rijen: 3" in read
    for reason in (Obstacle.LEFT, Obstacle.NO_ACCOUNT, Obstacle.DEACTIVATED):
        assert reason.label in read
    assert list(Account.objects.values()) == before

    page = press(alice_client, page, "confirm")
    assert messages_on(page) == "1 LeerID is gedeactiveerd."
    assert "data-clears-selection" in html(page)


def test_a_pupil_shown_as_skipped_is_not_changed_after_all(
    charlie: Account, deactivated: Account, alice_actor: Actor, alice_client: Client
) -> None:
    """The page shows Dirk as deactivated; a colleague activates him before it is posted."""
    page = ask(alice_client, "deactiveren", charlie, deactivated)
    change(alice_actor, StatusChange.ACTIVATE, deactivated)
    press(alice_client, page, "confirm")
    assert [a.deactivated_at is None for a in Account.objects.order_by("pk")] == [False, True]


def test_a_pupil_who_changed_since_the_preview_is_skipped_and_named(
    charlie: Account, alice_actor: Actor, alice_client: Client
) -> None:
    page = ask(alice_client, "deactiveren", charlie)
    change(alice_actor, StatusChange.DEACTIVATE, charlie)
    page = press(alice_client, page, "confirm")
    assert "Charlie Peeters (10001): Dit LeerID is al gedeactiveerd." in messages_on(page)
    assert AccountEvent.objects.count() == 1


def test_without_a_pupil_to_change_there_is_no_button(gone: Account, alice_client: Client) -> None:
    page = ask(alice_client, "activeren", gone)
    assert "Er valt niets te activeren." in text(page)
    assert 'name="confirm"' not in html(page)


def test_the_page_warns_that_another_school_uses_the_account_too(
    charlie: Account, gent: Institution, enrol: Enrol, alice_client: Client
) -> None:
    assert "in een andere school" not in text(ask(alice_client, "deactiveren", charlie))
    enrol(gent, student=charlie.student)
    page = ask(alice_client, "deactiveren", charlie)
    assert "1 leerling is ook in een andere school ingeschreven" in text(page)
    assert "gebruikt er hetzelfde LeerID: Charlie Peeters (6EM)." in text(page)


def test_the_page_leads_back_to_where_the_manager_came_from(
    charlie: Account, alice_client: Client
) -> None:
    page = ask(alice_client, "deactiveren", charlie, query="klas=6EM&sorteer=-naam")
    assert 'href="/999912/leerlingen/?klas=6EM&amp;sorteer=-naam"' in html(page)
    page = ask(alice_client, "deactiveren", charlie, page=charlie.student_id)
    page = press(alice_client, page, "confirm")
    assert page.redirect_chain[-1][0] == desk("student", charlie.student_id)


@pytest.mark.parametrize(
    "posted",
    [
        {"student": ["abc"], "status": "deactiveren"},
        {"student": ["1"], "status": "wissen"},
        {"student": ["1"], "status": "deactiveren", "page": "9" * 30},
        {"student": ["1"]},
        {"student": ["999999999"], "status": "deactiveren"},
        {"student": [], "status": "deactiveren"},
    ],
)
@pytest.mark.parametrize("confirm", [{}, {"confirm": ""}])
def test_a_post_that_cannot_be_read_changes_nothing(
    posted: dict[str, object], confirm: dict[str, str], charlie: Account, alice_client: Client
) -> None:
    before = Account.objects.values().get()
    page = alice_client.post(desk("change_status"), posted | confirm, follow=True)
    assert page.redirect_chain[-1][0] == desk("students")
    assert messages_on(page)
    assert Account.objects.values().get() == before


def test_opened_with_a_get_the_page_leads_to_the_list(alice_client: Client) -> None:
    assert alice_client.get(desk("change_status")).url == desk("students")


def test_the_detail_page_offers_the_changes_that_are_possible(
    charlie: Account, deactivated: Account, gone: Account, alice_client: Client
) -> None:
    offered = {
        account: html(alice_client.get(desk("student", account.student_id)))
        for account in (charlie, deactivated, gone)
    }
    assert [">Deactiveren<" in page for page in offered.values()] == [True, False, False]
    assert [">Activeren<" in page for page in offered.values()] == [False, True, False]
    assert [">Type wijzigen naar Basis<" in page for page in offered.values()] == [
        True,
        False,
        False,
    ]


def test_the_detail_page_shows_the_day_on_which_the_leerid_really_ends(
    charlie: Account, gent: Institution, enrol: Enrol, alice_client: Client
) -> None:
    """R9: the end of the last enrolment that is known, in whatever school."""
    enrol(gent, student=charlie.student, starts_on=date(2027, 9, 1), ends_on=date(2028, 6, 30))
    page = text(alice_client.get(desk("student", charlie.student_id)))
    assert "Wordt automatisch inactief bij einde inschrijving - 30 juni 2028" in page
