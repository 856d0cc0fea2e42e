"""`manage.py after_restore`: what a backup brought back must not be served again (R4)."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Account
from credentials import save_log
from credentials.models import Batch, BatchItem
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.credentials.helpers import Prepare
from tests.pages import desk

pytestmark = pytest.mark.usefixtures("clock")


def after_restore(log: Path | None = None) -> tuple[list[str], str]:
    """Run the command; return the pupils that it lists, and what it reports."""
    listed, report = StringIO(), StringIO()
    call_command("after_restore", log=log, stdout=listed, stderr=report)
    return listed.getvalue().splitlines(), report.getvalue()


def test_a_restore_destroys_what_waited_and_signs_everybody_out(
    charlie: Account, sam: Account, prepare: Prepare, saved: Prepare, alice_client: Client
) -> None:
    waiting, draft = saved(charlie), prepare(sam)
    listed, report = after_restore()
    assert listed == []
    assert "Destroyed 2 batches and 0 imports; sessions ended." in report
    assert "Without --log nobody is listed." in report
    assert not BatchItem.objects.exclude(sealed="").exists()
    states = Batch.objects.in_bulk()
    assert states[waiting.pk].state == Batch.State.DESTROYED
    assert states[draft.pk].state == Batch.State.DROPPED
    assert alice_client.get(desk("students")).status_code == 302


def test_pupils_renewed_since_the_backup_are_listed(
    charlie: Account,
    sam: Account,
    saved: Prepare,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    """The log names them, class by class; a save that the backup knows is no loss."""
    caplog.set_level("INFO", "credentials.saved")
    saved(sam)
    lost = saved(charlie)
    lost.items.all().delete()
    lost.delete()
    log = tmp_path / "log"
    log.write_text("\n".join(f"INFO {one.name} {one.getMessage()}" for one in caplog.records))
    row = Enrolment.objects.get(student=charlie.student_id)
    listed, _ = after_restore(log)
    assert listed == [f"999912\t{row.class_code}\t{row.stamnummer}\t{row.full_name}"]


def test_pupils_who_came_after_the_backup_are_counted(
    brussel: Institution, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level("INFO", "credentials.saved")
    log = tmp_path / "log"
    save_log.write(Batch(institution=brussel), [4_000_001, 4_000_002])
    log.write_text(f"INFO credentials.saved {caplog.messages[0]}\n")
    listed, _ = after_restore(log)
    assert listed == ["999912\t2 pupils who are not in this backup: import the list again"]
