"""Lines of the log that somebody else wrote, or that were cut: a restore believes none of them."""

import re
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from accounts.models import Account
from students.models import Enrolment
from tests.credentials.helpers import Prepare

pytestmark = pytest.mark.usefixtures("clock")


def after_restore(log: Path, **options: object) -> tuple[list[str], str]:
    """Run the command; return the pupils that it lists, and what it reports."""
    listed, report = StringIO(), StringIO()
    call_command("after_restore", log=log, stdout=listed, stderr=report, **options)
    return listed.getvalue().splitlines(), report.getvalue()


@pytest.fixture
def true_line(charlie: Account, saved: Prepare, caplog: pytest.LogCaptureFixture) -> str:
    """What the log has of a save of Charlie that the backup does not know."""
    caplog.set_level("INFO", "credentials.saved")
    batch = saved(charlie)
    batch.items.all().delete()
    batch.delete()
    [record] = [record for record in caplog.records if record.name == "credentials.saved"]
    return f"2026-11-23 10:00:00,000 INFO {record.name} {record.getMessage()}"


@pytest.fixture
def charlie_listed(charlie: Account) -> str:
    row = Enrolment.objects.get(student=charlie.student_id)
    return f"999912\t{row.class_code}\t{row.stamnummer}\t{row.full_name}"


def forged(charlie: Account) -> list[str]:
    """What a stranger asks for as an address, and the same with all that is wrong in it."""
    student = charlie.student_id
    return [
        f"Not Found: /mijn/x INFO credentials.saved batch {uuid4()} institution 999912 students "
        f"{student}/",
        f"INFO credentials.saved batch {'-' * 36} institution 999912 students {student}",
        f"INFO credentials.saved batch {uuid4()} institution 999912 students {'9' * 40}",
        f"INFO credentials.saved batch {uuid4()} institution 999912 students ",
        f"INFO credentials.saved batch {uuid4()} institution 999912 students ١٢",
        f"INFO credentials.saved batch {uuid4()} institution ١٢٣٤٥٦ students {student}",
        f"INFO credentials.saved batch {uuid4()} institution 999912 students {student} "
        f"signed {'0' * 64}",
    ]


def test_a_line_from_outside_lists_nobody_and_stops_nothing(
    true_line: str, charlie_listed: str, charlie: Account, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    lines = forged(charlie)
    log.write_text("\n".join([*lines, true_line, "something else"]))
    listed, report = after_restore(log)
    assert listed == [charlie_listed]
    assert f"{len(lines)} lines of saves are not the desk's own, or damaged" in report
    assert "lines 1, 2, 3, 4, 5, 6, 7" in report


def test_a_line_that_was_changed_or_cut_is_not_believed(
    true_line: str, charlie: Account, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    another = true_line.replace(f"students {charlie.student_id}", f"students {charlie.student_id}1")
    other_batch = re.sub(r"batch \S+", f"batch {uuid4()}", true_line)
    other_school = true_line.replace("999912", "999913")
    log.write_text("\n".join([another, other_batch, other_school, true_line[:-1], true_line[:-70]]))
    listed, report = after_restore(log)
    assert listed == []
    assert "5 lines of saves" in report


def test_a_true_line_is_found_behind_a_forged_beginning(
    true_line: str, charlie_listed: str, charlie: Account, tmp_path: Path
) -> None:
    """A log collector may have joined two lines."""
    log = tmp_path / "log"
    log.write_text(forged(charlie)[-1] + true_line)
    assert after_restore(log)[0] == [charlie_listed]


def test_a_flood_of_forged_lines_is_counted_and_the_first_ones_named(
    charlie: Account, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.write_text("\n".join(forged(charlie) * 1000))
    listed, report = after_restore(log)
    assert listed == []
    assert "7000 lines of saves" in report
    assert len(report) < 1000


def test_the_signature_outlives_new_keys(
    true_line: str, charlie_listed: str, settings: Settings, tmp_path: Path
) -> None:
    """Those of sessions and of the vault may have been renewed since, on another machine."""
    settings.SECRET_KEY = "another-one-" + "y" * 50
    settings.VAULT_KEYS = ["bmV3LXRlc3Qta2V5LTMyLWJ5dGVzLWxvbmctdGVzdHM="]
    log = tmp_path / "log"
    log.write_text(true_line)
    assert after_restore(log)[0] == [charlie_listed]


def test_lines_of_before_the_signature_are_believed_on_demand_only(
    true_line: str, charlie_listed: str, charlie: Account, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    old, _, _ = true_line.partition(" signed ")
    wrong = f"{old} signed {'0' * 64}"
    log.write_text("\n".join([old, wrong, *forged(charlie)[1:]]))
    assert after_restore(log)[0] == []
    listed, report = after_restore(log, unsigned=True)
    assert listed == [charlie_listed]
    assert "7 lines of saves" in report
