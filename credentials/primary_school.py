"""Which year of primary school an administrative group names, however the school writes it."""

import re

from schoolloket.core.text import fold

KLEUTER = 0
LAST_YEAR = 6

_ORDINALS = {"eerste": 1, "tweede": 2, "derde": 3, "vierde": 4, "vijfde": 5, "zesde": 6}

_KLEUTER = re.compile(r"kleuter|peuter|\bk[1-3]\b")
# `2e lj 3e gr`, `1ste leerjaar van de 2de graad`, `Derde leerjaar ASO`. `1ste leerjaar A` and `B`
# are the two streams of the first year of secondary school.
_SECONDARY = re.compile(r"\bgr\b|graad|secundair|\b[abdkt]so\b|(?:leerjaar|\blj) [ab]\b")
_NUMBERED = re.compile(r"\b(\d+)(?:ste|de|e)? ?(?:leerjaar|lj)\b|\bl(\d)\b")
_NAMED = re.compile(rf"\b({'|'.join(_ORDINALS)}) (?:leerjaar|lj)\b")


def primary_year(administrative_group: str) -> int | None:
    """Return the year of primary school from 1 to 6, KLEUTER, or None for any other group.

    `1ste leerjaar`, `1e leerjaar`, `L1` and `eerste leerjaar` are year 1.
    """
    group = fold(administrative_group)
    if _KLEUTER.search(group):
        return KLEUTER
    if _SECONDARY.search(group):
        return None

    if named := _NAMED.search(group):
        return _ORDINALS[named[1]]
    if numbered := _NUMBERED.search(group):
        year = int(numbered[1] or numbered[2])
        if 1 <= year <= LAST_YEAR:
            return year
    return None
