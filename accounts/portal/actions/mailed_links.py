"""Links that are mailed to pupils."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.actions import link_email
from accounts.models import Account
from accounts.portal import background, emails, tokens
from accounts.portal.actions.own_password import set_password
from accounts.portal.actions.sessions import claimant_of
from accounts.portal.models import MailToken, PortalSession
from schoolloket.core import clock
from schoolloket.core.exceptions import LinkDead, TooManyMails
from schoolloket.institutions.actors import Pupil

LINK_LASTS = timedelta(hours=24)


RESET_LASTS = timedelta(minutes=30)


# So that nobody fills a mailbox: not more mails to an account than this in an hour.
MOST_MAILS_AN_HOUR = 5


@transaction.atomic
def ask_to_link(*, account: Account, email: str) -> None:
    """Mail a link to the address; nothing is linked before it is confirmed.

    Raises TooManyMails.
    """
    _refuse_too_many(account)
    token = _mail_token(account, MailToken.Purpose.LINK, email, LINK_LASTS)
    transaction.on_commit(
        lambda: background.run(emails.send_link, account=account, email=email, token=token)
    )


@transaction.atomic
def confirm_link(*, token: str, by: Pupil) -> Account:
    """Link the address whose mailbox the pupil opened; tell the old one. Raises LinkDead."""
    mail = _use(token, MailToken.Purpose.LINK)
    before = Account.objects.select_for_update().get(pk=mail.account_id)
    if before.credentials_version != mail.version:
        raise LinkDead
    account = link_email(account_id=before.pk, email=mail.email, by=by)
    # The pupil who links an address stays signed in.
    PortalSession.objects.filter(account=account, version=mail.version).update(
        version=account.credentials_version
    )
    if before.email and before.email != mail.email:
        transaction.on_commit(
            lambda: background.run(emails.tell_old_email, account=account, old=before.email)
        )
    return account


@transaction.atomic
def ask_reset(*, username: str) -> None:
    """Mail a link where an active account with a linked address has this username.

    Runs after the answer (`background`), which is the same, and as quick, for every username.
    """
    claimant = claimant_of(username)
    account = claimant.account
    if account is None or not claimant.active or not account.is_linked:
        return
    try:
        _refuse_too_many(account)
    except TooManyMails:
        return
    token = _mail_token(account, MailToken.Purpose.RESET, account.email, RESET_LASTS)
    transaction.on_commit(lambda: emails.send_reset(account, token))


def reset_password(*, token: str, password: str, by: Pupil) -> None:
    """Set the own password that a mailed link allows; ends every session. Raises LinkDead."""
    password_hash = make_password(password)
    with transaction.atomic():
        mail = _use(token, MailToken.Purpose.RESET)
        set_password(mail.account_id, mail.version, password_hash, by)


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
        raise TooManyMails


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
