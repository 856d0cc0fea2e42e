"""Encryption of data that must be readable for a while: passwords to print, drafts of an import.

The keys are those of VAULT_KEYS: the first one seals, all of them open, so keys can be rotated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db.models import QuerySet


class VaultLocked(Exception):
    """A token that none of the present keys opens."""


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    """Return the cipher of these keys, which encrypts with the first one."""
    return MultiFernet([Fernet(key) for key in keys])


def seal(secret: str) -> str:
    """Return the secret encrypted, as ASCII text."""
    cipher = _fernet(tuple(settings.VAULT_KEYS))
    return cipher.encrypt(secret.encode()).decode()


def unseal(token: str) -> str:
    """Return the secret that was sealed. Raises VaultLocked where no present key opens it."""
    cipher = _fernet(tuple(settings.VAULT_KEYS))
    try:
        return cipher.decrypt(token).decode()
    except InvalidToken as error:
        raise VaultLocked from error


def resealed(token: str) -> str:
    """Return the secret sealed with the newest key: the same token where that key sealed it.

    Raises VaultLocked where no present key opens it.
    """
    newest = _fernet(tuple(settings.VAULT_KEYS[:1]))
    try:
        newest.decrypt(token)
    except InvalidToken:
        return seal(unseal(token))
    return token


# Rotation: `manage.py rotate_keys` --------------------------------------------------------------

ROWS_READ_AT_ONCE = 500


@dataclass
class Rotation:
    """How many rows were sealed anew, and how many could not be opened with any present key."""

    resealed: int = 0
    locked: int = 0


def rotate(rows: QuerySet[Any], field: str) -> Rotation:
    """Seal the field of these rows anew, where it is not empty; return the counts.

    Each row is a transaction of its own, so nobody waits for the whole. A run that was killed is
    simply repeated.
    """
    done = Rotation()
    for pk, old in _sealed(rows, field):
        try:
            new = resealed(old)
        except VaultLocked:
            done.locked += 1
            continue

        if new != old:
            # Only where the row still holds the old token: it may have been emptied or replaced.
            done.resealed += rows.filter(pk=pk, **{field: old}).update(**{field: new})
    return done


def _sealed(rows: QuerySet[Any], field: str) -> Iterator[tuple[int, str]]:
    """Yield id and token of the rows that hold one, in the order of their ids.

    Read in slices, since the rows change while they are read.
    """
    sealed = rows.exclude(**{field: ""}).order_by("pk").values_list("pk", field)

    last = 0
    while found := list(sealed.filter(pk__gt=last)[:ROWS_READ_AT_ONCE]):
        yield from found
        last = found[-1][0]
