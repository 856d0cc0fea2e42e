"""Lists that are small and cost a desk much: each stays within what one upload may cost (H2).

In full, with their seconds and memory: `python -m benchmarks.hostile_files`.
"""

import gc
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from benchmarks import worst_files
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.importing import UnusableFile, actions, limits, turns
from students.importing.draft import Draft
from students.importing.national_numbers import HashedNumber
from students.importing.plan import Choice
from students.models import Enrolment, ImportRun
from tests.helpers import manager_of
from tests.students.helpers import read_here

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PAGE = "/999912/import/"


def send(client: Client, content: bytes, *, follow: bool = True) -> HttpResponse:
    file = SimpleUploadedFile("lijst.csv", content)
    return client.post(PAGE, {"file": file, "kind": "aanvulling"}, follow=follow)


def upload(actor: Actor, content: bytes) -> ImportRun:
    return actions.upload(by=actor, file_name="lijst.csv", content=content, full_list=False)


def preview(run: ImportRun) -> str:
    return f"{PAGE}{run.pk}/"


def text(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# Numbers times dates ----------------------------------------------------------------------------


def hashed_numbers(run: ImportRun) -> Iterator[HashedNumber]:
    for _, cells in Draft(run).cells.rows:
        yield from (cell for cell in cells if isinstance(cell, HashedNumber))


def test_columns_of_numbers_and_dates_make_no_large_draft(alice_actor: Actor) -> None:
    content = worst_files.many_numbers(rows=5, columns=100, dates=97)
    run = upload(alice_actor, content)
    numbers = list(hashed_numbers(run))
    assert len(numbers) == 5 * limits.NUMBER_COLUMNS
    assert {len(number.hashes) for number in numbers} == {limits.BIRTH_DATES}
    assert len(run.sealed_rows) < len(content)


def test_a_third_column_of_numbers_is_kept_by_nobody_and_the_manager_is_told(
    alice_client: Client,
) -> None:
    content = worst_files.many_numbers(rows=3, columns=4, dates=2)
    page = send(alice_client, content)
    assert "lezen en bewaren we niet: Nummer 2, Nummer 3." in text(page)
    (run,) = ImportRun.objects.all()
    kept = f"{list(Draft(run).cells.rows)}"
    assert not re.search(r"\b0{5}1\d{5}\b", kept)


# Text -------------------------------------------------------------------------------------------


def test_a_text_that_every_cell_names_is_too_much_text() -> None:
    with pytest.raises(UnusableFile, match="te veel tekst"):
        read_here(worst_files.one_text(cells=11_000))


def test_text_is_counted_in_bytes_not_in_letters(settings: Settings) -> None:
    # Each é is one byte in the file, and two of text.
    content = f"Stamnummer;Voornaam;Naam\n1;{'é' * 200};b\n".encode("cp1252")
    settings.IMPORT_MAX_BYTES = 320
    with pytest.raises(UnusableFile, match="te veel tekst"):
        read_here(content)


def test_more_cells_than_a_list_needs_are_refused() -> None:
    with pytest.raises(UnusableFile, match="te veel cellen"):
        read_here(worst_files.many_cells(megabytes=1.1))


# One at a time ----------------------------------------------------------------------------------


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a turn."""
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0)


@pytest.mark.usefixtures("at_once")
def test_a_file_at_the_same_time_waits_for_no_thread(alice_client: Client) -> None:
    with turns.turn(), mock.patch.object(subprocess, "run") as child:
        page = send(alice_client, worst_files.conflicts(1))
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "5"
    assert "Even geduld" in text(page)
    assert "kies je bestand opnieuw" in text(page)
    assert not child.called
    assert not ImportRun.objects.exists()
    assert send(alice_client, worst_files.conflicts(1)).status_code == 200


def test_no_page_waits_for_a_full_collection_while_a_file_has_the_turn() -> None:
    before = gc.get_threshold()
    with turns.turn():
        assert gc.get_threshold()[2] == turns.NO_FULL_COLLECTION
    assert gc.get_threshold() == before


@pytest.mark.usefixtures("at_once")
def test_previews_take_turns_too_and_say_where_to_try_again(
    alice_client: Client, alice_actor: Actor
) -> None:
    run = upload(alice_actor, worst_files.conflicts(1))
    with turns.turn():
        for url in (preview(run), f"{preview(run)}niet-ingelezen/"):
            page = alice_client.get(url)
            assert page.status_code == 503
            assert f'href="{url}"' in page.content.decode()
        page = alice_client.post(preview(run), {"confirm": "", "seen": "x"})
        assert page.status_code == 503
        assert "Er is niets gewijzigd" in text(page)
    assert alice_client.get(preview(run)).status_code == 200


def test_of_twenty_files_at_once_one_is_worked_on_and_one_waits() -> None:
    """The others are answered at once, so that their threads serve the list."""
    begun, done = Event(), Event()
    answers = []

    def work() -> str:
        try:
            with turns.turn():
                begun.set()
                done.wait(10)
                return "worked"
        except turns.FileBusy:
            return "busy"

    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(work)
        begun.wait(10)
        others = [pool.submit(work) for _ in range(19)]
        while sum(other.done() for other in others) < 18:
            pass
        done.set()
        answers = [other.result() for other in [first, *others]]
    assert sorted(answers) == ["busy"] * 18 + ["worked"] * 2


def test_pages_of_the_same_process_get_the_interpreter_sooner_meanwhile() -> None:
    before = sys.getswitchinterval()
    with turns.turn():
        assert sys.getswitchinterval() < before
    assert sys.getswitchinterval() == before


@pytest.mark.usefixtures("at_once")
def test_a_command_waits_for_nobody(alice_actor: Actor) -> None:
    with turns.turn():
        assert actions.read_file(alice_actor, worst_files.conflicts(1)).rows


# Thousands of conflicts -------------------------------------------------------------------------


@pytest.fixture
def two_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PAGE", 2)


@pytest.mark.usefixtures("two_a_page")
def test_conflicts_are_shown_a_page_at_a_time(alice_client: Client, alice_actor: Actor) -> None:
    run = upload(alice_actor, worst_files.conflicts(5))
    page = alice_client.get(preview(run), {"keuzes": 2})
    assert re.findall(r'name="(rij-\d+)"\s+value=""', page.content.decode()) == ["rij-4", "rij-5"]
    assert "Totaal aantal rijen: 5" in text(page)
    assert "tonen 2 rijen per pagina" in text(page)
    # There is nothing to confirm yet, and the way on is to choose.
    assert "Bevestigen geldt" not in text(page)
    assert "Kies hieronder wie de leerlingen zijn" in text(page)
    assert 'href="?keuzes=3#keuzes"' in page.content.decode()


@pytest.mark.usefixtures("two_a_page")
def test_answers_on_one_page_leave_those_on_others(
    alice_client: Client, alice_actor: Actor
) -> None:
    run = upload(alice_actor, worst_files.conflicts(5))
    without = Choice.WITHOUT_NUMBER.value
    alice_client.post(f"{preview(run)}?keuzes=1", {"answers": "", "rij-2": without, "rij-3": ""})
    page = alice_client.post(
        f"{preview(run)}?keuzes=2", {"answers": "", "rij-4": "", "rij-5": without}, follow=True
    )
    assert page.redirect_chain[-1][0] == f"{preview(run)}?keuzes=2"
    assert "Je keuzes zijn bewaard." in text(page)
    run.refresh_from_db()
    assert run.choices == {"2": without, "5": without}
    alice_client.post(f"{preview(run)}?keuzes=1", {"answers": "", "rij-2": "", "rij-3": ""})
    run.refresh_from_db()
    assert run.choices == {"5": without}


@pytest.mark.usefixtures("two_a_page")
def test_confirming_confirms_what_is_on_every_page(
    alice_client: Client, alice_actor: Actor
) -> None:
    run = upload(alice_actor, worst_files.long_list(rows=5, columns=9))
    page = alice_client.get(preview(run), {"nieuw": 3})
    html = page.content.decode()
    assert "Voornaam4" in html
    assert "Voornaam3" not in html
    assert "ook die op de andere pagina's" in text(page).replace("&#x27;", "'")
    seen = re.search(r'name="seen" value="(\w+)"', html)
    assert seen
    alice_client.post(f"{preview(run)}?nieuw=3", {"confirm": "", "seen": seen[1]})
    assert Enrolment.objects.count() == 5


def test_the_pages_of_a_school_read_only_the_first_bad_rows(
    alice_client: Client, alice_actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "KEPT", 3)
    run = actions.import_now(
        by=alice_actor,
        file_name="lijst.csv",
        parsed=actions.read_file(alice_actor, worst_files.conflicts(5)),
        full_list=False,
    )
    assert len(run.problems) == 3
    page = alice_client.get(PAGE)
    assert "5 rijen Rij 2" in text(page)


# Again and again --------------------------------------------------------------------------------


def test_a_manager_has_one_draft_in_a_school(
    alice_client: Client, alice_actor: Actor, gent: Institution
) -> None:
    content = worst_files.long_names(megabytes=0.05)
    in_gent = upload(Actor(gent, alice_actor.manager), content)
    of_colleague = upload(
        Actor(alice_actor.institution, manager_of(alice_actor.institution, "Dirk")), content
    )
    former, latest = (upload(alice_actor, content) for _ in range(2))
    drafts = ImportRun.objects.drafts()
    assert {run.pk for run in drafts} == {in_gent.pk, of_colleague.pk, latest.pk}
    former.refresh_from_db()
    assert former.sealed_rows == ""


def test_the_page_of_a_replaced_draft_says_so(alice_client: Client, alice_actor: Actor) -> None:
    former = upload(alice_actor, worst_files.conflicts(1))
    upload(alice_actor, worst_files.conflicts(2))
    page = alice_client.get(preview(former), follow=True)
    assert "vervangen door dat van een nieuwer bestand" in text(page)
    page = alice_client.post(preview(former), {"confirm": "", "seen": "x"}, follow=True)
    assert "vervangen door dat van een nieuwer bestand" in text(page)


def test_an_unusable_file_replaces_nothing(alice_actor: Actor) -> None:
    run = upload(alice_actor, worst_files.conflicts(1))
    with pytest.raises(UnusableFile):
        upload(alice_actor, b"a;b\n1;2\n")
    assert Draft(run).plan
