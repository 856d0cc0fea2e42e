"""Whatever happened to a list on its way, nobody is changed, ended or made in silence.

A school has a good list. The next one comes damaged (`damage`), in one way or in two: what then
stands in the school's records is what stood there, or what the undamaged list would have made.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from schoolloket.institutions.actors import Actor
from students.importing import UnusableFile
from students.importing.draft import Draft
from students.importing.plan import ENROLMENT_FIELDS, STUDENT_FIELDS, Plan
from students.models import Enrolment, Student
from tests.students.helpers import csv_file, run_import, upload
from tests.students.importing.damage import (
    DAMAGES,
    Damage,
    List,
    Source,
    damaged,
    sources,
    undamaged,
)
from tests.students.importing.test_properties import new_school

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# Not made smaller: an example names its damages, and each takes a tenth of a second.
LISTS = settings(settings.get_profile("imports"), phases=[Phase.reuse, Phase.generate])

# Values by field, by stamnummer.
Records = dict[str, dict[str, Any]]
# What a new pupil may have where a cell could not be read.
NOTHING: dict[str, tuple[object, ...]] = {
    "administrative_group": ("",),
    "class_code": ("",),
    "identity_hash": (None,),
    "birth_date": (None,),
    "sex": ("",),
    "official_data": tuple(Student.OfficialData.values),
    "official_first_name": ("",),
    "official_last_name": ("",),
}


def records(actor: Actor) -> Records:
    found = {}
    for enrolment in Enrolment.objects.of(actor.institution).select_related("student"):
        values = {name: getattr(enrolment, name) for name in ENROLMENT_FIELDS}
        values |= {name: getattr(enrolment.student, name) for name in STUDENT_FIELDS}
        found[enrolment.stamnummer] = values
    return found


@dataclass
class Outcome:
    """A damaged list, and what became of the school: `plan` is None where the list was refused.

    `was`: its records before; `right`: as the undamaged list would have made them; `now`.
    """

    source: Source
    file: List
    full_list: bool
    was: Records
    right: Records
    now: Records
    students: int
    plan: Plan | None

    @property
    def said(self) -> str:
        """What the preview says of the file and its rows."""
        if self.plan is None:
            return "refused"
        reasons = [problem.reason for problem in self.plan.problems + self.plan.remarks]
        return " ".join([*self.plan.warnings, *reasons])

    def is_asked(self) -> bool:
        """Whether the manager is asked if the letters are right."""
        return self.plan is not None and "Klopt dit" in " ".join(self.plan.questions)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def outcome(source: Source, file: List, *, full_list: bool) -> Outcome:
    """Import the list that the school had, and then the damaged one."""
    content = file.written()
    with new_school() as actor:
        run_import(actor, csv_file(source.before))
        was = records(actor)
        with undone():
            run_import(actor, csv_file(source.now), full_list=full_list)
            right = records(actor)

        plan = None
        try:
            plan = Draft(upload(actor, content, full_list=full_list)).plan
            run_import(actor, content, full_list=full_list)
        except UnusableFile as refused:
            note(f"refused: {refused}")
        now, students = records(actor), Student.objects.count()
        found = Outcome(source, file, full_list, was, right, now, students, plan)

    note(f"{' and '.join(file.damages)} ({file.kind}): {found.said}")
    return found


# The rules --------------------------------------------------------------------------------------


def nobody_is_changed_in_silence(found: Outcome) -> None:
    """Each value is as it was or as the undamaged list says; a new pupil's may be missing."""
    for stamnummer, values in found.now.items():
        for name, value in values.items():
            allowed = [
                each[stamnummer][name] for each in (found.was, found.right) if stamnummer in each
            ]
            if stamnummer not in found.was:
                allowed += NOTHING.get(name, ())
            if found.is_asked() and "name" in name:
                continue
            assert value in allowed, (stamnummer, name, value, allowed)


def nobody_is_ended_in_silence(found: Outcome) -> None:
    """Only those are ended whom the list does not name; or else it is said that none is."""
    ended = set()
    for stamnummer, values in found.now.items():
        if stamnummer in found.was and values["ends_on"] < found.was[stamnummer]["ends_on"]:
            ended.add(stamnummer)

    # A list without one good row says nothing of anybody.
    if not found.full_list or found.plan is None or found.plan.is_empty:
        assert ended == set()
    elif found.plan.withheld:
        assert ended == set()
        assert found.plan.warnings
    else:
        assert ended == found.source.leavers


def nothing_is_made_up(found: Outcome) -> None:
    """No name, class, group, stamnummer or number is stored that neither list held."""
    for name in ("stamnummer", "first_name", "last_name", "class_code", "administrative_group"):
        held = {values[name] for each in (found.was, found.right) for values in each.values()}
        stored = {values[name] for values in found.now.values()}
        if found.is_asked() and "name" in name:
            continue
        assert stored <= held | {""}, name


def nobody_is_made_twice(found: Outcome) -> None:
    """Each pupil is one student, and nobody is lost."""
    assert found.was.keys() <= found.now.keys() <= found.right.keys()
    assert found.students == len(found.now)


def what_is_not_read_is_named(found: Outcome) -> None:
    """A pupil who is not as the undamaged list says has a row that is named, or the file has."""
    for stamnummer, values in found.right.items():
        place = found.file.line_of(stamnummer)
        if found.plan is None or place is None or found.now.get(stamnummer) == values:
            continue
        row, line = place
        if stamnummer not in found.was and "" in line.cells.values():
            # An empty cell of a new pupil leaves nothing in doubt.
            continue

        assert found.said, stamnummer
        if found.file.has_sheets or found.plan.warnings:
            continue
        assert row in {problem.row for problem in found.plan.problems + found.plan.remarks}


RULES = [
    nobody_is_changed_in_silence,
    nobody_is_ended_in_silence,
    nothing_is_made_up,
    nobody_is_made_twice,
    what_is_not_read_is_named,
]


def test_whatever_happened_to_a_list(request: pytest.FixtureRequest) -> None:
    """`make hostile` tries a thousand lists."""

    @settings(LISTS, max_examples=request.config.getoption("--hostile-files"))
    @given(sources(), st.booleans(), st.data())
    def tried(source: Source, full_list: bool, data: st.DataObject) -> None:
        found = outcome(source, data.draw(damaged(source.now)), full_list=full_list)
        for rule in RULES:
            rule(found)

    tried()


@pytest.mark.parametrize("only", DAMAGES, ids=lambda each: each.name)
def test_each_damage_alone(only: Damage) -> None:
    """All rules hold, and what can be read is read in full, without a bad row."""

    @settings(LISTS, max_examples=6)
    @given(sources(), st.booleans(), st.data())
    def tried(source: Source, full_list: bool, data: st.DataObject) -> None:
        file = data.draw(damaged(source.now, only=only))
        found = outcome(source, file, full_list=full_list)
        for rule in RULES:
            rule(found)
        if file.heals:
            assert found.now == found.right
            assert found.plan is not None
            assert found.plan.problems == []

    tried()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_undamaged_list_is_read_without_a_word(kind: str) -> None:
    @settings(LISTS, max_examples=6)
    @given(sources(), st.booleans())
    def tried(source: Source, full_list: bool) -> None:
        found = outcome(source, undamaged(source.now, kind), full_list=full_list)
        assert (found.now, found.said) == (found.right, "")

    tried()
