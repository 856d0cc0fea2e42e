"""What a manager changes in a draft, from other passwords to ticks, or that it is dropped (R2)."""

import pytest
from django.contrib.auth.hashers import check_password

from accounts.models import Account, PasswordKind, Username
from credentials.actions import changes, hashing, saves
from credentials.models import Batch, BatchItem
from credentials.scopes import Part, Scope
from credentials.sealing import unseal
from schoolloket.core import exceptions
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.helpers import Enrol, GiveAccount

from .helpers import Prepare, Save, item_of, snapshot

pytestmark = pytest.mark.usefixtures("clock")
DRAFT, DROPPED = Batch.State.DRAFT, Batch.State.DROPPED
NEW = Scope(Part.CREATED)


def switch(by: Actor, batch: Batch, scope: Scope, kind: PasswordKind | None) -> int:
    return changes.switch_scope(by=by, batch_id=batch.pk, scope=scope, kind=kind)


# Another password for one row ------------------------------------------------------------------


def test_a_reroll_is_a_new_row_in_the_same_place(
    charlie: Account, sam: Account, alice_actor: Actor, ready: Prepare
) -> None:
    batch = ready(charlie, sam)
    old = item_of(batch, charlie)
    new = changes.reroll(by=alice_actor, batch_id=batch.pk, item_id=old.pk)
    assert new.pk != old.pk
    assert not BatchItem.objects.filter(pk=old.pk).exists()
    assert (new.position, new.student_id, new.username) == (
        old.position,
        old.student_id,
        old.username,
    )
    was, now = unseal(old.sealed), unseal(new.sealed)
    assert now.password != was.password
    assert now.code != was.code
    assert new.hash == ""


def test_a_reroll_leaves_the_other_rows_alone(
    charlie: Account, sam: Account, alice_actor: Actor, ready: Prepare
) -> None:
    batch = ready(charlie, sam)
    before = batch.items.filter(student=sam.student_id).values().get()
    changes.reroll(by=alice_actor, batch_id=batch.pk, item_id=item_of(batch, charlie).pk)
    assert batch.items.filter(student=sam.student_id).values().get() == before


