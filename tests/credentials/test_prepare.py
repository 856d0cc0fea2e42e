"""From a selection to a draft: its rows, their passwords and their obstacles (R2, R6, R11)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Account, PasswordKind, Username
from credentials.actions import drafts
from credentials.eligibility import proposed_kind
from credentials.models import Batch, BatchItem
from credentials.passwords import shown
from credentials.sealing import unseal
from schoolloket.core import exceptions
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment, Student
from tests.helpers import Enrol, GiveAccount

from .helpers import Crowd, Prepare, item_of, snapshot

pytestmark = pytest.mark.usefixtures("clock")
CREATE, RENEW = Batch.Purpose.CREATE, Batch.Purpose.RENEW
Obstacle = BatchItem.Obstacle


# Nothing is valid yet (R2) ---------------------------------------------------------------------


def test_a_draft_changes_no_account(
    charlie: Account, sam: Account, linked: Account, newcomer: Enrolment, ready: Prepare
) -> None:
    before = snapshot(charlie, sam, linked)
    ready(charlie, sam, linked, newcomer)
    assert snapshot(charlie, sam, linked) == before
    assert not Account.objects.filter(student=newcomer.student_id).exists()
    assert not Username.objects.filter(student=newcomer.student_id).exists()


def test_a_draft_knows_its_maker_and_school(
    charlie: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    batch = prepare(charlie)
    assert (batch.state, batch.purpose, batch.number) == (Batch.State.DRAFT, RENEW, None)
    assert (batch.institution, batch.created_by) == (alice_actor.institution, alice_actor.manager)


# Who gets what ---------------------------------------------------------------------------------


def test_a_renewal_proposes_the_kind_the_pupil_has(
    charlie: Account, sam: Account, prepare: Prepare
) -> None:
    batch = prepare(charlie, sam)
    assert item_of(batch, charlie).password_kind == PasswordKind.ADVANCED
    assert item_of(batch, sam).password_kind == PasswordKind.WORD
    assert {item.included for item in batch.items.all()} == {True}


def test_rows_stand_in_the_order_of_the_paper(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, prepare: Prepare
) -> None:
    """By class, where 2A comes before 10A, then by name and first name, without accents."""
    pupils = [
        ("Wim", "Zwart", "2A"),
        ("Anna", "Adam", "10A"),
        ("Zoë", "Ähren", "2A"),
        ("Anna", "Ahren", "2A"),
        ("Óscar", "Bos", "2A"),
        ("Nel", "Nergens", ""),
    ]
    batch = prepare(*[give_account(enrol(brussel, *one[:2], class_code=one[2])) for one in pupils])
    assert [item.username for item in batch.items.all()] == [
        "nel.nergens",
        "anna.ahren",
        "zoe.ahren",
        "oscar.bos",
        "wim.zwart",
        "anna.adam",
    ]
    assert [item.position for item in batch.items.all()] == [1, 2, 3, 4, 5, 6]


def test_who_has_no_leerid_is_proposed_but_not_ticked_in_a_renewal(
    newcomer: Enrolment, prepare: Prepare
) -> None:
    item = item_of(prepare(newcomer), newcomer)
    assert (item.creates, item.included, item.account) == (True, False, None)
    assert item.username == "noor.nieuwkomer"


def test_who_has_no_leerid_is_ticked_in_a_creation(newcomer: Enrolment, prepare: Prepare) -> None:
    item = item_of(prepare(newcomer, purpose=CREATE), newcomer)
    assert (item.creates, item.included) == (True, True)


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("Kleuteronderwijs", PasswordKind.PICTURES),
        ("3de kleuterklas", PasswordKind.PICTURES),
        ("K2", PasswordKind.PICTURES),
        ("1ste leerjaar", PasswordKind.PICTURES),
        ("1ste Leerjaar", PasswordKind.PICTURES),
        ("1e leerjaar", PasswordKind.PICTURES),
        ("Lager onderwijs - 2de leerjaar", PasswordKind.PICTURES),
        ("eerste leerjaar", PasswordKind.PICTURES),
        ("L1", PasswordKind.PICTURES),
        ("2 lj", PasswordKind.PICTURES),
        ("3de leerjaar", PasswordKind.WORD),
        ("L3", PasswordKind.WORD),
        ("Zesde leerjaar", PasswordKind.WORD),
        ("6e leerjaar", PasswordKind.WORD),
        ("7de leerjaar", PasswordKind.ADVANCED),
        ("12de leerjaar", PasswordKind.ADVANCED),
        ("2e lj 3e gr Elektromechanica TSO", PasswordKind.ADVANCED),
        ("1ste leerjaar van de 2de graad", PasswordKind.ADVANCED),
        ("1e leerjaar A", PasswordKind.ADVANCED),
        ("2de leerjaar aso", PasswordKind.ADVANCED),
        ("eerste graad", PasswordKind.ADVANCED),
        ("Onthaaljaar", PasswordKind.ADVANCED),
        ("6A", PasswordKind.ADVANCED),
        ("", PasswordKind.ADVANCED),
    ],
)
def test_the_kind_of_a_new_leerid_is_proposed_from_the_group(
    group: str, kind: PasswordKind
) -> None:
    assert proposed_kind(group) == kind


def test_each_row_gets_the_proposed_kind_of_its_own_group(
    brussel: Institution, enrol: Enrol, prepare: Prepare
) -> None:
    toddler = enrol(brussel, "Tuur", "Klein", group="Kleuteronderwijs")
    child = enrol(brussel, "Kim", "Middel", group="4de leerjaar")
    batch = prepare(toddler, child, purpose=CREATE)
    assert item_of(batch, toddler).password_kind == PasswordKind.PICTURES
    assert item_of(batch, child).password_kind == PasswordKind.WORD


def test_who_will_be_enrolled_can_get_an_account_now(
    brussel: Institution, enrol: Enrol, prepare: Prepare
) -> None:
    pupil = enrol(brussel, "Fien", "Straks", starts_on=date(2027, 9, 1), ends_on=date(2028, 8, 31))
    assert item_of(prepare(pupil, purpose=CREATE), pupil).obstacle == ""


# Usernames (R6) --------------------------------------------------------------------------------


def test_namesakes_in_one_draft_get_different_usernames(
    brussel: Institution, enrol: Enrol, prepare: Prepare
) -> None:
    namesakes = [enrol(brussel, "Butrint", "Boeren") for _ in range(3)]
    batch = prepare(*namesakes, purpose=CREATE)
    usernames = [item.username for item in batch.items.all()]
    assert usernames == ["butrint.boeren", "butrint.boeren1", "butrint.boeren2"]


def test_a_username_that_was_ever_given_is_not_proposed(
    brussel: Institution, enrol: Enrol, pupil_of_gent: Account, prepare: Prepare
) -> None:
    """Neither is one of another school that nobody uses any more."""
    Username.objects.create(
        value="butrint.boeren", stem="butrint.boeren", student=pupil_of_gent.student
    )
    pupil = enrol(brussel, "Butrint", "Boeren")
    assert item_of(prepare(pupil, purpose=CREATE), pupil).username == "butrint.boeren1"


# Obstacles -------------------------------------------------------------------------------------


def obstacle_in(batch: Batch, pupil: Account | Enrolment) -> str:
    """The pupil's obstacle, with which there is no password and no tick."""
    item = item_of(batch, pupil)
    assert (item.sealed == "", item.included) == (bool(item.obstacle), not item.obstacle)
    return item.obstacle


