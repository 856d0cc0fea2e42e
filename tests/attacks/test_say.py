"""The school that leads has the say over a pupil: no file of another takes it (R11)."""

from datetime import date

import pytest
import time_machine
from django.test import Client

from accounts.models import Account
from schoolloket.core.exceptions import NothingGood
from schoolloket.institutions.actors import Actor
from students.importing import actions
from students.importing.draft import Draft
from students.importing.plan import Choice
from students.models import (
    Enrolment,
    Student,
    StudentEvent,
    StudentFieldChange,
)
from tests.pages import desk, html, text
from tests.students.helpers import (
    Pupil,
    counts,
    csv_file,
    national_number,
    pupil,
    run_import,
    upload,
)

from .renee import BORN, NEXT_YEAR, RENEE, YEAR, everything, newcomer, send, stranger

pytestmark = pytest.mark.usefixtures("clock", "_reading_here")
Kind = StudentEvent.Kind


# C2: who has the say ----------------------------------------------------------------------------


def test_a_school_that_is_held_does_not_rewrite_who_the_pupil_is(
    renee: Account, bob_actor: Actor
) -> None:
    before = everything(renee.student_id)
    hacked = {"official_first_name": "HACKED", "official_last_name": "OFFICIAL", "sex": "X"}
    for rows in ([newcomer()], [newcomer(**hacked)]):
        run = run_import(bob_actor, csv_file(rows))
        assert everything(renee.student_id) == before
    assert counts(run) == (0, 0, 0, 1)
    (remark,) = run.remarks
    assert remark["reason"].startswith("De officiële gegevens wijzigt de school die de leerling")
    assert not StudentFieldChange.objects.exists()


def test_a_school_that_is_held_is_shown_no_difference(
    renee: Account, bob_actor: Actor, bob_client: Client
) -> None:
    run_import(bob_actor, csv_file([newcomer()]))
    page = html(send(bob_client, [newcomer(sex="X", official_first_name="HACKED")]))
    assert "<del>" not in page
    assert "De officiële gegevens wijzigt de school die de leerling eerst inschreef" in page


def test_verbeterd_is_not_offered_to_a_school_that_is_held(
    renee: Account, bob_actor: Actor
) -> None:
    run_import(bob_actor, csv_file([newcomer()]))
    before = everything(renee.student_id)
    born = date(2012, 5, 5)
    corrected = newcomer(birth_date="05/05/2012", number=national_number(born))
    run = upload(bob_actor, csv_file([corrected]), full_list=False)
    (conflict,) = Draft(run).plan.conflicts
    assert list(conflict.choices) == [Choice.WITHOUT_NUMBER]
    actions.answer(by=bob_actor, run_id=run.pk, answers={"2": Choice.CORRECTED.value})
    run.refresh_from_db()
    seen = Draft(run).plan.fingerprint
    with pytest.raises(NothingGood):
        actions.confirm(by=bob_actor, run_id=run.pk, confirm_many_ended=True, seen=seen)
    assert everything(renee.student_id) == before


@pytest.mark.parametrize("row", [stranger(), newcomer(official_first_name="HACKED")])
def test_nobody_is_taken_over_on_the_first_of_september(
    renee: Account,
    alice_actor: Actor,
    bob_actor: Actor,
    clock: time_machine.Traveller,
    row: Pupil,
) -> None:
    """Brussel's lists of both years are in; whatever Gent sends in June, it waits in September."""
    run_import(alice_actor, csv_file([RENEE | NEXT_YEAR]))
    before = everything(renee.student_id)
    clock.move_to("2027-06-20T08:00:00Z")
    run_import(bob_actor, csv_file([row]), full_list=False)
    run_import(bob_actor, csv_file([row | NEXT_YEAR]), full_list=False)
    clock.move_to("2027-09-01T08:00:00Z")
    run_import(bob_actor, csv_file([row | NEXT_YEAR | {"sex": "X"}]), full_list=False)
    day = date(2027, 9, 1)
    assert everything(renee.student_id) == before
    theirs = Enrolment.objects.of(bob_actor.institution).running(day).filter(student=renee.student)
    assert theirs.count() == theirs.held_on(day).count()


