"""The import page: upload, preview, confirm or cancel; its log; and the right to see it."""

import re
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from schoolloket.institutions.actors import Actor
from students.models import Enrolment, ImportRun
from tests.students.helpers import csv_file, pupil, pupils, run_import, upload

from .page import PAGE, preview_of, seen, send, text

pytestmark = pytest.mark.usefixtures("clock")


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
