"""How much a file may hold, and how much is done with it.

All limits of files stand here, but for the two that the settings give (`Limits`).
The child keeps those of reading, the web process those of what it makes of the answer. Loads no
Django, since the child needs them too.
"""

from dataclasses import dataclass

# What is read of a file: columns, and characters of a cell; the rest is left alone.
COLUMNS = 200
CELL = 1_000
# All cells together, those counted that are empty but stand before others: 25 in each row of the
# longest file.
CELLS = 500_000
# Sheets of a workbook; a school has some hundred classes.
SHEETS = 200
# A workbook may unpack to this many times the size that a file may have; a zip bomb needs more.
UNPACKED = 20

# The child: bytes of memory; seconds of processor time, and by the clock, since it gives way to
# the pages of others.
MEMORY = 300 * 2**20
SECONDS = 10
CLOCK_SECONDS = 20

# National numbers are hashed in this many columns; beyond them a number is only hidden.
NUMBER_COLUMNS = 2
# A number that does not hold the whole birth date is hashed with this many dates of its row.
BIRTH_DATES = 3

# Rows of a list on one page of the preview.
PAGE = 200
# Bad rows and remarks that the log of imports keeps, and bad rows that can be downloaded; the
# others are counted.
KEPT = 1_000


@dataclass(frozen=True)
class Limits:
    """What the settings allow a file: its size in bytes, and how many rows that are not empty."""

    file_bytes: int
    rows: int

    @property
    def text_bytes(self) -> int:
        """Return the limit for the text of all cells together, in bytes of UTF-8.

        The largest .csv holds no more. A workbook stores a text once and may name it in a million
        cells.
        """
        return self.file_bytes