def test_the_school_that_a_pupil_comes_to_writes_what_its_file_says_with_history(
    renee: Account,
    alice_actor: Actor,
    alice_client: Client,
    bob_actor: Actor,
    bob_client: Client,
) -> None:
    run_import(alice_actor, csv_file([pupil(2)]))
    run_import(bob_actor, csv_file([newcomer(official_first_name="Renée Marie", sex="X")]))
    student = Student.objects.get(pk=renee.student_id)
    assert (student.official_first_name, student.sex) == ("Renée Marie", "X")
    event = StudentEvent.objects.get(kind=Kind.DATA)
    assert (event.student, event.institution) == (student, bob_actor.institution)
    told = {(change.field, change.old, change.new) for change in event.changes.all()}
    assert told == {("sex", "V", "X"), ("official_first_name", "Renée Sofie", "Renée Marie")}
    ours = text(bob_client.get(desk("detail_history", student.pk, number="999913")))
    assert "Officiële voornaam Renée Sofie Renée Marie Bob" in ours
    theirs = alice_client.get(desk("detail_history", student.pk))
    assert "Renée Marie Bob" not in text(theirs)
    told_there = text(alice_client.get(desk("account_history", student.pk)))
    assert "Officiële gegevens gewijzigd Andere instelling" in told_there


def test_the_history_of_a_number_never_shows_its_hash(bob_actor: Actor, bob_client: Client) -> None:
    bis = newcomer(number=national_number(BORN, 5, bis=True))
    run_import(bob_actor, csv_file([bis]))
    old = Student.objects.get().identity_hash
    run_import(bob_actor, csv_file([newcomer()]))
    student = Student.objects.get()
    change = StudentFieldChange.objects.get()
    assert (change.old, change.new) == (old, student.identity_hash)
    page = bob_client.get(desk("detail_history", student.pk, number="999913"))
    assert "Rijksregister- of bisnummer een ander nummer nieuw nummer" in text(page)
    assert str(old) not in html(page)
    assert str(student.identity_hash) not in html(page)


def test_a_former_pupil_of_long_ago_is_shown_to_nobody(
    renee: Account, alice_actor: Actor, bob_actor: Actor, clock: time_machine.Traveller
) -> None:
    """Who left Brussel longer ago than it may see is matched there, but never compared."""
    run_import(alice_actor, csv_file([pupil(2)]))
    long_ago = {"starts_on": "01/09/2026", "ends_on": "22/11/2026"}
    later = {"starts_on": "01/09/2027", "ends_on": "31/08/2029"}
    clock.shift(YEAR + 24 * 3600)
    run_import(bob_actor, csv_file([newcomer(sex="X", official_first_name="Zita", **later)]))
    before = everything(renee.student_id)
    row = RENEE | long_ago
    for back in (row | {"class_code": "1Z"}, row | later, row | later | {"stamnummer": "77"}):
        rows = csv_file([back, pupil(2, **later)])
        plan = Draft(upload(alice_actor, rows, full_list=False)).plan
        assert "Zita" not in repr(plan)
        assert renee.student.identity_hash not in repr([e.student_differences for e in plan.new])
        for entry in plan.new + plan.changed:
            assert entry.student_differences == ()
    clock.shift(60)
    run = run_import(alice_actor, csv_file([row | later]), full_list=False)
    assert run.recognised == 1
    assert everything(renee.student_id) == before
    here = Enrolment.objects.of(alice_actor.institution).latest("ends_on")
    assert here.student == renee.student
    assert Enrolment.objects.held_on(date(2027, 11, 25)).filter(pk=here.pk).exists()


