"""Hashes of a pupil's password that are older than the newest key or parameters (R5)."""

from django.contrib.auth.hashers import make_password

from accounts.hashers import is_outdated
from accounts.models import Account


def renew_hash(*, account: Account, password: str) -> None:
    """Hash anew the password that just proved right, where the account's hash is outdated.

    Only after a sign-in that succeeded: the second hash would tell anybody else that the guess was
    right. The password stays the same, so this is no new version of the credentials: no session
    ends, and the history has nothing to tell.
    """
    if not is_outdated(account.password):
        return

    renewed = make_password(account.as_hashed(password))
    # Only while the account has the hash that was verified: the desk may have given a new password.
    same = Account.objects.filter(pk=account.pk, password=account.password)
    same.update(password=renewed)
