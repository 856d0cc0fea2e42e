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
    PasswordKind,
    SignInFailure,
)
from accounts.portal import throttling, tokens
from accounts.portal.device import Device
from accounts.portal.models import PortalSession
from schoolloket.core import clock
from schoolloket.institutions.actors import Pupil
from students.models import Enrolment

SESSION_LASTS = timedelta(hours=8)


# The failures at which the history notes that an account is being hammered.
NOTED_FAILURES = (HAMMERED_FROM, throttling.MOST_FROM_UNKNOWN_DEVICES)


# A process has a core: more hashes at once than cores push one another out of the caches, and take
# a sixth longer together.
_one_hash_at_a_time = Semaphore(1)


# Verified where there is no account, so that it takes as long.
_NOBODY = make_password("nobody")


@dataclass(frozen=True)
class Claimant:
    """Whoever a username may belong to: an account, or nobody."""

    username: str
    account: Account | None
    active: bool
    school: int | None

    @property
    def version(self) -> int:
        return self.account.credentials_version if self.account else 0

    def proves(self, password: str) -> bool:
        """Verify the password: one hash, whoever it is."""
        kept = self.account.password if self.account else _NOBODY
        with _one_hash_at_a_time:
            return check_password(self._as_kept(password), kept) and self.account is not None

    def _as_kept(self, password: str) -> str:
        word = self.account and self.account.password_kind == PasswordKind.WORD
        return password.casefold() if word else password


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
    is_known = account is not None and device.knows(account)
    origin = throttling.Origin(ip_address, device.id if is_known else None)
    met = throttling.limits(claimant.username, claimant.version, claimant.school, origin)
    failures = _take(met)
    proved = claimant.proves(password)
    token = None
    if failures and proved and claimant.active and account:
        token = _open_session(account, met, on_known_device=is_known)
    if account and token:
        return account, token
    _note_failure(claimant, met, failures, origin)
    return None


def claimant_of(typed: str) -> Claimant:
    username = typed.strip().casefold()[:64]
    found = list(Account.objects.raw(_who_is(), [clock.today(), username]))
    if not found:
        return Claimant(username, None, active=False, school=None)
    [account] = found
    school: int | None = vars(account)["school"]
    active = school is not None and account.deactivated_at is None
    return Claimant(username, account, active, school)


@cache
def _who_is() -> str:
    """Return the statement that asks for an account and its school, by day and username.

    One statement: not one more for whom exists. Composed once, since that costs Django more than
    all else in a try besides the hash.
    """
    school = (
        Enrolment.objects.running_or_ahead(date.min)
        .filter(student=OuterRef("student"))
        .order_by("starts_on")
        .values("institution")[:1]
    )
    accounts = Account.objects.filter(username="").annotate(school=Subquery(school))
    statement, _ = accounts.query.sql_with_params()
    return statement


def prove_again(*, session: PortalSession, password: str, by: Pupil) -> bool:
    """Whether a pupil who is signed in knows the password; guesses are limited here too."""
    claimant = claimant_of(session.account.username)
    origin = throttling.Origin(by.ip_address or "", device=f"session {session.pk}")
    met = throttling.limits(claimant.username, claimant.version, claimant.school, origin)
    failures, proved = _take(met), claimant.proves(password)
    if failures and proved:
        _forgive(met)
        return True
    _note_failure(claimant, met, failures, origin)
    return False


@transaction.atomic
def _take(met: list[throttling.Limit]) -> int | None:
    """Take a try; return the failures it makes, or None where it has to wait."""
    return throttling.take(met, timezone.now())


@transaction.atomic
def _forgive(met: list[throttling.Limit]) -> None:
    throttling.forgive(met, timezone.now())


@transaction.atomic
def _note_failure(
    claimant: Claimant,
    met: list[throttling.Limit],
    failures: int | None,
    origin: throttling.Origin,
) -> None:
    """Note for the desk that a try failed, and why; not where the credentials changed since."""
    now = timezone.now()
    reason = SignInFailure.WRONG if claimant.active else SignInFailure.INACTIVE
    # Nobody's account too is asked for: the same statements, whoever it is.
    Account.objects.filter(username=claimant.username, credentials_version=claimant.version).update(
        failed_sign_ins=F("failed_sign_ins") + 1,
        last_failed_at=now,
        last_failure=reason if failures else SignInFailure.WAITING,
    )
    throttling.remember(met, now)
    if claimant.account and not origin.device and failures in NOTED_FAILURES:
        history.record_one(claimant.account, AccountEvent.Kind.SLOWED, by=Pupil(), at=now)


@transaction.atomic
def _open_session(
    account: Account, met: list[throttling.Limit], *, on_known_device: bool
) -> str | None:
    """Sign in; None where the credentials changed while the password was being verified."""
    now = timezone.now()
    # A known device leaves others' failures known.
    failures = {} if on_known_device else {"failed_sign_ins": 0}
    same = Account.objects.filter(pk=account.pk, credentials_version=account.credentials_version)
    if not same.update(last_sign_in_at=now, **failures):
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
    # Last, since the whole school shares a count.
    throttling.forgive(met, now)
    return token


def sign_out(*, session: PortalSession) -> None:
    PortalSession.objects.filter(pk=session.pk).end()
