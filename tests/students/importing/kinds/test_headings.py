"""A heading is known by what it begins with, and nobody else is meant by it."""

import pytest

from schoolloket.institutions.actors import Actor
from students.importing.draft import Draft
from tests.students.helpers import upload
from tests.students.importing.cast import (
    HEADINGS,
    SIX,
    after,
    each,
    is_untouched,
    list_of,
    preview,
    table_of,
    workbook_of,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Geboortedatum", "Geboortedatum*"),
        ("Geboortedatum", "Geboortedatum:"),
        ("Geboortedatum", "Geboortedatum (dd-mm-jjjj)"),
        ("Geboortedatum", "GEBOORTEDATUM [dd/mm/yyyy]"),
        ("Geboortedatum", "Geboortedatum leerling"),
        ("Geslacht", "Geslacht M/V"),
        ("Geslacht", "Geslacht (M/V/X)"),
        ("Klas", "Klas 26-27"),
        ("Klas", "Klas (2026-2027)"),
        ("Klas", "Klas 2026/2027"),
        ("Klas", "Klas schooljaar 2026-2027"),
        ("Klas", "Klas SJ 2026-2027"),
        ("Naam", "Naam leerling"),
        ("Naam", "Naam (verplicht)"),
        ("Voornaam", "Voornaam leerling"),
        ("Voornaam", "Voornaam *"),
        ("Stamnummer", "Stamnr. (7 cijfers)"),
        ("Stamnummer", "Stamnummer leerling"),
        ("Rijksregisternummer", "INSZ-nummer"),
        ("Rijksregisternummer", "Rijksregisternummer (11 cijfers)"),
        ("Rijksregisternummer", "Rijksregisternr. leerling"),
        ("Administratieve groep", "Administratieve groep (code)"),
        ("Administratieve groep", "Adm. groep"),
        ("Begindatum", "Begindatum inschrijving (dd/mm/jjjj)"),
        ("Einddatum", "Einddatum 2026-2027"),
    ],
)
def test_a_heading_is_known_by_what_it_begins_with(
    alice_actor: Actor, name: str, heading: str
) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of(SIX, {name: heading}))
    assert is_untouched(plan)
    assert plan.warnings == []


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Voornaam", "Voornaam vader"),
        ("Naam", "Naam moeder"),
        ("Naam", "Naam school"),
        ("Naam", "Naam titularis"),
        ("Geboortedatum", "Geboortedatum moeder"),
        ("Geboortedatum", "Geboorteplaats"),
        ("Rijksregisternummer", "Rijksregisternummer ouder 1"),
        ("Klas", "Klastitularis"),
        ("Klas", "Klasnummer"),
        ("Klas", "Klas vorig jaar"),
        ("Klas", "Klas 2025-2026"),
        ("Geslacht", "Geslacht ouder"),
        ("Stamnummer", "Stamnummer broer"),
    ],
)
def test_what_is_said_of_another_person_or_year_is_not_the_pupils(
    alice_actor: Actor, name: str, heading: str
) -> None:
    """The column stands beside the pupil's own."""
    after(alice_actor)
    lines = [line | {heading: f"anders {number}"} for number, line in enumerate(SIX)]
    content = workbook_of({"6A": table_of(lines, [*HEADINGS, heading])})
    assert is_untouched(preview(alice_actor, content))


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Geboortedatum", "Geboortedatum moeder"),
        ("Klas", "Klas vorig jaar"),
        ("Klas", "Klasnummer"),
        ("Klas", "Klas 2025-2026"),
    ],
)
def test_nor_is_it_where_the_pupils_own_is_missing(
    alice_actor: Actor, name: str, heading: str
) -> None:
    after(alice_actor)
    lines = each("Rijksregisternummer", be=lambda _: "")
    lines = each(name, be=lambda _: "12" if name == "Klas" else "01/01/1980", lines=lines)
    plan = preview(alice_actor, list_of(lines, {name: heading}))
    assert (plan.new, plan.changed, plan.ended, plan.problems) == ([], [], [], [])


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Geboortedatum", "Geb.dat."),
        ("Klas", "Klasbenaming"),
        ("Rijksregisternummer", "Rijksreg. nr"),
        ("Einddatum", "Einde inschrijving"),
        ("Begindatum", "Begin inschrijving"),
    ],
)
def test_a_heading_that_looks_needed_is_taken_or_warned_about(
    alice_actor: Actor, name: str, heading: str
) -> None:
    draft = Draft(upload(alice_actor, list_of(SIX, {name: heading})))
    taken = heading in draft.columns.taken.values()
    assert taken or heading in " ".join(draft.plan.warnings)
