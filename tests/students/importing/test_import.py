"""An import and the enrolments of a school: new, changed, ended and matched by number."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from schoolloket.core import exceptions
from schoolloket.institutions.actors import Actor
from students.importing import UnusableFile, actions
from students.importing.draft import Draft
from students.models import Enrolment, Student
from tests.students.helpers import (
    DEMO_DATA,
    Pupil,
    counts,
    csv_file,
    national_number,
    of,
    pupil,
    pupils,
    reasons,
    run_import,
    upload,
    without,
)

pytestmark = pytest.mark.usefixtures("clock")
State = Student.OfficialData
NEXT_YEAR = {"starts_on": "01/09/2027", "ends_on": "31/08/2028"}


def change(actor: Actor, row: Pupil, *, full_list: bool = True) -> dict[str, tuple[str, str]]:
    """The differences that the preview shows for one row."""
    run = upload(actor, csv_file([row]), full_list=full_list)
    (entry,) = Draft(run).plan.changed
    return {d.label: (d.old, d.new) for d in entry.differences}


# Rows -------------------------------------------------------------------------------------------


def test_new_pupil_gets_an_enrolment_and_official_data(alice_actor: Actor) -> None:
    run = run_import(alice_actor, csv_file([pupil(1, first_name="Süheda")]))
    enrolment = of(alice_actor, 1)
    student = enrolment.student
    assert counts(run) == (1, 0, 0, 0)
    assert (enrolment.starts_on, enrolment.ends_on) == (date(2026, 9, 1), date(2027, 8, 31))
    assert (enrolment.first_name, enrolment.first_name_key) == ("Süheda", "suheda")
    assert (enrolment.class_code, enrolment.administrative_group) == ("6A", "6de leerjaar")
    assert (student.birth_date, student.sex) == (date(2010, 1, 2), "V")
    assert student.official_data == State.AVAILABLE
    assert student.official_first_name == "Voornaam1 Maria"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"number": ""}, State.NUMBER_MISSING),
        ({"number": "12345678901"}, State.NUMBER_INVALID),
        ({"official_first_name": "", "official_last_name": ""}, State.NOT_RECEIVED),
    ],
)
def test_official_data_only_with_a_valid_number_and_official_names(
    alice_actor: Actor, changes: dict[str, str], state: str
) -> None:
    run = run_import(alice_actor, csv_file([pupil(1, **changes)]))
    student = of(alice_actor, 1).student
    assert counts(run) == (1, 0, 0, 0)
    assert (student.official_data, student.official_first_name) == (state, "")


def test_same_file_again_changes_nothing_and_writes_no_rows(
    alice_actor: Actor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    content = csv_file([*pupils(5), pupil(5, number=""), pupil(6, number="1")])
    run_import(alice_actor, content)
    run = upload(alice_actor, content)
    seen = Draft(run).plan.fingerprint
    with django_assert_max_num_queries(12) as queries:
        done = actions.confirm(by=alice_actor, run_id=run.pk, confirm_many_ended=False, seen=seen)
    assert counts(done) == (0, 0, 0, 7)
    written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert all("students_importrun" in sql for sql in written)


def test_changed_fields_are_named_one_by_one(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(2)))
    changed = pupil(1, class_code="5B", last_name="Ñame", sex="M", ends_on="30/06/2027")
    assert change(alice_actor, changed) == {
        "klas": ("6A", "5B"),
        "naam": ("Naam1", "Ñame"),
        "geslacht": ("V", "M"),
        "einddatum": ("31/08/2027", "30/06/2027"),
    }
    run_import(alice_actor, csv_file([changed]), full_list=False)
    enrolment = of(alice_actor, 1)
    assert (enrolment.class_code, enrolment.last_name_key) == ("5B", "name")
    assert (enrolment.student.sex, enrolment.ends_on) == ("M", date(2027, 6, 30))


def test_a_column_that_the_file_lacks_changes_nothing(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    columns = without(
        "institution", "official_first_name", "official_last_name", "sex", "number", "group"
    )
    assert counts(run_import(alice_actor, csv_file(pupils(3), columns))) == (0, 0, 0, 3)
    columns = without("starts_on", "official_first_name", "official_last_name")
    assert counts(run_import(alice_actor, csv_file(pupils(3), columns))) == (0, 0, 0, 3)


def test_an_emptied_cell_is_a_change(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1)]))
    assert change(alice_actor, pupil(1, class_code="")) == {"klas": ("6A", "")}


def test_an_empty_cell_of_an_addition_wipes_nothing(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1, number="", ends_on="30/06/2027")]))
    emptied = pupil(1, number="", class_code="", group="", sex="", birth_date="", ends_on="")
    assert counts(run_import(alice_actor, csv_file([emptied]), full_list=False)) == (0, 0, 0, 1)
    assert of(alice_actor, 1).ends_on == date(2027, 6, 30)


def test_what_the_eye_cannot_see_is_no_change(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1, first_name="Zoë")]))
    Enrolment.objects.update(first_name="Zo\u00ade\u0308")
    run = run_import(alice_actor, csv_file([pupil(1, first_name="Zoë")]))
    assert counts(run) == (0, 0, 0, 1)


def test_corrected_begin_date_stays_one_enrolment(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1)]))
    run = run_import(alice_actor, csv_file([pupil(1, starts_on="15/09/2026")]))
    assert counts(run) == (0, 1, 0, 0)
    assert of(alice_actor, 1).starts_on == date(2026, 9, 15)


def test_a_pupil_enrolled_today_stays_enrolled_when_the_row_begins_later(
    alice_actor: Actor,
) -> None:
    run_import(alice_actor, csv_file([pupil(1)]))
    run = run_import(alice_actor, csv_file([pupil(1, starts_on="10/01/2027")]))
    assert counts(run) == (1, 0, 0, 0)
    assert Enrolment.objects.running(date(2026, 11, 23)).count() == 1


# Matching ---------------------------------------------------------------------------------------


def test_number_and_birth_date_find_the_student_under_another_stamnummer(
    alice_actor: Actor,
) -> None:
    run_import(alice_actor, csv_file(pupils(2)))
    assert change(alice_actor, pupil(1, stamnummer="777")) == {"stamnummer": ("1001", "777")}


def test_without_a_number_the_stamnummer_finds_the_student(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1, number="", first_name="Jan")]))
    run_import(alice_actor, csv_file([pupil(1, number="", first_name="Johan")]))
    assert Student.objects.count() == 1


def test_a_number_that_arrives_later_completes_the_student(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1, number="")]))
    run_import(alice_actor, csv_file([pupil(1)]))
    student = Student.objects.get()
    assert student.identity_hash
    assert student.official_data == State.AVAILABLE


EMPTY = {"number": "", "official_first_name": "", "official_last_name": "", "sex": ""}


@pytest.mark.parametrize("full_list", [True, False])
@pytest.mark.parametrize("emptied", [["number"], ["official_last_name"], ["sex"], [*EMPTY]])
def test_an_empty_cell_wipes_nothing_that_came_with_a_verified_number(
    alice_actor: Actor, emptied: list[str], full_list: bool
) -> None:
    run_import(alice_actor, csv_file([pupil(1)]))
    row = pupil(1, **dict.fromkeys(emptied, ""))
    assert counts(run_import(alice_actor, csv_file([row]), full_list=full_list)) == (0, 0, 0, 1)
    student = Student.objects.get()
    assert (student.official_data, student.official_last_name) == (State.AVAILABLE, "Naam1")


def test_a_verified_birth_date_is_not_overwritten_without_a_number(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1)]))
    run = run_import(alice_actor, csv_file([pupil(1, number="", birth_date="05/05/2011")]))
    assert counts(run) == (0, 0, 0, 1)
    assert "nagekeken met het rijksregister- of bisnummer" in run.remarks[0]["reason"]
    assert Student.objects.get().birth_date == date(2010, 1, 2)


def test_a_birth_date_that_no_number_proved_may_change(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1, number="")]))
    changed = change(alice_actor, pupil(1, number="", birth_date="05/05/2011"))
    assert changed == {"geboortedatum": ("02/01/2010", "05/05/2011")}


def test_bis_number_replaced_by_a_national_number_stays_the_same_student(
    alice_actor: Actor,
) -> None:
    born = date(2010, 1, 2)
    run_import(alice_actor, csv_file([pupil(1, number=national_number(born, 5, bis=True))]))
    before = Student.objects.get()
    assert change(alice_actor, pupil(1)) == {
        "rijksregister- of bisnummer": ("een ander nummer", "nieuw nummer")
    }
    run_import(alice_actor, csv_file([pupil(1)]))
    after = Student.objects.get()
    assert after.pk == before.pk
    assert after.identity_hash != before.identity_hash


def test_another_number_and_birth_date_on_a_used_stamnummer_is_a_bad_row(
    alice_actor: Actor,
) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    run = run_import(alice_actor, csv_file([*pupils(2), pupil(7, stamnummer="1002")]))
    assert "een andere geboortedatum" in reasons(run)[4]
    assert counts(run) == (0, 0, 0, 2)


def test_the_number_of_somebody_else_in_the_school_is_a_bad_row(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    swapped = [pupil(0), pupil(1, stamnummer="1002"), pupil(2, stamnummer="1001")]
    run = run_import(alice_actor, csv_file(swapped))
    assert set(reasons(run)) == {3, 4}
    assert "Het stamnummer is nu van een andere leerling" in reasons(run)[3]
    assert counts(run) == (0, 0, 0, 1)


def test_stamnummer_of_a_pupil_who_left_may_be_given_to_another(alice_actor: Actor) -> None:
    run_import(
        alice_actor, csv_file([pupil(1, starts_on="01/09/2025", ends_on="31/08/2026"), pupil(2)])
    )
    run = run_import(alice_actor, csv_file([pupil(2), pupil(3, stamnummer="1001")]))
    assert counts(run) == (1, 0, 0, 1)
    assert Student.objects.count() == 3


def test_a_pupil_who_comes_back_without_a_number_is_the_same_student(alice_actor: Actor) -> None:
    last_year = pupil(1, number="", starts_on="01/09/2025", ends_on="31/08/2026")
    run_import(alice_actor, csv_file([last_year, pupil(2)]))
    run = run_import(alice_actor, csv_file([pupil(1, number=""), pupil(2)]))
    assert counts(run) == (1, 0, 0, 1)
    assert Student.objects.count() == 2


@pytest.mark.parametrize("key", ["stamnummer", "number"])
def test_the_same_number_twice_in_one_file_makes_both_rows_bad(
    alice_actor: Actor, key: str
) -> None:
    rows = pupils(3)
    twin = pupil(9, **{key: rows[1][key], "birth_date": rows[1]["birth_date"]})
    if key == "stamnummer":
        twin["number"] = national_number(date(2010, 1, 2), 7)
    run = run_import(alice_actor, csv_file([*rows, twin]))
    assert set(reasons(run)) == {3, 5}
    assert "staat ook op rij 5" in reasons(run)[3]
    assert counts(run) == (2, 0, 0, 0)


def test_two_rows_that_lead_to_one_student_are_both_bad(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1)]))
    by_stamnummer, by_number = pupil(1, number=""), pupil(1, stamnummer="777")
    run = run_import(alice_actor, csv_file([by_stamnummer, by_number]))
    # One and the same student has the stamnummer and the number, so neither row can be refused
    # for a contradiction.
    assert set(reasons(run)) == {2, 3}
    assert counts(run) == (0, 0, 0, 0)


def test_a_stamnummer_that_goes_from_one_to_another_in_one_file_makes_both_rows_bad(
    alice_actor: Actor,
) -> None:
    run_import(alice_actor, csv_file([pupil(0, stamnummer="1001")]))
    content = csv_file([pupil(0), pupil(1)])
    for _ in range(2):
        run = run_import(alice_actor, content)
        assert set(reasons(run)) == {2, 3}
        assert counts(run) == (0, 0, 0, 0)


def test_stamnummers_of_other_schools_in_a_common_list_do_not_count(alice_actor: Actor) -> None:
    theirs = pupil(9, institution="999913", stamnummer="1001")
    run = run_import(alice_actor, csv_file([*pupils(3), theirs]))
    assert counts(run) == (3, 0, 0, 0)
    assert list(reasons(run)) == [5]


def test_a_stamnummer_of_another_school_means_nothing_here(
    alice_actor: Actor, bob_actor: Actor
) -> None:
    run_import(bob_actor, csv_file([pupil(1, institution="999913", number="")]))
    run_import(alice_actor, csv_file([pupil(1, number="", last_name="Anders")]))
    assert Student.objects.count() == 2
    assert Enrolment.objects.of(bob_actor.institution).get().last_name == "Naam1"


# Full and partial lists -------------------------------------------------------------------------


def test_full_list_ends_enrolments_it_no_longer_names_on_the_day_before(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(20)))
    run = run_import(alice_actor, csv_file(pupils(19)))
    assert counts(run) == (0, 0, 1, 19)
    assert of(alice_actor, 19).ends_on == date(2026, 11, 22)


def test_an_enrolment_that_ended_earlier_keeps_its_own_end_date(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1, ends_on="31/10/2026"), pupil(2)]))
    assert counts(run_import(alice_actor, csv_file([pupil(2)]))) == (0, 0, 0, 1)
    assert of(alice_actor, 1).ends_on == date(2026, 10, 31)


def test_an_enrolment_of_several_years_belongs_to_the_list_of_this_one(
    alice_actor: Actor,
) -> None:
    run_import(alice_actor, csv_file([pupil(0), pupil(1, starts_on="01/09/2024")]))
    assert counts(run_import(alice_actor, csv_file([pupil(0)]))) == (0, 0, 1, 1)


def test_partial_list_ends_nobody(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    run = run_import(alice_actor, csv_file(pupils(1)), full_list=False)
    assert counts(run) == (0, 0, 0, 1)


def test_list_of_next_school_year_ends_nothing_of_this_one(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    run = run_import(alice_actor, csv_file([pupil(2, **NEXT_YEAR), pupil(3, **NEXT_YEAR)]))
    assert counts(run) == (2, 0, 0, 0)
    assert Enrolment.objects.running(date(2026, 11, 23)).count() == 3
    assert Enrolment.objects.filter(student=of(alice_actor, 0).student).count() == 1


def test_list_of_this_school_year_leaves_the_next_one_alone(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    run_import(alice_actor, csv_file(pupils(5, **NEXT_YEAR)))
    assert counts(run_import(alice_actor, csv_file(pupils(3)))) == (0, 0, 0, 3)


def test_an_enrolment_ahead_that_is_no_longer_named_is_withdrawn(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    run_import(alice_actor, csv_file(pupils(5, **NEXT_YEAR)))
    run = run_import(alice_actor, csv_file(pupils(4, **NEXT_YEAR)))
    assert counts(run) == (0, 0, 1, 4)
    assert Enrolment.objects.count() == 7
    again = run_import(alice_actor, csv_file(pupils(5, **NEXT_YEAR)))
    assert counts(again) == (1, 0, 0, 4)
    assert Student.objects.count() == 5


def test_an_enrolment_that_begins_today_and_is_not_named_is_withdrawn(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1), pupil(2, starts_on="23/11/2026")]))
    run_import(alice_actor, csv_file([pupil(1)]))
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize("full_list", [True, False])
def test_a_list_that_is_wholly_in_the_past_is_refused(alice_actor: Actor, full_list: bool) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    old = pupils(3, starts_on="01/09/2025", ends_on="31/08/2026")
    with pytest.raises(UnusableFile, match="Deze lijst is van schooljaar 2025-2026"):
        run_import(alice_actor, csv_file(old), full_list=full_list)


@pytest.mark.parametrize(
    "broken",
    [{"starts_on": "x"}, {"first_name": ""}, {"institution": "999913"}, {"stamnummer": ""}],
)
def test_a_bad_row_never_ends_the_enrolment_of_its_pupil(
    alice_actor: Actor, broken: dict[str, str]
) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    run = run_import(alice_actor, csv_file([pupil(0), pupil(1, **broken)]))
    assert of(alice_actor, 1).ends_on == date(2027, 8, 31)
    assert of(alice_actor, 2).ends_on == date(2026, 11, 22)
    assert list(reasons(run)) == [3]


def test_a_pupil_who_moved_to_another_school_on_a_common_list_has_left_this_one(
    alice_actor: Actor,
) -> None:
    run_import(alice_actor, csv_file(pupils(2)))
    moved = pupil(1, institution="999913", stamnummer="7")
    assert run_import(alice_actor, csv_file([pupil(0), moved])).ended == 1


def test_a_bad_row_that_names_a_pupil_without_numbers_ends_nobody(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(0), pupil(1, number=""), pupil(2)]))
    run = upload(alice_actor, csv_file([pupil(0), pupil(1, number="", stamnummer="")]))
    plan = Draft(run).plan
    assert plan.withheld
    assert not plan.ended


def test_a_line_under_the_list_is_no_pupil(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    run = run_import(alice_actor, csv_file(pupils(2)) + b"Totaal: 2;;;;;;;;;;;;\r\n")
    assert run.ended == 1


def test_wrong_end_dates_for_all_ask_a_confirmation_too(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    plan = Draft(upload(alice_actor, csv_file(pupils(3, ends_on="31/10/2026")))).plan
    assert plan.stopped == 3
    assert plan.ends_many


@pytest.mark.parametrize(("left", "asks"), [(2, False), (3, True)])
def test_more_than_ten_percent_ended_asks_an_extra_confirmation(
    alice_actor: Actor, left: int, asks: bool
) -> None:
    run_import(alice_actor, csv_file(pupils(20)))
    run = upload(alice_actor, csv_file(pupils(20 - left)))
    plan = Draft(run).plan
    assert plan.ends_many is asks
    arguments = {"by": alice_actor, "run_id": run.pk, "seen": plan.fingerprint}
    if asks:
        with pytest.raises(exceptions.ManyEnded):
            actions.confirm(confirm_many_ended=False, **arguments)
        assert of(alice_actor, 19).ends_on == date(2027, 8, 31)
    actions.confirm(confirm_many_ended=asks, **arguments)
    assert of(alice_actor, 19).ends_on == date(2026, 11, 22)


def test_more_than_ten_percent_withdrawn_asks_an_extra_confirmation(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([*pupils(20), *pupils(0)]))
    run_import(alice_actor, csv_file(pupils(10, **NEXT_YEAR)))
    plan = Draft(upload(alice_actor, csv_file(pupils(8, **NEXT_YEAR)))).plan
    assert (plan.stopped, plan.withdrawn, plan.ends_many) == (0, 2, True)


# Size and the demo's own files ------------------------------------------------------------------


@pytest.mark.parametrize("size", [3, 30])
def test_planning_takes_the_same_number_of_queries_for_any_number_of_rows(
    alice_actor: Actor, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    run_import(alice_actor, csv_file(pupils(size)))
    run = upload(alice_actor, csv_file([*pupils(size, class_code="1A"), pupil(500)]))
    with django_assert_num_queries(6):
        plan = Draft(run).plan
    assert (len(plan.changed), len(plan.new)) == (size, 1)


@pytest.mark.parametrize("size", [3, 30])
def test_applying_takes_the_same_number_of_queries_for_any_number_of_rows(
    alice_actor: Actor, size: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    run_import(alice_actor, csv_file(pupils(size)))
    rows = [*pupils(size - 1, class_code="1A", sex="M"), *(pupil(500 + n) for n in range(size))]
    run = upload(alice_actor, csv_file(rows))
    seen = Draft(run).plan.fingerprint
    with django_assert_max_num_queries(25):
        actions.confirm(by=alice_actor, run_id=run.pk, confirm_many_ended=True, seen=seen)


def test_the_demo_school_through_a_year(alice_actor: Actor, bob_actor: Actor) -> None:
    def read(name: str) -> bytes:
        return (DEMO_DATA / f"discimus-{name}.csv").read_bytes()

    assert counts(run_import(alice_actor, read("999912"))) == (200, 0, 0, 0)
    assert counts(run_import(alice_actor, read("999912"))) == (0, 0, 0, 200)
    assert counts(run_import(alice_actor, read("999912-later"))) == (6, 5, 4, 191)
    assert counts(run_import(alice_actor, read("999912-next-year"))) == (200, 0, 0, 0)
    run = run_import(bob_actor, read("999913"))
    assert counts(run) == (40, 0, 0, 0)
    assert reasons(run) == {}
    assert Student.objects.count() == 200 + 6 + 25 + 37
