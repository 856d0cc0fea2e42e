"""What a list leaves open is answered on the page: columns, pupils in doubt, rows to mend."""

import io
import re

import openpyxl
import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.importing.columns import FIELDS
from students.importing.draft import Draft
from students.models import Enrolment, ImportRun, Student
from tests.helpers import manager_of
from tests.students.helpers import csv_file, pupil, pupils, run_import, without

from .page import preview_of, seen, send, text

pytestmark = pytest.mark.usefixtures("clock")


# Columns, conflicts and bad rows ----------------------------------------------------------------

UNKNOWN = "Leerling;Voornaam;Naam;Begindatum\n1001;Süheda;Carabin;01/09/2026\n".encode()


def choice_of_columns(run: ImportRun, **changes: str) -> dict[str, str]:
    columns = Draft(run).columns
    chosen = {field.name: str(columns.places.get(field.name, "")) for field in FIELDS}
    return chosen | changes | {"columns": ""}


def test_a_column_that_is_not_recognised_is_pointed_out_by_hand(alice_client: Client) -> None:
    page = send(alice_client, UNKNOWN)
    assert "Er is geen kolom met stamnummer: geef een kolom het kopje “Stamnummer”" in text(page)
    assert 'name="confirm"' not in page.content.decode()
    run = ImportRun.objects.get()
    data = choice_of_columns(run, stamnummer="0")
    page = alice_client.post(preview_of(run), data, follow=True)
    assert "Nieuw 1" in text(page)
    confirmed = {"confirm": "", "seen": seen(page.content.decode())}
    alice_client.post(preview_of(run), confirmed)
    assert Enrolment.objects.get().stamnummer == "1001"


def test_a_column_is_pointed_out_for_one_field_and_needed_ones_stay_needed(
    alice_client: Client,
) -> None:
    send(alice_client, UNKNOWN)
    run = ImportRun.objects.get()
    page = alice_client.post(preview_of(run), choice_of_columns(run, stamnummer="1"))
    assert "Deze kolom koos je ook voor stamnummer" in text(page)
    page = alice_client.post(preview_of(run), choice_of_columns(run, stamnummer="99"))
    assert "Kies de kolom met stamnummer uit de lijst" in text(page)
    run.refresh_from_db()
    assert run.columns == {}


def test_a_column_can_be_left_out(alice_client: Client) -> None:
    send(alice_client, csv_file(pupils(1)))
    run = ImportRun.objects.get()
    page = alice_client.post(preview_of(run), choice_of_columns(run, class_code=""), follow=True)
    assert "Deze kolommen lezen we niet: Klas." in text(page)


@pytest.mark.parametrize(
    ("left_out", "shown"),
    [
        ("starts_on", "zonder kolom: 1 september van het schooljaar"),
        ("ends_on", "zonder kolom: 31 augustus van het schooljaar"),
    ],
)
def test_the_page_says_what_stands_in_for_a_column(
    alice_client: Client, left_out: str, shown: str
) -> None:
    assert shown not in text(send(alice_client, csv_file(pupils(1))))
    assert shown in text(send(alice_client, csv_file(pupils(1), without(left_out))))


def test_a_conflict_is_answered_on_the_preview(alice_client: Client) -> None:
    page = send(alice_client, csv_file([pupil(1, birth_date="03/01/2011")]))
    assert "Jij kiest: wie is deze leerling?" in text(page)
    assert "Rij 2: Voornaam1 Naam1 (1001)" in text(page)
    assert "Zo is er niets in te lezen. Kies hieronder wie de leerlingen zijn" in text(page)
    run = ImportRun.objects.get()
    page = alice_client.post(preview_of(run), {"answers": "", "rij-2": "zonder"}, follow=True)
    assert "Nieuw 1" in text(page)
    assert re.search(r'value="zonder"[^>]*checked', page.content.decode())


def test_an_answer_that_was_not_offered_is_ignored(alice_client: Client) -> None:
    send(alice_client, csv_file([pupil(1, birth_date="03/01/2011")]))
    run = ImportRun.objects.get()
    page = alice_client.post(preview_of(run), {"answers": "", "rij-2": "dezelfde"}, follow=True)
    assert "Nieuw 0" in text(page)


def bad_rows_of(response: HttpResponse) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return list(book.active.iter_rows(values_only=True))


def test_bad_rows_are_downloaded_to_correct_and_upload_again(
    alice_client: Client, alice_actor: Actor
) -> None:
    bad = pupil(2, starts_on="gisteren", first_name="=1+1")
    send(alice_client, csv_file([pupil(1), bad]))
    run = ImportRun.objects.get()
    response = alice_client.get(preview_of(run) + "niet-ingelezen/")
    assert "no-store" in response.headers["Cache-Control"]
    headings, row = bad_rows_of(response)
    assert headings[-1] == "Reden"
    found = dict(zip(headings, row, strict=True))
    assert (found["Voornaam"], found["Begindatum"]) == ("=1+1", "gisteren")
    assert not found["Rijksregisternummer"]
    assert bad["number"].encode() not in response.content
    assert "geen datum" in str(found["Reden"])
    assert "nummer bewaren we niet" in str(found["Reden"])
    mended = response.content
    assert run_import(alice_actor, mended, full_list=False).problems[0]["row"] == 2


