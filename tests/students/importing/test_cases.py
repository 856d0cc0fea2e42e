"""Lists as schools really send them: each file of `cases`, and what must become of it.

Where a file only makes sense for a school that has the pupils already, the good list comes first.
What a whole kind of file must do is in `kinds`.
"""

from datetime import date

import pytest

from schoolloket.institutions.actors import Actor
from students.importing import UnusableFile
from students.models import Student
from tests.students.helpers import upload
from tests.students.importing.cast import (
    BORN,
    CASES,
    NAMES,
    ROMY,
    SIX,
    STAMNUMMERS,
    after,
    all_said,
    born,
    case,
    classes,
    imported,
    is_untouched,
    known_by_number,
    last_days,
    names,
    nightly,
    preview,
    stamnummers,
    stored,
    told,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]
NUMBERED = [f"000000{number}" for number in range(1, 7)]


def holds_all_six(actor: Actor) -> None:
    """The school has the six pupils, each with everything that the good list says."""
    assert (stamnummers(actor), names(actor), born(actor)) == (STAMNUMMERS, NAMES, BORN)
    assert classes(actor) == ["6A"] * 6
    assert {each.administrative_group for each in stored(actor)} == {"6de leerjaar"}
    assert [each.student.sex for each in stored(actor)] == ["V", "M", "V", "M", "V", "M"]
    assert {each.starts_on for each in stored(actor)} == {date(2026, 9, 1)}
    assert last_days(actor) == {date(2027, 8, 31)}
    assert known_by_number(actor) == 6


def test_the_good_list(alice_actor: Actor) -> None:
    plan = preview(alice_actor, case("baseline.csv"))
    assert (plan.problems, plan.remarks, plan.conflicts, plan.warnings) == ([], [], [], [])
    imported(alice_actor, case("baseline.csv"))
    holds_all_six(alice_actor)
    assert is_untouched(preview(alice_actor, case("baseline.csv")))


# Sheets and files -------------------------------------------------------------------------------


def test_a_sheet_for_each_class(alice_actor: Actor) -> None:
    plan = preview(alice_actor, case("sheet-per-class.xlsx"))
    assert (len(plan.new), plan.problems, plan.withheld) == (6, [], 0)
    assert [str(entry.row) for entry in plan.new] == [
        "2 van blad “6A”",
        "3 van blad “6A”",
        "2 van blad “6B”",
        "3 van blad “6B”",
        "2 van blad “6C”",
        "3 van blad “6C”",
    ]
    imported(alice_actor, case("sheet-per-class.xlsx"))
    assert (names(alice_actor), born(alice_actor)) == (NAMES, BORN)
    assert classes(alice_actor) == ["6A", "6A", "6B", "6B", "6C", "6C"]


def test_a_sheet_for_each_class_ends_only_who_is_on_none(alice_actor: Actor) -> None:
    after(alice_actor, *SIX, ROMY)
    plan = preview(alice_actor, case("sheet-per-class.xlsx"))
    assert [ending.stamnummer for ending in plan.ended] == ["7100107"]
    assert [entry.enrolment["class_code"] for entry in plan.changed] == ["6B", "6B", "6C", "6C"]


def test_a_cover_sheet_before_the_list(alice_actor: Actor) -> None:
    after(alice_actor, ROMY)
    plan = preview(alice_actor, case("cover-sheet-first.xlsx"))
    assert (len(plan.new), plan.problems) == (6, [])
    assert "Exportoverzicht" in all_said(plan)
    # It names no pupil, so it keeps nobody.
    assert ([ending.stamnummer for ending in plan.ended], plan.withheld) == (["7100107"], 0)
    imported(alice_actor, case("cover-sheet-first.xlsx"), full_list=False)
    assert names(alice_actor) == [*NAMES, "Romy Segers"]


def test_rows_that_a_filter_hides_are_read_and_named(alice_actor: Actor) -> None:
    plan = preview(alice_actor, case("hidden-rows.xlsx"))
    assert (len(plan.new), plan.problems) == (6, [])
    assert "2 verborgen rijen" in all_said(plan)
    imported(alice_actor, case("hidden-rows.xlsx"))
    holds_all_six(alice_actor)


@pytest.mark.parametrize("name", ["strict-ooxml.xlsx", "backslash-parts.xlsx"])
def test_workbooks_that_excel_opens_are_read(alice_actor: Actor, name: str) -> None:
    plan = preview(alice_actor, case(name))
    assert (plan.problems, plan.remarks, plan.conflicts) == ([], [], [])
    imported(alice_actor, case(name))
    holds_all_six(alice_actor)


