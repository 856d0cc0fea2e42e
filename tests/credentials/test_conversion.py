"""Type wijzigen: Basis to Gevorderd and back, by the same preview, save and print."""

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import change_status, link_email
from accounts.models import Account, AccountEvent, FieldChange, Kind, PasswordKind
from accounts.status import StatusChange
from credentials.actions import saves
from credentials.documents import print_job
from credentials.models import Batch, BatchItem
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.helpers import NOW, Enrol, GiveAccount
from tests.pages import Form, desk, html, press, text

from .bulk import start
from .helpers import Crowd, Prepare, Save, item_of, password_of, snapshot
from .test_bulk_pages import section

pytestmark = pytest.mark.usefixtures("clock")
TO_BASIC, TO_ADVANCED = Batch.Purpose.TO_BASIC, Batch.Purpose.TO_ADVANCED
Obstacle = BatchItem.Obstacle


def test_nothing_changes_before_it_is_saved(charlie: Account, sam: Account, ready: Prepare) -> None:
    """R2."""
    before = snapshot(charlie, sam)
    ready(charlie, sam, purpose=TO_BASIC)
    ready(charlie, sam, purpose=TO_ADVANCED)
    assert snapshot(charlie, sam) == before


def test_basic_becomes_advanced_with_a_temporary_password(sam: Account, saved: Prepare) -> None:
    batch = saved(sam, purpose=TO_ADVANCED)
    after = Account.objects.get()
    assert (after.kind, after.password_kind) == (Kind.ADVANCED, PasswordKind.ADVANCED)
    assert after.must_change_password
    assert after.username == sam.username
    assert after.credentials_version == sam.credentials_version + 1
    assert check_password(password_of(batch, sam), after.password)
    [card] = print_job(batch).cards
    assert (card.kind, card.temporary, card.username) == ("Gevorderd", True, sam.username)


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("Kleuteronderwijs", PasswordKind.PICTURES),
        ("4de leerjaar", PasswordKind.WORD),
        ("2e lj 3e gr Elektromechanica TSO", PasswordKind.WORD),
    ],
)
def test_advanced_becomes_basic_with_a_password_that_fits_the_group(
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    saved: Prepare,
    group: str,
    kind: PasswordKind,
) -> None:
    pupil = give_account(enrol(brussel, group=group))
    batch = saved(pupil, purpose=TO_BASIC)
    after = Account.objects.get()
    assert (after.kind, after.password_kind) == (Kind.BASIC, kind)
    assert not after.must_change_password
    assert check_password(password_of(batch, pupil), after.password)


def test_one_batch_may_hold_words_and_pictures_and_a_renewal_keeps_both_types(
    charlie: Account, sam: Account, saved: Prepare
) -> None:
    saved(charlie, sam)
    kinds = dict(Account.objects.values_list("username", "kind"))
    assert kinds == {charlie.username: Kind.ADVANCED, sam.username: Kind.BASIC}
    assert Account.objects.get(pk=charlie.pk).must_change_password
    assert not Account.objects.get(pk=sam.pk).must_change_password


def test_the_history_tells_type_and_kind_and_no_password(
    sam: Account, saved: Prepare, alice_client: Client
) -> None:
    saved(sam, purpose=TO_ADVANCED)
    event = AccountEvent.objects.get()
    assert event.kind == AccountEvent.Kind.CONVERTED
    field = FieldChange.Field
    assert list(event.changes.values_list("field", "old", "new")) == [
        (field.KIND, "basis", "gevorderd"),
        (field.PASSWORD_KIND, "woord", "gevorderd"),
        (field.PASSWORD, "", ""),
    ]
    page = text(alice_client.get(desk("detail_history", sam.student_id)))
    assert "Type gewijzigd Type Basis Gevorderd" in page


# Who cannot be converted -----------------------------------------------------------------------


def test_each_who_cannot_be_converted_is_named_with_the_reason(
    charlie: Account,
    sam: Account,
    linked: Account,
    newcomer: Enrolment,
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    alice_actor: Actor,
    prepare: Prepare,
) -> None:
    off = give_account(
        enrol(brussel, "Dirk", "Dicht"), deactivated_at=NOW, deactivated_by=alice_actor.manager
    )
    everybody = (charlie, sam, linked, newcomer, off)
    batch = prepare(*everybody, purpose=TO_BASIC)
    assert [item_of(batch, pupil).obstacle for pupil in everybody] == [
        "",
        Obstacle.SAME_KIND,
        Obstacle.LINKED,
        Obstacle.NO_ACCOUNT,
        Obstacle.DEACTIVATED,
    ]
    batch = prepare(*everybody, purpose=TO_ADVANCED)
    # A linked account is advanced already, and that is the reason given.
    assert [item_of(batch, pupil).obstacle for pupil in everybody] == [
        Obstacle.SAME_KIND,
        "",
        Obstacle.SAME_KIND,
        Obstacle.NO_ACCOUNT,
        Obstacle.DEACTIVATED,
    ]
    assert all(item.sealed == "" for item in batch.items.exclude(obstacle=""))


def linked_meanwhile(charlie: Account, by: Actor) -> None:
    link_email(account_id=charlie.pk, email="charlie@voorbeeld.test", by=by)


