"""Limits on attempts to sign in: guessing is hopeless, and nobody is kept out by strangers.

An attempt counts as failed from its start until its password proves right, so guesses at the same
moment never get through a limit. What limits an attempt:

* on a device where this pupil signed in before: that device's own failures, nobody else's;
* on devices where the code on the pupil's sheet was opened: one count that they share;
* on any other device, which is a stranger's until its pupil got in: the failures for the username
  from everywhere, the failures for the username from the address, those of the device, and those
  of the address over all names.

The first try of a username from an address passes where others failed a lot: whoever hammers keeps
nobody else out, until an address or an account has so many failures that every stranger waits.
While an attempt has to wait it is not verified. Its device pauses, so nobody gets a turn by asking
more often. Usernames of nobody have the same limits and no limit depends on the school, so a wait
reveals neither. A new version of the credentials is another key: it lifts the waits of a pupil.

See docs/decisions/0033-limits-that-strangers-cannot-turn.md for the numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import partial

from django.utils.crypto import salted_hmac

from schoolloket.core.network import network_of

from .models import AttemptCount

NO_WAIT = timedelta(0)
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
# Counts start at zero again after so long without an attempt.
EXPIRES_AFTER = timedelta(days=1)

FREE_ATTEMPTS = 4
# A class shares a new tablet.
FREE_ON_A_DEVICE = 20

# Failures for one account on strangers' devices from which repeats share a wait, and all do.
ACCOUNT_SLOWS_REPEATS_AT = 100
ACCOUNT_SLOWS_ALL_AT = 1000

# The same for one address over all names. A pupil who gets in there for the first time that day
# makes room for one failure more, so a school has more room than a stranger.
ADDRESS_SLOWS_REPEATS_AT = 75
ADDRESS_SLOWS_ALL_AT = 150
REPEATS_WAIT = timedelta(seconds=5)
MOST_ROOM = 1000

# How long a device stays silent after it asked during a wait, before it is heard again. Longer than
# a few hundred addresses that share a flood need for their next try.
PAUSE = timedelta(seconds=10)
# A cookie younger than this is none: a script that opens the page for each try gains nothing by it.
COOKIE_COUNTS_AFTER = timedelta(seconds=3)
# A flood writes its pauses at most so often for a device.
PAUSE_IS_WRITTEN_EVERY = timedelta(seconds=1)
# Devices of one address share this many rows, so cookies in bulk do not fill the database.
DEVICES_OF_AN_ADDRESS = 4096

# An earlier name of this module. With another salt, or other parts in a key, an upgrade would lift
# waits.
KEY_SALT = "accounts.portal.guessing"


# Waits -----------------------------------------------------------------------------------------


def doubling_wait(failures: int, *, free: int = FREE_ATTEMPTS) -> timedelta:
    """Return the wait after so many failures: none at first, then doubling to 15 minutes."""
    if failures <= free:
        return NO_WAIT

    # More doublings than reach the longest wait would overflow.
    doublings: int = min(failures - free - 1, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def account_wait(failures: int) -> timedelta:
    """Return the wait after so many failures for one account on strangers' devices."""
    if failures < ACCOUNT_SLOWS_REPEATS_AT:
        return NO_WAIT
    return LONGEST_WAIT


def address_wait(failures: int) -> timedelta:
    """Return the wait after so many failures from one address, less the room that it earned."""
    if failures < ADDRESS_SLOWS_REPEATS_AT:
        return NO_WAIT
    if failures < ADDRESS_SLOWS_ALL_AT:
        return REPEATS_WAIT
    return LONGEST_WAIT


# Attempts and their limits ---------------------------------------------------------------------


class Standing(Enum):
    """What is known of the device of an attempt: that its pupil uses it, its cookie, nothing."""

    KNOWN_DEVICE = "known device"
    NEW_DEVICE = "new device"
    NO_DEVICE = "no device"


@dataclass(frozen=True)
class Limit:
    """A count of failures, and the wait that follows from it.

    `holds_first_at`: the failures from which the first try of a username from an address waits too.
    `lowest`: as far as successes can lower the count.
    """

    key: str
    wait: Callable[[int], timedelta]
    holds_first_at: int = 0
    lowest: int = 0

    def spares(self, count: AttemptCount, *, is_first: bool) -> bool:
        """Whether an attempt neither waits for this limit nor makes others wait."""
        return is_first and count.failures < self.holds_first_at


