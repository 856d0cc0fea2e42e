"""Lines of the log that tell who was renewed: written at a save, read after a restore.

Each is signed: what else is in a log may have been written by somebody outside.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import Batch

log = logging.getLogger("credentials.saved")
# Log collectors truncate longer lines.
STUDENTS_IN_A_LINE = 500

# What a line of a save has, wherever in it: a log collector may have put something before it.
MARK = "credentials.saved batch "
TEXT = r"batch [0-9a-f-]{36} institution [0-9]{6} students [0-9 ]+"
SIGNED = re.compile(rf"credentials\.saved ({TEXT}) signed ([0-9a-f]{{64}})")
# A line of before they were signed ends with its last student.
UNSIGNED = re.compile(rf"credentials\.saved ({TEXT})$")
FORM = re.compile(
    r"batch ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) institution ([0-9]{6}) "
    r"students ([0-9]{1,18}(?: [0-9]{1,18})*)"
)


@dataclass(frozen=True)
class SavedLine:
    """A line of a save: its batch, the number of the institution, and the ids of students."""

    batch_id: UUID
    institution: str
    students: frozenset[int]


@dataclass
class Reading:
    """What was read from a log: the saves, and the numbers of the lines that are not believed."""

    saves: list[SavedLine] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)


def write(batch: Batch, student_ids: list[int]) -> None:
    """Log the ids of the students whose credentials the batch changed."""
    for start in range(0, len(student_ids), STUDENTS_IN_A_LINE):
        students = " ".join(map(str, student_ids[start : start + STUDENTS_IN_A_LINE]))
        text = f"batch {batch.pk} institution {batch.institution.number} students {students}"
        log.info("%s signed %s", text, _signature(text))


def read(lines: Iterable[str], *, unsigned: bool = False) -> Reading:
    """Return the saves that these lines of a log tell of.

    A line that looks like one of a save, and has no signature of ours, is refused. `unsigned`:
    lines of before they were signed are believed as well.
    """
    reading = Reading()
    for number, line in enumerate(lines, start=1):
        if MARK not in line:
            continue

        text = _signed_text(line)
        if not text and unsigned:
            text = _unsigned_text(line)
        found = FORM.fullmatch(text)
        if found is None:
            reading.refused.append(number)
            continue

        batch_id, institution, students = found.groups()
        ids = frozenset(map(int, students.split()))
        reading.saves.append(SavedLine(UUID(batch_id), institution, ids))
    return reading


def _signed_text(line: str) -> str:
    """Return the text of the line that has our signature; an empty text where none has."""
    for found in SIGNED.finditer(line):
        text, signature = found.groups()
        if constant_time_compare(signature, _signature(text)):
            return text
    return ""


def _unsigned_text(line: str) -> str:
    """Return the text of a line without any signature; an empty text where it is none."""
    found = UNSIGNED.search(line.rstrip("\r\n"))
    if found is None:
        return ""
    return found[1]


def _signature(text: str) -> str:
    """Return the signature, 64 hexadecimal characters, of what a line says.

    Its key comes from MATCHING_KEY: of all keys the one that never changes, and that a restored
    database needs on whatever machine. The salt makes it a key of its own.
    """
    secret = settings.MATCHING_KEY
    return salted_hmac("credentials.saved", text, secret=secret, algorithm="sha256").hexdigest()
