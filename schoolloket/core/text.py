"""Text of a search, folded for comparison, and e-mail addresses masked for the screen."""

from anyascii import anyascii

# In characters. Each word of a search is a condition of a query, which has a limit of its own.
LONGEST_SEARCH = 100
SEARCH_TOO_LONG = f"Zoek met hoogstens {LONGEST_SEARCH} tekens."


def fold(text: str) -> str:
    """Return the text in lower-case ASCII: `Süheda` and `suheda` become the same."""
    return anyascii(text).casefold()


def mask_email(email: str) -> str:
    """Return the e-mail address as it may be shown: `t*****s@ond.vlaanderen.be` (R10).

    A local part of one or two letters shows none of them. Without an address, an empty text.
    """
    if not email:
        return ""

    local, _, domain = email.rpartition("@")
    if len(local) <= 2:
        return f"*****@{domain}"
    return f"{local[0]}*****{local[-1]}@{domain}"
