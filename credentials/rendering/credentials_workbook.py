"""`leerid.xlsx`: one sheet for the school's own scripts and mail merges."""

import re

from schoolloket.core import workbook

from .cards import Card, PrintJob

# The first six are read by schools' scripts: they stay in this order, byte for byte.
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

_NUMBER = re.compile(r"[1-9][0-9]{0,14}")  # what Excel keeps exactly


def render_workbook(job: PrintJob) -> bytes:
    """The workbook of `job`: a heading row, then a row per card in the job's order."""
    rows = map(_cells, job.cards)
    return workbook.render("LeerID", COLUMNS, rows, made_at=job.saved_at)


def _cells(card: Card) -> tuple[str | int, ...]:
    """The cells in the order of the headings; the stamnummer a number where it stays the same."""
    digits = _NUMBER.fullmatch(card.stamnummer)
    return (
        int(card.stamnummer) if digits else card.stamnummer,
        card.first_name,
        card.last_name,
        card.administrative_group,
        card.username,
        card.password,
        card.class_code,
        card.kind,
        card.password_kind,
        card.address,
    )
