"""Usernames: how they are made, what may be in them, and that none is given twice (R6)."""

import re
from collections.abc import Collection, Mapping
from operator import itemgetter

from schoolloket.core.text import fold

from .models import Username

SHORTEST = 3
LONGEST = 64
# A long name is cut here, so that a number still fits behind it.
LONGEST_STEM = 58
ALLOWED = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


def is_well_formed(username: str) -> bool:
    """Whether the text is a username by R6: 3 to 64 of `a-z`, digits, `.` and `-`.

    The first and the last character are a letter or a digit.
    """
    if not SHORTEST <= len(username) <= LONGEST:
        return False
    return ALLOWED.fullmatch(username) is not None


def from_name(first_name: str, last_name: str) -> str:
    """Return `voornaam.achternaam` in the form of R6, whatever the alphabet of the names."""
    parts = [_fold_part(first_name), _fold_part(last_name)]
    joined = ".".join(filter(None, parts))
    username = joined[:LONGEST_STEM].rstrip(".-")
    if len(username) >= SHORTEST:
        return username

    # A name of one letter, or of none at all.
    return f"{username}.leerling".lstrip(".")


def _fold_part(name: str) -> str:
    """Return the letters, digits and inner hyphens of a name, in lower-case ASCII."""
    return re.sub(r"[^a-z0-9-]", "", fold(name)).strip("-")


def stem(username: str) -> str:
    """Return the username without the digits at its end; empty where it is all digits."""
    return username.rstrip("0123456789")[:LONGEST_STEM]


def free(wished: Mapping[int, str], *, besides: Collection[str] = ()) -> dict[int, str]:
    """Return for each key its wished username, with a number appended where it is taken (R6).

    No two keys get the same username, and none gets one of `besides`, which are about to be given.
    One query, whatever the number of keys.
    """
    stems = {stem(username) for username in wished.values()}
    taken = set(Username.objects.filter(stem__in=stems).values_list("value", flat=True))
    taken.update(besides)

    given = {}
    for key, username in wished.items():
        given[key] = _first_free(username, taken)
        taken.add(given[key])
    return given


def _first_free(username: str, taken: Collection[str]) -> str:
    """Return the username, or its stem with the lowest number that is not taken."""
    if username not in taken:
        return username

    base = stem(username)
    if not base:
        # All digits: the number follows the username itself.
        base = username[:LONGEST_STEM]

    number = 1
    while f"{base}{number}" in taken:
        number += 1
    return f"{base}{number}"


def suggestion(username: str) -> str:
    """Return the username, or the first free one like it."""
    return free({0: username})[0]


def reserve(usernames: Mapping[int, str]) -> set[int]:
    """Take the usernames for the students; return the students who could not have theirs.

    `usernames`: student id -> username. A username is free, or was this student's before. Runs
    inside the caller's transaction: another transaction that takes the same username waits for
    the end of this one.
    """
    # One order for all, so that two transactions with the same usernames never deadlock.
    in_order = sorted(usernames.items(), key=itemgetter(1))
    Username.objects.bulk_create(
        [
            Username(value=username, stem=stem(username), student_id=student_id)
            for student_id, username in in_order
        ],
        ignore_conflicts=True,
    )

    reserved = Username.objects.filter(value__in=usernames.values())
    owners = dict(reserved.values_list("value", "student_id"))
    refused = set()
    for student_id, username in usernames.items():
        if owners[username] != student_id:
            refused.add(student_id)
    return refused