def test_the_download_is_gone_with_the_draft(alice_client: Client) -> None:
    send(alice_client, csv_file([pupil(1, starts_on="x")]))
    run = ImportRun.objects.get()
    alice_client.post(preview_of(run), {"cancel": ""})
    response = alice_client.get(preview_of(run) + "niet-ingelezen/", follow=True)
    assert "Dit voorbeeld is vervallen" in text(response)


def test_the_hour_begins_anew_with_each_action_of_the_manager(
    alice_client: Client, alice_actor: Actor, clock: time_machine.Traveller
) -> None:
    send(alice_client, csv_file(pupils(1)))
    run = ImportRun.objects.get()
    data = choice_of_columns(run)
    for _ in range(3):
        clock.shift(40 * 60)
        alice_client.force_login(alice_actor.manager)
        page = alice_client.post(preview_of(run), data, follow=True)
    assert "Nieuw 1" in text(page)


def test_a_colleague_s_draft_does_not_exist(
    alice_client: Client, alice_actor: Actor, brussel: Institution
) -> None:
    send(alice_client, csv_file([pupil(1, starts_on="x")]))
    run = ImportRun.objects.get()
    colleague = manager_of(brussel, "Dirk")
    alice_client.force_login(colleague)
    for url in (preview_of(run), preview_of(run) + "niet-ingelezen/"):
        assert alice_client.get(url).status_code == 404


def test_the_same_pupil_twice_is_remarked_on(alice_client: Client) -> None:
    content = csv_file([pupil(1), pupil(1, starts_on="05/10/2026")])
    page = send(alice_client, content)
    assert "Dezelfde leerling staat ook op rij 3, met een latere begindatum" in text(page)
    run = ImportRun.objects.get()
    data = {"confirm": "", "seen": seen(page.content.decode())}
    assert "1 opmerking Rij 2" in text(alice_client.post(preview_of(run), data, follow=True))


def test_a_file_is_read_by_a_process_of_its_own(alice_client: Client, in_a_child: None) -> None:
    assert "Nieuw 1" in text(send(alice_client, csv_file(pupils(1))))
    assert "geen leesbare tabel" in text(send(alice_client, b"%PDF-1.4"))


# What was not read, mended and read in again ------------------------------------------------------


def test_the_workbook_of_bad_rows_ends_nobody_as_a_full_list(
    alice_client: Client, alice_actor: Actor
) -> None:
    run_import(alice_actor, csv_file(pupils(20)))
    send(alice_client, csv_file([*pupils(20), pupil(30, starts_on="x")]))
    run = ImportRun.objects.first()
    bad = alice_client.get(preview_of(run) + "niet-ingelezen/")
    headings, row = bad_rows_of(bad)
    assert str(row[-1]).startswith("Rij 22: ")
    mended = csv_file([pupil(30)]).decode("utf-8-sig").splitlines()
    lines = [f"{mended[0]};{headings[-1]}", f"{mended[1]};{row[-1]}", ""]
    again = send(alice_client, "\n".join(lines).encode())
    assert "20 leerlingen staan niet in de lijst en blijven toch ingeschreven" in text(again)
    assert "het is geen volledige lijst" in text(again)
    assert "1 nieuwe leerling" in text(again)


@pytest.mark.parametrize("full_list", [True, False])
def test_a_mended_row_without_its_number_keeps_the_official_data(
    alice_client: Client, alice_actor: Actor, full_list: bool
) -> None:
    run_import(alice_actor, csv_file([pupil(1), pupil(2)]))
    moved = pupil(1, class_code="6B")
    send(alice_client, csv_file([moved | {"starts_on": "x"}, pupil(2)]))
    bad = alice_client.get(preview_of(ImportRun.objects.first()) + "niet-ingelezen/")

    book = openpyxl.load_workbook(io.BytesIO(bad.content))
    cells = {cell.value: cell.column for cell in book.active[1]}
    book.active.cell(2, cells["Begindatum"]).value = moved["starts_on"]
    mended = io.BytesIO()
    book.save(mended)
    run = run_import(alice_actor, mended.getvalue(), full_list=full_list)

    assert (run.changed, run.ended, run.problems) == (1, 0, [])
    enrolment = Enrolment.objects.get(stamnummer="1001")
    assert enrolment.class_code == "6B"
    assert enrolment.student.official_data == Student.OfficialData.AVAILABLE


def test_a_column_of_reasons_of_the_school_s_own_is_nothing_to_us(
    alice_client: Client, alice_actor: Actor
) -> None:
    run_import(alice_actor, csv_file(pupils(20)))
    lines = csv_file(pupils(19)).decode("utf-8-sig").splitlines()
    own = [f"{lines[0]};Reden", *(f"{line};verhuisd" for line in lines[1:]), ""]
    assert "1 vertrekt" in text(send(alice_client, "\n".join(own).encode()))
