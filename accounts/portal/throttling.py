"""Guessing is hopeless and nobody is locked out.

A try counts as failed from the moment it is taken until the password proves right, so guesses that
come at the same time never get through a limit. Which limits a try meets:

* a device on which this pupil signed in before: that device's own failures, nobody else's;
* any other: the failures for this username from this address, with growing waits up to 15 minutes;
  all failures for this username from unknown devices, of which 100 in a row leave one try per
  15 minutes; and all failures for the pupil's school, which slow down who tries one password on
  everybody.

Usernames that do not exist meet the same limits, so that a wait tells nothing. The account's
version is in the key: renewing the password lifts every wait at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from .models import AttemptCount

FREE_TRIES = 4
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
MOST_FROM_UNKNOWN_DEVICES = 100
MOST_FOR_A_SCHOOL = 300
WAIT_OF_A_SCHOOL = timedelta(seconds=5)
# Failures are forgotten when nothing was tried for so long.
FORGOTTEN_AFTER = timedelta(days=1)
SCHOOL_FORGETS_AFTER = timedelta(hours=1)

NO_WAIT = timedelta(0)

# An earlier name of this module: with another salt an upgrade would lift every wait.
KEY_SALT = "accounts.portal.guessing"


def growing(failures: int) -> timedelta:
    """Return the wait after so many failures: none at first, then doubling to 15 minutes."""
    if failures <= FREE_TRIES:
        return NO_WAIT
    # More doublings than reach the longest wait would overflow.
    doublings: int = min(failures - FREE_TRIES - 1, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def after_a_hundred(failures: int) -> timedelta:
    return LONGEST_WAIT if failures >= MOST_FROM_UNKNOWN_DEVICES else NO_WAIT


def for_a_school(failures: int) -> timedelta:
    return WAIT_OF_A_SCHOOL if failures >= MOST_FOR_A_SCHOOL else NO_WAIT


@dataclass(frozen=True)
class Limit:
    """A count of failures and the wait that follows from it."""

    key: str
    wait: Callable[[int], timedelta]
    forgotten_after: timedelta = FORGOTTEN_AFTER
    # A success wipes the count of a pupil; of a school it takes back what that pupil added.
    wiped_by_success: bool = True


@dataclass(frozen=True)
class Origin:
    """Where a try comes from; `device` only where this pupil signed in on it before."""

    address: str
    device: str | None = None


def limits(username: str, version: int, school: int | None, origin: Origin) -> list[Limit]:
    """Return the limits that a try for this username meets.

    The account's own total comes first, and what a whole school shares last: so they are locked.
    """
    who = f"{username}\n{version}"
    if origin.device:
        return [Limit(_key("device", who, origin.device), growing)]
    return [
        Limit(account_key(username, version), after_a_hundred),
        Limit(_key("address", who, origin.address), growing),
        Limit(
            _key("school", str(school)),
            for_a_school,
            forgotten_after=SCHOOL_FORGETS_AFTER,
            wiped_by_success=False,
        ),
    ]


def account_key(username: str, version: int) -> str:
    """Return the key of all failures for this username from unknown devices."""
    return _key("account", f"{username}\n{version}")


def _key(*parts: str) -> str:
    digest = salted_hmac(KEY_SALT, "\n".join(parts), algorithm="sha256")
    return digest.hexdigest()


def take(limits: list[Limit], now: datetime) -> int | None:
    """Take a try: count it as failed. Return the failures of the first limit, or None to wait.

    Runs inside the caller's transaction, which holds the counts until its end.
    """
    moment = now.timestamp()
    counts = _locked(limits, moment)
    waits = any(counts[limit.key].blocked_until > moment for limit in limits)
    if not waits:
        for limit in limits:
            _count(limit, counts[limit.key], moment)
    # Written also when it has to wait, so that both take the same time.
    AttemptCount.objects.write(counts.values())
    return None if waits else counts[limits[0].key].failures


def _locked(limits: list[Limit], moment: float) -> dict[str, AttemptCount]:
    return {
        one.key: one for one in AttemptCount.objects.lock((limit.key for limit in limits), moment)
    }


def _count(limit: Limit, count: AttemptCount, moment: float) -> None:
    if count.last_at < moment - limit.forgotten_after.total_seconds():
        count.failures = 0
    count.failures += 1
    count.last_at = moment
    wait = limit.wait(count.failures).total_seconds()
    # Not `moment` where there is no wait: another process's clock may be a little behind.
    count.blocked_until = moment + wait if wait else 0.0


def remember(limits: list[Limit], now: datetime) -> None:
    """Write when the last try failed, also for a username of nobody.

    A transaction that writes nothing ends sooner, and would tell that nobody has the name.
    """
    AttemptCount.objects.filter(key=limits[0].key).update(last_at=now.timestamp())


def forgive(limits: list[Limit], now: datetime) -> None:
    """The password was right: take this try back, and the typing errors that led to it.

    Runs inside the caller's transaction.
    """
    counts = _locked(limits, now.timestamp())
    typing_errors = counts[limits[0].key].failures
    for limit in limits:
        count = counts[limit.key]
        count.failures = 0 if limit.wiped_by_success else max(count.failures - typing_errors, 0)
        count.blocked_until = 0.0
    AttemptCount.objects.write(counts.values())


def forget(now: datetime) -> None:
    """Remove counts that nobody added to for a day."""
    AttemptCount.objects.filter(last_at__lt=(now - FORGOTTEN_AFTER).timestamp()).delete()
