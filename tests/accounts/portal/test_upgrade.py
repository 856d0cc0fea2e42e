"""An upgrade keeps the pupils' sign-ins and sessions, and the waits of their usernames."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Account
from accounts.portal.models import AttemptCount, PortalSession
from tests.helpers import NOW

BEFORE = [("portal", "0001_initial")]
AFTER = [("portal", "0004_room_for_failures")]


@pytest.fixture
def before() -> Iterator[Any]:
    """The models and tables of the portal as they were; afterwards as they are now."""
    MigrationExecutor(connection).migrate(BEFORE)
    yield MigrationExecutor(connection).loader.project_state(BEFORE).apps
    MigrationExecutor(connection).migrate(AFTER)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clock")
def test_upgrade_keeps_sign_ins_sessions_and_waits(word: Account, before: Any) -> None:
    times = [NOW - timedelta(hours=hour) for hour in range(3)]
    for at in times:
        before.get_model("portal", "SignIn").objects.create(
            account_id=word.pk, at=at, on_known_device=at == NOW
        )
    for token_hash, at in (("s", times[0]), ("t", times[1])):
        before.get_model("portal", "PortalSession").objects.create(
            token_hash=token_hash, account_id=word.pk, version=1, created_at=at, expires_at=NOW
        )
    tries = before.get_model("portal", "Tries").objects
    tries.create(key="waits", failures=7, blocked_until=NOW, last_at=times[1])
    tries.create(key="free", failures=1, blocked_until=None, last_at=NOW)

    MigrationExecutor(connection).migrate(AFTER)

    sessions = PortalSession.objects.values_list("created_at", "on_known_device", "token_hash")
    assert list(sessions) == [(NOW, True, "s"), (times[1], False, "t"), (times[2], False, None)]
    counts = AttemptCount.objects.values_list("key", "failures", "blocked_until", "last_at")
    assert set(counts) == {
        ("waits", 7, NOW.timestamp(), times[1].timestamp()),
        ("free", 1, 0.0, NOW.timestamp()),
    }
