"""Usernames: how they are made, what may be in them, and that none is given twice (R6)."""

import re
from collections.abc import Iterable, Mapping
from itertools import count

from schoolloket.core.text import fold

from .models import Username

SHORTEST = 3
LONGEST = 64
# What is left of a long name, so that a number still fits behind it.
LONGEST_STEM = 58
ALLOWED = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


def is_well_formed(username: str) -> bool:
    """Whether the text has R6's form: `a-z`, digits, `.` and `-`, 3 to 64 characters."""
    return SHORTEST <= len(username) <= LONGEST and ALLOWED.fullmatch(username) is not None


def from_name(first_name: str, last_name: str) -> str:
    """Return `voornaam.achternaam` folded to R6's form, whatever the alphabet of the names."""
    parts = [part for part in map(_fold_part, (first_name, last_name)) if part]
    username = ".".join(parts)[:LONGEST_STEM].rstrip(".-")
    return username if len(username) >= SHORTEST else f"{username}.leerling".lstrip(".")


def _fold_part(name: str) -> str:
    return re.sub(r"[^a-z0-9-]", "", fold(name)).strip("-")


def stem(username: str) -> str:
    """Return the username without a number at its end: nothing, where it is all number."""
    return username.rstrip("0123456789")[:LONGEST_STEM]


def free(wished: Mapping[int, str]) -> dict[int, str]:
    """Return for each key its wished username, with a number appended where it is taken (R6).

    One query, however many are wished; the answers differ from one another too.
    """
    taken = _taken({stem(username) for username in wished.values()})
    given = {}
    for key, username in wished.items():
        given[key] = _first_free(username, taken)
        taken.add(given[key])
    return given


def suggestion(username: str) -> str:
    """Return the username, or the first free one like it."""
    return free({0: username})[0]


def _taken(stems: Iterable[str]) -> set[str]:
    return set(Username.objects.filter(stem__in=stems).values_list("value", flat=True))


def _first_free(username: str, taken: set[str]) -> str:
    if username not in taken:
        return username
    base = stem(username) or username[:LONGEST_STEM]
    return next(name for name in (f"{base}{n}" for n in count(1)) if name not in taken)


def reserve(usernames: Mapping[int, str]) -> set[int]:
    """Take the usernames for the students (by id); return the students who could not have theirs.

    A name is free, or was this student's before. Runs inside the caller's transaction: whoever
    takes the same name at the same time waits here for the other's end.
    """
    Username.objects.bulk_create(
        [
            Username(value=username, stem=stem(username), student_id=student_id)
            # One order for all, so that two who take the same names never wait for each other.
            for student_id, username in sorted(usernames.items(), key=lambda pair: pair[1])
        ],
        ignore_conflicts=True,
    )
    owners = dict(
        Username.objects.filter(value__in=usernames.values()).values_list("value", "student_id")
    )
    return {student for student, username in usernames.items() if owners[username] != student}
