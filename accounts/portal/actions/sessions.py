"""Sign in and out."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from threading import Semaphore

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from accounts import history
from accounts.models import (
    HAMMERED_FROM,
    Account,
    AccountEvent,
    SignInFailure,
)
from accounts.portal import throttling, tokens
from accounts.portal.actions import rehashing
from accounts.portal.device import Device
from accounts.portal.models import PortalSession
from schoolloket.core import clock
from schoolloket.institutions.actors import Pupil
from students.models import Enrolment

SESSION_LASTS = timedelta(hours=8)
# The numbers of failures at which the history notes that an account is being hammered.
NOTED_FAILURES = (HAMMERED_FROM, throttling.MOST_FROM_UNKNOWN_DEVICES)

# Dummy hash, checked for unknown usernames so that timing reveals nothing.
_DUMMY_HASH = make_password("nobody")
# Hash one at a time: parallel Argon2 runs evict each other's cache and take a sixth longer.
_one_hash_at_a_time = Semaphore(1)


@dataclass(frozen=True)
class Claimant:
    """Who claims a username: an account, or nobody.

    `school` is the primary key of the institution where the pupil is or will be enrolled, None
    where there is none; `active` says whether the account can sign in today (R9).
    """

    username: str
    account: Account | None
    active: bool
    school: int | None

    @property
    def version(self) -> int:
        """The version of the account's credentials; 0 for nobody."""
        if self.account is None:
            return 0
        return self.account.credentials_version

    def verify(self, password: str) -> bool:
        """Whether the password is the account's. Costs one hash, for nobody too."""
        stored_hash = _DUMMY_HASH
        if self.account:
            stored_hash = self.account.password
            password = self.account.as_hashed(password)

        with _one_hash_at_a_time:
            matches = check_password(password, stored_hash)
        return matches and self.account is not None


def sign_in(
    *, username: str, password: str, ip_address: str, device: Device
) -> tuple[Account, str] | None:
    """Return the account and the token of its new session; None where the sign-in failed.

    Why it failed is noted for the desk and never returned: no page may reveal whether a username
    exists. For the same reason every attempt costs one hash, and every failed attempt the same
    statements, whatever account the username belongs to.
    """
    claimant = claimant_of(username)
    account = claimant.account
    on_known_device = account is not None and device.knows(account)

    origin = throttling.Origin(ip_address)
    if on_known_device:
        origin = throttling.Origin(ip_address, device.id)
    limits = throttling.limits(claimant.username, claimant.version, claimant.school, origin)
    with transaction.atomic():
        failures = throttling.count_attempt(limits, timezone.now())

    # Verified even where it cannot help, so that every attempt costs one hash.
    verified = claimant.verify(password)
    if account and claimant.active and failures and verified:
        token = _open_session(account, limits, on_known_device=on_known_device)
        if token:
            rehashing.renew_hash(account=account, password=password)
            return account, token

    _note_failure(claimant, limits, failures, origin)
    return None


def confirm_password(*, session: PortalSession, password: str, by: Pupil) -> bool:
    """Whether a pupil who is signed in knows the password; guesses are throttled here too."""
    claimant = claimant_of(session.account.username)
    origin = throttling.Origin(by.ip_address or "", device=f"session {session.pk}")
    limits = throttling.limits(claimant.username, claimant.version, claimant.school, origin)
    with transaction.atomic():
        failures = throttling.count_attempt(limits, timezone.now())

    verified = claimant.verify(password)
    if failures and verified:
        with transaction.atomic():
            throttling.clear_after_success(limits, timezone.now())
        return True

    _note_failure(claimant, limits, failures, origin)
    return False


def sign_out(*, session: PortalSession) -> None:
    """End this session; on other devices the pupil stays signed in."""
    PortalSession.objects.filter(pk=session.pk).end()


def claimant_of(typed: str) -> Claimant:
    """Look up a username as it was typed, in one statement whether it exists or not."""
    username = typed.strip().casefold()[:64]
    found = list(Account.objects.raw(_lookup_statement(), [clock.today(), username]))
    if not found:
        return Claimant(username, None, active=False, school=None)

    [account] = found
    school: int | None = vars(account)["school"]
    active = school is not None and account.deactivated_at is None
    return Claimant(username, account, active, school)


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


@transaction.atomic
def _open_session(
    account: Account, limits: list[throttling.Limit], *, on_known_device: bool
) -> str | None:
    """Return the token of a new session; None where the credentials changed since the look-up."""
    now = timezone.now()

    signed_in: dict[str, object] = {"last_sign_in_at": now}
    if not on_known_device:
        # A sign-in on a known device does not reset the count: guesses came from elsewhere.
        signed_in["failed_sign_ins"] = 0
    same = Account.objects.filter(pk=account.pk, credentials_version=account.credentials_version)
    if not same.update(**signed_in):
        return None

    token = tokens.new()
    PortalSession.objects.create(
        token_hash=tokens.digest(token),
        account=account,
        version=account.credentials_version,
        on_known_device=on_known_device,
        created_at=now,
        expires_at=now + SESSION_LASTS,
    )

    # Last, since the whole school shares a count, which stays locked until the transaction ends.
    throttling.clear_after_success(limits, now)
    return token


@transaction.atomic
def _note_failure(
    claimant: Claimant,
    limits: list[throttling.Limit],
    failures: int | None,
    origin: throttling.Origin,
) -> None:
    """Note for the desk that an attempt failed, and why; not where the credentials changed since.

    `failures` is what `throttling.count_attempt` returned.
    """
    now = timezone.now()

    if failures is None:
        reason = SignInFailure.WAITING
    elif claimant.active:
        reason = SignInFailure.WRONG
    else:
        reason = SignInFailure.INACTIVE

    # Run for nobody's username too: the statements are the same for everybody.
    same = Account.objects.filter(username=claimant.username, credentials_version=claimant.version)
    same.update(failed_sign_ins=F("failed_sign_ins") + 1, last_failed_at=now, last_failure=reason)
    throttling.touch(limits, now)

    is_noted = failures in NOTED_FAILURES and not origin.device
    if claimant.account and is_noted:
        history.record_one(claimant.account, AccountEvent.Kind.SLOWED, by=Pupil(), at=now)
