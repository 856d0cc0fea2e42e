"""Guessing a number ends with the first, however the rows are spread (R11)."""

from datetime import date
from itertools import count

import pytest
import time_machine
from django.core.management import call_command

from accounts.models import Account
from schoolloket.institutions.actors import Actor
from students.importing import actions
from students.importing.claims import MOST_OF_A_LAST_NAME
from students.importing.draft import Draft
from students.importing.plan import Choice
from students.models import (
    Enrolment,
    NumberClaim,
)
from tests.students.helpers import (
    Pupil,
    counts,
    csv_file,
    pupil,
    reasons,
    run_import,
    upload,
    without,
)

from .renee import BORN, RENEE, YEAR, newcomer, number

pytestmark = pytest.mark.usefixtures("clock", "_reading_here")


def test_several_numbers_for_one_name_and_birth_date_are_bad_rows(
    renee: Account, bob_actor: Actor
) -> None:
    names = [("Renée", "Maes"), ("Maes", "Renee"), ("Ren-ée", "Ma es"), ("RENÉE", "Maes")]
    rows = []
    for n, (first, last) in zip(count(1), names, strict=False):
        rows.append(newcomer(number=number(n), stamnummer=str(n), first_name=first, last_name=last))
    run = run_import(bob_actor, csv_file([*rows, pupil(7, institution="999913")]))
    assert counts(run) == (1, 0, 0, 0)
    assert set(reasons(run)) == {2, 3, 4, 5}
    assert "rij 3, 4, 5" in reasons(run)[2]
    claims = NumberClaim.objects.filter(institution=bob_actor.institution)
    assert claims.values("identity_hash").distinct().count() == 1


def under_many_names(**changes: str) -> list[Pupil]:
    """Guesses at Renée's number under her last name, each with a first name of its own."""
    rows = []
    for counter in range(1, 30):
        row = newcomer(number=number(counter), stamnummer=str(counter), first_name=f"Bo{counter}")
        row |= {"official_first_name": "", "official_last_name": ""}
        rows.append(row | {field: value.format(counter) for field, value in changes.items()})
    return rows


@pytest.mark.parametrize(
    "names",
    [
        {},
        {"first_name": "{}", "last_name": "M a-e s"},
        {"last_name": "Nel{}", "official_last_name": "Maes"},
    ],
)
def test_guesses_under_many_first_names_recognise_nobody(
    renee: Account, bob_actor: Actor, names: dict[str, str]
) -> None:
    """The first name need not agree, so there are as many names as numbers."""
    run = run_import(bob_actor, csv_file(under_many_names(**names)), full_list=False)
    assert (run.new, run.recognised, len(run.problems)) == (0, 0, 29)
    assert not Enrolment.objects.of(bob_actor.institution).exists()


def test_guesses_of_one_first_name_a_file_end_too(
    renee: Account, bob_actor: Actor, clock: time_machine.Traveller
) -> None:
    taken = 0
    for row in reversed(under_many_names(ends_on="31/08/2028")):
        clock.shift(7 * 24 * 3600)
        run = run_import(bob_actor, csv_file([row]), full_list=False)
        taken += run.new
    assert taken == MOST_OF_A_LAST_NAME
    assert not Enrolment.objects.of(bob_actor.institution).filter(student=renee.student).exists()


def test_guesses_on_one_stamnummer_under_many_first_names_end_too(
    renee: Account, bob_actor: Actor, clock: time_machine.Traveller
) -> None:
    taken = 0
    for row in reversed(under_many_names(ends_on="31/08/2028", stamnummer="5")):
        clock.shift(7 * 24 * 3600)
        run = run_import(bob_actor, csv_file([row]), full_list=False)
        taken += run.new + run.changed
    assert taken == MOST_OF_A_LAST_NAME


def test_official_names_of_an_earlier_file_recognise_nobody(
    renee: Account, bob_actor: Actor
) -> None:
    """Pupils born on other days have her official name; then they get her birth date, corrected."""
    others = []
    for n in range(1, 30):
        changes = {"last_name": f"Nel{n}", "official_last_name": "Maes", "stamnummer": str(n)}
        others.append(pupil(n + 40, institution="999913", **changes))
    run_import(bob_actor, csv_file(others))

    guesses = under_many_names(last_name="Nel{}")
    content = csv_file(guesses, without("official_first_name", "official_last_name"))
    run = upload(bob_actor, content, full_list=False)
    answers = {str(row): Choice.CORRECTED.value for row in range(2, 31)}
    actions.answer(by=bob_actor, run_id=run.pk, answers=answers)
    run.refresh_from_db()
    seen = Draft(run).plan.fingerprint
    run = actions.confirm(by=bob_actor, run_id=run.pk, confirm_many_ended=True, seen=seen)
    assert (run.changed, run.recognised) == (29, 0)


