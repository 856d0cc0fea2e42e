"""The import page: upload, preview, confirm or cancel; its log; and the right to see it."""

import io
import re
from datetime import date

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.importing.columns import FIELDS
from students.importing.draft import Draft
from students.models import Enrolment, ImportRun, Student
from tests.helpers import Enrol, GiveAccount, manager_of
from tests.students.helpers import csv_file, pupil, pupils, run_import, upload, without

pytestmark = pytest.mark.usefixtures("clock")
PAGE = "/999912/import/"


def send(client: Client, content: bytes, kind: str = "volledig") -> HttpResponse:
    file = SimpleUploadedFile("lijst.csv", content)
    return client.post(PAGE, {"file": file, "kind": kind}, follow=True)


def preview_of(run: ImportRun) -> str:
    return reverse("import_preview", args=[run.institution.number, run.pk])


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', html)
    assert found
    return found[1]


def text(response: HttpResponse) -> str:
    """The text of the page, without tags and double blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_upload_preview_confirm(alice_client: Client) -> None:
    response = send(alice_client, csv_file([pupil(1, first_name="Süheda")]))
    page = response.content.decode()
    assert "Süheda" in page
    assert "Nieuw 1 Gewijzigd 0 Beëindigd 0 Ongewijzigd 0" in text(response)
    assert not Enrolment.objects.exists()
    run = ImportRun.objects.get()
    response = alice_client.post(preview_of(run), {"confirm": "", "seen": seen(page)}, follow=True)
    assert "Het bestand is ingelezen: 1 nieuw" in text(response)
    assert "lijst.csv" in text(response)
    assert Enrolment.objects.count() == 1


def test_preview_shows_changed_ended_bad_rows_and_columns(
    alice_client: Client, alice_actor: Actor
) -> None:
    run_import(alice_actor, csv_file(pupils(20)))
    rows = [*pupils(17), pupil(17, class_code="1<b>"), pupil(18, starts_on="x")]
    told = text(send(alice_client, csv_file(rows).replace(b"Geslacht", b"Kunne")))
    assert "klas: van 6A → naar 1&lt;b&gt;" in told
    assert "1019 Voornaam19 Naam19 6A einddatum 31/08/2027 → 22/11/2026" in told
    assert "20 De begindatum is geen datum" in told
    assert "Deze kolommen lezen we niet: Kunne." in told


def test_cancel_changes_nothing(alice_client: Client) -> None:
    send(alice_client, csv_file(pupils(1)))
    run = ImportRun.objects.get()
    response = alice_client.post(preview_of(run), {"cancel": ""}, follow=True)
    assert "De import is geannuleerd" in text(response)
    run.refresh_from_db()
    assert (run.state, run.sealed_rows) == (ImportRun.State.DROPPED, "")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Het bestand is leeg."),
        (b"\x89PNG\x00\x01", "geen leesbare tabel"),
        (b"a;b\n1;2", "geen kopjes die we kennen"),
        (csv_file([]), "geen enkele leerling"),
    ],
)
def test_unusable_file_gets_a_plain_message_at_its_field(
    alice_client: Client, content: bytes, message: str
) -> None:
    response = send(alice_client, content)
    assert message in text(response)
    assert 'aria-invalid="true"' in response.content.decode()
    assert not ImportRun.objects.exists()


def test_no_file_or_one_that_the_server_refused(alice_client: Client) -> None:
    response = alice_client.post(PAGE, {"kind": "volledig"})
    assert "hoogstens 10 MB" in text(response)


def test_a_list_is_full_unless_it_is_said_to_be_partial(alice_client: Client) -> None:
    send(alice_client, csv_file(pupils(1)), kind="aanvulling")
    assert not ImportRun.objects.get().full_list
    assert "volledig" in re.findall(
        r'value="(\w+)"[^>]*checked', alice_client.get(PAGE).content.decode()
    )


def test_each_kind_of_list_has_its_own_label(alice_client: Client) -> None:
    page = alice_client.get(PAGE).content.decode()
    ids = dict(re.findall(r'id="(\w+)"\s+value="(\w+)"', page))
    labels = dict(re.findall(r'for="(id_kind\w+)">([\w ]+)<', page))
    assert {ids[of]: name for of, name in labels.items()} == {
        "volledig": "Volledige lijst",
        "aanvulling": "Aanvulling",
    }


def test_many_ended_must_be_ticked(alice_client: Client, alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(10)))
    page = send(alice_client, csv_file(pupils(5)))
    assert "5 van de 10 lopende" in text(page)
    url = preview_of(ImportRun.objects.first())
    data = {"confirm": "", "seen": seen(page.content.decode())}
    response = alice_client.post(url, data)
    assert "Vink aan dat deze inschrijvingen mogen eindigen" in text(response)
    assert not Enrolment.objects.exclude(ends_on=date(2027, 8, 31)).exists()
    alice_client.post(url, data | {"many_ended": "on"})
    assert Enrolment.objects.filter(ends_on=date(2026, 11, 22)).count() == 5


def test_a_changed_plan_is_shown_again_with_a_message(
    alice_client: Client, alice_actor: Actor
) -> None:
    page = send(alice_client, csv_file(pupils(2))).content.decode()
    url = preview_of(ImportRun.objects.get())
    run_import(alice_actor, csv_file(pupils(1)))
    response = alice_client.post(url, {"confirm": "", "seen": seen(page)}, follow=True)
    assert "Sinds het voorbeeld is er iets veranderd" in text(response)
    assert "Nieuw 1" in text(response)
    assert Enrolment.objects.count() == 1


def test_confirming_again_says_what_was_done_and_does_it_once(alice_client: Client) -> None:
    page = send(alice_client, csv_file(pupils(2))).content.decode()
    url = preview_of(ImportRun.objects.get())
    for _ in range(2):
        response = alice_client.post(url, {"confirm": "", "seen": seen(page)}, follow=True)
        assert "2 nieuw" in text(response)
    assert Enrolment.objects.count() == 2
    assert "2 nieuw" in text(alice_client.get(url, follow=True))


def test_nothing_changed_is_not_called_a_change(alice_client: Client, alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(2)))
    page = send(alice_client, csv_file(pupils(2))).content.decode()
    url = preview_of(ImportRun.objects.first())
    response = alice_client.post(url, {"confirm": "", "seen": seen(page)}, follow=True)
    assert "alles was al zoals in het bestand" in text(response)


def test_a_file_of_bad_rows_only_cannot_be_confirmed(alice_client: Client) -> None:
    page = send(alice_client, csv_file(pupils(2, starts_on="x")))
    assert "Geen enkele rij is goed" in text(page)
    assert 'name="confirm"' not in page.content.decode()


def test_expired_preview_leads_back_with_a_message(
    alice_client: Client, alice_actor: Actor, clock: time_machine.Traveller
) -> None:
    run = upload(alice_actor, csv_file(pupils(1)))
    clock.shift(61 * 60)
    alice_client.force_login(alice_actor.manager)
    response = alice_client.post(preview_of(run), {"confirm": "", "seen": "x"}, follow=True)
    assert "Dit voorbeeld is vervallen" in text(response)
    assert not Enrolment.objects.exists()


def test_log_names_the_bad_rows_of_earlier_imports(
    alice_client: Client, alice_actor: Actor
) -> None:
    run_import(alice_actor, csv_file([pupil(1), pupil(2, starts_on="x")]))
    assert "1 rij Rij 3: De begindatum is geen datum" in text(alice_client.get(PAGE))


def test_preview_with_personal_data_is_not_stored(alice_client: Client) -> None:
    assert "no-store" in send(alice_client, csv_file(pupils(1))).headers["Cache-Control"]


def test_a_get_changes_nothing(alice_client: Client, alice_actor: Actor) -> None:
    run = upload(alice_actor, csv_file(pupils(1)))
    before = list(ImportRun.objects.values())
    alice_client.get(PAGE)
    alice_client.get(preview_of(run))
    assert list(ImportRun.objects.values()) == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_schools_import_does_not_exist(
    method: str, alice_client: Client, bob_client: Client, bob_actor: Actor
) -> None:
    run = upload(bob_actor, csv_file(pupils(1, institution="999913")))
    for client, number in ((alice_client, "999912"), (alice_client, "999913")):
        url = reverse("import_preview", args=[number, run.pk])
        assert getattr(client, method)(url, {"cancel": ""}).status_code == 404
    run.refresh_from_db()
    assert run.state == ImportRun.State.DRAFT
    assert bob_client.get(preview_of(run)).status_code == 200


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


# Pupils and school years -------------------------------------------------------------------------


def test_the_preview_speaks_of_pupils_and_their_school_year(
    alice_client: Client, alice_actor: Actor
) -> None:
    run_import(alice_actor, csv_file(pupils(40)))
    rows = [
        *pupils(30),
        pupil(30, class_code="6B"),
        pupil(31, class_code="6B"),
        pupil(32, group="5de leerjaar"),
        *(pupil(n) for n in range(33, 37)),
        pupil(50),
        pupil(51, starts_on="x"),
    ]
    page = text(send(alice_client, csv_file(rows)))
    assert (
        "Schooljaar 2026-2027: 1 nieuwe leerling, 2 gaan over naar een andere klas, "
        "1 met andere gegevens, 3 vertrekken, 34 ongewijzigd"
    ) in page
    assert "Niet ingelezen: 1 rij De begindatum is geen datum" in page
    assert "Nieuw 1 Gewijzigd 3 Beëindigd 3 Ongewijzigd 34 Rijen die we niet inlezen 1" in page


def test_a_list_of_next_year_tells_who_goes_on_and_who_is_new(
    alice_client: Client, alice_actor: Actor
) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    next_year = {"starts_on": "01/09/2027", "ends_on": "31/08/2028"}
    rows = [
        pupil(0, class_code="1A", **next_year),
        pupil(1, class_code="1A", **next_year),
        pupil(2, **next_year),
        pupil(9, **next_year),
    ]
    told = (
        "Schooljaar 2027-2028: 1 nieuwe leerling, 2 gaan over naar een andere klas, "
        "1 blijft in dezelfde klas"
    )
    page = text(send(alice_client, csv_file(rows)))
    assert told in page
    assert "Schooljaar 2026-2027" not in page


def test_several_school_years_in_one_list_are_told_apart(
    alice_client: Client, alice_actor: Actor
) -> None:
    next_year = {"starts_on": "01/09/2027", "ends_on": "31/08/2028"}
    run_import(alice_actor, csv_file([pupil(1), pupil(2)]))
    rows = [pupil(1), pupil(2), pupil(3), pupil(4, **next_year), pupil(5, **next_year)]
    page = text(send(alice_client, csv_file(rows)))
    assert "Schooljaar 2026-2027: 1 nieuwe leerling, 2 ongewijzigd" in page
    assert "Schooljaar 2027-2028: 2 nieuwe leerlingen" in page


def test_who_comes_back_and_who_stays_away(alice_client: Client, alice_actor: Actor) -> None:
    next_year = {"starts_on": "01/09/2027", "ends_on": "31/08/2028"}
    run_import(alice_actor, csv_file([pupil(1, **next_year), pupil(2, **next_year)]))
    run_import(alice_actor, csv_file([pupil(3, ends_on="01/10/2026")]), full_list=False)
    page = text(send(alice_client, csv_file([pupil(1, **next_year), pupil(3)])))
    assert "1 komt terug" in page
    assert "1 komt toch niet" in page


def test_endings_that_are_withheld_stand_at_the_top_with_few_names(
    alice_client: Client, alice_actor: Actor
) -> None:
    run_import(alice_actor, csv_file(pupils(20)))
    nameless = pupil(30, stamnummer="", number="")
    page = text(send(alice_client, csv_file([*pupils(18), nameless])))
    assert "2 leerlingen staan niet in de lijst en blijven toch ingeschreven" in page
    assert "omdat de lijst misschien niet alle leerlingen bevat: " in page
    assert "Voornaam18 Naam18, Voornaam19 Naam19." in page
    assert page.index("blijven toch") < page.index("Schooljaar 2026-2027")
    html = alice_client.get(preview_of(ImportRun.objects.first())).content.decode()
    confirmed = {"confirm": "", "seen": seen(html)}
    done = alice_client.post(preview_of(ImportRun.objects.first()), confirmed, follow=True)
    assert "18 ongewijzigd, 1 niet ingelezen. 2 leerlingen staan niet in de lijst" in text(done)
    page = text(send(alice_client, csv_file([*pupils(14), nameless])))
    assert "6 leerlingen staan niet in de lijst" in page
    assert "Voornaam19" not in page


def test_names_in_doubt_are_asked_about_on_the_preview_and_never_kept(
    alice_client: Client,
) -> None:
    named = pupil(1, first_name="Noémie", last_name="Zoë")
    html = send(alice_client, csv_file([named], encoding="mac-roman")).content.decode()
    question = re.search(r"<li>Klopt dit: [^<]*Noémie[^<]*\?</li>", html)
    assert question
    assert html.index("We lazen het als Mac Roman") < question.start()
    assert "Noémie" not in str(ImportRun.objects.values().get())

    alice_client.post(
        preview_of(ImportRun.objects.get()), {"confirm": "", "seen": seen(html)}, follow=True
    )
    kept = str(ImportRun.objects.values().get())
    assert "We lazen het als Mac Roman" in kept
    for name in ("Klopt dit", "Noémie", "Zoë"):
        assert name not in kept
    log = text(alice_client.get(PAGE))
    assert "We lazen het als Mac Roman" in log
    assert "Klopt dit" not in log


# The next step ---------------------------------------------------------------------------------


def test_the_next_step_is_told_while_pupils_have_no_leerid(
    alice_client: Client, enrol: Enrol, give_account: GiveAccount, brussel: Institution
) -> None:
    assert "nog geen LeerID" not in text(alice_client.get(PAGE))
    page = send(alice_client, csv_file(pupils(3))).content.decode()
    url = preview_of(ImportRun.objects.get())
    page = alice_client.post(url, {"confirm": "", "seen": seen(page)}, follow=True)
    assert "3 leerlingen hebben nog geen LeerID: maak ze aan" in text(page)
    way = re.search(r'href="([^"]+)">maak ze aan', page.content.decode())
    assert way
    assert "Totaal aantal rijen: 3" in text(alice_client.get(way[1]))
    for enrolment in Enrolment.objects.filter(stamnummer__in=["1001", "1002"]):
        give_account(enrolment)
    enrol(brussel, starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31))
    assert "1 leerling heeft nog geen LeerID: maak het aan" in text(alice_client.get(PAGE))


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