def test_a_linked_account_stands_apart(charlie: Account, linked: Account, prepare: Prepare) -> None:
    """R1."""
    batch = prepare(charlie, linked)
    assert obstacle_in(batch, linked) == Obstacle.LINKED
    assert obstacle_in(batch, charlie) == ""


def test_a_deactivated_account_cannot_be_renewed(
    charlie: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    Account.objects.update(deactivated_at=timezone.now(), deactivated_by=alice_actor.manager)
    assert obstacle_in(prepare(charlie), charlie) == Obstacle.DEACTIVATED


def test_who_left_cannot_be_renewed(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, prepare: Prepare
) -> None:
    """R11: a pupil who left is visible for 365 days, read only."""
    gone = give_account(enrol(brussel, "Lotte", "Weg", ends_on=date(2026, 11, 22)))
    assert obstacle_in(prepare(gone), gone) == Obstacle.LEFT


def test_who_has_a_leerid_cannot_get_another(charlie: Account, prepare: Prepare) -> None:
    assert obstacle_in(prepare(charlie, purpose=CREATE), charlie) == Obstacle.HAS_ACCOUNT


# What is refused as a whole --------------------------------------------------------------------


@pytest.mark.parametrize("stranger", ["unknown", "of another school", "left more than a year ago"])
def test_unknown_and_foreign_pupils_are_refused_alike(
    stranger: str,
    charlie: Account,
    pupil_of_gent: Account,
    brussel: Institution,
    enrol: Enrol,
    alice_actor: Actor,
) -> None:
    """R11: the answer reveals nothing about pupils of other schools."""
    left = enrol(brussel, starts_on=date(2024, 9, 1), ends_on=date(2025, 11, 22))
    ids = {
        "unknown": Student.objects.latest("pk").pk + 1,
        "of another school": pupil_of_gent.student_id,
        "left more than a year ago": left.student_id,
    }
    with pytest.raises(exceptions.UnknownStudents, match="staat niet in de lijst"):
        drafts.prepare(
            by=alice_actor, student_ids=[charlie.student_id, ids[stranger]], purpose=RENEW
        )
    assert not Batch.objects.exists()


def test_who_left_365_days_ago_is_still_known(
    brussel: Institution, enrol: Enrol, prepare: Prepare
) -> None:
    left = enrol(brussel, starts_on=date(2024, 9, 1), ends_on=date(2025, 11, 23))
    assert obstacle_in(prepare(left), left) == Obstacle.LEFT


def test_a_selection_of_none_is_refused(alice_actor: Actor) -> None:
    with pytest.raises(exceptions.NothingSelected):
        drafts.prepare(by=alice_actor, student_ids=[], purpose=RENEW)
    assert not Batch.objects.exists()


def test_more_than_the_limit_is_refused(crowd: Crowd, prepare: Prepare, settings: Settings) -> None:
    settings.BATCH_LIMIT = 3
    assert prepare(*crowd(3)).items.count() == 3
    with pytest.raises(exceptions.TooManySelected, match="4 leerlingen"):
        prepare(*crowd(4))


def test_a_pupil_selected_twice_stands_there_once(charlie: Account, prepare: Prepare) -> None:
    assert prepare(charlie, charlie).items.count() == 1


def test_a_pupil_with_two_enrolments_in_the_school_stands_there_once(
    charlie: Account, brussel: Institution, enrol: Enrol, prepare: Prepare
) -> None:
    enrol(brussel, student=charlie.student, starts_on=date(2027, 9, 1), ends_on=date(2028, 8, 31))
    assert prepare(charlie).items.count() == 1


# No plain password at rest (R5) ----------------------------------------------------------------


def everything_in_the_database() -> str:
    with connection.cursor() as cursor:
        texts = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            texts.append(repr(cursor.fetchall()))
    return "\n".join(texts)


@pytest.mark.parametrize("step", ["prepare", "ready", "saved"])
def test_no_plain_password_is_in_the_database(
    step: str,
    charlie: Account,
    sam: Account,
    newcomer: Enrolment,
    request: pytest.FixtureRequest,
) -> None:
    batch: Batch = request.getfixturevalue(step)(charlie, sam, newcomer)
    kept = everything_in_the_database()
    for item in batch.items.exclude(sealed=""):
        password, code = unseal(item.sealed).password, unseal(item.sealed).code
        assert password not in kept
        assert code not in kept
        assert shown(item.password_kind, password).text not in kept
        assert item.sealed in kept


# The single edit -------------------------------------------------------------------------------


EditOf = Callable[..., Batch]


@pytest.fixture
def edit(alice_actor: Actor) -> EditOf:
    def edit(account: Account, **asked: object) -> Batch:
        wished = {"username": account.username, "password_kind": account.password_kind} | asked
        return drafts.prepare_edit(
            by=alice_actor, student_id=account.student_id, edit=drafts.Edit(**wished)
        )

    return edit


def test_the_single_edit_is_a_batch_of_one(charlie: Account, edit: EditOf) -> None:
    batch = edit(charlie, username="charlie.nieuw")
    item = batch.items.get()
    assert batch.purpose == Batch.Purpose.SINGLE
    assert (item.username, item.account, item.included) == ("charlie.nieuw", charlie, True)
    assert unseal(item.sealed).password


def test_the_single_edit_of_a_linked_account_says_what_becomes_of_the_address(
    linked: Account, edit: EditOf
) -> None:
    keeping, removing = edit(linked).items.get(), edit(linked, removes_email=True).items.get()
    assert (keeping.keeps_email, keeping.removes_email) == (True, False)
    assert (removing.keeps_email, removing.removes_email) == (False, True)


def test_the_single_edit_of_a_deactivated_account_is_refused(
    charlie: Account, alice_actor: Actor, edit: EditOf
) -> None:
    Account.objects.update(deactivated_at=timezone.now(), deactivated_by=alice_actor.manager)
    with pytest.raises(exceptions.NotEligible, match="gedeactiveerd"):
        edit(charlie)
    assert not Batch.objects.exists()


def test_the_single_edit_of_who_left_is_refused(charlie: Account, edit: EditOf) -> None:
    Enrolment.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(exceptions.NotEligible, match="niet meer ingeschreven"):
        edit(charlie)
    assert not Batch.objects.exists()


def test_the_single_edit_of_another_schools_pupil_is_refused(
    pupil_of_gent: Account, edit: EditOf
) -> None:
    """R11."""
    with pytest.raises(exceptions.UnknownStudents):
        edit(pupil_of_gent)


# Fast by shape ---------------------------------------------------------------------------------


def statements_of_prepare(prepare: Prepare, pupils: list[Account | Enrolment]) -> int:
    with CaptureQueriesContext(connection) as queries:
        prepare(*pupils)
    return len(queries)


def test_statements_do_not_grow_with_the_pupils(
    brussel: Institution, enrol: Enrol, crowd: Crowd, prepare: Prepare
) -> None:
    def selection(size: int) -> list[Account | Enrolment]:
        newcomers = [enrol(brussel, "Noor", f"N{size}x{number}") for number in range(size)]
        return [*crowd(size), *newcomers]

    # One statement inserts all their rows: SQLite allows 999 values in one.
    few, many = selection(3), selection(25)
    assert statements_of_prepare(prepare, few) == statements_of_prepare(prepare, many)
