"""Sign in and out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from accounts import history
from accounts.models import HAMMERED_FROM, Account, AccountEvent, SignInFailure
from accounts.portal import hash_queue, throttling
from accounts.portal.actions import rehashing
from accounts.portal.actions.transactions import Locked, impatient_transaction
from accounts.portal.device import Device
from accounts.portal.models import PortalSession
from accounts.portal.throttling import Attempt
from schoolloket.core import clock, tokens
from schoolloket.institutions.actors import Pupil
from students.models import Enrolment

SESSION_LASTS = timedelta(hours=8)
# The numbers of failures at which the history notes that an account is being hammered.
NOTED_FAILURES = (HAMMERED_FROM, throttling.ACCOUNT_SLOWS_REPEATS_AT)
# The first sign-in of a pupil in so long makes room for failures at the address.
MAKES_ROOM_AFTER = timedelta(days=1)

# Dummy hash, checked for unknown usernames so that timing reveals nothing.
_DUMMY_HASH = make_password("nobody")


@dataclass(frozen=True)
class Claimant:
    """Who claims a username: an account, or nobody.

    `active` says whether the account can sign in today (R9).
    """

    username: str
    account: Account | None
    active: bool

    @property
    def version(self) -> int:
        """The version of the account's credentials; 0 for nobody."""
        if self.account is None:
            return 0
        return self.account.credentials_version

    def attempt(self, device: Device, ip_address: str, now: datetime) -> Attempt:
        """Return the attempt of this claimant on that device: known, by its code, or strange."""
        credentials = throttling.credentials_of(self.username, self.version)
        if self.account and device.knows(self.account):
            return throttling.on_known_device(credentials, device.id, ip_address)
        if self.account and device.opened_code_of(self.account):
            return throttling.with_printed_code(credentials, ip_address)

        device_id = None
        age = timedelta(seconds=now.timestamp() - device.since)
        if age >= throttling.COOKIE_COUNTS_AFTER:
            device_id = device.id
        return throttling.by_stranger(credentials, device_id, ip_address)

    def verify(self, password: str) -> bool:
        """Whether the password is the account's. Costs one hash, for nobody too."""
        stored_hash = _DUMMY_HASH
        if self.account:
            stored_hash = self.account.password
            password = self.account.as_hashed(password)

        matches = check_password(password, stored_hash)
        return matches and self.account is not None


def sign_in(
    *, username: str, password: str, ip_address: str, device: Device
) -> tuple[Account, str] | None:
    """Return the account and the token of its new session; None where the sign-in failed.

    Why it failed is noted for the desk and never returned: no page may reveal whether a username
    exists. For the same reason the statements and hashes of an attempt depend on whether it is
    right and whether it has to wait, never on the account that the username belongs to.

    Raises SignInBusy where too many wait for their turn; the attempt is not counted then.
    """
    claimant = claimant_of(username)
    attempt = claimant.attempt(device, ip_address, timezone.now())
    try:
        if not _is_right(claimant, attempt, password):
            return None
        signed_in = _open_session(claimant, attempt, device)
    except Locked:
        # As if it had to wait: an error would show that somebody works on this account.
        return None

    if signed_in:
        account, _ = signed_in
        rehashing.renew_hash(account=account, password=password)
    return signed_in


def confirm_password(*, session: PortalSession, password: str, by: Pupil) -> bool:
    """Whether a pupil who is signed in knows the password; guesses are throttled here too."""
    claimant = claimant_of(session.account.username)
    credentials = throttling.credentials_of(claimant.username, claimant.version)
    place = f"session {session.pk}"
    attempt = throttling.on_known_device(credentials, place, by.ip_address or "")
    try:
        if not _is_right(claimant, attempt, password):
            return False
        with impatient_transaction():
            throttling.take_back(attempt, timezone.now())
        return True
    except Locked:
        return False


def _is_right(claimant: Claimant, attempt: Attempt, password: str) -> bool:
    """Whether the attempt may be made now, and with the right password of an active account.

    Counts it as failed and, where it is, notes it for the desk. Raises SignInBusy and Locked.
    """
    if throttling.must_wait(attempt, timezone.now()):
        _note_wait(claimant, attempt)
        return False

    with hash_queue.place(attempt.standing):
        with impatient_transaction():
            failures = throttling.count_attempt(attempt, timezone.now())
        if failures is None:
            _note_wait(claimant, attempt)
            return False
        matches = hash_queue.verify(partial(claimant.verify, password), attempt.standing)

    if matches and claimant.active:
        return True
    _note_failure(claimant, attempt, failures)
    return False


