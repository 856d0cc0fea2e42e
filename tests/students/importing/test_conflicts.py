"""Stamnummer and national number that contradict each other: only the manager chooses."""

from datetime import date

import pytest
import time_machine

from schoolloket.core import exceptions
from schoolloket.institutions.actors import Actor
from students.importing import actions
from students.importing.draft import Draft
from students.importing.plan import Choice, Plan
from students.models import Enrolment, ImportRun, Student, StudentEvent
from tests.students.helpers import (
    Pupil,
    csv_file,
    national_number,
    pupil,
    pupils,
    reasons,
    run_import,
    upload,
)

pytestmark = pytest.mark.usefixtures("clock")


def drafted(actor: Actor, *rows: Pupil, full_list: bool = False) -> ImportRun:
    return upload(actor, csv_file(list(rows)), full_list=full_list)


def answered(actor: Actor, run: ImportRun, choice: Choice | None) -> Plan:
    actions.answer(by=actor, run_id=run.pk, answers={"2": choice.value if choice else ""})
    run.refresh_from_db()
    return Draft(run).plan


def confirmed(actor: Actor, run: ImportRun) -> ImportRun:
    run.refresh_from_db()
    seen = Draft(run).plan.fingerprint
    return actions.confirm(by=actor, run_id=run.pk, confirm_many_ended=False, seen=seen)


def options(plan: Plan) -> list[Choice]:
    (conflict,) = plan.conflicts
    return list(conflict.choices)


# A number with another birth date ---------------------------------------------------------------


def test_a_number_with_another_birth_date_is_skipped_unless_the_manager_says_otherwise(
    alice_actor: Actor,
) -> None:
    run = drafted(alice_actor, pupil(1, birth_date="03/01/2011"))
    plan = Draft(run).plan
    assert options(plan) == [Choice.WITHOUT_NUMBER]
    assert "De geboortedatum past niet bij" in plan.problems[0].reason
    with pytest.raises(exceptions.NothingGood):
        confirmed(alice_actor, run)
    assert not Student.objects.exists()


def test_it_can_be_imported_without_number_and_birth_date(alice_actor: Actor) -> None:
    run = drafted(alice_actor, pupil(1, birth_date="03/01/2011"))
    plan = answered(alice_actor, run, Choice.WITHOUT_NUMBER)
    assert (len(plan.new), plan.problems, plan.conflicts[0].answer) == (1, [], "zonder")
    confirmed(alice_actor, run)
    student = Student.objects.get()
    assert (student.identity_hash, student.birth_date) == (None, None)
    assert student.official_data == Student.OfficialData.NUMBER_INVALID


def test_an_answer_can_be_taken_back(alice_actor: Actor) -> None:
    run = drafted(alice_actor, pupil(1, birth_date="03/01/2011"))
    answered(alice_actor, run, Choice.WITHOUT_NUMBER)
    plan = answered(alice_actor, run, None)
    assert (plan.new, plan.conflicts[0].answer) == ([], "")


