"""Text as people compare it, and e-mail addresses as they may be shown."""

from anyascii import anyascii


def fold(text: str) -> str:
    """Return the text in lower-case ASCII: `Süheda` and `suheda` become the same."""
    return anyascii(text).casefold()


def mask_email(address: str) -> str:
    """Return `t*****s@ond.vlaanderen.be`; a local part of one or two letters shows none (R10)."""
    if not address:
        return ""
    local, _, domain = address.rpartition("@")
    first, last = (local[0], local[-1]) if len(local) > 2 else ("", "")
    return f"{first}*****{last}@{domain}"
