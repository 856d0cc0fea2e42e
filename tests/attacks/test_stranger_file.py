"""A stranger's file tells and changes nothing (R11): what a school tries on another's pupils."""

import logging
import re
from datetime import date, datetime

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, PasswordKind
from schoolloket.institutions.actors import Actor
from students.actions import unite
from students.importing.draft import Draft
from students.models import (
    Enrolment,
    IdentityConflict,
    Student,
    StudentEvent,
    StudentFieldChange,
)
from tests.at_once import at_once
from tests.helpers import GiveAccount
from tests.pages import desk, html, text
from tests.students.helpers import (
    Pupil,
    counts,
    csv_file,
    run_import,
    upload,
)

from .renee import RENEE, everything, newcomer, number, send, stranger

pytestmark = pytest.mark.usefixtures("clock", "_reading_here")
Kind = StudentEvent.Kind


def confirm(client: Client, preview: HttpResponse) -> HttpResponse:
    """Confirm what the preview shows; return the page after that."""
    found = re.search(r'name="seen" value="(\w+)"', html(preview))
    assert found
    url = preview.redirect_chain[-1][0]  # type: ignore[attr-defined]
    return client.post(url, {"confirm": "", "seen": found[1]}, follow=True)


def without_ids(response: HttpResponse) -> str:
    """The page without what differs between any two: tokens, fingerprints, ids and row ids."""
    page = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", html(response))
    page = re.sub(r'name="seen" value="\w+"', "", page)
    page = re.sub(r'nonce="[^"]+"|name="student" value="\d+"', "", page)
    return re.sub(r"/(import|leerlingen)/\d+/", r"/\1/0/", page)


def shapes(queries: CaptureQueriesContext) -> list[str]:
    """The statements without their values."""
    found = []
    for query in queries:
        sql = re.sub(r"'(?:[^']|'')*'", "?", query["sql"])
        found.append(re.sub(r"\b(\d+|s\d+_x\d+|true|false)\b", "?", sql))
    return found


def enrolment_in(actor: Actor, stamnummer: str = "5") -> Enrolment:
    return Enrolment.objects.of(actor.institution).get(stamnummer=stamnummer)


# C1: the preview --------------------------------------------------------------------------------


def test_a_strangers_file_learns_nothing_of_a_pupil_elsewhere(
    alice_actor: Actor, bob_actor: Actor, bob_client: Client
) -> None:
    """All 997 numbers of a birth date, each under a name of its own."""
    guesses = [
        stranger(number=number(n), stamnummer=str(n), first_name=f"Bo{n}") for n in range(1, 998)
    ]
    before = Draft(upload(bob_actor, csv_file(guesses), full_list=False)).plan
    run_import(alice_actor, csv_file([RENEE]))
    after = Draft(upload(bob_actor, csv_file(guesses), full_list=False)).plan
    assert after.fingerprint == before.fingerprint
    page = send(bob_client, guesses)
    for told in ("Renée", "Maes", "Schoolloket al", "andere school", "<del>"):
        assert told not in html(page).partition("<main")[2]


def test_the_preview_of_a_number_elsewhere_is_that_of_an_unused_one(
    renee: Account, bob_client: Client
) -> None:
    bob_client.get(desk("import", number="999913"))
    pages, statements = [], []
    for counter in (1, 3):
        with CaptureQueriesContext(connection) as queries:
            pages.append(without_ids(send(bob_client, [stranger(number=number(counter))])))
        statements.append(shapes(queries))
    assert pages[0] == pages[1]
    assert statements[0] == statements[1]


@pytest.mark.parametrize("row", [stranger(), newcomer()])
def test_a_dropped_preview_of_a_pupil_elsewhere_says_nothing_of_her(
    renee: Account, bob_client: Client, row: Pupil
) -> None:
    told = html(send(bob_client, [row]))
    assert told.count("Renée Sofie") == told.count("Nog ingeschreven in een andere school") == 0


# C1: the confirmation ---------------------------------------------------------------------------


