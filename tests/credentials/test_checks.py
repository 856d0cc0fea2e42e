"""`manage.py check --database default` tells which keys of the pepper are still needed (R5)."""

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Account
from credentials.actions import drafts, hashing
from credentials.models import Batch
from schoolloket.core.pepper import PepperKey
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Manager

pytestmark = pytest.mark.usefixtures("clock")

NEWER = PepperKey("k2", b"2" * 32)
EACH_ONE = "pupils 1, managers 1, rows of drafts 1"


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    def check() -> str:
        call_command("check", databases=["default"], fail_level="CRITICAL")
        printed = capsys.readouterr()
        return printed.out + printed.err

    return check


@pytest.fixture
def hashed(charlie: Account, alice: Manager, alice_actor: Actor) -> None:
    """Hashes of a pupil, of a manager, and of a draft that waits."""
    Account.objects.update(password=make_password("29ban9"))
    draft = drafts.prepare(
        by=alice_actor, student_ids=[charlie.student_id], purpose=Batch.Purpose.RENEW
    )
    hashing.hash_all(draft)


def test_nothing_is_said_of_the_newest_key(hashed: None, check: Callable[[], str]) -> None:
    assert "no issues" in check()


def test_an_older_key_is_named_as_long_as_a_hash_is_under_it(
    hashed: None, settings: Settings, check: Callable[[], str]
) -> None:
    settings.PEPPER_KEYS = [NEWER, *settings.PEPPER_KEYS]
    said = check()
    assert "INFOS" in said
    assert f"the older pepper key k1, which is still needed: {EACH_ONE}." in said
    Account.objects.update(password=make_password("29ban9"))
    Manager.objects.update(password=make_password("29ban9"))
    Batch.objects.all().delete()
    assert "no issues" in check()


def test_an_unknown_key_is_named_with_whose_hashes_need_it(
    hashed: None, settings: Settings, check: Callable[[], str]
) -> None:
    settings.PEPPER_KEYS = [NEWER]
    said = check()
    assert "WARNINGS" in said
    assert f"the pepper key k1, which PEPPER_KEYS lacks: {EACH_ONE}." in said


def test_hashes_from_before_the_pepper_are_counted(
    charlie: Account, alice: Manager, check: Callable[[], str]
) -> None:
    Account.objects.update(password=make_password("29ban9", hasher="argon2"))
    assert "without a pepper: pupils 1." in check()


def test_who_has_no_usable_password_is_not_counted(
    charlie: Account, alice: Manager, check: Callable[[], str]
) -> None:
    """As a manager whom an operator made without one."""
    alice.set_unusable_password()
    alice.save()
    assert "no issues" in check()


def test_a_deployment_may_take_an_unknown_key_for_a_failure(
    hashed: None, settings: Settings
) -> None:
    settings.PEPPER_KEYS = [NEWER]
    with pytest.raises(SystemCheckError):
        call_command("check", databases=["default"], fail_level="WARNING")


def test_a_database_without_tables_is_no_issue(
    monkeypatch: pytest.MonkeyPatch, db: None, check: Callable[[], str]
) -> None:
    """`migrate` asks the check before it makes them."""
    monkeypatch.setattr(connection.introspection, "table_names", lambda: [])
    assert "no issues" in check()
