"""What changes for a manager, with its row in the access log and its mail."""

from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from schoolloket.core import background, clock
from schoolloket.core.exceptions import EmailTaken
from schoolloket.core.text import mask_email

from . import access_log, email_changes, emails
from .actors import Author
from .models import AccessEvent, Manager, Membership, Tally

Kind = AccessEvent.Kind

MOST_MAILS_AN_HOUR = 3
# Each right that a manager has or has not: the kind of event when it is given, and when taken.
RIGHTS = {
    "is_active": (Kind.ACTIVATED, Kind.DEACTIVATED),
    "is_staff": (Kind.MADE_OPERATOR, Kind.NO_LONGER_OPERATOR),
    "is_superuser": (Kind.MADE_SUPERUSER, Kind.NO_LONGER_SUPERUSER),
}


def request_reset(*, email: str, ip_address: str) -> None:
    """Mail a link to a new password where an active manager with one has this e-mail address.

    Not to somebody without: who comes in through the organisation makes no password beside it.

    Runs in the background, after a response that is the same, and as quick, for every address.
    """
    manager = Manager.objects.filter(email=email.strip().lower(), is_active=True).first()
    if manager is None or not manager.has_usable_password():
        return

    mails = Tally.objects.add(
        "resets", str(manager.pk), within=timedelta(hours=1), now=timezone.now()
    )
    if mails > MOST_MAILS_AN_HOUR:
        return

    access_log.record(Kind.RESET_ASKED, manager=manager, by=Author(ip_address=ip_address))
    emails.send_reset(manager)


@transaction.atomic
def set_password(*, manager: Manager, password: str) -> None:
    """Set the password that a form validated; `note_changes` follows, in the same transaction."""
    manager.set_password(password)
    manager.save()


def ask_email_change(*, manager: Manager, email: str) -> None:
    """Mail the link that changes the manager's e-mail address, to the new address.

    The same for an address that another manager has: who that is, nobody learns here.
    """
    background.run(emails.send_email_change, manager=manager, email=email.strip().lower())


@transaction.atomic
def change_email(*, token: str) -> None:
    """Change an e-mail address as the link in the mail says; the old address is told.

    Raises LinkGone, or EmailTaken where another manager has the address by now.
    """
    change = email_changes.read(token)
    manager = Manager.objects.select_for_update().get(pk=change.manager.pk)
    old = manager.email
    manager.email = change.email
    try:
        manager.full_clean(exclude=["password"])
    except ValidationError as error:
        raise EmailTaken from error
    # The access log follows, from `receivers`.
    manager.save(update_fields=["email"])
    background.run_after_commit(emails.notify_email_changed, manager=manager, old=old)


def note_seen(*, manager: Manager, by_provider: bool) -> None:
    """Note that the manager signed in just now, with each right that this session may use (R13)."""
    mine = Membership.objects.filter(manager=manager).counting(by_provider=by_provider)
    mine.valid_on(clock.today()).update(seen_at=timezone.now())


@transaction.atomic
def end_sessions(*, manager: Manager, by: Author) -> None:
    """Sign the manager out in every browser, with a row in the access log."""
    manager.end_sessions()
    access_log.record(Kind.SESSIONS_ENDED, manager=manager, by=by)


@transaction.atomic
def note_new_manager(*, manager: Manager, by: Author) -> None:
    """Add a manager who was made just now, and the rights that came along, to the access log."""
    access_log.record(Kind.CREATED, manager=manager, by=by)
    for right, (given, _) in RIGHTS.items():
        if getattr(manager, right) and given != Kind.ACTIVATED:
            access_log.record(given, manager=manager, by=by)


@transaction.atomic
def note_changes(*, before: Manager, manager: Manager, by: Author) -> None:
    """Add what changed about a manager to the access log, and end what hung on it."""
    for right, (given, taken) in RIGHTS.items():
        has_now = getattr(manager, right)
        if has_now == getattr(before, right):
            continue

        kind = taken
        if has_now:
            kind = given
        access_log.record(kind, manager=manager, by=by)

    if manager.email != before.email:
        _note_email(before.email, manager, by)
    if manager.password != before.password:
        _note_password(manager, by)


def _note_email(old: str | None, manager: Manager, by: Author) -> None:
    """Leave the old address no rights: the sign-in library knows those of a table of its own."""
    EmailAddress.objects.filter(user=manager).delete()
    access_log.record(
        Kind.EMAIL_CHANGED,
        manager=manager,
        by=by,
        detail=f"{mask_email(old or '')} → {mask_email(manager.email or '')}",
    )


def _note_password(manager: Manager, by: Author) -> None:
    """Inform the manager too: a thief of the mailbox or of an operator does not stay unseen."""
    kind = Kind.PASSWORD_CHANGED
    if by.is_visitor:
        # Without a sign-in the mailed link is the only way.
        kind = Kind.RESET

    access_log.record(kind, manager=manager, by=by)
    background.run_after_commit(
        emails.notify_password_changed,
        manager=manager,
        at=timezone.now(),
        ip_address=by.ip_address,
    )


@transaction.atomic
def note_membership(kind: AccessEvent.Kind, *, membership: Membership, by: Author) -> None:
    """Add a membership that was given (ADDED) or taken (REMOVED) to the access log."""
    access_log.record(
        kind,
        manager=membership.manager,
        by=by,
        institution=membership.institution,
    )


@transaction.atomic
def note_last_day(*, before: Membership, right: Membership, by: Author) -> None:
    """Add another last day of a right to the access log; nothing else of one is edited in a row."""
    if right.ends_on == before.ends_on:
        return
    access_log.record(
        Kind.RIGHT_CHANGED,
        manager=right.manager,
        by=by,
        institution=right.institution,
        detail=f"{_until(before.ends_on)} → {_until(right.ends_on)}",
    )


def _until(last_day: date | None) -> str:
    if last_day is None:
        return "zonder laatste dag"
    return f"tot en met {last_day:%d/%m/%Y}"
