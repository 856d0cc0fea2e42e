"""Limits on attempts to sign in: guessing is hopeless, and nobody is locked out.

An attempt counts as failed from its start until its password proves right, so guesses at the same
moment never get through a limit. The limits of an attempt:

* on a device where this pupil signed in before: that device's own failures, nobody else's;
* on any other device: the failures for this username from this IP address, with waits that grow
  to 15 minutes; all failures for this username from unknown devices, of which 100 in a row leave
  one attempt per 15 minutes; and all failures for the pupil's school, which slow down an attacker
  who tries one password on every pupil.

Usernames that do not exist have the same limits, so that a wait reveals nothing. The version of
the credentials is in the key: a new password lifts every wait at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from .models import AttemptCount

NO_WAIT = timedelta(0)
FREE_ATTEMPTS = 4
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
MOST_FROM_UNKNOWN_DEVICES = 100
MOST_FOR_A_SCHOOL = 300
SCHOOL_WAIT = timedelta(seconds=5)
# Counts start at zero again after so long without an attempt.
EXPIRES_AFTER = timedelta(days=1)
SCHOOL_EXPIRES_AFTER = timedelta(hours=1)

# An earlier name of this module. With another salt, or other parts in a key, an upgrade would lift
# every wait.
KEY_SALT = "accounts.portal.guessing"


def doubling_wait(failures: int) -> timedelta:
    """Return the wait after so many failures: none at first, then doubling to 15 minutes."""
    if failures <= FREE_ATTEMPTS:
        return NO_WAIT

    # More doublings than reach the longest wait would overflow.
    doublings: int = min(failures - FREE_ATTEMPTS - 1, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def account_wait(failures: int) -> timedelta:
    """Return the wait after so many failures for one account from unknown devices."""
    if failures < MOST_FROM_UNKNOWN_DEVICES:
        return NO_WAIT
    return LONGEST_WAIT


def school_wait(failures: int) -> timedelta:
    """Return the wait after so many failures for all pupils of a school."""
    if failures < MOST_FOR_A_SCHOOL:
        return NO_WAIT
    return SCHOOL_WAIT


@dataclass(frozen=True)
class Limit:
    """A count of failures, and the wait that follows from it."""

    key: str
    wait: Callable[[int], timedelta]
    expires_after: timedelta = EXPIRES_AFTER
    # A success clears the count of a pupil; from a school's it takes back what that pupil added.
    cleared_by_success: bool = True


@dataclass(frozen=True)
class Origin:
    """Where an attempt comes from; `device` only where this pupil signed in on it before."""

    ip_address: str
    device: str | None = None


def limits(username: str, version: int, school: int | None, origin: Origin) -> list[Limit]:
    """Return the limits of an attempt for this username, in the order in which they are locked.

    The account's own total comes first, and the count that a whole school shares last.
    """
    credentials = f"{username}\n{version}"
    if origin.device:
        return [Limit(_key("device", credentials, origin.device), doubling_wait)]

    of_school = Limit(
        _key("school", str(school)),
        school_wait,
        expires_after=SCHOOL_EXPIRES_AFTER,
        cleared_by_success=False,
    )
    return [
        Limit(account_key(username, version), account_wait),
        Limit(_key("address", credentials, origin.ip_address), doubling_wait),
        of_school,
    ]


def account_key(username: str, version: int) -> str:
    """Return the key of all failures for this username from unknown devices."""
    return _key("account", f"{username}\n{version}")


def _key(*parts: str) -> str:
    """Return a hash of 64 characters, so that the table holds no usernames or IP addresses."""
    digest = salted_hmac(KEY_SALT, "\n".join(parts), algorithm="sha256")
    return digest.hexdigest()


def count_attempt(limits: list[Limit], now: datetime) -> int | None:
    """Count an attempt as failed, before its password is verified.

    Returns the failures under the first limit, this one included; None, and counts nothing, where
    a limit makes the attempt wait. Runs inside the caller's transaction, which holds the counts
    locked until its end.
    """
    moment = now.timestamp()
    counts = AttemptCount.objects.lock([limit.key for limit in limits], moment)
    must_wait = any(count.blocked_until > moment for count in counts.values())
    if not must_wait:
        for limit in limits:
            _add_failure(limit, counts[limit.key], moment)

    # Written also where the attempt has to wait, so that both cases take the same time.
    AttemptCount.objects.write(counts.values())
    if must_wait:
        return None
    return counts[limits[0].key].failures


def _add_failure(limit: Limit, count: AttemptCount, moment: float) -> None:
    """Add a failure to the count, from zero where it expired, and set the wait that follows."""
    if count.last_at < moment - limit.expires_after.total_seconds():
        count.failures = 0
    count.failures += 1
    count.last_at = moment

    wait = limit.wait(count.failures)
    if wait:
        count.blocked_until = moment + wait.total_seconds()
    else:
        # Not `moment`: the clock of another process may be a little behind.
        count.blocked_until = 0.0


def touch(limits: list[Limit], now: datetime) -> None:
    """Update when the last attempt failed, for a username of nobody too.

    A transaction that writes nothing ends sooner, and would reveal that nobody has the username.
    """
    AttemptCount.objects.filter(key=limits[0].key).update(last_at=now.timestamp())


def clear_after_success(limits: list[Limit], now: datetime) -> None:
    """Take back this attempt, whose password was right, and the typing errors that led to it.

    Runs inside the caller's transaction.
    """
    counts = AttemptCount.objects.lock([limit.key for limit in limits], now.timestamp())
    own_failures = counts[limits[0].key].failures

    for limit in limits:
        count = counts[limit.key]
        count.blocked_until = 0.0
        if limit.cleared_by_success:
            count.failures = 0
        else:
            count.failures = max(count.failures - own_failures, 0)

    AttemptCount.objects.write(counts.values())


def delete_expired(now: datetime) -> None:
    """Delete the counts to which no attempt was added for a day."""
    oldest = now - EXPIRES_AFTER
    AttemptCount.objects.filter(last_at__lt=oldest.timestamp()).delete()
