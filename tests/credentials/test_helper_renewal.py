"""A helper renews and prints for the own classes, as the save asks once more (R13, R3, R4)."""

from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from accounts.models import Account, PasswordKind
from credentials.actions import drafts, hashing, saves
from credentials.documents import A4, CARDS, WORKBOOK
from credentials.models import Batch, BatchItem, PrintChoices
from schoolloket.core.exceptions import NoLongerHere, NotEligible
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager
from students.models import Enrolment
from tests.desk_client import DeskClient
from tests.helpers import Enrol, GiveAccount, actor_of, helper_of
from tests.pages import desk, html, text

from .helpers import Prepare, edited, item_of, snapshot

pytestmark = pytest.mark.usefixtures("clock")

Obstacle = BatchItem.Obstacle


@pytest.fixture
def other(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """A pupil of Brussel in another class than Helen's."""
    return give_account(enrol(brussel, "Oscar", "Otten", class_code="5KA"))


def draft(by: Actor, *pupils: Account) -> Batch:
    ids = [pupil.student_id for pupil in pupils]
    batch = drafts.prepare(by=by, student_ids=ids, purpose=Batch.Purpose.RENEW)
    batch.items.with_password().update(included=True)
    hashing.hash_all(batch)
    return batch


@pytest.fixture
def helens(helen_actor: Actor, charlie: Account) -> Batch:
    """A batch with Charlie that Helen saved just now."""
    return saves.save(by=helen_actor, batch_id=draft(helen_actor, charlie).pk)


# From the list to the paper --------------------------------------------------------------------


def test_a_helper_renews_and_prints(helen_client: DeskClient, charlie: Account) -> None:
    before = snapshot(charlie)
    posted = {"student": [charlie.student_id], "purpose": Batch.Purpose.RENEW}
    preview = helen_client.post(desk("start_batch"), posted).url
    page = helen_client.get(preview)
    item = Batch.objects.get().items.get()
    helen_client.post(preview, {"item": [item.pk], "save": ""})
    assert snapshot(charlie) != before
    assert "charlie.peeters" in text(page)

    batch = Batch.objects.get()
    answer = helen_client.post(desk("download", batch.pk, "zip"))
    names = ZipFile(BytesIO(answer.content)).namelist()
    assert "leerid-a4.pdf" in names
    assert WORKBOOK.name not in names


def test_a_helper_gets_no_excel_of_the_own_batch(
    helen_client: DeskClient, alice_client: DeskClient, helens: Batch
) -> None:
    assert helen_client.post(desk("download", helens.pk, WORKBOOK.name)).status_code == 404
    assert "Excel" not in text(helen_client.get(desk("batch_result", helens.pk)))
    assert alice_client.post(desk("download", helens.pk, WORKBOOK.name)).status_code == 200


def test_what_a_helper_prints_leaves_the_schools_choice_its_excel(
    helen_client: DeskClient, helens: Batch, brussel: Institution
) -> None:
    PrintChoices.objects.create(institution=brussel, documents=[A4.name, WORKBOOK.name])
    posted = {
        "documents": [CARDS.name],
        "right": "0.0",
        "down": "0.0",
        "first_l7160": "1",
        "first_l7163": "1",
        "first_l7651": "1",
    }
    helen_client.post(desk("choose_printing", helens.pk), posted)
    assert set(PrintChoices.objects.get().documents) == {CARDS.name, WORKBOOK.name}


def test_a_helper_renews_one_pupil_and_shows_the_card(
    helen_client: DeskClient, helen_actor: Actor, charlie: Account
) -> None:
    page = desk("edit_credentials", charlie.student_id)
    drafted = helen_client.post(page, {"generate": ""}).url
    batch_id = drafted.rpartition("=")[2]
    answer = helen_client.post(page, {"concept": batch_id, "save": "kaart"})
    assert answer.url == desk("card", batch_id, charlie.student_id)
    assert helen_client.post(answer.url).status_code == 200


# What a helper may not -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "purpose", [Batch.Purpose.CREATE, Batch.Purpose.TO_BASIC, Batch.Purpose.TO_ADVANCED]
)
def test_a_helper_makes_no_leerid_and_changes_no_type(
    helen_client: DeskClient, charlie: Account, purpose: Batch.Purpose
) -> None:
    posted = {"student": [charlie.student_id], "purpose": purpose}
    assert helen_client.post(desk("start_batch"), posted).status_code == 404
    assert not Batch.objects.exists()


def test_a_renewal_by_a_helper_creates_no_leerid(
    helen_actor: Actor, newcomer: Enrolment, charlie: Account
) -> None:
    batch = drafts.prepare(
        by=helen_actor,
        student_ids=[newcomer.student_id, charlie.student_id],
        purpose=Batch.Purpose.RENEW,
    )
    assert item_of(batch, newcomer).obstacle == Obstacle.NO_ACCOUNT


def test_a_pupil_of_another_class_is_refused_with_the_whole_selection(
    helen_client: DeskClient, charlie: Account, other: Account
) -> None:
    posted = {"student": [charlie.student_id, other.student_id], "purpose": Batch.Purpose.RENEW}
    helen_client.post(desk("start_batch"), posted)
    assert not Batch.objects.exists()


def test_a_username_and_an_address_that_are_posted_change_nothing(
    helen_client: DeskClient, charlie: Account
) -> None:
    page = desk("edit_credentials", charlie.student_id)
    posted = {"username": "iemand.anders", "removes_email": "on", "generate": ""}
    drafted = helen_client.post(page, posted).url
    batch_id = drafted.rpartition("=")[2]
    helen_client.post(page, {"concept": batch_id, "username": "iemand.anders", "save": ""})
    charlie.refresh_from_db()
    assert charlie.username == "charlie.peeters"
    assert charlie.credentials_version == 2