def test_no_number_is_kept_for_a_pupil_who_is_still_to_come(
    alice_actor: Actor, bob_actor: Actor, clock: time_machine.Traveller
) -> None:
    """Who held all the numbers of a birth date would have the say over the pupil who comes."""
    run_import(bob_actor, csv_file(under_many_names()), full_list=False)
    clock.shift(60)
    run_import(alice_actor, csv_file([RENEE]))
    day = date(2026, 11, 30)
    assert not Enrolment.objects.of(alice_actor.institution).held_on(day).exists()


def test_quadruplets_are_no_guesses(bob_actor: Actor) -> None:
    run = run_import(bob_actor, csv_file(under_many_names()[:4]))
    assert (run.new, run.problems) == (4, [])
    again = under_many_names(class_code="1Z")[:4]
    assert run_import(bob_actor, csv_file(again)).changed == 4


def test_guesses_of_one_row_a_file_end_with_the_first(
    renee: Account, bob_actor: Actor, clock: time_machine.Traveller
) -> None:
    """Each file its own stamnummer; in the files between, the former guess is taken back."""
    refused = 0
    for week, counter in enumerate(range(5, 55)):
        clock.shift(6 * 24 * 3600)
        row = newcomer(number=number(counter), stamnummer=str(100 + week), ends_on="31/08/2028")
        run = run_import(bob_actor, csv_file([row]), full_list=False)
        refused += len(run.problems)
        run_import(bob_actor, csv_file([pupil(9, institution="999913", ends_on="31/08/2028")]))
    assert refused == 49
    assert "al een ander" in run.problems[0]["reason"]
    assert Enrolment.objects.filter(student=renee.student).count() == 1


def test_guesses_on_one_stamnummer_end_with_the_second(
    renee: Account, bob_actor: Actor, clock: time_machine.Traveller
) -> None:
    """A bis number that becomes a national number is right once a year, not every week."""
    taken = 0
    for counter in range(5, 25):
        clock.shift(7 * 24 * 3600)
        row = newcomer(number=number(counter), ends_on="31/08/2028")
        run = run_import(bob_actor, csv_file([row]), full_list=False)
        taken += run.new + run.changed
    assert taken == 2
    (conflict,) = Draft(upload(bob_actor, csv_file([row]))).plan.conflicts
    assert conflict.choices == (Choice.WITHOUT_NUMBER,)


def test_after_a_year_another_number_is_no_guess_any_more(
    bob_actor: Actor, clock: time_machine.Traveller
) -> None:
    gone = pupil(9, institution="999913", ends_on="31/08/2029")
    run_import(bob_actor, csv_file([newcomer(), gone]))
    run_import(bob_actor, csv_file([gone]))
    clock.shift(YEAR + 2 * 24 * 3600)
    call_command("erase_expired")
    assert not NumberClaim.objects.exists()
    later = newcomer(number=number(5), starts_on="01/09/2027", ends_on="31/08/2028")
    assert run_import(bob_actor, csv_file([gone, later])).new == 1


def test_a_pupil_of_the_school_is_never_a_guess(bob_actor: Actor) -> None:
    twin = newcomer(number=number(5), stamnummer="6")
    run_import(bob_actor, csv_file([newcomer()]))
    run = run_import(bob_actor, csv_file([newcomer(class_code="1Z"), twin]))
    assert (run.changed, set(reasons(run))) == (1, {3})


def test_a_pupil_whose_number_is_doubted_can_be_imported_without_it(bob_actor: Actor) -> None:
    rows = [newcomer(), newcomer(number=number(5), stamnummer="6")]
    run = upload(bob_actor, csv_file(rows), full_list=False)
    answers = {"2": Choice.WITHOUT_NUMBER.value, "3": Choice.WITHOUT_NUMBER.value}
    actions.answer(by=bob_actor, run_id=run.pk, answers=answers)
    run.refresh_from_db()
    plan = Draft(run).plan
    assert (len(plan.new), plan.problems, len(plan.conflicts)) == (2, [], 2)


def test_whole_schools_may_be_born_on_one_day(bob_actor: Actor) -> None:
    rows = [
        pupil(n, birth_date=f"{BORN:%d/%m/%Y}", number=number(n), institution="999913")
        for n in range(1, 300)
    ]
    assert run_import(bob_actor, csv_file(rows)).new == 299