def test_an_answer_that_was_not_offered_says_nothing(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    swapped = pupil(1, stamnummer="1002")
    plan = answered(alice_actor, drafted(alice_actor, swapped), Choice.SAME)
    assert (plan.merges, plan.changed, len(plan.problems)) == ([], [], 1)


# A number of a known student, on the stamnummer of another --------------------------------------


@pytest.fixture
def known(alice_actor: Actor, bob_actor: Actor, clock: time_machine.Traveller) -> Student:
    """A pupil of Gent who was in Brussel until last month, under another stamnummer."""
    run_import(bob_actor, csv_file([pupil(1, institution="999913", stamnummer="5")]))
    clock.shift(60)
    run_import(alice_actor, csv_file([pupil(1, stamnummer="9", ends_on="31/10/2026")]))
    return Student.objects.get()


def enrolment(actor: Actor) -> Enrolment:
    return Enrolment.objects.of(actor.institution).get(stamnummer="1001")


def test_a_number_of_a_known_student_on_anothers_stamnummer_is_never_merged_in_silence(
    alice_actor: Actor, known: Student
) -> None:
    run_import(alice_actor, csv_file([pupil(1, number="")]), full_list=False)
    run = run_import(alice_actor, csv_file([pupil(1)]))
    assert "Het stamnummer is nu van een andere leerling" in reasons(run)[2]
    assert Student.objects.count() == 2


def test_the_manager_may_say_that_they_are_one_and_the_same(
    alice_actor: Actor, known: Student
) -> None:
    run_import(alice_actor, csv_file([pupil(1, number="")]))
    run = drafted(alice_actor, pupil(1, class_code="5B"))
    assert options(Draft(run).plan) == [Choice.SAME, Choice.WITHOUT_NUMBER]
    plan = answered(alice_actor, run, Choice.SAME)
    assert len(plan.merges) == 1
    assert plan.changed[0].held
    confirmed(alice_actor, run)
    merged = enrolment(alice_actor)
    assert (merged.student, merged.class_code) == (known, "5B")
    # The pupil joins this school only now, so this school waits for the other one.
    assert list(Enrolment.objects.held_on(date(2026, 11, 23))) == [merged]
    assert StudentEvent.objects.filter(kind=StudentEvent.Kind.MERGED).count() == 1


def test_being_one_and_the_same_is_imported_once(alice_actor: Actor, known: Student) -> None:
    run_import(alice_actor, csv_file([pupil(1, number="")]))
    run = drafted(alice_actor, pupil(1))
    answered(alice_actor, run, Choice.SAME)
    confirmed(alice_actor, run)
    again = run_import(alice_actor, csv_file([pupil(1)]))
    assert (again.changed, again.unchanged, again.problems) == (0, 1, [])


def test_or_that_the_row_is_about_the_pupil_of_the_stamnummer(
    alice_actor: Actor, known: Student
) -> None:
    run_import(alice_actor, csv_file([pupil(1, number="")]))
    run = drafted(alice_actor, pupil(1, class_code="5B"))
    answered(alice_actor, run, Choice.WITHOUT_NUMBER)
    confirmed(alice_actor, run)
    kept = enrolment(alice_actor)
    assert kept.class_code == "5B"
    assert kept.student != known
    assert kept.student.identity_hash is None


def test_two_pupils_who_were_born_on_different_days_are_never_one(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    plan = Draft(drafted(alice_actor, pupil(1, stamnummer="1002"))).plan
    assert options(plan) == [Choice.WITHOUT_NUMBER]


# Another number and birth date on a used stamnummer ---------------------------------------------


def test_a_corrected_number_and_birth_date_are_taken_over_when_the_manager_says_so(
    alice_actor: Actor,
) -> None:
    run_import(alice_actor, csv_file([pupil(1)]))
    before = Student.objects.get()
    corrected = pupil(7, stamnummer="1001", first_name="Voornaam1", last_name="Naam1")
    run = drafted(alice_actor, corrected)
    assert options(Draft(run).plan) == [Choice.CORRECTED, Choice.WITHOUT_NUMBER]
    answered(alice_actor, run, Choice.CORRECTED)
    confirmed(alice_actor, run)
    after = Student.objects.get()
    assert after.pk == before.pk
    assert after.identity_hash != before.identity_hash
    assert after.birth_date == date(2010, 1, 8)


def test_a_row_in_conflict_ends_nobody(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    rows = [*pupils(2), pupil(7, stamnummer="1002")]
    assert Draft(drafted(alice_actor, *rows, full_list=True)).plan.ended == []


def test_pointing_out_columns_drops_the_answers(alice_actor: Actor) -> None:
    run = drafted(alice_actor, pupil(1, birth_date="03/01/2011"))
    answered(alice_actor, run, Choice.WITHOUT_NUMBER)
    actions.set_columns(by=alice_actor, run_id=run.pk, columns={"sex": None})
    run.refresh_from_db()
    assert Draft(run).plan.conflicts[0].answer == ""


# The same pupil twice ---------------------------------------------------------------------------


@pytest.mark.parametrize("number", [None, ""])
def test_of_the_same_pupil_twice_the_later_enrolment_counts(
    alice_actor: Actor, number: str | None
) -> None:
    changes = {} if number is None else {"number": number}
    early = pupil(1, class_code="3A", **changes)
    late = pupil(1, class_code="3B", starts_on="05/10/2026", **changes)
    for rows in ([early, late], [late, early]):
        plan = Draft(drafted(alice_actor, pupil(0), *rows)).plan
        (entry,) = [e for e in plan.new if e.enrolment["stamnummer"] == "1001"]
        assert entry.enrolment["class_code"] == "3B"
        (remark,) = plan.remarks
        assert remark.row == (3 if rows[0] is early else 4)
        assert "met een latere begindatum" in remark.reason
        assert plan.problems == []


def test_a_row_that_is_there_twice_counts_once(alice_actor: Actor) -> None:
    run = run_import(alice_actor, csv_file([*pupils(2), pupil(1)]))
    assert run.new == 2
    assert [remark["row"] for remark in run.remarks] == [3]


@pytest.mark.parametrize(
    "other",
    [
        {"class_code": "3B"},
        {"starts_on": "05/10/2026", "number": "", "last_name": "Anders"},
        {"starts_on": "05/10/2026", "number": national_number(date(2010, 1, 2), 5)},
        {"starts_on": "x"},
    ],
)
def test_where_nobody_can_tell_which_row_counts_both_are_named(
    alice_actor: Actor, other: dict[str, str]
) -> None:
    run = run_import(alice_actor, csv_file([pupil(1), pupil(1, **other)]))
    assert set(reasons(run)) == {2, 3}
    assert "staat ook op rij 3" in reasons(run)[2]


def test_two_pupils_with_one_number_are_both_named(alice_actor: Actor) -> None:
    run = run_import(alice_actor, csv_file([pupil(1), pupil(1, stamnummer="1009")]))
    assert set(reasons(run)) == {2, 3}
    assert "Hetzelfde rijksregister- of bisnummer staat ook op rij 3" in reasons(run)[2]


def test_a_number_a_thousand_times_over_is_reported_briefly(alice_actor: Actor) -> None:
    rows = [pupil(1, class_code=f"{n}") for n in range(1000)]
    plan = Draft(drafted(alice_actor, *rows)).plan
    assert len(plan.problems) == 1000
    assert "rij 3, 4, 5, 6, 7 …" in plan.problems[0].reason
