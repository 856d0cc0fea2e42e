"""The keys of the vault: rotated while batches wait, killed halfway, lost, or wrong (R4, R5)."""

import re
import signal
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from accounts.models import Account
from credentials import passwords as generating
from credentials.models import Batch, BatchItem
from schoolloket.core import vault
from students.models import Enrolment, ImportRun, Student
from tests.pages import text
from tests.students import helpers

from . import killed, oracle
from .desks import Desk, passwords, printed
from .figures import note
from .helpers import LONG
from .oracle import CANARY, Leaks, State, database_places

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]

OLD = django_settings.VAULT_KEYS[0]
NEW, STRANGE = Fernet.generate_key().decode(), Fernet.generate_key().decode()
# Every Fernet token begins with its version and a time.
SEALED = re.compile(r"gAAAAA[\w=-]{40,}")


def sealed_anywhere() -> list[str]:
    """Every sealed text in any column of the database, sessions apart: they end by themselves."""
    return [
        found
        for place, content in database_places()
        if place != "table django_session"
        for found in SEALED.findall(content.decode())
    ]


def rotate() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


@pytest.fixture
def pending(alice_desk: Desk, pupils: list[Account]) -> list[Batch]:
    """A draft, a saved batch and an import that wait."""
    batches = [alice_desk.draft(*pupils[:3]), alice_desk.draft(*pupils[3:])]
    alice_desk.save(batches[1])
    alice_desk.upload(helpers.pupils(3))
    assert len(sealed_anywhere()) == 7
    return batches


# Rotation --------------------------------------------------------------------------------------


def test_keys_rotate_while_batches_wait(
    alice_desk: Desk, pending: list[Batch], settings: Settings
) -> None:
    """Every sealed text then opens with the new key alone, and is the same as before."""
    before, shown = State.now(), [passwords(batch) for batch in pending]
    settings.VAULT_KEYS = [NEW, OLD]
    assert rotate() == "6 passwords, 1 imports, 0 second factors\n"
    assert rotate() == "0 passwords, 0 imports, 0 second factors\n"

    settings.VAULT_KEYS = [NEW]
    assert [vault.unseal(token) for token in sealed_anywhere()]
    assert [passwords(batch) for batch in pending] == shown
    alice_desk.save(pending[0])
    assert oracle.wrong_since(before) == []
    for batch, sheet in zip(pending, shown, strict=True):
        assert list(printed(alice_desk.download(batch)).values()) == list(sheet.values())
    run = ImportRun.objects.get()
    page = alice_desk.browser.get(alice_desk.url("import_preview", run.pk))
    assert "3 nieuw" in alice_desk.confirm(page)


def test_killed_in_between_it_is_run_again(pending: list[Batch], settings: Settings) -> None:
    """Killed at each of its statements; halfway every secret opens, so the desk goes on."""
    shown = [passwords(batch) for batch in pending]
    there, back = f"{NEW},{OLD}", f"{OLD},{NEW}"
    last = killed.run("rotate_keys", 0, VAULT_KEYS=there, **database())
    assert killed.run("rotate_keys", 0, VAULT_KEYS=back, **database()) == last
    points = range(1, last + 1) if LONG else (2, last // 2, last)
    for point in points:
        died = killed.run("rotate_keys", point, VAULT_KEYS=there, **database())
        settings.VAULT_KEYS = [NEW, OLD]
        note("kill at rotate_keys", connection.vendor, tried=1, landed=died == -signal.SIGKILL)
        assert died == -signal.SIGKILL
        assert [passwords(batch) for batch in pending] == shown
        rotate()
        settings.VAULT_KEYS = [NEW]
        assert [passwords(batch) for batch in pending] == shown
        assert [vault.unseal(token) for token in sealed_anywhere()]
        settings.VAULT_KEYS = [OLD, NEW]
        rotate()


def database() -> dict[str, str]:
    """The environment of a process that uses the test's own database."""
    return {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}


def database_url() -> str:
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    place = f"{given['HOST'].replace('/', '%2F')}:{given['PORT']}"
    return f"postgres://{given['USER']}:{given['PASSWORD']}@{place}/{given['NAME']}"


def test_what_no_key_opens_is_told_and_left(pending: list[Batch], settings: Settings) -> None:
    lost = BatchItem.objects.filter(batch=pending[1]).first()
    assert lost
    token = Fernet(STRANGE).encrypt(b"29ban9").decode()
    BatchItem.objects.filter(pk=lost.pk).update(sealed=token)
    settings.VAULT_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match="1 could not be opened"):
        rotate()
    lost.refresh_from_db()
    assert lost.sealed == token
    settings.VAULT_KEYS = [NEW, STRANGE]
    assert [vault.unseal(token) for token in sealed_anywhere()]


