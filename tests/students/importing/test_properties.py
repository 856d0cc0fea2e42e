"""Properties of every import, whatever the file."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import pytest
import xlsxwriter
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.importing import UnusableFile, actions
from students.importing.draft import Draft
from students.importing.plan import ENROLMENT_FIELDS, STUDENT_FIELDS, Entry
from students.models import Enrolment
from tests.students.helpers import ALL, HEADINGS, Pupil, csv_file, pupil, run_import, upload

# The clock is stopped for all examples, and each example rolls back what it wrote.
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


def is_of_this_school(rows: list[Pupil]) -> bool:
    """Whether the file is read at all; see `test_other_schools` for the others."""
    return 10 * sum(row["institution"] == "999913" for row in rows) < 9 * len(rows)


FILES = FILES.filter(is_of_this_school)


def world() -> list[tuple[object, ...]]:
    """Everything that the imports stored, without the ids."""
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
        plan = Draft(upload(actor, csv_file(rows), full_list=full_list)).plan
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
        plan = Draft(run).plan
        assume(not plan.is_empty)
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
        plan = Draft(upload(actor, csv_file(rows))).plan
        ended = {ending.stamnummer for ending in plan.ended}
        assert not ended & {row["stamnummer"] for row in rows}


@settings(settings.get_profile("imports"))
@given(FILES, FILES, st.integers(0, 10_000))
def test_a_file_that_was_cut_off_never_ends_enrolments_in_silence(
    before: list[Pupil], rows: list[Pupil], place: int
) -> None:
    whole = csv_file(rows)
    part = whole[: place % len(whole)]
    with new_school() as actor, suppress(UnusableFile):
        an_import(actor, before)
        plan = Draft(upload(actor, part)).plan
        # A file that stops exactly behind a line cannot be told from a shorter list.
        assert plan.asks or not plan.ended or part.endswith((b"\n", b"\r"))


# No file at all does harm -----------------------------------------------------------------------

TEXT = st.text(max_size=40) | st.sampled_from(
    ["=1+1", "<b>", '"', "\x00", "\u202e", "x" * 10_000, "01/09/2026", pupil(1)["number"]]
)
CELL = TEXT | st.integers() | st.floats() | st.booleans() | st.none() | st.datetimes()
HEADING = st.sampled_from([*HEADINGS.values(), "Roepnaam", "Insz", "Onbekend", ""]) | TEXT
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


@st.composite
def csv_files(draw: st.DrawFn) -> bytes:
    """Lists with known headings and others, cells of all sorts, and bytes that do not belong."""
    headings = draw(st.lists(HEADING, max_size=15)) or [HEADINGS[name] for name in ALL]
    cells = draw(st.lists(st.lists(TEXT, max_size=16), max_size=8))
    delimiter, end = draw(st.sampled_from(";,\t")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = end.join(delimiter.join(row) for row in [headings, *cells])
    content = text.encode(draw(st.sampled_from(ENCODINGS)), errors="replace")
    place = draw(st.integers(0, len(content)))
    return content[:place] + draw(st.binary(max_size=4)) + content[place:]


@st.composite
def workbooks(draw: st.DrawFn) -> bytes:
    """Workbooks, some of them with bytes that do not belong."""
    headings = draw(st.lists(HEADING, max_size=15)) or [HEADINGS[name] for name in ALL]
    rows = draw(st.lists(st.lists(CELL, max_size=16), max_size=6))
    made = io.BytesIO()
    options = {"in_memory": True, "nan_inf_to_errors": True, "strings_to_formulas": True}
    with xlsxwriter.Workbook(made, options) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([headings, *rows]):
            sheet.write_row(number, 0, [_writable(cell) for cell in row])
    content = made.getvalue()
    place = draw(st.integers(0, len(content)))
    return content[:place] + draw(st.binary(max_size=4)) + content[place:]


def _writable(cell: object) -> object:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return NOT_XML.sub("", cell) if isinstance(cell, str) else cell


ANY_FILE = csv_files() | workbooks() | st.binary(max_size=400)


def test_no_file_crashes_or_hangs_the_importer(request: pytest.FixtureRequest) -> None:
    """`make hostile` tries 10,000 of them, each in a process of its own as the desk does."""

    @settings(
        settings.get_profile("imports"), max_examples=request.config.getoption("--hostile-files")
    )
    @given(ANY_FILE, st.booleans())
    def tried(content: bytes, full_list: bool) -> None:
        with new_school() as actor, suppress(UnusableFile):
            plan = Draft(upload(actor, content, full_list=full_list)).plan
            run_import(actor, content, full_list=full_list)
            assert Enrolment.objects.count() == len(plan.new)

    tried()