def test_a_linked_account_is_no_helpers_to_renew(helen_actor: Actor, linked: Account) -> None:
    assert item_of(draft(helen_actor, linked), linked).obstacle == Obstacle.LINKED
    with pytest.raises(NotEligible):
        edited(helen_actor, linked)


def test_a_helper_does_not_learn_of_another_school(
    helen_actor: Actor,
    helen_client: DeskClient,
    gent: Institution,
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
) -> None:
    first = enrol(gent, "Dubbel", "Dierickx")
    account = give_account(first)
    later = enrol(brussel, "Dubbel", "Dierickx", student=first.student)
    Enrolment.objects.filter(pk=later.pk).update(joined_at=later.joined_at + timedelta(days=1))
    batch = draft(helen_actor, account)
    assert item_of(batch, account).obstacle == Obstacle.NOT_BY_HELPER
    for page in (desk("students"), desk("preview_batch", batch.pk)):
        told = text(helen_client.get(page))
        assert "andere school" not in told
        assert "LeerID-beheerder" in told


def test_a_helper_switches_between_word_and_pictures(
    helen_actor: Actor, brussel: Institution, sam: Account
) -> None:
    batch = edited(helen_actor, sam, kind=PasswordKind.PICTURES)
    saves.save(by=helen_actor, batch_id=batch.pk)
    sam.refresh_from_db()
    assert sam.password_kind == PasswordKind.PICTURES


# Between the preview and the save --------------------------------------------------------------


def test_who_changed_class_since_the_preview_is_skipped_and_named(
    helen_actor: Actor, helen_client: DeskClient, charlie: Account, sam: Account
) -> None:
    batch = draft(helen_actor, charlie, sam)
    charlie.student.enrolments.update(class_code="5KA")
    before = snapshot(charlie)
    saves.save(by=helen_actor, batch_id=batch.pk)
    assert item_of(batch, charlie).obstacle == Obstacle.OTHER_CLASS
    assert snapshot(charlie) == before
    assert item_of(batch, sam).outcome == BatchItem.Outcome.DONE


def test_a_right_that_ended_since_the_request_began_saves_nothing(
    helen: Manager, helen_actor: Actor, charlie: Account
) -> None:
    batch = draft(helen_actor, charlie)
    before = snapshot(charlie)
    helen.memberships.update(ends_on=date(2026, 11, 22))
    with pytest.raises(NoLongerHere):
        saves.save(by=helen_actor, batch_id=batch.pk)
    assert snapshot(charlie) == before


def test_classes_that_changed_since_the_request_began_count_at_the_save(
    helen: Manager, helen_actor: Actor, charlie: Account, other: Account
) -> None:
    batch = draft(helen_actor, charlie)
    helen.memberships.update(classes=["5KA"])
    before = snapshot(charlie)
    saves.save(by=helen_actor, batch_id=batch.pk)
    assert item_of(batch, charlie).obstacle == Obstacle.OTHER_CLASS
    assert snapshot(charlie) == before


# Batches ---------------------------------------------------------------------------------------


def test_a_helper_sees_the_own_batches_only(
    helen_client: DeskClient, helens: Batch, saved: Prepare, sam: Account
) -> None:
    alices = saved(sam)
    page = html(helen_client.get(desk("batches")))
    assert str(helens.pk) in page
    assert str(alices.pk) not in page
    for name in ("batch_result", "destroy_batch", "choose_printing"):
        assert helen_client.get(desk(name, alices.pk)).status_code in (404, 405)
    assert helen_client.post(desk("download", alices.pk, "zip")).status_code == 404
    assert helen_client.post(desk("card", alices.pk, sam.student_id)).status_code == 404
    assert helen_client.post(desk("destroy_batch", alices.pk)).status_code == 404


def test_no_banner_tells_a_helper_of_a_colleagues_batch(
    helen_client: DeskClient, saved: Prepare, charlie: Account
) -> None:
    saved(charlie)
    assert "Nog niet gedownload" not in text(helen_client.get(desk("students")))
    assert "Af te drukken" not in text(helen_client.get(desk("student", charlie.student_id)))


def test_two_helpers_of_a_class_do_not_see_each_others_batches(
    helens: Batch, brussel: Institution, client: DeskClient
) -> None:
    client.force_login(helper_of(brussel, "Hugo", ["6EM"]))
    assert client.get(desk("batch_result", helens.pk)).status_code == 404


def test_a_beheerder_prints_what_a_helper_saved(alice_client: DeskClient, helens: Batch) -> None:
    assert alice_client.get(desk("batch_result", helens.pk)).status_code == 200
    assert alice_client.post(desk("download", helens.pk, "zip")).status_code == 200


def test_after_the_right_ended_nothing_of_the_own_batch_is_served(
    helen: Manager, helen_client: DeskClient, helens: Batch
) -> None:
    assert helen_client.post(desk("download", helens.pk, "zip")).status_code == 200
    helen.memberships.update(ends_on=date(2026, 11, 22))
    assert helen_client.post(desk("download", helens.pk, "zip")).status_code == 404


def test_a_pupil_who_left_the_class_is_not_printed_for_the_helper_any_more(
    helen_client: DeskClient, helens: Batch, charlie: Account, alice_client: DeskClient
) -> None:
    charlie.student.enrolments.update(class_code="5KA")
    assert "charlie.peeters" not in text(helen_client.get(desk("batch_result", helens.pk)))
    card = desk("card", helens.pk, charlie.student_id)
    assert "Wachtwoord" not in html(helen_client.post(card))
    assert alice_client.post(card).status_code == 200


def test_an_actor_of_a_helper_is_limited(helen: Manager) -> None:
    assert actor_of(helen).institution.limited_to == frozenset({"6EM"})