def test_a_hash_computed_for_a_rerolled_row_lands_nowhere(
    charlie: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    """The slice that read the old password ends after the reroll."""
    batch = prepare(charlie)
    old = item_of(batch, charlie)
    new = changes.reroll(by=alice_actor, batch_id=batch.pk, item_id=old.pk)
    hashing.store_hashes(batch_id=batch.pk, hashes={old.pk: "hash-of-the-old-one"})
    new.refresh_from_db()
    assert new.hash == ""


def test_a_rerolled_row_cannot_be_rerolled_again(
    charlie: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    batch = prepare(charlie)
    old = item_of(batch, charlie)
    changes.reroll(by=alice_actor, batch_id=batch.pk, item_id=old.pk)
    with pytest.raises(exceptions.PreviewChanged):
        changes.reroll(by=alice_actor, batch_id=batch.pk, item_id=old.pk)


def test_a_row_with_an_obstacle_gets_no_password(
    linked: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    """R1 holds for a reroll too."""
    batch = prepare(linked)
    with pytest.raises(exceptions.PreviewChanged):
        changes.reroll(by=alice_actor, batch_id=batch.pk, item_id=item_of(batch, linked).pk)
    assert item_of(batch, linked).sealed == ""


def test_a_row_of_another_batch_is_not_rerolled(
    charlie: Account, sam: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    mine, other = prepare(charlie), prepare(sam)
    before = list(other.items.values())
    with pytest.raises(exceptions.PreviewChanged):
        changes.reroll(by=alice_actor, batch_id=mine.pk, item_id=item_of(other, sam).pk)
    assert list(other.items.values()) == before


# Other kinds -----------------------------------------------------------------------------------


def test_a_basic_row_switches_to_pictures_and_back(
    sam: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    batch = prepare(sam)
    for kind in (PasswordKind.PICTURES, PasswordKind.WORD):
        new = changes.reroll(
            by=alice_actor, batch_id=batch.pk, item_id=item_of(batch, sam).pk, kind=kind
        )
        assert new.password_kind == kind
        assert ("-" in unseal(new.sealed).password) == (kind == PasswordKind.PICTURES)


@pytest.mark.parametrize(
    ("pupil", "kind"),
    [
        ("charlie", PasswordKind.WORD),
        ("charlie", PasswordKind.PICTURES),
        ("sam", PasswordKind.ADVANCED),
    ],
)
def test_an_account_keeps_its_type(
    pupil: str,
    kind: PasswordKind,
    alice_actor: Actor,
    prepare: Prepare,
    request: pytest.FixtureRequest,
) -> None:
    account: Account = request.getfixturevalue(pupil)
    batch = prepare(account)
    before = list(batch.items.values())
    with pytest.raises(exceptions.PreviewChanged):
        changes.reroll(
            by=alice_actor, batch_id=batch.pk, item_id=item_of(batch, account).pk, kind=kind
        )
    assert list(batch.items.values()) == before


@pytest.mark.parametrize("kind", PasswordKind)
def test_a_new_account_may_get_any_kind(
    kind: PasswordKind, newcomer: Enrolment, alice_actor: Actor, prepare: Prepare
) -> None:
    batch = prepare(newcomer)
    item = item_of(batch, newcomer)
    new = changes.reroll(by=alice_actor, batch_id=batch.pk, item_id=item.pk, kind=kind)
    assert new.password_kind == kind


def test_all_new_accounts_switch_at_once(
    sam: Account, brussel: Institution, enrol: Enrol, alice_actor: Actor, prepare: Prepare
) -> None:
    newcomers = [enrol(brussel, "Noor", f"N{number}") for number in range(3)]
    batch = prepare(sam, *newcomers)
    changed = switch(alice_actor, batch, NEW, PasswordKind.PICTURES)
    new = batch.items.filter(creates=True)
    assert changed == 3
    assert {item.password_kind for item in new} == {PasswordKind.PICTURES}
    assert len({unseal(item.sealed).password for item in new}) == 3
    assert item_of(batch, sam).password_kind == PasswordKind.WORD


def test_a_class_switches_and_no_other(
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    alice_actor: Actor,
    prepare: Prepare,
) -> None:
    """A row that cannot have the kind, or has it already, keeps its password."""
    word, pictures = PasswordKind.WORD, PasswordKind.PICTURES
    kim = give_account(enrol(brussel, "Kim", "Kast", class_code="4A"), word)
    tuur = give_account(enrol(brussel, "Tuur", "Klein", class_code="4A"), pictures)
    gerda = give_account(enrol(brussel, "Gerda", "Groot", class_code="4A"))
    other = give_account(enrol(brussel, "Bas", "Buur", class_code="4B"), word)
    newcomer = enrol(brussel, "Noor", "Nieuw", class_code="4A")
    batch = prepare(kim, tuur, gerda, other, newcomer)
    before = {pupil: item_of(batch, pupil).sealed for pupil in (tuur, gerda, other, newcomer)}
    changed = switch(alice_actor, batch, Scope(Part.RENEWED, "4A"), pictures)
    assert changed == 1
    assert item_of(batch, kim).password_kind == pictures
    assert {pupil: item_of(batch, pupil).sealed for pupil in before} == before


def test_those_without_a_class_switch_alone(
    brussel: Institution, enrol: Enrol, alice_actor: Actor, prepare: Prepare
) -> None:
    """An empty class is not all classes."""
    without, other = enrol(brussel, "Noor", "Een", class_code=""), enrol(brussel, "Noor", "Twee")
    batch = prepare(without, other)
    assert switch(alice_actor, batch, Scope(Part.CREATED, ""), PasswordKind.WORD) == 1
    assert item_of(batch, without).password_kind == PasswordKind.WORD
    assert item_of(batch, other).password_kind == PasswordKind.ADVANCED


def test_new_accounts_go_back_to_the_proposal(
    newcomer: Enrolment, brussel: Institution, enrol: Enrol, alice_actor: Actor, prepare: Prepare
) -> None:
    toddler = enrol(brussel, "Tuur", "Klein", group="1ste leerjaar")
    batch = prepare(newcomer, toddler)
    switch(alice_actor, batch, NEW, PasswordKind.ADVANCED)
    assert switch(alice_actor, batch, NEW, None) == 2
    assert item_of(batch, newcomer).password_kind == PasswordKind.WORD
    assert item_of(batch, toddler).password_kind == PasswordKind.PICTURES


def test_switching_all_keeps_who_is_of_that_kind_already(
    newcomer: Enrolment, alice_actor: Actor, prepare: Prepare
) -> None:
    batch = prepare(newcomer)
    before = list(batch.items.values())
    assert switch(alice_actor, batch, NEW, PasswordKind.WORD) == 0
    assert list(batch.items.values()) == before


def test_switching_all_keeps_the_ticks(
    brussel: Institution, enrol: Enrol, alice_actor: Actor, prepare: Prepare
) -> None:
    one, other = enrol(brussel, "Noor", "Een"), enrol(brussel, "Noor", "Twee")
    batch = prepare(one, other)
    changes.tick(by=alice_actor, batch_id=batch.pk, item_ids=[item_of(batch, one).pk])
    switch(alice_actor, batch, NEW, PasswordKind.PICTURES)
    assert item_of(batch, one).included
    assert not item_of(batch, other).included


def test_rows_with_another_kind_in_their_menu_switch_and_the_others_stay(
    sam: Account, newcomer: Enrolment, alice_actor: Actor, prepare: Prepare
) -> None:
    batch = prepare(sam, newcomer)
    of_sam, of_newcomer = item_of(batch, sam), item_of(batch, newcomer)
    kinds = {of_sam.pk: PasswordKind.PICTURES, of_newcomer.pk: PasswordKind.WORD}
    replaced = changes.switch_rows(by=alice_actor, batch_id=batch.pk, kinds=kinds)
    assert replaced == {of_sam.pk: item_of(batch, sam)}
    assert item_of(batch, sam).password_kind == PasswordKind.PICTURES
    assert item_of(batch, newcomer) == of_newcomer


# Other usernames (R6) --------------------------------------------------------------------------


def test_another_username_keeps_the_password_and_its_hash(
    newcomer: Enrolment, alice_actor: Actor, ready: Prepare, save: Save
) -> None:
    batch = ready(newcomer)
    before = item_of(batch, newcomer)
    changes.rename(by=alice_actor, batch_id=batch.pk, usernames={before.pk: "noor"})
    item = item_of(batch, newcomer)
    assert (item.pk, item.sealed, item.hash) == (before.pk, before.sealed, before.hash)
    save(batch)
    account = Account.objects.get(student=newcomer.student_id)
    assert account.username == "noor"
    assert check_password(unseal(before.sealed).password, account.password)


@pytest.mark.parametrize("pupil", ["sam", "linked"])
def test_only_a_leerid_that_is_to_be_made_is_renamed(
    pupil: str, alice_actor: Actor, prepare: Prepare, request: pytest.FixtureRequest
) -> None:
    account: Account = request.getfixturevalue(pupil)
    batch = prepare(account)
    with pytest.raises(exceptions.PreviewChanged):
        changes.rename(
            by=alice_actor,
            batch_id=batch.pk,
            usernames={item_of(batch, account).pk: "iemand.anders"},
        )
    assert item_of(batch, account).username == account.username


def test_a_username_taken_meanwhile_is_skipped_at_the_save(
    newcomer: Enrolment, pupil_of_gent: Account, alice_actor: Actor, ready: Prepare, save: Save
) -> None:
    batch = ready(newcomer)
    names = {item_of(batch, newcomer).pk: "noor"}
    changes.rename(by=alice_actor, batch_id=batch.pk, usernames=names)
    Username.objects.create(value="noor", stem="noor", student=pupil_of_gent.student)
    save(batch)
    assert item_of(batch, newcomer).obstacle == BatchItem.Obstacle.USERNAME_TAKEN
    assert not Account.objects.filter(student=newcomer.student_id).exists()


# Ticks -----------------------------------------------------------------------------------------


def ticked(batch: Batch) -> set[int]:
    return set(batch.items.filter(included=True).values_list("student", flat=True))


def test_these_rows_are_ticked_and_no_others(
    charlie: Account, sam: Account, newcomer: Enrolment, alice_actor: Actor, prepare: Prepare
) -> None:
    batch = prepare(charlie, sam, newcomer)
    wished = [item_of(batch, pupil).pk for pupil in (sam, newcomer)]
    changes.tick(by=alice_actor, batch_id=batch.pk, item_ids=wished)
    assert ticked(batch) == {sam.student_id, newcomer.student_id}


def test_nobody_may_be_ticked(charlie: Account, alice_actor: Actor, prepare: Prepare) -> None:
    batch = prepare(charlie)
    changes.tick(by=alice_actor, batch_id=batch.pk, item_ids=[])
    assert ticked(batch) == set()


def test_a_row_with_an_obstacle_cannot_be_ticked(
    charlie: Account, linked: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    """R1 holds for a forged form too."""
    batch = prepare(charlie, linked)
    with pytest.raises(exceptions.PreviewChanged):
        changes.tick(by=alice_actor, batch_id=batch.pk, item_ids=[item_of(batch, linked).pk])
    assert ticked(batch) == {charlie.student_id}


def test_a_tick_of_a_row_that_was_rerolled_meanwhile_is_refused(
    charlie: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    """R2: the other window shows another password than the one that would be saved."""
    batch = prepare(charlie)
    shown = item_of(batch, charlie).pk
    changes.reroll(by=alice_actor, batch_id=batch.pk, item_id=shown)
    with pytest.raises(exceptions.PreviewChanged):
        changes.tick(by=alice_actor, batch_id=batch.pk, item_ids=[shown])


def test_a_tick_of_another_batch_is_refused(
    charlie: Account, sam: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    mine, other = prepare(charlie), prepare(sam)
    with pytest.raises(exceptions.PreviewChanged):
        changes.tick(by=alice_actor, batch_id=mine.pk, item_ids=[item_of(other, sam).pk])
    assert ticked(mine) == {charlie.student_id}


# Annuleren -------------------------------------------------------------------------------------


def test_cancel_leaves_every_account_as_it_was(
    charlie: Account, sam: Account, alice_actor: Actor, ready: Prepare
) -> None:
    batch, before = ready(charlie, sam), snapshot(charlie, sam)
    changes.cancel(by=alice_actor, batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.items.count()) == (DROPPED, 0)
    assert snapshot(charlie, sam) == before


def test_cancelling_twice_is_no_error(
    charlie: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    batch = prepare(charlie)
    changes.cancel(by=alice_actor, batch_id=batch.pk)
    changes.cancel(by=alice_actor, batch_id=batch.pk)


def test_a_saved_batch_cannot_be_cancelled(
    charlie: Account, alice_actor: Actor, saved: Prepare
) -> None:
    batch = saved(charlie)
    with pytest.raises(exceptions.AlreadySaved):
        changes.cancel(by=alice_actor, batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == Batch.State.SAVED
    assert batch.items.exclude(sealed="").exists()


# Another school (R11) --------------------------------------------------------------------------


def test_a_draft_of_another_school_does_not_exist(
    charlie: Account, bob_actor: Actor, ready: Prepare
) -> None:
    batch = ready(charlie)
    item = item_of(batch, charlie)
    before = (snapshot(charlie), list(batch.items.values()))
    of_batch = {"by": bob_actor, "batch_id": batch.pk}
    for refused in (
        lambda: changes.reroll(**of_batch, item_id=item.pk),
        lambda: changes.switch_scope(**of_batch, scope=NEW, kind=PasswordKind.WORD),
        lambda: changes.switch_rows(**of_batch, kinds={}),
        lambda: changes.rename(**of_batch, usernames={}),
        lambda: changes.tick(**of_batch, item_ids=[item.pk]),
        lambda: changes.cancel(**of_batch),
        lambda: saves.save(**of_batch),
    ):
        with pytest.raises(Batch.DoesNotExist):
            refused()
    assert (snapshot(charlie), list(batch.items.values())) == before
