"""The access log: who came in, or could not, took passwords along, or got a right (docs/rules.md,
Access).

Every row is a line of the desk's log too. Neither names a pupil.
"""

import logging
from datetime import date, timedelta
from zlib import crc32

from django.utils import timezone

from schoolloket.core.clock import months_before

from .actors import Actor, Author
from .models import AccessEvent, Institution, Manager, Tally

logger = logging.getLogger("schoolloket.access")

KEPT_MONTHS = 12
# In characters; longer than a list of classes, a reason or a batch needs.
LONGEST_DETAIL = 300
# Of the failures of an hour, so many are a row each; then the 10th, the 100th, and so on.
FAILURES_IN_FULL = 5
AN_HOUR = timedelta(hours=1)
# Failures for e-mail addresses of nobody are counted as those of so many made-up managers.
NOBODIES = 16


def record(
    kind: AccessEvent.Kind,
    *,
    manager: Manager | None,
    by: Author | Actor,
    institution: Institution | None = None,
    detail: str = "",
) -> None:
    """Add a row about this manager, inside the caller's transaction.

    `by`: who did it, and from where. `detail`: a batch, or a masked e-mail address.
    """
    AccessEvent.objects.create(
        kind=kind,
        at=timezone.now(),
        manager=manager,
        by=by.manager,
        institution=institution,
        ip_address=by.ip_address,
        detail=detail,
    )
    logger.info(
        "%s manager %s by %s institution %s from %s",
        kind,
        _id_of(manager),
        _id_of(by.manager),
        _id_of(institution),
        by.ip_address or "-",
    )


def _id_of(row: Manager | Institution | None) -> str:
    if row is None:
        return "-"
    return str(row.pk)


def record_failure(
    *,
    manager: Manager | None,
    email: str,
    ip_address: str,
    kind: AccessEvent.Kind = AccessEvent.Kind.FAILED,
) -> int:
    """Add a failed attempt to sign in, for the e-mail address of `manager` or of nobody.

    Not each of them: a flood of attempts must not become a flood of rows. An e-mail address of
    nobody is not kept, and takes the same statements. Returns how many of this kind there were in
    the hour.
    """
    whose = f"nobody {crc32(email.encode()) % NOBODIES}"
    if manager is not None:
        whose = str(manager.pk)

    by = Author(ip_address=ip_address)
    number = Tally.objects.add(kind, whose, within=AN_HOUR, now=timezone.now())
    if number <= FAILURES_IN_FULL:
        record(kind, manager=manager, by=by)
    elif _is_power_of_ten(number):
        record(kind, manager=manager, by=by, detail=f"{number} keer in een uur")
    return number


def _is_power_of_ten(number: int) -> bool:
    return str(number).strip("0") == "1"


def erase_old(day: date) -> None:
    """Erase the rows from more than KEPT_MONTHS before this day."""
    AccessEvent.objects.filter(at__date__lt=months_before(day, KEPT_MONTHS)).erase()
