"""docs/operations.md, run as it is written: backup, restore, and the pupils renewed since."""

import os
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path

from credentials.models import Batch, BatchItem
from students.models import ImportRun

from .manager import Manager
from .rig import ALIAS, ROOT, Rig

PAGE = (ROOT / "docs" / "operations.md").read_text()


def script(name: str) -> str:
    """Return the commands under this name on the page."""
    found = re.search(rf"^ *```sh {name}\n(.*?)^ *```", PAGE, re.M | re.S)
    assert found
    return found[1]


def carry_out(name: str, **variables: str) -> None:
    command = ["bash", "-euc", script(name)]
    given = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.faults.settings", **variables}
    subprocess.run(command, check=True, cwd=ROOT, env=given)


def test_a_backup_is_put_back(stages: Rig, tmp_path: Path) -> None:
    """Waiting batches are destroyed, and every pupil who was renewed since is named."""
    vendor = stages.databases.vendor
    backup, log, renewed = tmp_path / "backup", tmp_path / "log", tmp_path / "renewed"
    files = {"BACKUP": str(backup), "LOG": str(log), "RENEWED": str(renewed)}
    with stages.at_stage("saved") as (name, manager):
        carry_out(f"backup-{vendor}", **files, **where(stages, name))
        with stages.running(name) as server:
            manager.port = server.port
            later = renews_again(manager)
            log.write_text(server.log())
        assert later.shown

    with ExitStack() as restored:
        copy, manager = restored.enter_context(stages.at_stage("saved"))
        if vendor == "postgresql":
            stages.databases.drop(copy)
            stages.databases.create(copy)
        carry_out(f"restore-{vendor}", **files, **where(stages, copy))
        carry_out("restore", **files, **where(stages, copy))
        assert not BatchItem.objects.using(ALIAS).exclude(sealed="").exists()
        assert not ImportRun.objects.using(ALIAS).exclude(sealed_rows="").exists()
        named = renewed.read_text().splitlines()
        assert len(named) == len(later.shown)
        assert all(re.fullmatch(r"999900\t\w+\t\d+\t.+", line) for line in named)
        assert Batch.objects.using(ALIAS).get(pk=manager.batch).state == Batch.State.DESTROYED

        with stages.running(copy) as server:
            manager.port = server.port
            page = manager.page
            assert "/aanmelden/" in manager.ask("GET", page).location
            manager.sign_in()
            manager.get(page)
            assert manager.download().status == 302
            assert renews_again(manager).download().status == 200


def where(rig: Rig, name: str) -> dict[str, str]:
    url = rig.databases.url(name)
    return {"DATABASE_URL": url, "DATABASE": url.removeprefix("sqlite:///")}


def renews_again(manager: Manager) -> Manager:
    manager.look_at_list()
    manager.prepare()
    manager.keep_ticks()
    manager.slices()
    manager.save()
    return manager
