"""Encryption of what must be readable for a while: passwords to print, drafts of an import.

Keys come from VAULT_KEYS: the first one seals, all of them open, so keys can be rotated.
"""

from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class VaultLocked(Exception):
    """What was sealed cannot be opened with the present keys."""


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(secret: str) -> str:
    """Return the secret encrypted, as ASCII text."""
    return _fernet(tuple(settings.VAULT_KEYS)).encrypt(secret.encode()).decode()


def unseal(token: str) -> str:
    """Return what was sealed. Raises VaultLocked where no present key opens it."""
    try:
        return _fernet(tuple(settings.VAULT_KEYS)).decrypt(token).decode()
    except InvalidToken as error:
        raise VaultLocked from error


def resealed(token: str) -> str:
    """Return the secret sealed with the newest key: the token itself where it is already.

    Raises VaultLocked where no present key opens it.
    """
    keys = tuple(settings.VAULT_KEYS)
    try:
        _fernet(keys[:1]).decrypt(token)
        return token
    except InvalidToken:
        return seal(unseal(token))
