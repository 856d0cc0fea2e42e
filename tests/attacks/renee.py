"""Renée of Brussel, and the rows that strangers write about her."""

from datetime import date

from tests.students.helpers import Pupil, national_number, pupil

BORN = date(2010, 1, 2)
NEXT_YEAR = {"starts_on": "01/09/2027", "ends_on": "31/08/2028"}
RENEE = pupil(1, first_name="Renée", last_name="Maes", official_first_name="Renée Sofie")
RENEE |= {"official_last_name": "Maes"}
YEAR = 365 * 24 * 3600


def stranger(**changes: str) -> Pupil:
    """A row of Gent's file with the number of Renée, and another name."""
    row = pupil(1, institution="999913", stamnummer="5", first_name="Bo", last_name="Nel")
    return row | {"official_first_name": "HACKED", "official_last_name": "OFFICIAL"} | changes


def newcomer(**changes: str) -> Pupil:
    """Renée as Gent would write her."""
    return RENEE | {"institution": "999913", "stamnummer": "5"} | changes


def number(counter: int) -> str:
    """One of the numbers that a child born on the day of Renée may have."""
    return national_number(BORN, counter)