@dataclass(frozen=True)
class Attempt:
    """An attempt to sign in: its limits, in the order in which they are locked.

    `standing`: what is known of its device. `own`: that of this pupil's failures here. `address`:
    that of all names from the address, where a success makes room; it limits strangers only.
    `device`: that of a stranger's device, which pauses where it asks during a wait; None where the
    device is known.
    """

    standing: Standing
    limits: tuple[Limit, ...]
    own: Limit
    address: Limit
    device: Limit | None = None

    @property
    def is_strangers(self) -> bool:
        """Whether it comes from a device that this pupil did not make known."""
        return self.standing is not Standing.KNOWN_DEVICE

    @property
    def keys(self) -> list[str]:
        return [limit.key for limit in self.limits]


def on_known_device(credentials: str, device_id: str, ip_address: str) -> Attempt:
    """Return an attempt on a device where this pupil signed in before."""
    own = Limit(_key("device", credentials, device_id), doubling_wait)
    return Attempt(Standing.KNOWN_DEVICE, (own,), own, _address_limit(network_of(ip_address)))


def with_printed_code(credentials: str, ip_address: str) -> Attempt:
    """Return an attempt on a device where the code on this pupil's sheet was opened."""
    own = Limit(_key("code", credentials), doubling_wait)
    return Attempt(Standing.KNOWN_DEVICE, (own,), own, _address_limit(network_of(ip_address)))


def by_stranger(credentials: str, device_id: str | None, ip_address: str) -> Attempt:
    """Return an attempt on any other device; `device_id` None: it has no cookie to tell it apart.

    The count that the most attempts share, that of the address, is locked last.
    """
    network = network_of(ip_address)
    account = Limit(account_key(credentials), account_wait, ACCOUNT_SLOWS_ALL_AT)
    own = Limit(_key("address", credentials, network), doubling_wait)
    device = Limit(
        _key("stranger", network, _row_of_device(device_id)),
        partial(doubling_wait, free=FREE_ON_A_DEVICE),
        holds_first_at=FREE_ON_A_DEVICE + 1,
    )
    address = _address_limit(network)
    standing = Standing.NO_DEVICE
    if device_id is not None:
        standing = Standing.NEW_DEVICE
    return Attempt(standing, (account, own, device, address), own, address, device)


def credentials_of(username: str, version: int) -> str:
    """Return what stands for a username and the version of its credentials in a key."""
    return f"{username}\n{version}"


def account_key(credentials: str) -> str:
    """Return the key of all failures for these credentials on strangers' devices."""
    return _key("account", credentials)


def _address_limit(network: str) -> Limit:
    key = _key("network", network)
    return Limit(key, address_wait, ADDRESS_SLOWS_ALL_AT, lowest=-MOST_ROOM)


def _row_of_device(device_id: str | None) -> str:
    """Return which of the rows of its address a device has; one for all without a cookie."""
    if device_id is None:
        return "none"
    return str(int(_key("row", device_id), 16) % DEVICES_OF_AN_ADDRESS)


def _key(*parts: str) -> str:
    """Return a hash of 64 characters, so that the table holds no usernames or IP addresses."""
    digest = salted_hmac(KEY_SALT, "\n".join(parts), algorithm="sha256")
    return digest.hexdigest()


# Counting --------------------------------------------------------------------------------------


def must_wait(attempt: Attempt, now: datetime) -> bool:
    """Whether a limit makes the attempt wait now. Only reads, so a flood costs little."""
    counts = AttemptCount.objects.read(attempt.keys)
    return _is_held(attempt, counts, now.timestamp())


def count_attempt(attempt: Attempt, now: datetime) -> int | None:
    """Count an attempt as failed, before its password is verified.

    Returns the failures under its first limit, this one included; None, and counts nothing, where
    others at the same moment made it wait. Runs inside the caller's transaction, which holds the
    counts locked until its end.
    """
    moment = now.timestamp()
    counts = AttemptCount.objects.lock(attempt.keys, moment)
    if _is_held(attempt, counts, moment):
        return None

    is_first = _is_first(attempt, counts, moment)
    for limit in attempt.limits:
        _add_failure(limit, counts[limit.key], moment, is_first=is_first)
    AttemptCount.objects.write(counts.values())
    return counts[attempt.limits[0].key].failures