@pytest.mark.parametrize(("starts_on", "is_she"), [("01/09/2026", True), ("01/09/2027", False)])
def test_another_birth_date_changes_nothing_of_a_former_pupil_of_long_ago(
    renee: Account,
    alice_actor: Actor,
    clock: time_machine.Traveller,
    starts_on: str,
    is_she: bool,
) -> None:
    """Her enrolment of then is corrected, or her stamnummer was given to another child."""
    run_import(alice_actor, csv_file([pupil(2)]))
    clock.shift(YEAR + 24 * 3600)
    before = everything(renee.student_id)
    born = date(2011, 5, 7)
    row = RENEE | {"birth_date": "07/05/2011", "number": national_number(born)}
    row |= {"starts_on": starts_on, "ends_on": "31/08/2029"}
    run = run_import(alice_actor, csv_file([row]), full_list=False)
    assert (run.new + run.changed, run.recognised) == (1, 0)
    assert everything(renee.student_id) == before
    enrolment = Enrolment.objects.get(ends_on="2029-08-31")
    assert (enrolment.student == renee.student) == is_she


# What is over -----------------------------------------------------------------------------------

LAST_YEAR = {"starts_on": "01/09/2025", "ends_on": "31/08/2026"}
THIS_YEAR = {"starts_on": "01/09/2026", "ends_on": "31/08/2027"}
TODAY = date(2026, 11, 23)


def in_gent(**changes: str) -> Pupil:
    return pupil(1, institution="999913", stamnummer="5") | changes


@pytest.fixture
def moved(alice_actor: Actor, bob_actor: Actor, clock: time_machine.Traveller) -> Enrolment:
    """The enrolment in Brussel of a pupil who was in Gent last year; a minute later."""
    clock.move_to("2025-09-02T08:00:00Z")
    run_import(bob_actor, csv_file([in_gent(**LAST_YEAR)]))
    clock.move_to("2026-09-02T08:00:00Z")
    run_import(alice_actor, csv_file([pupil(1, **THIS_YEAR)]))
    clock.move_to("2026-11-23T08:00:00Z")
    return Enrolment.objects.of(alice_actor.institution).get()


def corrects(actor: Actor, **changes: str) -> None:
    run_import(actor, csv_file([in_gent(**changes)]), full_list=False)


def has_say(actor: Actor) -> bool:
    """Whether the school waits for no other with any of the pupil's enrolments."""
    own = Enrolment.objects.of(actor.institution).running_or_ahead(TODAY)
    held = Enrolment.objects.of(actor.institution).held_on(TODAY)
    return own.count() > held.count()


@pytest.mark.parametrize(
    "rows",
    [
        [LAST_YEAR | {"ends_on": "31/08/2028"}],
        [THIS_YEAR, LAST_YEAR | {"ends_on": "31/08/2028"}],
        [THIS_YEAR, LAST_YEAR | {"ends_on": "31/08/2028"}, THIS_YEAR | {"class_code": "1Z"}],
        [LAST_YEAR | {"ends_on": "01/09/2026"}, THIS_YEAR],
        [LAST_YEAR | {"ends_on": "01/12/2026"}, NEXT_YEAR | {"starts_on": "01/12/2026"}],
        [NEXT_YEAR, LAST_YEAR | {"ends_on": "01/09/2027"}],
        [NEXT_YEAR | {"starts_on": "01/09/2024"}, THIS_YEAR],
    ],
)
def test_a_school_that_the_pupil_left_takes_the_say_back_by_no_correction(
    moved: Enrolment, bob_actor: Actor, clock: time_machine.Traveller, rows: list[dict[str, str]]
) -> None:
    for row in rows:
        corrects(bob_actor, **row)
        clock.shift(60)
    assert moved.student == Enrolment.objects.of(bob_actor.institution).first().student
    assert not Enrolment.objects.held_on(TODAY).filter(pk=moved.pk).exists()
    assert not has_say(bob_actor)