@pytest.mark.parametrize("is_pupil_already", [False, True])
def test_confirming_a_number_elsewhere_under_another_name_looks_like_an_unused_one(
    renee: Account,
    bob_actor: Actor,
    bob_client: Client,
    caplog: pytest.LogCaptureFixture,
    is_pupil_already: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    if is_pupil_already:
        run_import(bob_actor, csv_file([stranger(number="")]))
    bob_client.get(desk("import", number="999913"))
    seen = []
    for counter in (1, 3):
        with transaction.atomic():
            seen.append(all_that_is_seen(bob_actor, bob_client, caplog, number(counter)))
            transaction.set_rollback(True)
    assert seen[0] == seen[1]


def all_that_is_seen(
    actor: Actor, client: Client, caplog: pytest.LogCaptureFixture, number: str
) -> list[object]:
    """What Gent sees of a confirmed row with this number: statements, log, pages and counts."""
    preview = send(client, [stranger(number=number)])
    caplog.clear()
    with CaptureQueriesContext(connection) as queries:
        done = confirm(client, preview)
    # At once: the next request empties the log of statements.
    statements = shapes(queries)
    records = [record for record in caplog.records if "django.db" not in record.name]
    logged = [record.getMessage() for record in records]

    student_id = enrolment_in(actor).student_id
    pages = [done]
    for name in ("student", "account_history", "detail_history"):
        pages.append(client.get(desk(name, student_id, number="999913")))
    run = actor.institution.import_runs.latest("pk")
    run_seen = (*counts(run), run.recognised, run.remarks, run.problems)
    assert any("students_enrolment" in sql for sql in statements)
    return [statements, logged, [without_ids(page) for page in pages], run_seen]


def test_another_name_is_a_conflict_for_an_operator(renee: Account, bob_actor: Actor) -> None:
    before = everything(renee.student_id)
    run = run_import(bob_actor, csv_file([stranger()]))
    new = enrolment_in(bob_actor).student
    assert (run.new, run.recognised) == (1, 0)
    assert new != renee.student
    assert (new.is_disputed, new.identity_hash) == (True, renee.student.identity_hash)
    conflict = IdentityConflict.objects.get()
    assert (conflict.student, conflict.other) == (new, renee.student)
    assert (conflict.institution, conflict.outcome) == (bob_actor.institution, "open")
    assert everything(renee.student_id) == before
    assert not renee.student.events.exists()


def test_the_same_file_with_a_disputed_pupil_again_changes_nothing(
    renee: Account, bob_actor: Actor
) -> None:
    run_import(bob_actor, csv_file([stranger()]))
    assert counts(run_import(bob_actor, csv_file([stranger()]))) == (0, 0, 0, 1)
    changed = run_import(bob_actor, csv_file([stranger(sex="X")]))
    assert changed.changed == 1
    assert enrolment_in(bob_actor).student.is_disputed
    assert IdentityConflict.objects.count() == 1


@pytest.mark.parametrize(
    ("known", "in_gent"),
    [
        ("Maes", {"last_name": "MAES"}),
        ("Müller-D’Hondt", {"last_name": "Muller d'hondt"}),
        ("Van den Broeck", {"last_name": "Vandenbroeck"}),
        ("Nel", {"last_name": "Peeters", "official_last_name": "NEL"}),
    ],
)
def test_a_pupil_is_recognised_under_the_same_last_name_written_otherwise(
    alice_actor: Actor, bob_actor: Actor, known: str, in_gent: dict[str, str]
) -> None:
    run_import(alice_actor, csv_file([RENEE | {"last_name": known, "official_last_name": ""}]))
    run = run_import(bob_actor, csv_file([newcomer(official_last_name="") | in_gent]))
    assert run.recognised == 1
    assert Student.objects.count() == 1
    assert not IdentityConflict.objects.exists()


def test_the_official_last_name_is_enough(alice_actor: Actor, bob_actor: Actor) -> None:
    run_import(alice_actor, csv_file([RENEE | {"last_name": "De Wit"}]))
    assert run_import(bob_actor, csv_file([newcomer()])).recognised == 1


@pytest.mark.parametrize("last_name", ["-", "' '"])
def test_a_name_without_letters_is_nobodys_name(
    alice_actor: Actor, bob_actor: Actor, last_name: str
) -> None:
    nobody = {"last_name": last_name, "official_last_name": ""}
    run_import(alice_actor, csv_file([RENEE | nobody]))
    assert run_import(bob_actor, csv_file([newcomer() | nobody])).recognised == 0


def test_both_schools_read_that_a_pupil_was_recognised(
    renee: Account, alice_client: Client, bob_actor: Actor, bob_client: Client
) -> None:
    done = confirm(bob_client, send(bob_client, [newcomer()]))
    assert "1 leerling bracht het LeerID mee" in text(done)
    log = bob_client.get(desk("import", number="999913"))
    assert "1 leerling bracht het LeerID mee" in text(log)
    assert enrolment_in(bob_actor).student == renee.student
    what = "Ingeschreven, al bekend van een andere instelling"
    ours = text(bob_client.get(desk("account_history", renee.student_id, number="999913")))
    theirs = text(alice_client.get(desk("account_history", renee.student_id)))
    assert f"{what} Bob" in ours
    assert f"{what} Andere instelling" in theirs
    assert "Bob" not in theirs


def test_a_pupil_in_doubt_is_recognised_by_the_name_that_she_has_there(
    renee: Account, bob_actor: Actor, enrol_third: Actor
) -> None:
    run_import(bob_actor, csv_file([stranger()]))
    here = stranger(institution="999914", official_first_name="", official_last_name="")
    run = run_import(enrol_third, csv_file([here]))
    assert run.recognised == 1
    assert enrolment_in(enrol_third).student == enrolment_in(bob_actor).student


@pytest.fixture
def enrol_third(db: None) -> Actor:
    """Who imports in a third school."""
    from schoolloket.institutions.models import Institution  # noqa: PLC0415

    school = Institution.objects.create(number="999914", municipality="AALST", name="TEST 3")
    return Actor(institution=school)


# A number that an own pupil gets ----------------------------------------------------------------


@pytest.fixture
def without_number(bob_actor: Actor, renee: Account) -> Enrolment:
    """The same child in Gent, of whom that school has no number yet."""
    run_import(bob_actor, csv_file([newcomer(number="")]))
    return enrolment_in(bob_actor)


def test_a_pupil_who_gets_the_number_of_a_pupil_elsewhere_is_that_pupil(
    renee: Account, without_number: Enrolment, bob_actor: Actor
) -> None:
    before = everything(renee.student_id)
    own_id = without_number.student_id
    run = run_import(bob_actor, csv_file([newcomer()]))
    assert (run.changed, run.recognised) == (1, 1)
    without_number.refresh_from_db()
    assert without_number.student == renee.student
    assert Enrolment.objects.held_on(date(2026, 11, 23)).filter(pk=without_number.pk).exists()
    assert everything(renee.student_id) == before
    emptied = Student.objects.get(pk=own_id)
    assert (emptied.merged_into, emptied.birth_date) == (renee.student, None)
    assert renee.student.events.filter(kind=Kind.MERGED).count() == 1
    assert counts(run_import(bob_actor, csv_file([newcomer()]))) == (0, 0, 0, 1)


@pytest.mark.parametrize("reason", ["a LeerID of its own", "another last name"])
def test_else_both_are_in_doubt(
    renee: Account,
    without_number: Enrolment,
    bob_actor: Actor,
    give_account: GiveAccount,
    reason: str,
) -> None:
    row = newcomer()
    if reason == "another last name":
        row = stranger()
    else:
        give_account(without_number, PasswordKind.WORD, username="ander")
    run = run_import(bob_actor, csv_file([row]))
    assert (run.changed, run.recognised) == (1, 0)
    without_number.refresh_from_db()
    own = without_number.student
    assert own != renee.student
    assert (own.is_disputed, own.identity_hash) == (True, renee.student.identity_hash)
    assert IdentityConflict.objects.get().other == renee.student
    assert counts(run_import(bob_actor, csv_file([row]))) == (0, 0, 0, 1)


def take_number_away(own: Student, at: datetime) -> StudentEvent:
    """Do what an operator does who finds that they are two pupils."""
    parted = StudentEvent.objects.create(student=own, kind=Kind.PARTED, at=at)
    StudentFieldChange.objects.create(event=parted, field="identity_hash", old=own.identity_hash)
    Student.objects.filter(pk=own.pk).update(
        identity_hash=None,
        is_disputed=False,
        official_data="invalid",
        official_first_name="",
        official_last_name="",
    )
    return parted


def test_a_number_that_was_taken_away_does_not_come_back(renee: Account, bob_actor: Actor) -> None:
    """An operator said that they are two: the same wrong number is no new doubt every night."""
    run_import(bob_actor, csv_file([stranger()]))
    own = enrolment_in(bob_actor).student
    parted = take_number_away(own, renee.created_at)
    for _ in range(2):
        run = run_import(bob_actor, csv_file([stranger()]))
        assert counts(run) == (0, 0, 0, 1)
        assert "van een andere leerling" in run.remarks[0]["reason"]
    own.refresh_from_db()
    assert (own.identity_hash, own.is_disputed) == (None, False)
    # Unless the operator puts it back.
    number = parted.changes.get().old
    Student.objects.filter(pk=own.pk).update(identity_hash=number, is_disputed=True)
    assert run_import(bob_actor, csv_file([stranger()])).remarks == []


def test_a_number_that_was_taken_away_does_not_come_back_after_a_merge(
    renee: Account, bob_actor: Actor
) -> None:
    """The pupil is another student by now, with the history of the one who lost the number."""
    run_import(bob_actor, csv_file([stranger()]))
    gone = enrolment_in(bob_actor).student
    take_number_away(gone, renee.created_at)
    survivor = Student.objects.create(official_data="invalid", birth_date=gone.birth_date)
    Enrolment.objects.filter(student=gone).update(student=survivor)
    unite(gone_id=gone.pk, survivor_id=survivor.pk, by=bob_actor.manager, at=renee.created_at)

    run = run_import(bob_actor, csv_file([stranger()]))
    assert "van een andere leerling" in run.remarks[0]["reason"]
    survivor.refresh_from_db()
    assert (survivor.identity_hash, survivor.is_disputed) == (None, False)


# Two schools in the same second -----------------------------------------------------------------


@pytest.mark.skipif(
    not connection.features.has_select_for_update, reason="SQLite locks the whole database"
)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("last_name", ["Maes", "Anders"])
def test_two_schools_with_one_new_number_in_the_same_second(
    alice_actor: Actor, bob_actor: Actor, last_name: str
) -> None:
    in_gent = newcomer(last_name=last_name, official_last_name="")
    files = [(alice_actor, RENEE), (bob_actor, in_gent)]
    results = at_once(
        *(lambda by=by, row=row: run_import(by, csv_file([row])) for by, row in files)
    )
    assert [run.new for run in results] == [1, 1]  # type: ignore[attr-defined]
    recognised = sum(run.recognised for run in results)  # type: ignore[attr-defined]
    assert recognised + IdentityConflict.objects.count() == 1
    assert recognised == (last_name == "Maes")