def is_pause_due(attempt: Attempt, now: datetime) -> bool:
    """Whether an attempt that has to wait is to be written; not where one was a moment ago."""
    limit = attempt.device or attempt.own
    asked_at = AttemptCount.objects.read([limit.key])[limit.key].last_at
    since = now.timestamp() - asked_at
    # Asked later than now: the clock of another process may be a little ahead.
    return not 0 <= since < PAUSE_IS_WRITTEN_EVERY.total_seconds()


def pause(attempt: Attempt, now: datetime) -> None:
    """Let the device of an attempt that has to wait stay silent for a while, counted anew.

    A device that is known does not pause: its wait holds nobody else. Runs inside the caller's
    transaction.
    """
    moment = now.timestamp()
    limit = attempt.device or attempt.own
    count = AttemptCount.objects.lock([limit.key], moment)[limit.key]

    count.last_at = moment
    if attempt.device:
        count.blocked_until = max(count.blocked_until, moment + PAUSE.total_seconds())
    AttemptCount.objects.write([count])


def touch(attempt: Attempt, now: datetime) -> None:
    """Update when the last attempt failed, for a username of nobody too.

    A transaction that writes nothing ends sooner, and would reveal that nobody has the username.
    """
    AttemptCount.objects.filter(key=attempt.own.key).update(last_at=now.timestamp())


def take_back(attempt: Attempt, now: datetime, *, room: int = 0) -> None:
    """Take back this attempt, whose password was right, and the typing errors that led to it.

    `room`: for how many failures more there is room at the address from now on. Runs inside the
    caller's transaction.
    """
    limits = list(attempt.limits)
    if room and not attempt.is_strangers:
        limits.append(attempt.address)
    counts = AttemptCount.objects.lock([limit.key for limit in limits], now.timestamp())
    own_failures = counts[attempt.own.key].failures

    for limit in attempt.limits:
        count = counts[limit.key]
        if limit in (attempt.device, attempt.address):
            # Others fail there too.
            _lower(limit, count, by=own_failures)
        else:
            _lower(limit, count, by=count.failures)
    if room:
        _lower(attempt.address, counts[attempt.address.key], by=room)

    AttemptCount.objects.write(counts.values())


def delete_expired(now: datetime) -> None:
    """Delete the counts to which no attempt was added for a day."""
    oldest = now - EXPIRES_AFTER
    AttemptCount.objects.filter(last_at__lt=oldest.timestamp()).delete()


def _is_held(attempt: Attempt, counts: dict[str, AttemptCount], moment: float) -> bool:
    """Whether a limit makes the attempt wait."""
    is_first = _is_first(attempt, counts, moment)
    for limit in attempt.limits:
        count = counts[limit.key]
        if count.blocked_until > moment and not limit.spares(count, is_first=is_first):
            return True
    return False


def _is_first(attempt: Attempt, counts: dict[str, AttemptCount], moment: float) -> bool:
    """Whether nobody failed with this username from this address in the last day."""
    own = counts[attempt.own.key]
    return own.failures == 0 or _is_expired(own, moment)


def _is_expired(count: AttemptCount, moment: float) -> bool:
    return count.last_at < moment - EXPIRES_AFTER.total_seconds()


def _add_failure(limit: Limit, count: AttemptCount, moment: float, *, is_first: bool) -> None:
    """Add a failure to the count, from zero where it expired, and set the wait that follows.

    A first try that the limit spares leaves the wait of the others as it is.
    """
    if _is_expired(count, moment):
        count.failures = 0
    spared = limit.spares(count, is_first=is_first)
    count.failures += 1
    count.last_at = moment
    if spared and count.failures < limit.holds_first_at:
        return

    wait = limit.wait(count.failures)
    if wait:
        count.blocked_until = moment + wait.total_seconds()
    else:
        # Not `moment`: the clock of another process may be a little behind.
        count.blocked_until = 0.0


def _lower(limit: Limit, count: AttemptCount, *, by: int) -> None:
    """Lower the count by so many failures, and end its wait where it has none any more."""
    count.failures = max(count.failures - by, limit.lowest)
    if not limit.wait(count.failures):
        count.blocked_until = 0.0
