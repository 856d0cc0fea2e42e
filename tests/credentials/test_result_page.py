"""The page of a batch: who is in it, who signed in since, and which of its paper is dead."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import link_email
from accounts.models import Account
from credentials.actions import retention
from credentials.faces import face_of, faces_of
from credentials.models import Batch, BatchItem
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.helpers import Enrol, GiveAccount
from tests.pages import Form, desk, html, plain, queries_of, text

from .helpers import Crowd, Prepare, Save

pytestmark = pytest.mark.usefixtures("clock")

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def pupil(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> object:
    """A pupil of a class: `pupil("Wout", "Claes", "6A")`."""

    def pupil(first_name: str, last_name: str, class_code: str) -> Account:
        return give_account(enrol(brussel, first_name, last_name, class_code=class_code))

    return pupil


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def page_of(client: Client, batch: Batch) -> str:
    return text(client.get(desk("batch_result", batch.pk)))


def rows_of_page(client: Client, batch: Batch) -> list[str]:
    """The rows of the table of pupils, with the headings of the classes."""
    page = html(client.get(desk("batch_result", batch.pk)))
    table = page.partition('id="pupils-heading"')[2].partition("</table>")[0]
    bodies = "".join(re.findall(r"<tbody>.*?</tbody>", table, re.S))
    return [plain(row) for row in re.findall(r"<tr.*?</tr>", bodies, re.S)]


def signs_in(*accounts: Account) -> None:
    ids = [account.pk for account in accounts]
    Account.objects.filter(pk__in=ids).update(last_sign_in_at=timezone.now())


def chooses_a_password(account: Account) -> None:
    Account.objects.filter(pk=account.pk).new_version(
        password="own", must_change_password=False, last_sign_in_at=timezone.now()
    )


def downloaded(by: Actor, batch: Batch) -> Batch:
    return retention.note_download(by=by, batch_id=batch.pk)


# Its face --------------------------------------------------------------------------------------


def test_a_face_names_the_classes_and_counts_the_pupils(pupil: GiveAccount, saved: Prepare) -> None:
    of_6a = [pupil("Wout", "Claes", "6A"), pupil("Mila", "Maes", "6A")]
    of_10b = pupil("Noor", "Peeters", "10B")
    assert face_of(saved(*of_6a)) == "6A (2)"
    assert face_of(saved(*of_6a, of_10b)) == "6A, 10B (3)"


def test_a_face_of_many_classes_names_three(pupil: GiveAccount, saved: Prepare) -> None:
    pupils = [pupil("Wout", f"Nr{number}", f"{number}A") for number in range(1, 7)]
    assert face_of(saved(*pupils[:4])) == "1A, 2A, 3A, 4A (4)"
    assert face_of(saved(*pupils)) == "1A, 2A, 3A en 3 andere klassen (6)"


def test_the_face_of_one_pupil_is_the_name(pupil: GiveAccount, saved: Prepare) -> None:
    assert face_of(saved(pupil("Wout", "Claes", "6A"))) == "Wout Claes"


def test_a_pupil_without_class_has_a_face_too(pupil: GiveAccount, saved: Prepare) -> None:
    batch = saved(pupil("Wout", "Claes", ""), pupil("Mila", "Maes", "6A"))
    assert face_of(batch) == "zonder klas, 6A (2)"
    BatchItem.objects.update(class_code=None)
    assert face_of(batch) == "klas onbekend (2)"


def test_a_face_keeps_the_class_of_the_preview(pupil: GiveAccount, saved: Prepare) -> None:
    batch = saved(pupil("Wout", "Claes", "6A"), pupil("Mila", "Maes", "6A"))
    Enrolment.objects.update(class_code="6B")
    assert face_of(batch) == "6A (2)"


def test_a_face_counts_who_was_done_alone(
    pupil: GiveAccount, ready: Prepare, saved: Prepare, save: Save
) -> None:
    wout, mila = pupil("Wout", "Claes", "6A"), pupil("Mila", "Maes", "6B")
    batch = ready(wout, mila)
    saved(mila)
    assert face_of(save(batch)) == "Wout Claes"


def test_a_pupil_whose_enrolment_was_withdrawn_is_no_name(
    pupil: GiveAccount, saved: Prepare
) -> None:
    """R11."""
    batch = saved(pupil("Wout", "Claes", "6A"))
    Enrolment.objects.all().delete()
    assert face_of(batch) == "6A (1)"


def test_faces_of_a_list_cost_two_queries(
    crowd: Crowd, saved: Prepare, brussel: Institution
) -> None:
    def queries(*batches: Batch) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(faces_of(brussel, batches)) == len(batches)
        return len(captured)

    single, double = saved(*crowd(1)), saved(*crowd(2))
    assert queries(single, double) == 2
    assert queries(single, double, *(saved(*crowd(1)) for _ in range(5))) == 2


def test_the_face_stands_on_the_list_the_page_and_the_page_of_the_pupil(
    pupil: GiveAccount, saved: Prepare, alice_client: Client
) -> None:
    wout = pupil("Wout", "Claes", "6A")
    batch = saved(wout, pupil("Mila", "Maes", "6A"))
    pages = [desk("batches"), desk("batch_result", batch.pk), desk("student", wout.student_id)]
    for page in pages:
        assert "6A (2)" in text(alice_client.get(page))


# Its pupils ------------------------------------------------------------------------------------


def test_the_pupils_stand_in_the_order_of_the_paper_under_their_classes(
    pupil: GiveAccount, saved: Prepare, alice_client: Client
) -> None:
    pupils = [
        pupil("Wout", "Zeger", "6A"),
        pupil("Mila", "Maes", "10B"),
        pupil("An", "Ă lvarez", "6A"),
    ]
    rows = rows_of_page(alice_client, saved(*pupils))
    starts = ["6A (2)", "An Ă lvarez", "Wout Zeger", "10B (1)", "Mila Maes"]
    assert [row[: len(start)] for row, start in zip(rows, starts, strict=True)] == starts


def test_a_row_tells_who_and_whether_the_pupil_signed_in_since(
    pupil: GiveAccount,
    saved: Prepare,
    alice_client: Client,
    clock: time_machine.Traveller,
) -> None:
    wout, mila = pupil("Wout", "Claes", "6A"), pupil("Mila", "Maes", "6A")
    signs_in(mila)
    clock.shift(A_MINUTE)
    batch = saved(wout, mila)
    clock.shift(timedelta(days=1))
    signs_in(wout)
    alice_client.force_login(batch.created_by)
    stamnummer = Enrolment.objects.get(student=wout.student_id).stamnummer
    assert rows_of_page(alice_client, batch) == [
        f"Wout Claes ({stamnummer}) 6A wout.claes aangemeld laatst op 24 november geldig",
        f"Mila Maes ({int(stamnummer) + 1}) 6A mila.maes nog niet geldig",
    ]


def test_a_pupil_in_another_class_by_now_has_both(
    pupil: GiveAccount, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(pupil("Wout", "Claes", "6A"))
    Enrolment.objects.update(class_code="6B")
    assert "6A nu 6B wout.claes" in page_of(alice_client, batch)


def test_a_withdrawn_enrolment_and_one_of_long_ago_are_not_shown(
    pupil: GiveAccount, saved: Prepare, alice_client: Client
) -> None:
    """R11."""
    wout, mila = pupil("Wout", "Claes", "6A"), pupil("Mila", "Maes", "6A")
    batch = saved(wout, mila, pupil("An", "Peeters", "6A"))
    Enrolment.objects.filter(student=mila.student_id).delete()
    Enrolment.objects.filter(student=wout.student_id).update(
        starts_on=days_ago(400), ends_on=days_ago(366)
    )
    assert len(rows_of_page(alice_client, batch)) == 1
    page = page_of(alice_client, batch)
    assert "Wout" not in page
    assert "Mila" not in page
    assert "Daarnaast kregen 2 leerlingen een wachtwoord" in page


# What became of the passwords ------------------------------------------------------------------


def test_the_sentence_counts_who_signed_in_and_what_was_replaced(
    crowd: Crowd,
    saved: Prepare,
    alice_actor: Actor,
    alice_client: Client,
    clock: time_machine.Traveller,
) -> None:
    first, second, third = crowd(3)
    batch = downloaded(alice_actor, saved(first, second, third))
    clock.shift(A_MINUTE)
    signs_in(first)
    assert "1 van 3 meldde zich sindsdien aan." in page_of(alice_client, batch)
    saved(second)
    page = page_of(alice_client, batch)
    assert "1 wachtwoord is vervangen door reeks 2: gooi dat blad weg." in page


def test_the_row_leads_to_the_last_batch_that_replaced_the_password(
    charlie: Account, sam: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie, sam)
    saved(charlie)
    last = saved(charlie)
    page = html(alice_client.get(desk("batch_result", batch.pk)))
    assert page.count("vervangen door reeks 3") == 2
    assert f'href="{desk("batch_result", last.pk)}"' in page
    assert "reeks 2" not in page


def test_paper_that_is_wholly_dead_is_called_dead(
    charlie: Account, sam: Account, saved: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    batch = downloaded(alice_actor, saved(charlie, sam))
    saved(charlie, sam)
    page = page_of(alice_client, batch)
    assert "Vervangen door reeks 2: gooi de bladen weg." in page
    assert "blijven geldig" not in page
    assert "Nieuw wachtwoord voor" not in page


def test_an_own_password_is_not_called_replaced(
    charlie: Account, saved: Prepare, alice_client: Client, clock: time_machine.Traveller
) -> None:
    batch = saved(charlie)
    clock.shift(A_MINUTE)
    chooses_a_password(charlie)
    page = page_of(alice_client, batch)
    assert "koos zelf een wachtwoord" in page
    assert "vervangen" not in page
    assert "1 van 1 meldde zich sindsdien aan." in page


def test_a_change_at_another_school_is_a_change_and_no_more(
    sam: Account,
    gent: Institution,
    enrol: Enrol,
    saved: Prepare,
    bob_actor: Actor,
    alice_client: Client,
) -> None:
    """R10: not which batch, not even that it was a renewal."""
    batch = saved(sam)
    elsewhere = Batch.objects.create(
        institution=gent,
        purpose=Batch.Purpose.RENEW,
        school_year=2026,
        state=Batch.State.SAVED,
        number=7,
        created_by=bob_actor.manager,
        created_at=timezone.now(),
        saved_at=timezone.now(),
        expires_at=timezone.now() + timedelta(hours=24),
    )
    Account.objects.filter(pk=sam.pk).new_version(password="other")
    BatchItem.objects.create(
        batch=elsewhere, position=1, student=sam.student, account=sam, version=3,
        username=sam.username, password_kind=sam.password_kind, outcome=BatchItem.Outcome.DONE,
    )  # fmt: skip
    page = page_of(alice_client, batch)
    assert "sam.smets nog niet intussen gewijzigd" in page
    assert "reeks 7" not in page


def test_a_linked_address_is_no_renewal_either(
    charlie: Account, saved: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    batch = saved(charlie)
    link_email(account_id=charlie.pk, email="charlie@example.org", by=alice_actor)
    assert "koos zelf een wachtwoord" in page_of(alice_client, batch)


# New passwords for who did not use theirs ------------------------------------------------------


def offered(client: Client, batch: Batch) -> set[int]:
    """The students whom the button of the page renews."""
    page = html(client.get(desk("batch_result", batch.pk)))
    start = page.find(f'action="{desk("start_batch")}"')
    if start < 0:
        return set()
    form = page[start:].partition("</form>")[0]
    return {int(pk) for pk in re.findall(r'name="student"\s+value="(\d+)"', form)}


def test_the_button_is_for_those_who_did_not_use_the_password(
    crowd: Crowd,
    saved: Prepare,
    alice_client: Client,
    clock: time_machine.Traveller,
) -> None:
    used, unused, other_unused, replaced = crowd(4)
    batch = saved(used, unused, other_unused, replaced)
    clock.shift(A_MINUTE)
    assert offered(alice_client, batch) == set()  # nobody can have used one yet
    signs_in(used)
    saved(replaced)
    assert offered(alice_client, batch) == {unused.student_id, other_unused.student_id}
    assert "Nieuw wachtwoord voor deze 2" in page_of(alice_client, batch)


def test_the_button_leaves_out_who_cannot_be_done(
    crowd: Crowd,
    gent: Institution,
    enrol: Enrol,
    saved: Prepare,
    alice_actor: Actor,
    alice_client: Client,
    clock: time_machine.Traveller,
) -> None:
    used, held, left, linked, inactive, unused = pupils = crowd(6)
    batch = saved(*pupils)
    clock.shift(A_MINUTE)
    signs_in(used)
    enrol(gent, student=held.student)
    Enrolment.objects.filter(institution=gent).update(joined_at=timezone.now() - A_MINUTE * 5)
    Enrolment.objects.filter(student=left.student_id).update(ends_on=days_ago(1))
    link_email(account_id=linked.pk, email="linked@example.org", by=alice_actor)
    Account.objects.filter(pk=inactive.pk).new_version(
        deactivated_at=timezone.now(), deactivated_by=alice_actor.manager
    )
    assert offered(alice_client, batch) == {unused.student_id}
    assert "Nieuw wachtwoord voor deze leerling" in page_of(alice_client, batch)


def test_passwords_that_nobody_has_are_called_that_with_the_button(
    charlie: Account,
    sam: Account,
    saved: Prepare,
    alice_client: Client,
    clock: time_machine.Traveller,
) -> None:
    batch = saved(charlie, sam)
    clock.shift(timedelta(hours=24))
    alice_client.force_login(batch.created_by)
    page = page_of(alice_client, batch)
    assert "Niemand heeft deze wachtwoorden: vernieuw ze." in page
    assert "Vernieuw deze wachtwoorden" in page
    assert "blijven geldig" not in page
    assert offered(alice_client, batch) == {charlie.student_id, sam.student_id}


def test_from_the_button_to_the_preview_is_one_click(
    charlie: Account, saved: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    batch = saved(charlie)
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    page = alice_client.get(desk("batch_result", batch.pk))
    form = Form(page)
    page = alice_client.post(form.action, form.fields | {"purpose": "renew"}, follow=True)
    assert "Bulk: genereer nieuw wachtwoord" in text(page)
    draft = Batch.objects.drafts().get()
    assert draft.items.get().student_id == charlie.student_id
    assert draft.year == batch.year


def test_queries_do_not_grow_with_the_pupils(
    crowd: Crowd, saved: Prepare, alice_client: Client, clock: time_machine.Traveller
) -> None:
    def page(size: int) -> str:
        used, replaced, unused = crowd(size), crowd(size), crowd(size)
        batch = saved(*used, *replaced, *unused)
        clock.shift(A_MINUTE)
        signs_in(*used)
        saved(*replaced)
        return desk("batch_result", batch.pk)

    few, many = page(2), page(20)
    assert queries_of(alice_client, few) == queries_of(alice_client, many) == PAGE


# Session, manager, school; what expired; the batch and its face; its rows, who signed in, their
# enrolments (2) and successors; who is enrolled and held; letters that the typeface lacks (3).
PAGE = 15
