"""`leerid.xlsx`: one sheet for the school's own scripts and mail merges."""

import re

from schoolloket.core import workbook

from .cards import Card, PrintJob

# Heading -> width in characters. Schools have scripts on the first six: they stay as they are,
# byte for byte and in this order.
COLUMNS = {
    "Stamnummer": 13,
    "Voornaam": 20,
    "Achternaam": 26,
    "Administratieve groep": 34,
    "LeerID Gebruikersnaam": 30,
    "LeerID Wachtwoord": 34,
    "Klas": 8,
    "Type": 12,
    "Wachtwoord type": 24,
    "LeerID adres": 60,
}

# Up to the class: the rest is for scripts.
PRINTED_COLUMNS = 7

# A stamnummer that Excel shows unchanged when it is a number: no leading zero, 15 digits at most.
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")


def render_workbook(job: PrintJob) -> bytes:
    """Return the workbook of `job` as .xlsx: headings, then a row per card in the job's order."""
    return workbook.render(
        "LeerID",
        COLUMNS,
        map(_cells, job.cards),
        made_at=job.saved_at,
        printed_columns=PRINTED_COLUMNS,
        foot=job.batch,
    )


def _cells(card: Card) -> tuple[str | int, ...]:
    """Return the cells in the order of the headings."""
    stamnummer: str | int = card.stamnummer
    if _NUMBER.fullmatch(card.stamnummer):
        stamnummer = int(card.stamnummer)

    return (
        stamnummer,
        card.first_name,
        card.last_name,
        card.administrative_group,
        card.username,
        card.password,
        card.class_code,
        card.kind,
        card.password_kind,
        card.sign_in_url,
    )
