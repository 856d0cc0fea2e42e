"""Days are those that were meant, or refused."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from schoolloket.institutions.actors import Actor
from students.importing import UnusableFile
from tests.students.importing.cast import (
    BORN,
    DATES,
    SIX,
    STAMNUMMERS,
    ZOE,
    after,
    born,
    each,
    imported,
    is_untouched,
    known_by_number,
    list_of,
    preview,
    stored,
    table_of,
    told,
    workbook_of,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]
SLASHED = "%d/%m/%Y"


def day_of(text: str) -> datetime:
    return datetime.strptime(text, SLASHED)


def in_utc(text: str) -> str:
    """The beginning of the day here, as programs write it in universal time."""
    moment = day_of(text).replace(tzinfo=ZoneInfo("Europe/Brussels"))
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def early(**before: float) -> Callable[[str], datetime]:
    return lambda text: day_of(text) - timedelta(**before)


@pytest.mark.parametrize(
    "written",
    [
        early(seconds=1),
        early(seconds=16),
        early(seconds=44),
        early(hours=1),
        lambda text: day_of(text) + timedelta(seconds=20),
    ],
)
def test_days_that_programs_store_askew_are_those_days(
    alice_actor: Actor, written: Callable[[str], datetime]
) -> None:
    after(alice_actor)
    content = workbook_of({"6A": table_of(each(*DATES, be=written))})
    assert is_untouched(preview(alice_actor, content))


@pytest.mark.parametrize(
    "written",
    [
        lambda text: f"{text} 00:00",
        lambda text: f"{text} 0:00:00",
        lambda text: f"{day_of(text):%Y-%m-%dT%H:%M:%S}",
        lambda text: f"{day_of(text):%Y-%m-%dT%H:%M:%S}.000",
        lambda text: f"{day_of(text):%Y-%m-%dT%H:%M:%S}Z",
        lambda text: f"{day_of(text):%Y-%m-%dT%H:%M:%S}+01:00",
        lambda text: f"{day_of(text) - timedelta(seconds=44):%Y-%m-%d %H:%M:%S}",
        lambda text: f"{day_of(text) - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}",
        lambda text: f"{day_of(text) - timedelta(hours=1):%d/%m/%Y %H:%M}",
        in_utc,
    ],
)
def test_days_with_a_time_are_days(alice_actor: Actor, written: Callable[[str], str]) -> None:
    after(alice_actor)
    assert is_untouched(preview(alice_actor, list_of(each(*DATES, be=written))))


def test_workbooks_that_count_from_1904(alice_actor: Actor) -> None:
    after(alice_actor)

    def count_from_1904(book: Any) -> None:
        book.epoch = CALENDAR_MAC_1904

    content = workbook_of({"6A": table_of(SIX)}, count_from_1904)
    assert is_untouched(preview(alice_actor, content))


@pytest.mark.parametrize(
    "end",
    [
        "31/12/9999",
        "31-12-9999",
        "9999-12-31",
        "31/12/9999 00:00:00",
        "9999-12-31T23:59:59",
        "31/12/2999",
        "2999-12-31",
        "1/01/2999",
        "2958465",
        "0",
        "0/01/1900",
        "00/01/1900",
        "00/00/0000",
        "0000-00-00",
        "30/12/1899",
        "1899-12-30",
        "31/12/1899",
    ],
)
def test_no_end_of_time_is_an_end(alice_actor: Actor, end: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of(each("Einddatum", be=lambda _: end)))
    assert is_untouched(plan)
    assert plan.problems == []


@pytest.mark.parametrize("end", [datetime(9999, 12, 31), datetime(2999, 12, 31), 0, 2958465])
def test_no_end_of_time_in_a_workbook_is_an_end(alice_actor: Actor, end: object) -> None:
    after(alice_actor)
    content = workbook_of({"6A": table_of(each("Einddatum", be=lambda _: end))})
    assert is_untouched(preview(alice_actor, content))


def test_an_end_beside_ends_of_time_counts(alice_actor: Actor) -> None:
    lines = [ZOE | {"Einddatum": "30/06/2027"}, *each("Einddatum", be=lambda _: "31/12/9999")[1:]]
    imported(alice_actor, list_of(lines))
    assert [each.ends_on for each in stored(alice_actor)][:2] == [
        date(2027, 6, 30),
        date(2027, 8, 31),
    ]


@pytest.mark.parametrize("heading", ["Begindatum", "Geboortedatum"])
def test_an_end_of_time_is_no_beginning(alice_actor: Actor, heading: str) -> None:
    line = ZOE | {heading: "31/12/9999", "Rijksregisternummer": ""}
    plan = preview(alice_actor, list_of([line, *SIX[1:]]))
    assert list(told(plan.problems)) == [2]


@pytest.mark.parametrize(
    "text",
    ["1912", "2013", "04/03/1912", "1/01/1900", "01/01/1990", "24/11/2024", "17/06/2026", "2012.0"],
)
def test_no_pupil_is_that_young_or_old(alice_actor: Actor, text: str) -> None:
    lines = [ZOE | {"Geboortedatum": text, "Rijksregisternummer": ""}, *SIX[1:]]
    plan = preview(alice_actor, list_of(lines))
    assert (len(plan.new), list(told(plan.problems))) == (5, [2])
    assert "geboortedatum" in plan.problems[0].reason


@pytest.mark.parametrize("text", ["23/11/2024", "24/11/1996", "01/09/2024", "2012-03-04", "40972"])
def test_the_youngest_and_the_oldest_pupils(alice_actor: Actor, text: str) -> None:
    lines = [ZOE | {"Geboortedatum": text, "Rijksregisternummer": ""}, *SIX[1:]]
    assert len(preview(alice_actor, list_of(lines)).new) == 6


@pytest.mark.parametrize("text", ["2013", "1912"])
def test_a_bare_year_in_a_workbook_is_no_day(alice_actor: Actor, text: str) -> None:
    lines = [ZOE | {"Geboortedatum": int(text), "Rijksregisternummer": ""}, *SIX[1:]]
    plan = preview(alice_actor, workbook_of({"6A": table_of(lines)}))
    assert list(told(plan.problems)) == [2]


def month_first(text: str) -> str:
    return f"{day_of(text):%m/%d/%Y}"


@pytest.mark.parametrize(
    "written",
    [
        month_first,
        lambda text: month_first(text).replace("/", "-"),
        lambda text: "/".join(str(int(part)) for part in month_first(text).split("/")),
        lambda text: f"{month_first(text)} 00:00:00",
    ],
)
@pytest.mark.parametrize("fields", [["Geboortedatum"], DATES])
def test_a_column_with_the_month_first_is_read_so_throughout(
    alice_actor: Actor, written: Callable[[str], str], fields: list[str]
) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of(each(*fields, be=written)))
    assert is_untouched(plan)
    assert "maand" in " ".join(plan.warnings)


def test_a_column_with_the_day_first_is_not_warned_about(alice_actor: Actor) -> None:
    after(alice_actor)
    assert preview(alice_actor, list_of(SIX)).warnings == []


def test_two_orders_in_one_column_swap_nobodys_day(alice_actor: Actor) -> None:
    """The file is refused, or the rows that are in doubt are."""
    lines = each("Rijksregisternummer", be=lambda _: "")
    mixed = [*each("Geboortedatum", be=month_first, lines=lines[:3]), *lines[3:]]
    with suppress(UnusableFile):
        plan = preview(alice_actor, list_of(mixed))
        right = dict(zip(STAMNUMMERS, BORN, strict=True))
        for entry in plan.new:
            stamnummer = entry.enrolment["stamnummer"]
            assert entry.student["birth_date"] in (right[stamnummer], None)


def test_a_list_without_numbers_changes_no_birth_date_that_a_number_proved(
    alice_actor: Actor,
) -> None:
    after(alice_actor)
    lines = [
        ZOE | {"Geboortedatum": "03/04/2012", "Rijksregisternummer": ""},
        *each("Rijksregisternummer", be=lambda _: "", lines=SIX[1:]),
    ]
    plan = preview(alice_actor, list_of(lines))
    assert (plan.changed, plan.ended) == ([], [])
    assert 2 in {**told(plan.problems), **told(plan.remarks)}


@pytest.mark.parametrize("full_list", [True, False])
def test_an_empty_cell_wipes_nothing_that_a_number_proved(
    alice_actor: Actor, full_list: bool
) -> None:
    after(alice_actor)
    lines = each("Rijksregisternummer", "Geboortedatum", "Geslacht", be=lambda _: "")
    imported(alice_actor, list_of(lines), full_list=full_list)
    assert (known_by_number(alice_actor), born(alice_actor)) == (6, BORN)
    assert [each.student.sex for each in stored(alice_actor)] == ["V", "M", "V", "M", "V", "M"]


def test_an_empty_cell_of_an_addition_wipes_nothing(alice_actor: Actor) -> None:
    after(alice_actor)
    lines = each("Klas", "Administratieve groep", be=lambda _: "")
    assert is_untouched(preview(alice_actor, list_of(lines), full_list=False))
