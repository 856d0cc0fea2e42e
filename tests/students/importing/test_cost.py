"""No list makes the work grow faster than its rows, its columns and its conflicts.

Counted, never timed: the lines of Python that run. Twice the list may cost twice as much, and the
part that every list costs does not count.
"""

import random
import sys
from collections.abc import Callable
from datetime import date, timedelta
from types import FrameType
from typing import Any

import pytest
from django.test import Client

from schoolloket.institutions.actors import Actor
from students.importing import actions
from students.importing.draft import Draft
from students.importing.plan import Choice
from students.importing.reading.decoding import decode
from students.importing.stored_cells import without_numbers
from students.models import Enrolment, ImportRun, Student
from tests.students.helpers import (
    ALL,
    Pupil,
    csv_file,
    national_number,
    pupil,
    pupils,
    read_here,
    run_import,
    upload,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Make = Callable[[int], list[Pupil]]

ROWS = 30
# A square quadruples where a line doubles. What is sorted grows a little faster than a line.
MOST = 2.2


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python the work takes; a line of a loop counts each time around."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def assert_linear(cost: Callable[[int], int], size: int = ROWS) -> None:
    """Assert that the second doubling costs about twice as much as the first."""
    cost(size)  # Whatever is done only once, such as loading a module.
    first, second, third = cost(size), cost(2 * size), cost(4 * size)
    assert third - second <= MOST * max(second - first, 50 * size)


# The lists that are hardest on the planner, each of any number of rows ----------------------------


def ordinary(rows: int) -> list[Pupil]:
    return pupils(rows)


def in_conflict(rows: int) -> list[Pupil]:
    return [pupil(n, birth_date="03/01/2015") for n in range(rows)]


def bad(rows: int) -> list[Pupil]:
    return [pupil(n, starts_on="x", class_code="") for n in range(rows)]


def one_stamnummer(rows: int) -> list[Pupil]:
    return [pupil(n, stamnummer="1000") for n in range(rows)]


def one_number(rows: int) -> list[Pupil]:
    return [pupil(0, stamnummer=f"{n}") for n in range(rows)]


def one_pupil(rows: int) -> list[Pupil]:
    return [pupil(0, starts_on=f"{date(2026, 9, 1) + timedelta(n):%d/%m/%Y}") for n in range(rows)]


def one_row(rows: int) -> list[Pupil]:
    return [pupil(0)] * rows


def half_of_another_school(rows: int) -> list[Pupil]:
    return [pupil(n, institution=f"99991{2 + n % 2}") for n in range(rows)]


def crossed(rows: int) -> list[Pupil]:
    """Each row has the stamnummer of one pupil and the number of the next."""
    mixed = []
    for n in range(rows):
        other = pupil((n + 1) % rows)
        mixed.append(pupil(n, number=other["number"], birth_date=other["birth_date"]))
    return mixed


LISTS = [
    ordinary,
    in_conflict,
    bad,
    one_stamnummer,
    one_number,
    one_pupil,
    one_row,
    half_of_another_school,
    crossed,
]


def empty() -> None:
    """Leave nobody in any school, so that each size begins alike."""
    ImportRun.objects.all().delete()
    Enrolment.objects.all()._raw_delete("default")
    Student.objects.all()._raw_delete("default")


@pytest.mark.parametrize("made", LISTS)
@pytest.mark.parametrize("is_known", [False, True], ids=["new", "known"])
def test_planning(alice_actor: Actor, made: Make, is_known: bool) -> None:
    def cost(rows: int) -> int:
        empty()
        if is_known:
            run_import(alice_actor, csv_file(pupils(rows)))
        run = upload(alice_actor, csv_file(made(rows)))
        return lines_run(lambda: Draft(run).plan.fingerprint)

    assert_linear(cost)


@pytest.mark.parametrize("choice", [Choice.SAME, Choice.CORRECTED, Choice.WITHOUT_NUMBER])
def test_planning_with_answers(alice_actor: Actor, choice: Choice) -> None:
    def cost(rows: int) -> int:
        empty()
        run_import(alice_actor, csv_file(pupils(rows)))
        run = upload(alice_actor, csv_file(crossed(rows)))
        answers = {str(row): choice.value for row in range(2, rows + 2)}
        actions.answer(by=alice_actor, run_id=run.pk, answers=answers)
        run.refresh_from_db()
        return lines_run(lambda: Draft(run).plan.fingerprint)

    assert_linear(cost)


def had_the_same_stamnummer() -> None:
    """Let every pupil of the school have had stamnummer 7 for a day, one after another."""
    earlier = []
    for place, enrolment in enumerate(Enrolment.objects.all()):
        day = date(2018, 9, 1) + timedelta(place)
        enrolment.pk, enrolment.stamnummer = None, "7"
        enrolment.starts_on = enrolment.ends_on = day
        earlier.append(enrolment)
    Enrolment.objects.bulk_create(earlier)


@pytest.mark.parametrize("times", [1, 2], ids=["one row", "every row"])
def test_planning_where_many_pupils_had_one_stamnummer(alice_actor: Actor, times: int) -> None:
    """The list gives it to somebody else, on one row or again and again."""

    def cost(rows: int) -> int:
        empty()
        run_import(alice_actor, csv_file(pupils(rows)))
        had_the_same_stamnummer()
        new = pupil(3_000, stamnummer="7", starts_on="01/09/2018")
        news = [new | {"class_code": f"{n}"} for n in range(1 + (times - 1) * rows)]
        run = upload(alice_actor, csv_file([*pupils(rows), *news]))
        return lines_run(lambda: Draft(run).plan.fingerprint)

    assert_linear(cost, size=150)


# Before and after the plan ----------------------------------------------------------------------


def names(rows: int) -> str:
    """Text in which every row has other names."""
    return "".join(f"{row};Zoë;{'é' * (row % 20)}\n" for row in range(rows))


NOISE = random.Random(1).randbytes(100_000).translate(bytes(range(128, 256)) * 2)


@pytest.mark.parametrize("encoding", ["cp1252", "mac-roman", "cp850"])
def test_decoding_an_old_encoding(encoding: str) -> None:
    def cost(rows: int) -> int:
        content = names(rows).encode(encoding)
        return lines_run(lambda: decode(content))

    assert_linear(cost)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("misread_as", ["cp1252", "mac-roman", "cp850"])
def test_decoding_what_was_encoded_again(misread_as: str, times: int) -> None:
    def cost(rows: int) -> int:
        content = names(rows).encode()
        for _ in range(times):
            content = content.decode(misread_as).encode()
        return lines_run(lambda: decode(content))

    assert_linear(cost)


@pytest.mark.parametrize("is_utf_8", [False, True])
def test_decoding_noise(*, is_utf_8: bool) -> None:
    def cost(size: int) -> int:
        content = NOISE[: 10 * size]
        if is_utf_8:
            content = content.decode("latin-1").encode()
        return lines_run(lambda: decode(content))

    assert_linear(cost)


def wide_file(columns: int, cell: str) -> bytes:
    extra = [f"Kolom {place}" for place in range(columns)]
    lines = [";".join(["Stamnummer", "Voornaam", "Naam", *extra])]
    lines += [";".join([f"{row}", "a", "b", *[cell] * columns]) for row in range(20)]
    return "\n".join(lines).encode()


NUMBER = national_number(date(2010, 1, 1))


@pytest.mark.parametrize("cell", ["x", "01/09/2010", NUMBER, "00000100196", f"{NUMBER} " * 3])
def test_taking_out_the_numbers_of_many_columns(cell: str) -> None:
    def cost(columns: int) -> int:
        file = read_here(wide_file(columns, cell))
        return lines_run(lambda: without_numbers(file).to_text())

    assert_linear(cost)


@pytest.mark.parametrize("made", [ordinary, in_conflict, bad])
def test_taking_out_the_numbers_of_many_rows(made: Make) -> None:
    def cost(rows: int) -> int:
        file = read_here(csv_file(made(rows), (*ALL, "number", "number")))
        return lines_run(lambda: without_numbers(file).to_text())

    assert_linear(cost)


@pytest.mark.parametrize("made", LISTS)
def test_the_page(alice_client: Client, alice_actor: Actor, made: Make) -> None:
    def cost(rows: int) -> int:
        empty()
        run_import(alice_actor, csv_file(pupils(rows)))
        run = upload(alice_actor, csv_file(made(rows)))
        return lines_run(lambda: alice_client.get(f"/999912/import/{run.pk}/"))

    assert_linear(cost, size=15)


def test_the_page_of_many_columns(alice_client: Client, alice_actor: Actor) -> None:
    def cost(columns: int) -> int:
        run = upload(alice_actor, wide_file(columns, "x"))
        return lines_run(lambda: alice_client.get(f"/999912/import/{run.pk}/"))

    assert_linear(cost, size=20)


@pytest.mark.parametrize("made", [ordinary, in_conflict, bad, crossed])
def test_the_page_does_not_grow_with_the_list(
    alice_client: Client, alice_actor: Actor, made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("students.importing.limits.PAGE", 5)
    sizes = []
    for rows in (40, 80):
        empty()
        run_import(alice_actor, csv_file(pupils(rows)))
        run = upload(alice_actor, csv_file(made(rows)))
        sizes.append(len(alice_client.get(f"/999912/import/{run.pk}/").content))
    # The links to more pages.
    assert sizes[1] - sizes[0] < 1500
