"""Dates in the order of their column, rounded where a program wrote them early, or refused."""

from datetime import date

import pytest

from schoolloket.institutions.actors import Actor
from students.importing import UnusableFile
from students.importing.dates import Order, as_date, orders_of
from students.importing.draft import Draft
from students.models import Enrolment, Student
from tests.students.helpers import csv_file, pupil, pupils, reasons, run_import, upload

BORN = date(2010, 11, 7)


@pytest.mark.parametrize(
    "text",
    [
        "7/11/2010 0:00",
        "2010-11-07T00:00:00",
        "06/11/2010 23:59:16",
        "2010-11-06 23:00:00",
        "2010-11-06T22:00:00.000Z",
        "2010-11-07T00:00:00+01:00",
        "7/11/2010 12:00:00 AM",
        "7/11/2010 14:30",
        "40489",
        "40488.99949",
        "40489,25",
    ],
)
def test_a_time_rounds_to_its_day_and_shortly_before_midnight_to_the_next(text: str) -> None:
    assert as_date(text) == BORN


@pytest.mark.parametrize(
    "text", ["2013", "99", "9999", "7/11/10", "31/02/2010", "24/11/2010 25:00", "x" * 1_000]
)
def test_a_bare_year_and_other_texts_are_no_date(text: str) -> None:
    assert as_date(text) is None


# The order of day and month ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["07/11/2010", "01/02/2010"], Order.DAY_FIRST),
        (["23/11/2010", "01/02/2010"], Order.DAY_FIRST),
        (["11/23/2010", "01/02/2010"], Order.MONTH_FIRST),
        (["11/23/2010", "23/11/2010"], Order.MIXED),
        (["11/23/2010", *(f"{day}/11/2010" for day in range(13, 31))], Order.MIXED),
        (["2010-11-23", "40489", "", "x", "31/31/2010"], Order.DAY_FIRST),
    ],
)
def test_one_order_holds_for_a_column(texts: list[str], order: Order) -> None:
    assert orders_of({"birth_date": texts}) == {"birth_date": order}


def test_few_against_many_are_typing_errors() -> None:
    many = [f"{day}/{month}/2010" for day in range(13, 28) for month in (10, 11)]
    assert orders_of({"birth_date": ["11/23/2010", *many]}) == {"birth_date": Order.DAY_FIRST}


def test_a_column_that_leaves_it_open_is_written_as_the_others() -> None:
    columns = {"birth_date": {"11/23/2010", "11/24/2010"}, "starts_on": {"09/01/2026"}}
    assert set(orders_of(columns).values()) == {Order.MONTH_FIRST}
    typed_wrong = {"birth_date": {"23/11/2010"}, "starts_on": {"01/09/2026", "01/13/2026"}}
    assert set(orders_of(typed_wrong).values()) == {Order.DAY_FIRST}


def month_first(count: int) -> list[dict[str, str]]:
    rows = pupils(count, starts_on="09/01/2026", ends_on="08/31/2027")
    for row in rows:
        day, month, year = row["birth_date"].split("/")
        row["birth_date"] = f"{month}/{day}/{year}"
    return rows


def test_a_list_with_the_month_first_is_read_so_throughout_and_says_so(alice_actor: Actor) -> None:
    run = run_import(alice_actor, csv_file(month_first(3)))
    assert "maand/dag/jaar" in run.warnings[0]
    born = Student.objects.order_by("birth_date").values_list("birth_date", flat=True)
    assert list(born) == [date(2010, 1, 1), date(2010, 1, 2), date(2010, 1, 3)]
    assert set(Enrolment.objects.values_list("starts_on", flat=True)) == {date(2026, 9, 1)}


def test_a_list_in_both_orders_is_refused(alice_actor: Actor) -> None:
    both = [*month_first(2), *pupils(4)[2:]]
    with pytest.raises(UnusableFile, match="dag/maand/jaar en andere als maand/dag/jaar"):
        run_import(alice_actor, csv_file(both))


# No date, and no end ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("31/12/9999", "9999-12-31", "31/12/2999", "2999", "9999", "2958465", "31/12/2099"),
        *("0", "0/01/1900", "1900-01-00", "00:00:00", "1/01/1900", "1899-12-30", "00/00/0000", "-"),
    ],
)
def test_an_end_of_time_and_a_zero_are_no_end_date(alice_actor: Actor, text: str) -> None:
    run_import(alice_actor, csv_file([pupil(1, ends_on=text)]))
    assert Enrolment.objects.get().ends_on == date(2027, 8, 31)


# Ages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["17/03/1912", "1/01/1900", "2013", "17/06/2026", "05/05/1990"])
def test_a_birth_date_of_no_pupil_is_a_bad_row(alice_actor: Actor, text: str) -> None:
    run = run_import(alice_actor, csv_file([pupil(1, number="", birth_date=text), pupil(2)]))
    assert list(reasons(run)) == [2]


@pytest.mark.parametrize("text", ["01/02/2024", "23/11/2024", "01/09/1996"])
def test_the_youngest_and_the_oldest_pupils_are_read(alice_actor: Actor, text: str) -> None:
    plan = Draft(upload(alice_actor, csv_file([pupil(1, number="", birth_date=text)]))).plan
    assert plan.problems == []