@pytest.mark.parametrize(
    ("name", "what"), [("html-table.xls", "webpagina"), ("libreoffice.ods", "OpenDocument")]
)
def test_what_is_no_workbook_is_named_with_what_to_do(
    alice_actor: Actor, name: str, what: str
) -> None:
    with pytest.raises(UnusableFile, match=what) as told_what:
        upload(alice_actor, case(name))
    assert ".xlsx" in str(told_what.value)
    assert "beschadigd" not in str(told_what.value)


def test_formulas_without_a_result_are_named(alice_actor: Actor) -> None:
    after(alice_actor)
    plan = preview(alice_actor, case("formulas-never-calculated.xlsx"))
    assert list(told(plan.problems)) == [2, 3, 4, 5, 6, 7]
    assert (plan.new, plan.changed, plan.ended) == ([], [], [])
    (warning,) = plan.warnings
    assert "formule" in warning
    assert "Open" in warning
    assert "Excel" in warning


# Text -------------------------------------------------------------------------------------------


def test_letters_that_were_lost_make_no_name(alice_actor: Actor) -> None:
    plan = preview(alice_actor, case("replacement-characters.csv"))
    assert list(told(plan.problems)) == [2, 3, 4, 6]
    imported(alice_actor, case("replacement-characters.csv"))
    assert names(alice_actor) == ["Kobe Verlinden", "Rayan Ouali"]


def test_letters_that_were_lost_change_and_end_nobody(alice_actor: Actor) -> None:
    after(alice_actor)
    assert is_untouched(preview(alice_actor, case("replacement-characters.csv")), 2)


def test_an_old_macs_letters_are_read_and_asked_about(alice_actor: Actor) -> None:
    plan = preview(alice_actor, case("mac-roman.csv"))
    (warning,) = plan.warnings
    (question,) = plan.questions
    assert "Mac Roman" in warning
    assert "Klopt dit: " in question
    assert "Björn" in question
    imported(alice_actor, case("mac-roman.csv"))
    holds_all_six(alice_actor)


def test_signs_that_nobody_sees_change_nothing(alice_actor: Actor) -> None:
    after(alice_actor)
    plan = preview(alice_actor, case("invisible-characters.csv"), full_list=False)
    assert is_untouched(plan, 4)


def test_signs_that_nobody_sees_are_not_kept(alice_actor: Actor) -> None:
    imported(alice_actor, case("invisible-characters.csv"))
    assert names(alice_actor) == NAMES[:4]


# Identifiers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["equals-quoted-stamnummer.csv", "apostrophe-prefix.csv"])
def test_what_keeps_zeros_from_excel_is_no_part_of_the_stamnummer(
    alice_actor: Actor, name: str
) -> None:
    plan = preview(alice_actor, case(name))
    assert (len(plan.new), plan.problems, plan.remarks) == (6, [], [])
    imported(alice_actor, case(name))
    assert (stamnummers(alice_actor), names(alice_actor)) == (NUMBERED, NAMES)
    assert (known_by_number(alice_actor), born(alice_actor)) == (6, BORN)


def test_numbers_that_became_decimal(alice_actor: Actor) -> None:
    imported(alice_actor, case("dot-zero.csv"))
    holds_all_six(alice_actor)
    assert is_untouched(preview(alice_actor, case("baseline.csv")))


def test_numbers_that_excel_shortened_change_nothing(alice_actor: Actor) -> None:
    after(alice_actor)
    plan = preview(alice_actor, case("number-in-scientific-notation.csv"))
    assert is_untouched(plan)
    assert list(told(plan.remarks)) == [2, 3, 4, 5, 6, 7]
    assert all("Excel kortte het nummer in" in reason for reason in told(plan.remarks).values())
    imported(alice_actor, case("number-in-scientific-notation.csv"))
    holds_all_six(alice_actor)


def test_numbers_that_excel_shortened_are_no_numbers_of_new_pupils(alice_actor: Actor) -> None:
    imported(alice_actor, case("number-in-scientific-notation.csv"))
    assert (names(alice_actor), known_by_number(alice_actor)) == (NAMES, 0)


# Dates ------------------------------------------------------------------------------------------


def test_days_that_begin_some_seconds_early(alice_actor: Actor) -> None:
    plan = preview(alice_actor, case("dates-seconds-before-midnight.xlsx"))
    assert (plan.conflicts, plan.problems) == ([], [])
    imported(alice_actor, case("dates-seconds-before-midnight.xlsx"))
    holds_all_six(alice_actor)


