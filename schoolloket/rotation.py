"""Seal anew, with the newest key, what an older key sealed: `manage.py rotate_keys`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from . import vault

ROWS_READ_AT_ONCE = 500


@dataclass
class Rotation:
    """How many rows were sealed anew, and how many no present key opens."""

    resealed: int = 0
    locked: int = 0


def rotate(rows: QuerySet[Any], field: str) -> Rotation:
    """Seal the field of these rows anew, where it is not empty; a row is a transaction of its own.

    Nothing waits for it, and killed in between it is simply run again.
    """
    done = Rotation()
    for pk, old in _sealed(rows, field):
        try:
            new = vault.resealed(old)
        except vault.VaultLocked:
            done.locked += 1
            continue
        if new != old:
            # Only over what was read: what was destroyed or drawn anew meanwhile stays so.
            done.resealed += rows.filter(pk=pk, **{field: old}).update(**{field: new})
    return done


def _sealed(rows: QuerySet[Any], field: str) -> Iterator[tuple[int, str]]:
    last = 0
    sealed = rows.exclude(**{field: ""}).order_by("pk").values_list("pk", field)
    while found := list(sealed.filter(pk__gt=last)[:ROWS_READ_AT_ONCE]):
        yield from found
        last = found[-1][0]
