"""The import of a school's list, in the order in which a file passes through it.

reader, child         the file is read by a process of its own
cells, xlsx           bytes -> cells
stored_cells          cells as a draft keeps them, without national numbers
columns               headings -> fields
rows                  cells -> what each row says, and what is wrong with it
existing              what the school has already
planner               rows -> plan, by way of duplicates, matching, merging, entries and endings
plan                  new, changed, ended and refused rows, as the preview shows them
apply                 the plan -> the database

`actions` is what the rest of the project calls; `draft` is an upload that waits for confirmation.
"""

from dataclasses import dataclass

# Columns of a file that are read; the rest of each row is left alone.
MAX_COLUMNS = 200


class UnusableFile(Exception):
    """The file as a whole cannot be imported. Its text is Dutch and meant for the manager."""


@dataclass(frozen=True)
class Limits:
    """How much a file may hold: its size in bytes, and the number of rows that are not empty."""

    file_bytes: int
    rows: int

    @property
    def characters(self) -> int:
        """Return the limit for all cells together.

        A workbook stores a text once and may refer to it from a million cells.
        """
        return 3 * self.file_bytes