@pytest.mark.parametrize("name", ["end-date-9999.csv", "end-date-zero.xlsx"])
def test_an_end_of_time_is_the_end_of_the_school_year(alice_actor: Actor, name: str) -> None:
    plan = preview(alice_actor, case(name))
    assert (len(plan.new), plan.problems, plan.remarks) == (6, [], [])
    imported(alice_actor, case(name))
    holds_all_six(alice_actor)


def test_nobody_was_born_in_another_century_or_this_year(alice_actor: Actor) -> None:
    plan = preview(alice_actor, case("birth-dates-of-another-century.csv"))
    reasons = told(plan.problems)
    assert (plan.new, list(reasons)) == ([], [2, 3, 4, 5])
    assert all("geboortedatum" in reason for reason in reasons.values())
    assert all("Kijk ze na" in reasons[row] for row in (2, 3, 5))
    assert "geen datum" in reasons[4]


def test_birth_dates_with_the_month_first(alice_actor: Actor) -> None:
    plan = preview(alice_actor, case("us-birth-dates.csv"))
    assert (len(plan.new), plan.problems) == (6, [])
    (warning,) = plan.warnings
    assert "maand" in warning
    imported(alice_actor, case("us-birth-dates.csv"))
    assert (names(alice_actor), born(alice_actor)) == (NAMES, BORN)


# Rows that are no pupils ------------------------------------------------------------------------


def test_headings_that_come_again_are_no_pupil(alice_actor: Actor) -> None:
    after(alice_actor, *SIX, ROMY)
    plan = preview(alice_actor, case("heading-repeated.csv"))
    assert (plan.new, plan.problems, list(told(plan.remarks))) == ([], [], [5])
    assert [ending.stamnummer for ending in plan.ended] == ["7100107"]


def test_two_class_lists_in_one_file_are_one_list(alice_actor: Actor) -> None:
    imported(alice_actor, case("heading-repeated.csv"))
    assert names(alice_actor) == NAMES
    assert classes(alice_actor) == ["6A", "6A", "6A", "6B", "6B", "6B"]


def test_a_total_below_the_list_is_no_pupil(alice_actor: Actor) -> None:
    after(alice_actor, *SIX, ROMY)
    plan = preview(alice_actor, case("footer-without-stamnummer.csv"))
    assert (plan.unchanged, plan.problems, list(told(plan.remarks))) == (6, [], [8])
    assert ([ending.stamnummer for ending in plan.ended], plan.withheld) == (["7100107"], 0)


def test_the_report_of_a_list_with_a_total(alice_actor: Actor) -> None:
    after(alice_actor, *SIX, ROMY)
    status, report = nightly(alice_actor, CASES / "footer-without-stamnummer.csv")
    assert (status, report["ended"], report["withheld"], report["warnings"]) == (0, 1, 0, [])
    assert [remark["row"] for remark in report["remarks"]] == [8]


# Headings and values ----------------------------------------------------------------------------


def test_headings_with_units(alice_actor: Actor) -> None:
    plan = preview(alice_actor, case("headings-with-units.csv"))
    assert (plan.problems, plan.remarks, plan.warnings) == ([], [], [])
    imported(alice_actor, case("headings-with-units.csv"))
    holds_all_six(alice_actor)


def test_every_heading_with_a_unit_is_taken(alice_actor: Actor) -> None:
    _, report = nightly(alice_actor, CASES / "headings-with-units.csv")
    assert (len(report["columns"]), report["ignored_columns"]) == (10, [])


def test_sexes_in_other_words(alice_actor: Actor) -> None:
    after(alice_actor)
    plan = preview(alice_actor, case("sex-values.csv"))
    assert is_untouched(plan)
    assert list(told(plan.remarks)) == [3, 7]
    imported(alice_actor, case("sex-values.csv"))
    holds_all_six(alice_actor)


def test_a_word_that_is_no_sex_is_none(alice_actor: Actor) -> None:
    imported(alice_actor, case("sex-values.csv"))
    assert [each.student.sex for each in stored(alice_actor)] == ["V", "", "V", "M", "V", ""]


def test_errors_in_cells_change_and_end_nobody(alice_actor: Actor) -> None:
    after(alice_actor)
    plan = preview(alice_actor, case("error-values.xlsx"))
    assert is_untouched(plan, 3)
    assert list(told(plan.problems)) == [4, 5, 6]
    assert list(told(plan.remarks)) == [2, 3]
    imported(alice_actor, case("error-values.xlsx"))
    holds_all_six(alice_actor)