def deactivated_meanwhile(charlie: Account, by: Actor) -> None:
    change_status(by=by, change=StatusChange.DEACTIVATE, student_ids=[charlie.student_id])


def off_and_on_meanwhile(charlie: Account, by: Actor) -> None:
    deactivated_meanwhile(charlie, by)
    change_status(by=by, change=StatusChange.ACTIVATE, student_ids=[charlie.student_id])


def converted_meanwhile(charlie: Account, by: Actor) -> None:
    Account.objects.update(
        kind=Kind.BASIC,
        password_kind=PasswordKind.WORD,
        must_change_password=False,
        credentials_version=2,
    )


def renewed_meanwhile(charlie: Account, by: Actor) -> None:
    Account.objects.update(credentials_version=2)


def left_meanwhile(charlie: Account, by: Actor) -> None:
    Enrolment.objects.update(ends_on=timezone.localdate().replace(day=1))


@pytest.mark.parametrize(
    ("meanwhile", "obstacle"),
    [
        (linked_meanwhile, Obstacle.LINKED),
        (deactivated_meanwhile, Obstacle.DEACTIVATED),
        (off_and_on_meanwhile, Obstacle.CHANGED),
        (converted_meanwhile, Obstacle.SAME_KIND),
        (renewed_meanwhile, Obstacle.CHANGED),
        (left_meanwhile, Obstacle.LEFT),
    ],
)
def test_who_changed_since_the_preview_is_skipped_and_gets_no_paper(
    charlie: Account,
    alice_actor: Actor,
    ready: Prepare,
    save: Save,
    meanwhile: object,
    obstacle: Obstacle,
) -> None:
    """R1 and R3."""
    batch = ready(charlie, purpose=TO_BASIC)
    meanwhile(charlie, alice_actor)  # type: ignore[operator]
    before = snapshot(charlie)
    save(batch)
    item = item_of(batch, charlie)
    assert (item.outcome, item.obstacle, item.sealed) == ("skipped", obstacle, "")
    assert snapshot(charlie) == before


def test_who_is_deactivated_after_the_save_is_printed_no_more(
    charlie: Account, sam: Account, alice_actor: Actor, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie, sam)
    deactivated_meanwhile(charlie, alice_actor)
    assert [card.username for card in print_job(batch).cards] == [sam.username]
    page = text(alice_client.get(desk("batch_result", batch.pk)))
    assert "charlie.peeters nog niet LeerID gedeactiveerd" in page


def test_statements_do_not_grow_with_the_pupils(crowd: Crowd, ready: Prepare, save: Save) -> None:
    def statements(size: int) -> int:
        batch = ready(*crowd(size), purpose=TO_BASIC)
        with CaptureQueriesContext(connection) as queries:
            save(batch)
        return len(queries)

    assert statements(3) == statements(30)


# The pages -------------------------------------------------------------------------------------


def test_from_the_selection_to_the_print(
    charlie: Account, sam: Account, linked: Account, newcomer: Enrolment, alice_client: Client
) -> None:
    page = start(alice_client, charlie, sam, linked, newcomer, purpose="to_basic")
    assert "<h1>Type wijzigen naar Basis LeerID</h1>" in html(page)
    assert "LeerID's die Basis worden Totaal aantal rijen: 1" in section(page, "renewed")
    assert "Lena Link" in section(page, "linked")
    assert "Daarna kan ook het type wijzigen." in section(page, "linked")
    assert "Dit LeerID is al van dit type." in section(page, "impossible")
    assert "Deze leerling heeft nog geen LeerID." in section(page, "impossible")
    page = press(alice_client, page, "save")
    assert "Type gewijzigd naar Basis" in text(page)
    assert "1 leerling heeft nieuwe aanmeldgegevens" in text(page)
    batch = Batch.objects.get()
    assert alice_client.post(desk("download", batch.pk, "zip")).status_code == 200
    assert batch.has_workbook


def test_a_row_that_becomes_basic_can_have_pictures_and_no_other_type(
    charlie: Account, alice_client: Client
) -> None:
    page = start(alice_client, charlie, purpose="to_basic")
    item = item_of(Batch.objects.get(), charlie)
    menu = f"kind-{item.pk}"
    assert Form(page).menus[menu] == [PasswordKind.WORD, PasswordKind.PICTURES]
    page = press(alice_client, page, "row", str(item.pk), **{menu: "afbeeldingen"})
    assert "nieuw afbeeldingswachtwoord" in section(page, "renewed")
    press(alice_client, page, "save")
    after = Account.objects.get()
    assert (after.kind, after.password_kind) == (Kind.BASIC, PasswordKind.PICTURES)


def test_annuleren_leaves_the_type_as_it_was(charlie: Account, alice_client: Client) -> None:
    page, before = start(alice_client, charlie, purpose="to_basic"), snapshot(charlie)
    press(alice_client, page, "cancel")
    assert snapshot(charlie) == before


def test_a_double_save_converts_once(charlie: Account, ready: Prepare, alice_actor: Actor) -> None:
    """R4."""
    batch = ready(charlie, purpose=TO_BASIC)
    saves.save(by=alice_actor, batch_id=batch.pk)
    before = snapshot(charlie)
    saves.save(by=alice_actor, batch_id=batch.pk)
    assert snapshot(charlie) == before
    assert AccountEvent.objects.count() == 1
