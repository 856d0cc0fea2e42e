"""What is true of every import, whatever the file."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students import actions
from students.importing.plan import ENROLMENT_FIELDS, STUDENT_FIELDS, Entry
from students.models import Enrolment

from . import Pupil, csv_file, pupil, run_import, upload

# The clock stands still for all examples, and each example undoes what it wrote.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
settings.register_profile(
    "imports",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

DATES = st.sampled_from(["01/09/2026", "15/10/2026", "10/01/2027", "01/09/2027", ""])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "stamnummer": st.sampled_from(["1000", "1001", "1002", "1003", ""]),
        "number": st.sampled_from(["", "1", pupil(0)["number"], pupil(1)["number"]]),
        "birth_date": st.sampled_from([pupil(n)["birth_date"] for n in range(3)] + [""]),
        "first_name": st.sampled_from(["Süheda", "", "=1+1"]),
        "class_code": st.sampled_from(["6A", "1B", ""]),
        "starts_on": DATES,
        "ends_on": st.sampled_from(["31/08/2027", "31/08/2028", "20/11/2026", ""]),
        "institution": st.sampled_from(["999912", "999913"]),
    },
)
FILES = st.lists(st.builds(lambda n, changes: pupil(n, **changes), st.integers(0, 4), CHANGES))
FILES = FILES.filter(bool)


def world() -> list[tuple[object, ...]]:
    """All that the imports made, without the ids."""
    enrolments = Enrolment.objects.select_related("student")
    return sorted(
        (
            *(getattr(enrolment, name) for name in ENROLMENT_FIELDS),
            *(str(getattr(enrolment.student, name)) for name in STUDENT_FIELDS),
        )
        for enrolment in enrolments
    )


@contextmanager
def new_school() -> Iterator[Actor]:
    """A school for one example; afterwards nothing of it is left."""
    with transaction.atomic():
        institution = Institution.objects.create(number="999912", municipality="B", name="T")
        yield Actor(institution)
        transaction.set_rollback(True)


def an_import(actor: Actor, rows: list[Pupil], *, full_list: bool = True) -> None:
    run_import(actor, csv_file(rows), full_list=full_list)


@settings(settings.get_profile("imports"))
@given(FILES, FILES, st.booleans())
def test_importing_twice_equals_importing_once(
    before: list[Pupil], rows: list[Pupil], full_list: bool
) -> None:
    with new_school() as actor:
        an_import(actor, before)
        an_import(actor, rows, full_list=full_list)
        once = world()
        plan = actions.preview(upload(actor, csv_file(rows), full_list=full_list))
        assert plan.new + plan.changed + plan.ended == []
        an_import(actor, rows, full_list=full_list)
        assert world() == once


@settings(settings.get_profile("imports"))
@given(FILES, FILES, st.data())
def test_the_order_of_the_rows_does_not_matter(
    before: list[Pupil], rows: list[Pupil], data: st.DataObject
) -> None:
    results = []
    for order in (rows, data.draw(st.permutations(rows))):
        with new_school() as actor:
            an_import(actor, before)
            an_import(actor, order)
            results.append(world())
    assert results[0] == results[1]


@settings(settings.get_profile("imports"))
@given(FILES, FILES)
def test_what_the_preview_shows_is_what_is_applied(before: list[Pupil], rows: list[Pupil]) -> None:
    with new_school() as actor:
        an_import(actor, before)
        run = upload(actor, csv_file(rows))
        plan = actions.preview(run)
        actions.confirm(by=actor, run_id=run.pk, confirm_many_ended=True, seen=plan.fingerprint)
        for entry in plan.new + plan.changed:
            assert_stored(entry)
        for ending in plan.ended:
            left = Enrolment.objects.filter(pk=ending.enrolment_id).first()
            assert (left and left.ends_on) == ending.ends_on


def assert_stored(entry: Entry) -> None:
    stored = Enrolment.objects.select_related("student").get(
        stamnummer=entry.enrolment["stamnummer"], starts_on=entry.enrolment["starts_on"]
    )
    assert {name: getattr(stored, name) for name in ENROLMENT_FIELDS} == entry.enrolment
    assert {name: getattr(stored.student, name) for name in STUDENT_FIELDS} == entry.student


@settings(settings.get_profile("imports"))
@given(FILES, FILES)
def test_nobody_whom_the_file_names_is_ended(before: list[Pupil], rows: list[Pupil]) -> None:
    with new_school() as actor:
        an_import(actor, before)
        plan = actions.preview(upload(actor, csv_file(rows)))
        ended = {ending.stamnummer for ending in plan.ended}
        assert not ended & {row["stamnummer"] for row in rows}
