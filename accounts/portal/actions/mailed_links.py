"""Links that are mailed to pupils: to link an e-mail address, and to reset the password (R8)."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.actions import link_email
from accounts.models import Account
from accounts.portal import emails
from accounts.portal.actions.own_password import set_password
from accounts.portal.actions.sessions import claimant_of
from accounts.portal.models import MailToken, PortalSession
from schoolloket.core import background, clock, tokens
from schoolloket.core.exceptions import LinkDead, TooManyMails
from schoolloket.institutions.actors import Pupil

LINK_LASTS = timedelta(hours=24)
RESET_LASTS = timedelta(minutes=30)
# Mails to one account: nobody can fill a mailbox.
MOST_MAILS_AN_HOUR = 5


@transaction.atomic
def request_link(*, account: Account, email: str) -> None:
    """Mail a link to this e-mail address, which is linked only once the pupil confirms it.

    The mail is sent in the background, after the commit. Raises TooManyMails.
    """
    _limit_mails(account)

    token = _create_token(account, MailToken.Purpose.LINK, email, LINK_LASTS)
    background.run_after_commit(emails.send_link, account=account, email=email, token=token)


@transaction.atomic
def confirm_link(*, token: str, by: Pupil) -> Account:
    """Link the e-mail address whose mailbox the pupil opened; inform the old one.

    Raises LinkDead.
    """
    mail = _use_token(token, MailToken.Purpose.LINK)
    before = link_email(account_id=mail.account_id, email=mail.email, by=by, version=mail.version)
    account = Account.objects.get(pk=before.pk)
    # The pupil who links an e-mail address stays signed in.
    PortalSession.objects.filter(account=account, version=mail.version).update(
        version=account.credentials_version
    )

    if before.email and before.email != mail.email:
        background.run_after_commit(emails.notify_old_email, account=account, old=before.email)
    return account


@transaction.atomic
def request_reset(*, username: str) -> None:
    """Mail a reset link where an active account with a linked e-mail has this username.

    Runs in the background, after a response that is the same, and as quick, for every username.
    """
    claimant = claimant_of(username)
    account = claimant.account
    if account is None or not claimant.active or not account.is_linked:
        return
    try:
        _limit_mails(account)
    except TooManyMails:
        return

    token = _create_token(account, MailToken.Purpose.RESET, account.email, RESET_LASTS)
    transaction.on_commit(lambda: emails.send_reset(account, token))


def reset_password(*, token: str, password: str, by: Pupil) -> None:
    """Set the own password that a mailed link allows, and end every session of the account.

    The pupil gets a mail about it. Raises LinkDead.
    """
    password_hash = make_password(password)
    with transaction.atomic():
        mail = _use_token(token, MailToken.Purpose.RESET)
        account = set_password(mail.account_id, mail.version, password_hash, by)
        background.run_after_commit(emails.notify_reset, account=account)


def get_open_token(token: str, purpose: MailToken.Purpose) -> MailToken:
    """Return the mailed link with this token, if it still works. Raises LinkDead."""
    active = Account.objects.active_on(clock.today())
    found = (
        MailToken.objects.open(purpose, timezone.now())
        .filter(token_hash=tokens.digest(token), account__in=active)
        .select_related("account__student")
        .first()
    )
    if found is None:
        raise LinkDead
    return found


def _use_token(token: str, purpose: MailToken.Purpose) -> MailToken:
    """Mark the mailed link with this token as used; return it. Raises LinkDead."""
    mail = get_open_token(token, purpose)
    # Of two that use it at the same moment, the second updates nothing.
    used = MailToken.objects.filter(pk=mail.pk, used_at=None).update(used_at=timezone.now())
    if not used:
        raise LinkDead
    return mail


def _limit_mails(account: Account) -> None:
    """Raise TooManyMails where this account had its mails of this hour."""
    since = timezone.now() - timedelta(hours=1)
    # Locked: requests at the same moment are counted one after the other.
    Account.objects.select_for_update().get(pk=account.pk)

    recent = MailToken.objects.filter(account=account, created_at__gt=since)
    if recent.count() >= MOST_MAILS_AN_HOUR:
        raise TooManyMails


def _create_token(
    account: Account, purpose: MailToken.Purpose, email: str, lasts: timedelta
) -> str:
    """Store a new mailed link by the hash of its token; return the token."""
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
