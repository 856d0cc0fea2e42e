"""What a row of a batch keeps sealed until it is printed: its password and its printed code.

In the sealed text a line feed stands between the two. A row that was made before there were printed
codes holds the password alone, and is printed with the plain URL.
"""

from dataclasses import dataclass

from schoolloket.core import tokens, vault

from . import passwords
from .models import BatchItem

_SEPARATOR = "\n"


@dataclass(frozen=True, repr=False)
class Secrets:
    """The password in the form of `passwords.generate`, and the code, empty where there is none."""

    password: str
    code: str


def seal_new(item: BatchItem) -> None:
    """Give the row a new password of its kind and a new printed code, both sealed (R5, R7)."""
    password = passwords.generate(item.password_kind)
    code = tokens.new_printed_code()

    item.sealed = vault.seal(f"{password}{_SEPARATOR}{code}")
    item.code_hash = tokens.digest(code)


def unseal(sealed: str) -> Secrets:
    """Return what a row keeps sealed. Raises VaultLocked where no present key opens it."""
    password, _, code = vault.unseal(sealed).partition(_SEPARATOR)
    return Secrets(password, code)