def sign_out(*, session: PortalSession) -> None:
    """End this session; on other devices the pupil stays signed in."""
    PortalSession.objects.filter(pk=session.pk).end()


def sign_out_everywhere(*, account: Account) -> None:
    """End every session of the pupil, on all devices; the devices stay known."""
    PortalSession.objects.filter(account=account).end()


def claimant_of(typed: str) -> Claimant:
    """Look up a username as it was typed, in one statement whether it exists or not."""
    username = typed.strip().casefold()[:64]
    found = list(Account.objects.raw(_lookup_statement(), [clock.today(), username]))
    if not found:
        return Claimant(username, None, active=False)

    [account] = found
    # The query annotates the account with its school, None where there is none.
    active = vars(account)["school"] is not None and account.deactivated_at is None
    return Claimant(username, account, active)


@cache
def _lookup_statement() -> str:
    """Return the statement that selects an account with its school, by day and username.

    Composed once: composing it costs Django more than all else in an attempt besides the hash.
    """
    school = (
        Enrolment.objects.running_or_ahead(date.min)
        .filter(student=OuterRef("student"))
        .order_by("starts_on")
        .values("institution")[:1]
    )

    # The day and the username given here only hold the places of the statement's parameters.
    accounts = Account.objects.filter(username="").annotate(school=Subquery(school))
    statement, _ = accounts.query.sql_with_params()
    return statement


def _open_session(
    claimant: Claimant, attempt: Attempt, device: Device
) -> tuple[Account, str] | None:
    """Return the account and the token of a new session.

    None where the credentials changed since the look-up. Raises Locked.
    """
    account = claimant.account
    if account is None:
        return None

    now = timezone.now()
    with impatient_transaction():
        if not _update_after_sign_in(account, attempt, now):
            return None

        token = tokens.new()
        PortalSession.objects.create(
            token_hash=tokens.digest(token),
            account=account,
            version=account.credentials_version,
            on_known_device=device.knows(account),
            created_at=now,
            expires_at=now + SESSION_LASTS,
        )

        # Last, since a whole school shares its address's count, locked until the transaction ends.
        throttling.take_back(attempt, now, room=_room_made(account, now))
    return account, token


def _update_after_sign_in(account: Account, attempt: Attempt, now: datetime) -> bool:
    """Note the sign-in on the account; False where its credentials changed since the look-up."""
    signed_in: dict[str, object] = {"last_sign_in_at": now}
    if attempt.is_strangers:
        # A sign-in on a known device does not reset the count: guesses came from elsewhere.
        signed_in["failed_sign_ins"] = 0

    same = Account.objects.filter(pk=account.pk, credentials_version=account.credentials_version)
    return same.update(**signed_in) == 1


def _room_made(account: Account, now: datetime) -> int:
    """Return for how many failures a sign-in of this pupil makes room at its address."""
    before = account.last_sign_in_at
    is_first = before is None or before < now - MAKES_ROOM_AFTER
    return int(is_first)


def _note_wait(claimant: Claimant, attempt: Attempt) -> None:
    """Let the device pause, and note for the desk that an attempt had to wait. Raises Locked."""
    now = timezone.now()
    if not throttling.is_pause_due(attempt, now):
        return

    with impatient_transaction():
        throttling.pause(attempt, now)
        _note(claimant, SignInFailure.WAITING, now)


def _note_failure(claimant: Claimant, attempt: Attempt, failures: int) -> None:
    """Note for the desk that an attempt failed, and why. Raises Locked.

    `failures` is what `throttling.count_attempt` returned.
    """
    now = timezone.now()
    reason = SignInFailure.WRONG
    if not claimant.active:
        reason = SignInFailure.INACTIVE

    with impatient_transaction():
        _note(claimant, reason, now)
        throttling.touch(attempt, now)

        is_noted = failures in NOTED_FAILURES and attempt.is_strangers
        if claimant.account and is_noted:
            history.record_one(claimant.account, AccountEvent.Kind.SLOWED, by=Pupil(), at=now)


def _note(claimant: Claimant, reason: SignInFailure, now: datetime) -> None:
    """Note a failure on the account; not where its credentials changed since the look-up.

    Run for nobody's username too: the statements are the same for everybody.
    """
    same = Account.objects.filter(username=claimant.username, credentials_version=claimant.version)
    same.update(failed_sign_ins=F("failed_sign_ins") + 1, last_failed_at=now, last_failure=reason)
