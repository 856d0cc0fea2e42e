"""Cells that lost what they held: error values, shortened numbers, lost letters, made-up dates.

What such a cell says now is nobody's data. Loads no Django, since the child needs it too.
"""

import re
from functools import lru_cache

# In the place of the result of a formula that was never calculated; the child writes it.
UNCALCULATED = "#FORMULE"

# `#N/A`, `#VERW!` and `#NOM?` of Excel in any language, and a column too narrow for its numbers.
_ERROR = re.compile(
    r"#(?:[^\W_][\w/]*[!?]|N/\w{1,2}|GETTING_DATA|GEGEVENS_OPHALEN|FORMULE|#+)"
    r"|(?:err|fout):5\d\d",
    re.IGNORECASE,
)
_FIRST_SIGNS = frozenset("#EFef")

# `1,20304E+10`: what a spreadsheet shows of a long number, and saves as text.
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{1,2}|\d[.,]\d+[eE]\d{1,2}")

# What a decoder puts in the place of letters that it does not know.
_LOST_LETTER = "\ufffd"

_MONTHS = "jan feb mrt mar maa apr mei may jun jul aug sep okt oct nov dec"
_MONTH = rf"(?:{'|'.join(_MONTHS.split())})[a-z]*\.?"
# `2026-02-01` of a workbook, `1/02/2026`, `1-feb` and `feb-01` of a .csv.
_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[ T][\d:.]+)?"
    r"|\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d"
    rf"|\d{{1,2}}[/-]{_MONTH}(?:[/-]\d{{2,4}})?"
    rf"|{_MONTH}[/-]\d{{2,4}}",
    re.IGNORECASE,
)
# Longer than any of these.
_LONGEST = 30


def is_error(text: str) -> bool:
    """Return whether a cell has an error value, such as `#N/A`, or a formula without a result."""
    # Nearly all cells of a list are done here.
    if text[:1] not in _FIRST_SIGNS:
        return False
    return len(text) <= _LONGEST and bool(_ERROR.fullmatch(text))


def is_shortened(text: str) -> bool:
    """Return whether a number lost its digits: `1,20304E+10`."""
    return len(text) <= _LONGEST and bool(_SHORTENED.fullmatch(text))


def has_lost_letters(text: str) -> bool:
    """Return whether letters of a name are gone: `Zo\ufffd`, or `Zo?` of a program without them."""
    return _LOST_LETTER in text or "?" in text


@lru_cache(maxsize=1_000)
def became_date(text: str) -> bool:
    """Return whether a spreadsheet made a date of a code such as `2-1`."""
    return len(text) <= _LONGEST and bool(_DATE.fullmatch(text))
