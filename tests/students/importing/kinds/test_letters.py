"""Letters of other machines are read and asked about; lost ones are no name."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from schoolloket.institutions.actors import Actor
from tests.students.importing.cast import (
    DATES,
    HEADINGS,
    NAMES,
    NOEMIE,
    SIX,
    ZOE,
    after,
    each,
    imported,
    is_untouched,
    list_of,
    names,
    preview,
    table_of,
    text_of,
    told,
    workbook_of,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: text.encode("cp850"),
        lambda text: text.encode("mac-roman"),
        lambda text: text.replace("\r\n", "\r").encode("mac-roman"),
    ],
)
def test_letters_of_other_machines_are_read_and_asked_about(
    alice_actor: Actor, encoded: Callable[[str], bytes]
) -> None:
    after(alice_actor)
    plan = preview(alice_actor, encoded(text_of(SIX)))
    assert is_untouched(plan)
    (question,) = plan.questions
    assert "Klopt dit" in question
    assert "Björn" in question


def test_letters_that_were_written_twice_are_read_once(alice_actor: Actor) -> None:
    after(alice_actor)
    # UTF-8 that was taken for Windows-1252.
    content = text_of(SIX).encode().decode("cp1252").encode()
    assert is_untouched(preview(alice_actor, content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_letters_of_today_are_not_asked_about(alice_actor: Actor, encoding: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, text_of(SIX).encode(encoding))
    assert is_untouched(plan)
    assert plan.warnings == []


@pytest.mark.parametrize("form", ["NFD", "NFKD"])
def test_letters_in_parts_are_the_same_letters(alice_actor: Actor, form: Any) -> None:
    after(alice_actor)
    content = unicodedata.normalize(form, text_of(SIX)).encode()
    assert is_untouched(preview(alice_actor, content))


def test_letters_in_parts_are_kept_whole(alice_actor: Actor) -> None:
    imported(alice_actor, unicodedata.normalize("NFD", text_of(SIX)).encode())
    assert names(alice_actor) == NAMES


@pytest.mark.parametrize("heading", ["Voornaam", "Naam"])
def test_a_lost_letter_in_a_name_makes_the_row_bad(alice_actor: Actor, heading: str) -> None:
    plan = preview(alice_actor, list_of([*SIX[:2], NOEMIE | {heading: "No\ufffd"}, *SIX[3:]]))
    assert (len(plan.new), list(told(plan.problems))) == (5, [4])


def test_a_lost_letter_in_a_call_name_makes_no_name(alice_actor: Actor) -> None:
    lines = [line | {"Roepnaam": "No\ufffd" if line is NOEMIE else ""} for line in SIX]
    content = workbook_of({"6A": table_of(lines, [*HEADINGS, "Roepnaam"])})
    plan = preview(alice_actor, content)
    assert 4 in {**told(plan.problems), **told(plan.remarks)}
    imported(alice_actor, content)
    assert set(names(alice_actor)) <= set(NAMES)


@pytest.mark.parametrize("heading", ["Klas", "Administratieve groep"])
def test_a_lost_letter_elsewhere_is_named_and_not_kept(alice_actor: Actor, heading: str) -> None:
    after(alice_actor)
    lines = [ZOE | {heading: "6\ufffd"}, *SIX[1:]]
    plan = preview(alice_actor, list_of(lines))
    assert (plan.changed, plan.ended) == ([], [])
    assert 2 in {**told(plan.problems), **told(plan.remarks)}


UNSEEN = "\u00ad\u034f\u180e\u200b\u200c\u200d\u200e\u2060\u2063\ufe0f\ufeff"


@pytest.mark.parametrize("sign", UNSEEN)
def test_no_sign_that_nobody_sees_changes_a_cell(alice_actor: Actor, sign: str) -> None:
    after(alice_actor)
    for fields in (["Voornaam", "Naam"], ["Stamnummer", "Klas"], DATES):
        lines = each(*fields, be=lambda text: text[:1] + sign + text[1:] + sign)
        assert is_untouched(preview(alice_actor, list_of(lines))), fields


def test_no_sign_that_nobody_sees_hides_a_heading(alice_actor: Actor) -> None:
    after(alice_actor)
    headings = {"Klas": "Kl\u200bas\u00ad", "Geboortedatum": "Geboorte\u2060datum\u00a0"}
    assert is_untouched(preview(alice_actor, list_of(SIX, headings)))


@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u202f", "\t", "  "])
def test_one_blank_is_as_good_as_another(alice_actor: Actor, blank: str) -> None:
    after(alice_actor)
    lines = each("Naam", "Administratieve groep", be=lambda text: text.replace(" ", blank))
    assert is_untouched(preview(alice_actor, list_of(lines)))
