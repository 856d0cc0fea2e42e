"""The code in the QR code of a sheet: it makes the device known that opens it, and no more."""

from accounts.models import Account
from accounts.usernames import is_well_formed
from schoolloket.core import tokens

# Where the URL has it: `?k=`.
PARAMETER = "k"


def account_of(username: str, code: str) -> Account | None:
    """Return the account with this username, if the code is on the pupil's present sheet.

    One statement, the same whether the username exists or not.
    """
    username = username.casefold()
    if not is_well_formed(username):
        # Nobody's (R6), and PostgreSQL refuses some characters.
        return None

    return Account.objects.filter(username=username, code_hash=tokens.digest(code)).first()
