"""What pupils do: sign in and out, choose a password, link an e-mail address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from threading import Semaphore
from uuid import uuid4

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from accounts import history
from accounts.models import (
    HAMMERED_FROM,
    Account,
    AccountEvent,
    FieldChange,
    PasswordKind,
    SignInFailure,
)
from schoolloket import clock
from schoolloket.institutions.actors import Pupil
from students.models import Enrolment

from . import guessing, later, mails, tokens
from .models import MailToken, PortalSession

SESSION_LASTS = timedelta(hours=8)
LINK_LASTS = timedelta(hours=24)
RESET_LASTS = timedelta(minutes=30)
# So that nobody fills a mailbox: not more mails to an account than this in an hour.
MOST_MAILS_AN_HOUR = 5
# The failures at which the history notes that an account is being hammered.
NOTED_FAILURES = (HAMMERED_FROM, guessing.MOST_FROM_UNKNOWN_DEVICES)

# A process has a core: more hashes at once than cores push one another out of the caches, and take
# a sixth longer together.
_one_hash_at_a_time = Semaphore(1)

# Verified where there is no account, so that it takes as long.
_NOBODY = make_password("nobody")


class Refused(Exception):
    """The text is for the pupil, in Dutch."""


class LinkDead(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Deze link is al gebruikt, te oud, of je aanmeldgegevens zijn intussen gewijzigd. "
            "Vraag een nieuwe."
        )


# Sign in ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Candidate:
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
    *, username: str, password: str, origin: guessing.Origin, known_to: Callable[[Account], bool]
) -> tuple[Account, str] | None:
    """Return the account and the token of its new session, or None: never why (product.md).

    `known_to` tells whether this pupil signed in on the device before. Every try costs one hash,
    and one that fails the same statements, whoever the username belongs to.
    """
    candidate = _candidate(username)
    if candidate.account is None or not known_to(candidate.account):
        origin = guessing.Origin(origin.address)
    met = guessing.limits(candidate.username, candidate.version, candidate.school, origin)
    failures = _take(met)
    proved = candidate.proves(password)
    token = None
    if failures and proved and candidate.active and candidate.account:
        token = _open_session(candidate.account, met, on_known_device=origin.device is not None)
    if candidate.account and token:
        return candidate.account, token
    _note_failure(candidate, met, failures, origin)
    return None


def _candidate(typed: str) -> _Candidate:
    username = typed.strip().casefold()[:64]
    found = list(Account.objects.raw(_who_is(), [clock.today(), username]))
    if not found:
        return _Candidate(username, None, active=False, school=None)
    [account] = found
    school: int | None = vars(account)["school"]
    active = school is not None and account.deactivated_at is None
    return _Candidate(username, account, active, school)


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
    candidate = _candidate(session.account.username)
    origin = guessing.Origin(by.ip_address or "", device=f"session {session.pk}")
    met = guessing.limits(candidate.username, candidate.version, candidate.school, origin)
    failures, proved = _take(met), candidate.proves(password)
    if failures and proved:
        _forgive(met)
        return True
    _note_failure(candidate, met, failures, origin)
    return False


@transaction.atomic
def _take(met: list[guessing.Limit]) -> int | None:
    """Take a try; return the failures it makes, or None where it has to wait."""
    return guessing.take(met, timezone.now())


@transaction.atomic
def _forgive(met: list[guessing.Limit]) -> None:
    guessing.forgive(met, timezone.now())


@transaction.atomic
def _note_failure(
    candidate: _Candidate,
    met: list[guessing.Limit],
    failures: int | None,
    origin: guessing.Origin,
) -> None:
    """Note for the desk that a try failed, and why; not where the credentials changed since."""
    now = timezone.now()
    reason = SignInFailure.WRONG if candidate.active else SignInFailure.INACTIVE
    # Nobody's account too is asked for: the same statements, whoever it is.
    Account.objects.filter(
        username=candidate.username, credentials_version=candidate.version
    ).update(
        failed_sign_ins=F("failed_sign_ins") + 1,
        last_failed_at=now,
        last_failure=reason if failures else SignInFailure.WAITING,
    )
    guessing.remember(met, now)
    if candidate.account and not origin.device and failures in NOTED_FAILURES:
        _record(candidate.account, AccountEvent.Kind.SLOWED, now)


@transaction.atomic
def _open_session(
    account: Account, met: list[guessing.Limit], *, on_known_device: bool
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
    guessing.forgive(met, now)
    return token


def sign_out(*, session: PortalSession) -> None:
    PortalSession.objects.filter(pk=session.pk).end()


# An own password -------------------------------------------------------------------------------


def choose_password(*, session: PortalSession, password: str, by: Pupil) -> None:
    """Set the pupil's own password, which the form judged, and end the other sessions (R8).

    Raises LinkDead where the credentials changed meanwhile.
    """
    password_hash = make_password(password)
    with transaction.atomic():
        account = _set_password(session.account_id, session.version, password_hash, by)
        session.version = account.credentials_version
        session.save(update_fields=["version"])


def _set_password(account_id: int, version: int, password_hash: str, by: Pupil) -> Account:
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.credentials_version != version:
        raise LinkDead
    account.password = password_hash
    account.must_change_password = False
    account.credentials_version += 1
    # The waits end with the version; so does what the desk is told of them.
    account.failed_sign_ins, account.last_failed_at, account.last_failure = 0, None, ""
    account.save()
    change = history.Change(FieldChange.Field.PASSWORD, "", "")
    _record(account, AccountEvent.Kind.OWN_PASSWORD, timezone.now(), by, change)
    return account


# E-mail ----------------------------------------------------------------------------------------


@transaction.atomic
def ask_to_link(*, account: Account, email: str) -> None:
    """Mail a link to the address; nothing is linked before it is confirmed. Raises Refused."""
    _refuse_too_many(account)
    token = _mail_token(account, MailToken.Purpose.LINK, email, LINK_LASTS)
    transaction.on_commit(
        lambda: later.run(mails.send_link, account=account, email=email, token=token)
    )


@transaction.atomic
def confirm_link(*, token: str, by: Pupil) -> Account:
    """Link the address whose mailbox the pupil opened; tell the old one. Raises LinkDead."""
    mail = _use(token, MailToken.Purpose.LINK)
    account = Account.objects.select_for_update().get(pk=mail.account_id)
    if account.credentials_version != mail.version:
        raise LinkDead
    old, account.email = account.email, mail.email
    account.credentials_version += 1
    account.save(update_fields=["email", "credentials_version"])
    _keep_sessions(account, mail.version)
    kind = AccountEvent.Kind.EMAIL_CHANGED if old else AccountEvent.Kind.EMAIL_LINKED
    masked = (history.mask_email(old), history.mask_email(mail.email))
    change = history.Change(FieldChange.Field.EMAIL, *masked)
    _record(account, kind, timezone.now(), by, change)
    if old and old != mail.email:
        transaction.on_commit(lambda: later.run(mails.tell_old_address, account=account, old=old))
    return account


def _keep_sessions(account: Account, version: int) -> None:
    """The pupil who links an address stays signed in."""
    PortalSession.objects.filter(account=account, version=version).update(
        version=account.credentials_version
    )


# A forgotten password --------------------------------------------------------------------------


@transaction.atomic
def ask_reset(*, username: str) -> None:
    """Mail a link where an active account with a linked address has this username.

    Runs after the answer (`later`), which says and takes the same whoever the username belongs to.
    """
    candidate = _candidate(username)
    account = candidate.account
    if account is None or not candidate.active or not account.is_linked:
        return
    try:
        _refuse_too_many(account)
    except Refused:
        return
    token = _mail_token(account, MailToken.Purpose.RESET, account.email, RESET_LASTS)
    transaction.on_commit(lambda: mails.send_reset(account, token))


def reset_password(*, token: str, password: str, by: Pupil) -> None:
    """Set the own password that a mailed link allows; ends every session. Raises LinkDead."""
    password_hash = make_password(password)
    with transaction.atomic():
        mail = _use(token, MailToken.Purpose.RESET)
        _set_password(mail.account_id, mail.version, password_hash, by)


def open_token(token: str, purpose: MailToken.Purpose) -> MailToken:
    """Return the mailed link that still works. Raises LinkDead."""
    found = (
        MailToken.objects.open(purpose, timezone.now())
        .filter(
            token_hash=tokens.digest(token), account__in=Account.objects.active_on(clock.today())
        )
        .select_related("account__student")
        .first()
    )
    if found is None:
        raise LinkDead
    return found


def _use(token: str, purpose: MailToken.Purpose) -> MailToken:
    mail = open_token(token, purpose)
    used = MailToken.objects.filter(pk=mail.pk, used_at=None).update(used_at=timezone.now())
    if not used:
        raise LinkDead
    return mail


def _refuse_too_many(account: Account) -> None:
    since = timezone.now() - timedelta(hours=1)
    # Locked: mails that are asked for at the same time are counted one after the other.
    Account.objects.select_for_update().get(pk=account.pk)
    recent = MailToken.objects.filter(account=account, created_at__gt=since)
    if recent.count() >= MOST_MAILS_AN_HOUR:
        raise Refused("Er zijn al enkele mails onderweg. Kijk in je mailbox, of wacht een uur.")


def _mail_token(account: Account, purpose: MailToken.Purpose, email: str, lasts: timedelta) -> str:
    now = timezone.now()
    token = tokens.new()
    MailToken.objects.create(
        token_hash=tokens.digest(token),
        purpose=purpose,
        account=account,
        version=account.credentials_version,
        email=email,
        created_at=now,
        expires_at=now + lasts,
    )
    return token


# History and housekeeping ----------------------------------------------------------------------


def _record(
    account: Account,
    kind: AccountEvent.Kind,
    at: datetime,
    by: Pupil = Pupil(),  # noqa: B008
    *changes: history.Change,
) -> None:
    entry = history.Entry(account.pk, kind, changes)
    history.record([entry], by=by, operation_id=uuid4(), at=at)


@transaction.atomic
def end_everything() -> None:
    """End all sessions and mailed links: those of a backup may have been ended or used since."""
    PortalSession.objects.all().end()
    MailToken.objects.all().delete()


@transaction.atomic
def forget(now: datetime) -> None:
    """Remove sessions that no page shows, and links and counts whose time is over."""
    PortalSession.objects.filter(expires_at__lt=now).exclude(token_hash=None).end()
    PortalSession.objects.out_of_sight().delete()
    MailToken.objects.filter(expires_at__lt=now - LINK_LASTS).delete()
    guessing.forget(now)