def test_the_matching_key_of_national_numbers_stays(alice_desk: Desk, settings: Settings) -> None:
    helpers.run_import(alice_desk.actor, helpers.csv_file(helpers.pupils(5)))
    known = list(Student.objects.order_by("pk").values_list("identity_hash", flat=True))
    assert all(known)
    settings.VAULT_KEYS = [NEW, OLD]
    rotate()
    # With other stamnummers: only the national number can recognise the pupils.
    moved = [helpers.pupil(n, stamnummer=str(2000 + n)) for n in range(5)]
    helpers.run_import(alice_desk.actor, helpers.csv_file(moved))
    assert list(Student.objects.order_by("pk").values_list("identity_hash", flat=True)) == known
    assert Enrolment.objects.values("student").distinct().count() == 5


# A backup without the key ----------------------------------------------------------------------


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that cannot be found by accident."""
    numbers = iter(range(10**6))
    monkeypatch.setattr(generating, "generate", lambda kind: f"{CANARY}{next(numbers)}")


@pytest.mark.usefixtures("canaries")
def test_a_backup_without_the_key_opens_nothing(
    alice_desk: Desk, pupils: list[Account], tmp_path: Path, settings: Settings
) -> None:
    waiting, saved = alice_desk.draft(*pupils[:3]), alice_desk.draft(*pupils[3:])
    alice_desk.save(saved)
    assert all(sheet.startswith(CANARY) for sheet in passwords(saved).values())
    leaks = Leaks()
    leaks.look_in_database()
    leaks.look_in("backup", backup(tmp_path))
    assert leaks.scanned > 50_000
    assert leaks.hits == []
    settings.VAULT_KEYS = [STRANGE]
    assert len(sealed_anywhere()) == 6
    for token in sealed_anywhere():
        with pytest.raises(vault.VaultLocked):
            vault.unseal(token)
    assert waiting.items.count() == 3


def backup(folder: Path) -> bytes:
    """A backup, made as docs/operations.md describes."""
    copy = folder / "copy"
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
    else:
        dump = ["pg_dump", "--format=plain", f"--file={copy}", database_url()]
        subprocess.run(dump, check=True)
    return copy.read_bytes()


# A wrong key -----------------------------------------------------------------------------------


def knocks(desk: Desk, draft: Batch, saved: Batch, edit: Batch) -> Iterator[HttpResponse]:
    """The answers to every request that needs the key."""
    browser, run = desk.browser, ImportRun.objects.get()
    item = edit.items.get()
    yield browser.get(desk.url("preview_batch", draft.pk))
    yield browser.post(desk.url("preview_batch", draft.pk), desk.save_of(draft))
    yield browser.get(desk.url("edit_credentials", item.student_id), {"concept": edit.pk})
    yield browser.post(desk.url("edit_credentials", item.student_id), desk.save_of_edit(edit))
    for document in ("zip", "leerid.xlsx", "leerid-a4.pdf", "leerid-stickers-l7160.pdf"):
        yield browser.post(desk.url("download", saved.pk, document))
    yield browser.get(desk.url("import_preview", run.pk))
    yield browser.post(desk.url("import_preview", run.pk), {"confirm": "", "seen": "x"})


def test_a_wrong_key_is_a_clear_page_and_changes_nothing(
    alice_desk: Desk, pupils: list[Account], pending: list[Batch], settings: Settings
) -> None:
    """R4: no password becomes valid that nobody could print."""
    draft, saved = pending
    edit = alice_desk.edit(pupils[0])
    accounts, shown = State.now().accounts, passwords(saved)
    settings.VAULT_KEYS = [STRANGE]
    for answer in knocks(alice_desk, draft, saved, edit):
        assert answer.status_code == 503
        assert "VAULT_KEYS klopt niet" in text(answer)
        assert "Er is niets gewijzigd" in text(answer)
    assert State.now().accounts == accounts
    # The rest of the desk goes on.
    for page in ("students", "batches", "import"):
        assert alice_desk.browser.get(alice_desk.url(page)).status_code == 200
    assert alice_desk.browser.get(alice_desk.url("batch_result", saved.pk)).status_code == 200

    settings.VAULT_KEYS = [OLD]
    alice_desk.save(draft)
    saved.refresh_from_db()
    assert saved.first_downloaded_at is None
    assert list(printed(alice_desk.download(saved)).values()) == list(shown.values())


def test_a_slice_under_a_wrong_key_says_so(
    alice_desk: Desk, pupils: list[Account], settings: Settings
) -> None:
    draft = alice_desk.draft(*pupils, hashed=False)
    settings.VAULT_KEYS = [STRANGE]
    assert alice_desk.browser.post(alice_desk.url("slice", draft.pk)).status_code == 503
    assert not draft.items.exclude(hash="").exists()
