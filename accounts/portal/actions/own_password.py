"""The pupil's own password."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts import history
from accounts.models import Account, AccountEvent, FieldChange
from accounts.portal.models import PortalSession
from schoolloket.core.exceptions import LinkDead
from schoolloket.institutions.actors import Pupil

# How long a pupil who chose a password need not type it again.
JUST_CHOSEN = timedelta(minutes=10)


def has_just_chosen(session: PortalSession) -> bool:
    """Whether the pupil chose the own password in the last minutes, so has just proved to know it.

    That ended every other session, so whoever has this one chose it or signed in with it since.
    """
    since = timezone.now() - JUST_CHOSEN
    chosen = AccountEvent.Kind.OWN_PASSWORD
    return session.account.events.filter(kind=chosen, at__gt=since).exists()


def choose_password(*, session: PortalSession, password: str, by: Pupil) -> None:
    """Set the pupil's own password, which the form validated, and end the other sessions (R8).

    Raises LinkDead where the credentials changed since the session was opened.
    """
    password_hash = make_password(password)
    with transaction.atomic():
        account = set_password(session.account_id, session.version, password_hash, by)
        session.version = account.credentials_version
        session.save(update_fields=["version"])


def set_password(account_id: int, version: int, password_hash: str, by: Pupil) -> Account:
    """Make this hash the pupil's own password, inside the caller's transaction.

    `version`: that of the credentials which the caller knew. Raises LinkDead where the account
    has another one by now.
    """
    accounts = Account.objects.filter(pk=account_id)
    account = accounts.select_for_update().get()
    if account.credentials_version != version:
        raise LinkDead

    accounts.new_version(password=password_hash, must_change_password=False)
    change = history.Change(FieldChange.Field.PASSWORD, "", "")
    history.record_one(account, AccountEvent.Kind.OWN_PASSWORD, change, by=by)
    return accounts.get()
