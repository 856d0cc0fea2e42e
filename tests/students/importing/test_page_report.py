"""The import page speaks of pupils and school years, and of the step after it."""

import re
from datetime import date

import pytest
from django.test import Client

from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment, ImportRun
from tests.helpers import Enrol, GiveAccount
from tests.students.helpers import csv_file, pupil, pupils, run_import

from .page import PAGE, preview_of, seen, send, text

pytestmark = pytest.mark.usefixtures("clock")


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
