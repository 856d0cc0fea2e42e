"""Text folded for comparison, and numbers and e-mail addresses in words for the screen."""

import re

from anyascii import anyascii

# In characters. Each word of a search is a condition of a query, which has a limit of its own.
LONGEST_SEARCH = 100
SEARCH_TOO_LONG = f"Zoek met hoogstens {LONGEST_SEARCH} tekens."

_INSIDE_NAMES = re.compile(r"[\s'`-]")


def fold(text: str) -> str:
    """Return the text in lower-case ASCII: `Süheda` and `suheda` become the same."""
    return anyascii(text).casefold()


def fold_name(name: str) -> str:
    """Return the name folded, without the signs that are left out at will inside names.

    `Van den Broeck` and `VANDENBROECK`, `D'Hondt` and `Dhondt`, become the same (R11). It is empty
    for a name that has nothing but such signs.
    """
    return _INSIDE_NAMES.sub("", fold(name))


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its words: `1 leerling`, `31 leerlingen`; an empty text for none."""
    if number == 0:
        return ""
    if number == 1:
        return f"1 {one}"
    return f"{number} {many}"


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