def test_errors_in_cells_are_not_read(alice_actor: Actor) -> None:
    imported(alice_actor, case("error-values.xlsx"))
    assert names(alice_actor) == ["Zoë De Smedt", "Björn Vanhoutte", "Rayan Ouali"]
    assert classes(alice_actor) == ["", "6A", "6A"]
    assert [each.administrative_group for each in stored(alice_actor)] == [
        "6de leerjaar",
        "",
        "6de leerjaar",
    ]


def test_a_class_that_became_a_date_is_not_the_class(alice_actor: Actor) -> None:
    after(alice_actor)
    plan = preview(alice_actor, case("class-became-a-date.xlsx"))
    assert is_untouched(plan)
    assert list(told(plan.remarks)) == [2, 3, 4]
    assert all("datum" in reason for reason in told(plan.remarks).values())


def test_a_class_that_became_a_date_is_left_open_for_a_new_pupil(alice_actor: Actor) -> None:
    imported(alice_actor, case("class-became-a-date.xlsx"))
    assert (names(alice_actor), classes(alice_actor)) == (NAMES, ["", "", "", "6A", "6A", "6A"])


# All of them ------------------------------------------------------------------------------------

# 0: all well; 1: nothing imported; 2: imported, but somebody must look. A star: either 0 or 2.
STATUSES = {
    "apostrophe-prefix.csv": "0",
    "backslash-parts.xlsx": "0",
    "baseline.csv": "0",
    "birth-dates-of-another-century.csv": "1",
    "class-became-a-date.xlsx": "*",
    "cover-sheet-first.xlsx": "*",
    "dates-seconds-before-midnight.xlsx": "0",
    "dot-zero.csv": "0",
    "end-date-9999.csv": "0",
    "end-date-zero.xlsx": "0",
    "equals-quoted-stamnummer.csv": "0",
    "error-values.xlsx": "2",
    "footer-without-stamnummer.csv": "0",
    "formulas-never-calculated.xlsx": "1",
    "heading-repeated.csv": "0",
    "headings-with-units.csv": "0",
    "hidden-rows.xlsx": "*",
    "html-table.xls": "1",
    "invisible-characters.csv": "0",
    "libreoffice.ods": "1",
    "mac-roman.csv": "2",
    "number-in-scientific-notation.csv": "*",
    "replacement-characters.csv": "2",
    "sex-values.csv": "*",
    "sheet-per-class.xlsx": "*",
    "strict-ooxml.xlsx": "0",
    "us-birth-dates.csv": "2",
}


def test_every_case_is_here() -> None:
    files = {file.name for file in CASES.iterdir()}
    assert files - {"README.md"} == STATUSES.keys()


@pytest.mark.usefixtures("in_a_child")
@pytest.mark.parametrize("name", STATUSES)
def test_the_command_says_by_its_status_how_it_went(alice_actor: Actor, name: str) -> None:
    status, report = nightly(alice_actor, CASES / name)
    assert status in ((0, 2) if STATUSES[name] == "*" else (int(STATUSES[name]),))
    assert ("error" in report) == (STATUSES[name] == "1")


@pytest.mark.parametrize("name", STATUSES)
def test_no_case_makes_up_a_pupil_or_ends_one_whom_it_names(alice_actor: Actor, name: str) -> None:
    after(alice_actor)
    nightly(alice_actor, CASES / name)
    assert (set(names(alice_actor)), Student.objects.count()) == (set(NAMES), 6)
    # Of the six these two are in all the files but one.
    absent = {"Amélie D'Hoore", "Rayan Ouali"} if name == "invisible-characters.csv" else set()
    ended = [each for each in stored(alice_actor) if each.ends_on < date(2027, 8, 31)]
    assert {f"{each.first_name} {each.last_name}" for each in ended} == absent


@pytest.mark.parametrize("name", STATUSES)
def test_a_case_says_the_same_twice(alice_actor: Actor, name: str) -> None:
    nightly(alice_actor, CASES / name, "--partial")
    once = [(each.stamnummer, each.class_code, each.ends_on) for each in stored(alice_actor)]
    _, report = nightly(alice_actor, CASES / name, "--partial")
    assert (report.get("new", 0), report.get("changed", 0), report.get("ended", 0)) == (0, 0, 0)
    again = [(each.stamnummer, each.class_code, each.ends_on) for each in stored(alice_actor)]
    assert again == once
