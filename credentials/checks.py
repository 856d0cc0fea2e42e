"""Which keys of the pepper the stored hashes need: `manage.py check --database default` (R5)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Count, QuerySet
from django.db.models.functions import Substr

from accounts.hashers import PepperedArgon2idHasher
from accounts.models import Account
from credentials.models import BatchItem
from schoolloket.institutions.models import Manager

# So much of a hash holds its algorithm and the id of its key, which has 8 characters at most.
START = len(f"{PepperedArgon2idHasher.algorithm}$12345678$")
WITHOUT_PEPPER = ""


@checks.register(checks.Tags.database)
def check_pepper(*, databases: Sequence[str] | None, **_: Any) -> list[checks.CheckMessage]:
    """Name the keys, other than the newest, that hashes are under, and how many there are.

    Also asked by `migrate`, so a key that is lost is no error: the desk has to go on, and the
    passwords to be renewed.
    """
    if DEFAULT_DB_ALIAS not in (databases or []) or not _has_tables():
        return []

    newest, *older = [key.id for key in settings.PEPPER_KEYS]
    found = _hashes_by_key()
    found.pop(newest, None)
    return [_message(key_id, found[key_id], key_id in older) for key_id in sorted(found)]


def _has_tables() -> bool:
    """Whether the database was migrated at all."""
    return BatchItem._meta.db_table in connection.introspection.table_names()


def _hashes_by_key() -> dict[str, Counter[str]]:
    """Return id of the key -> whose hashes -> how many."""
    # Hashes of a draft are in use once it is saved.
    places: dict[str, tuple[QuerySet[Any], str]] = {
        "pupils": (Account.objects.all(), "password"),
        "managers": (Manager.objects.all(), "password"),
        "rows of drafts": (BatchItem.objects.all(), "hash"),
    }

    found: dict[str, Counter[str]] = defaultdict(Counter)
    for place, (rows, field) in places.items():
        hashes = rows.filter(**{f"{field}__startswith": "argon2"}).order_by()
        starts = hashes.values_list(Substr(field, 1, START)).annotate(Count("pk"))
        for start, number in starts:
            found[_key_in(start)][place] += number
    return found


def _key_in(start: str) -> str:
    """Return the id of the key in the start of a hash."""
    algorithm, key_id, *_ = start.split("$")
    if algorithm == PepperedArgon2idHasher.algorithm:
        return key_id
    return WITHOUT_PEPPER


def _message(key_id: str, hashes: Counter[str], is_held: bool) -> checks.CheckMessage:
    numbers = ", ".join(f"{place} {number}" for place, number in hashes.items())
    renewed = "Each is renewed at its next sign-in; see docs/operations.md, Change the pepper."
    if key_id == WITHOUT_PEPPER:
        return checks.Info(
            f"Hashes without a pepper: {numbers}.", hint=renewed, id="credentials.I001"
        )
    if is_held:
        return checks.Info(
            f"Hashes under the older pepper key {key_id}, which is still needed: {numbers}.",
            hint=renewed,
            id="credentials.I002",
        )
    return checks.Warning(
        f"Hashes under the pepper key {key_id}, which PEPPER_KEYS lacks: {numbers}. "
        "With these passwords nobody gets in.",
        hint="Give the key back; if it is lost, see docs/operations.md, Change the pepper.",
        id="credentials.W001",
    )
