"""Bewaren en afdrukken: one transaction for all pupils who are still eligible (R1, R3, R4)."""

from datetime import date, timedelta
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import link_email
from accounts.models import Account, AccountEvent, Kind, PasswordKind, Username
from credentials.actions import changes, drafts, hashing, retention, saves
from credentials.models import Batch, BatchItem
from schoolloket.core import exceptions
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.helpers import NOW, Enrol, GiveAccount

from .helpers import Crowd, Prepare, Save, edited, item_of, password_of, snapshot

pytestmark = pytest.mark.usefixtures("clock")
Obstacle = BatchItem.Obstacle
Outcome = BatchItem.Outcome


def outcome_of(batch: Batch, pupil: Account | Enrolment) -> tuple[str, str]:
    item = item_of(batch, pupil)
    return item.outcome, item.obstacle


# What the preview shows is what is saved (R2) --------------------------------------------------


def test_the_password_shown_is_the_one_that_works(
    charlie: Account, sam: Account, ready: Prepare, save: Save
) -> None:
    batch = ready(charlie, sam)
    shown = {account: password_of(batch, account) for account in (charlie, sam)}
    save(batch)
    for account, password in shown.items():
        account.refresh_from_db()
        assert check_password(password, account.password)
        assert not check_password("x" + password, account.password)


def test_each_pupil_gets_the_password_of_the_own_row(
    crowd: Crowd, ready: Prepare, save: Save
) -> None:
    pupils = crowd(5)
    batch = save(ready(*pupils))
    for pupil in pupils:
        pupil.refresh_from_db()
        fits = [check_password(password_of(batch, other), pupil.password) for other in pupils]
        assert fits == [other == pupil for other in pupils]


def test_a_picture_password_is_checked_as_its_slugs(
    sam: Account, alice_actor: Actor, save: Save
) -> None:
    batch = edited(alice_actor, sam, kind=PasswordKind.PICTURES)
    save(batch)
    sam.refresh_from_db()
    assert sam.password_kind == PasswordKind.PICTURES
    assert sam.kind == Kind.BASIC
    assert check_password(password_of(batch, sam), sam.password)


def test_an_advanced_pupil_must_choose_an_own_password_again(
    charlie: Account, saved: Prepare
) -> None:
    """R8: every password generated for an advanced account is temporary."""
    Account.objects.update(must_change_password=False)
    saved(charlie)
    charlie.refresh_from_db()
    assert charlie.must_change_password


def test_a_basic_password_stays(sam: Account, saved: Prepare) -> None:
    """R8: a basic password is not temporary."""
    saved(sam)
    sam.refresh_from_db()
    assert not sam.must_change_password


def test_the_version_rises_by_one(charlie: Account, saved: Prepare) -> None:
    batch = saved(charlie)
    charlie.refresh_from_db()
    assert charlie.credentials_version == 2
    assert item_of(batch, charlie).version == 2


def test_everybody_else_stays_as_they_were(
    charlie: Account, sam: Account, pupil_of_gent: Account, saved: Prepare
) -> None:
    before = snapshot(sam, pupil_of_gent)
    saved(charlie)
    assert snapshot(sam, pupil_of_gent) == before


# Creation --------------------------------------------------------------------------------------


def test_a_created_basic_account_is_as_the_preview_showed(
    newcomer: Enrolment, ready: Prepare, save: Save
) -> None:
    batch = ready(newcomer, purpose=Batch.Purpose.CREATE)
    save(batch)
    account = Account.objects.get(student=newcomer.student_id)
    assert (account.username, account.kind, account.password_kind) == (
        "noor.nieuwkomer",
        Kind.BASIC,
        PasswordKind.WORD,
    )
    assert check_password(password_of(batch, newcomer), account.password)
    assert not account.must_change_password
    assert account.created_at == NOW
    assert account.credentials_version == 1
    assert item_of(batch, newcomer).account == account


def test_a_created_advanced_account_has_a_temporary_password(
    brussel: Institution, enrol: Enrol, saved: Prepare
) -> None:
    pupil = enrol(brussel, "Ardalan", "Bhatti", group="2e lj 3e gr Elektromechanica TSO")
    saved(pupil, purpose=Batch.Purpose.CREATE)
    account = Account.objects.get(student=pupil.student_id)
    assert (account.kind, account.must_change_password) == (Kind.ADVANCED, True)


def test_renewing_and_creating_go_in_one_batch(
    charlie: Account, newcomer: Enrolment, saved: Prepare
) -> None:
    batch = saved(charlie, newcomer)
    assert batch.items.done().count() == 2
    assert Account.objects.filter(student=newcomer.student_id).exists()


# R1: linked accounts ---------------------------------------------------------------------------


def test_a_linked_account_is_never_renewed_in_bulk(
    charlie: Account, linked: Account, saved: Prepare
) -> None:
    before = snapshot(linked)
    batch = saved(charlie, linked)
    assert snapshot(linked) == before
    assert outcome_of(batch, linked) == (Outcome.SKIPPED, Obstacle.LINKED)


def test_linked_account_is_skipped_at_save(
    charlie: Account, sam: Account, alice_actor: Actor, ready: Prepare, save: Save
) -> None:
    """The pupil links an address while the manager looks at the preview."""
    batch = ready(charlie, sam)
    link_email(account_id=charlie.pk, email="charlie@example.org", by=alice_actor)
    before = snapshot(charlie)
    save(batch)
    assert outcome_of(batch, charlie) == (Outcome.SKIPPED, Obstacle.LINKED)
    assert outcome_of(batch, sam) == (Outcome.DONE, "")
    assert snapshot(charlie) == before


def test_an_address_that_was_linked_and_removed_again_still_counts_as_a_change(
    charlie: Account, sam: Account, alice_actor: Actor, ready: Prepare, save: Save
) -> None:
    batch = ready(charlie, sam)
    link_email(account_id=charlie.pk, email="charlie@example.org", by=alice_actor)
    charlie.refresh_from_db()
    save(edited(alice_actor, charlie, removes_email=True))
    save(batch)
    assert outcome_of(batch, charlie) == (Outcome.SKIPPED, Obstacle.CHANGED)


def test_a_single_edit_renews_a_linked_account_and_keeps_the_address(
    linked: Account, alice_actor: Actor, save: Save
) -> None:
    batch = save(edited(alice_actor, linked))
    linked.refresh_from_db()
    assert linked.email == "lena@example.org"
    assert check_password(password_of(batch, linked), linked.password)


def test_removing_the_address_forces_a_new_password(
    linked: Account, alice_actor: Actor, save: Save
) -> None:
    batch = save(edited(alice_actor, linked, removes_email=True))
    linked.refresh_from_db()
    assert linked.email == ""
    assert linked.must_change_password
    assert check_password(password_of(batch, linked), linked.password)


# R3: who changed since the preview is skipped and named ----------------------------------------


def test_who_was_renewed_by_a_colleague_is_skipped(
    charlie: Account, sam: Account, ready: Prepare, save: Save
) -> None:
    mine, of_a_colleague = ready(charlie, sam), ready(charlie)
    save(of_a_colleague)
    before = snapshot(charlie)
    save(mine)
    assert outcome_of(mine, charlie) == (Outcome.SKIPPED, Obstacle.CHANGED)
    assert outcome_of(mine, sam) == (Outcome.DONE, "")
    assert snapshot(charlie) == before


def test_who_was_deactivated_since_is_skipped(
    charlie: Account, sam: Account, alice_actor: Actor, ready: Prepare, save: Save
) -> None:
    batch = ready(charlie, sam)
    Account.objects.filter(pk=charlie.pk).update(
        deactivated_at=timezone.now(), deactivated_by=alice_actor.manager
    )
    save(batch)
    assert outcome_of(batch, charlie) == (Outcome.SKIPPED, Obstacle.DEACTIVATED)
    assert outcome_of(batch, sam) == (Outcome.DONE, "")


def test_who_left_the_school_since_is_skipped(
    charlie: Account, sam: Account, ready: Prepare, save: Save
) -> None:
    batch = ready(charlie, sam)
    yesterday = timezone.localdate() - timedelta(days=1)
    Enrolment.objects.filter(student=charlie.student_id).update(ends_on=yesterday)
    save(batch)
    assert outcome_of(batch, charlie) == (Outcome.SKIPPED, Obstacle.LEFT)
    assert outcome_of(batch, sam) == (Outcome.DONE, "")


def test_who_moved_to_another_school_is_skipped(
    charlie: Account, gent: Institution, enrol: Enrol, ready: Prepare, save: Save
) -> None:
    """R11: an enrolment elsewhere gives no right here."""
    batch = ready(charlie)
    yesterday = timezone.localdate() - timedelta(days=1)
    Enrolment.objects.filter(student=charlie.student_id).update(ends_on=yesterday)
    enrol(gent, student=charlie.student)
    save(batch)
    assert outcome_of(batch, charlie) == (Outcome.SKIPPED, Obstacle.LEFT)


def test_the_last_day_of_an_enrolment_still_counts(
    charlie: Account, ready: Prepare, save: Save
) -> None:
    batch = ready(charlie)
    Enrolment.objects.filter(student=charlie.student_id).update(ends_on=timezone.localdate())
    save(batch)
    assert outcome_of(batch, charlie) == (Outcome.DONE, "")


def test_who_got_an_account_since_is_skipped(
    newcomer: Enrolment, sam: Account, give_account: GiveAccount, ready: Prepare, save: Save
) -> None:
    batch = ready(newcomer, sam)
    account = give_account(newcomer, PasswordKind.WORD)
    before = snapshot(account)
    save(batch)
    assert outcome_of(batch, newcomer) == (Outcome.SKIPPED, Obstacle.HAS_ACCOUNT)
    assert outcome_of(batch, sam) == (Outcome.DONE, "")
    assert snapshot(account) == before


def test_a_username_taken_since_skips_its_row_alone(
    newcomer: Enrolment, sam: Account, pupil_of_gent: Account, ready: Prepare, save: Save
) -> None:
    """R6: no username is given to two pupils, even where two previews showed it."""
    batch = ready(newcomer, sam)
    Username.objects.create(
        value="noor.nieuwkomer", stem="noor.nieuwkomer", student=pupil_of_gent.student
    )
    save(batch)
    assert outcome_of(batch, newcomer) == (Outcome.SKIPPED, Obstacle.USERNAME_TAKEN)
    assert outcome_of(batch, sam) == (Outcome.DONE, "")
    assert not Account.objects.filter(student=newcomer.student_id).exists()


def test_two_drafts_for_namesakes_give_different_pupils_no_same_name(
    brussel: Institution, enrol: Enrol, ready: Prepare, save: Save
) -> None:
    one, other = enrol(brussel, "Jan", "Peeters"), enrol(brussel, "Jan", "Peeters")
    first = ready(one, purpose=Batch.Purpose.CREATE)
    second = ready(other, purpose=Batch.Purpose.CREATE)
    save(first)
    save(second)
    assert outcome_of(first, one) == (Outcome.DONE, "")
    assert outcome_of(second, other) == (Outcome.SKIPPED, Obstacle.USERNAME_TAKEN)


def test_a_skipped_row_keeps_no_secret(
    charlie: Account, sam: Account, ready: Prepare, save: Save
) -> None:
    mine = ready(charlie, sam)
    save(ready(charlie))
    save(mine)
    skipped = item_of(mine, charlie)
    assert (skipped.sealed, skipped.hash) == ("", "")


def test_where_everybody_is_skipped_nothing_is_to_be_printed(
    charlie: Account, ready: Prepare, save: Save
) -> None:
    mine = ready(charlie)
    save(ready(charlie))
    batch = save(mine)
    assert batch.state == Batch.State.DESTROYED
    assert not batch.items.exclude(sealed="").exists()


# All or nothing (R3) ---------------------------------------------------------------------------


def test_all_or_nothing(
    charlie: Account, sam: Account, newcomer: Enrolment, ready: Prepare, save: Save
) -> None:
    """A failure at the very end undoes all of it."""
    batch = ready(charlie, sam, newcomer)
    before = snapshot(charlie, sam)
    items = list(batch.items.values())
    with patch("accounts.history.record", side_effect=RuntimeError), pytest.raises(RuntimeError):
        save(batch)
    assert snapshot(charlie, sam) == before
    assert list(batch.items.values()) == items
    assert not Account.objects.filter(student=newcomer.student_id).exists()
    assert not Username.objects.filter(value="noor.nieuwkomer").exists()
    batch.refresh_from_db()
    assert batch.state == Batch.State.DRAFT


def test_not_ready_changes_nothing(charlie: Account, prepare: Prepare, save: Save) -> None:
    batch, before = prepare(charlie), snapshot(charlie)
    with pytest.raises(exceptions.NotReady, match="Nog 1 wachtwoorden"):
        save(batch)
    assert snapshot(charlie) == before
    batch.refresh_from_db()
    assert batch.is_draft


def test_nothing_ticked_changes_nothing(charlie: Account, ready: Prepare, save: Save) -> None:
    batch, before = ready(charlie), snapshot(charlie)
    batch.items.update(included=False)
    with pytest.raises(exceptions.NothingTicked):
        save(batch)
    assert snapshot(charlie) == before


def test_who_is_not_ticked_is_left_out_and_keeps_no_secret(
    charlie: Account, sam: Account, ready: Prepare, save: Save
) -> None:
    batch, before = ready(charlie, sam), snapshot(sam)
    batch.items.filter(student=sam.student_id).update(included=False)
    save(batch)
    left_out = item_of(batch, sam)
    assert left_out.outcome == Outcome.LEFT_OUT
    assert (left_out.sealed, left_out.hash) == ("", "")
    assert snapshot(sam) == before


def test_a_cancelled_draft_cannot_be_saved(
    charlie: Account, alice_actor: Actor, ready: Prepare, save: Save
) -> None:
    batch, before = ready(charlie), snapshot(charlie)
    changes.cancel(by=alice_actor, batch_id=batch.pk)
    with pytest.raises(exceptions.DraftGone):
        save(batch)
    assert snapshot(charlie) == before


# Once (R4) -------------------------------------------------------------------------------------


def test_saving_twice_changes_nothing_twice(charlie: Account, ready: Prepare, save: Save) -> None:
    batch = ready(charlie)
    save(batch)
    before = (snapshot(charlie), list(AccountEvent.objects.values()), list(batch.items.values()))
    again = save(batch)
    assert again.number == 1
    assert (
        snapshot(charlie),
        list(AccountEvent.objects.values()),
        list(batch.items.values()),
    ) == before


def test_saving_again_after_the_secrets_are_gone_changes_nothing(
    charlie: Account, alice_actor: Actor, saved: Prepare, save: Save
) -> None:
    batch = saved(charlie)
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    before = snapshot(charlie)
    assert save(batch).state == Batch.State.DESTROYED
    assert snapshot(charlie) == before


def test_the_hashes_are_gone_from_the_batch(charlie: Account, saved: Prepare) -> None:
    assert not saved(charlie).items.exclude(hash="").exists()


def test_batches_are_numbered_per_institution(
    charlie: Account, pupil_of_gent: Account, bob_actor: Actor, saved: Prepare
) -> None:
    numbers = [saved(charlie).number, saved(charlie).number]
    of_bob = drafts.prepare(
        by=bob_actor, student_ids=[pupil_of_gent.student_id], purpose=Batch.Purpose.RENEW
    )
    hashing.hash_all(of_bob)
    assert numbers == [1, 2]
    assert saves.save(by=bob_actor, batch_id=of_bob.pk).number == 1


# Usernames (R6) --------------------------------------------------------------------------------


def test_an_old_username_stays_reserved(charlie: Account, alice_actor: Actor, save: Save) -> None:
    save(edited(alice_actor, charlie, username="charlie.nieuw"))
    owners = dict(Username.objects.values_list("value", "student"))
    assert owners == {
        "charlie.peeters": charlie.student_id,
        "charlie.nieuw": charlie.student_id,
    }


def test_an_old_username_is_never_given_to_another_student(
    charlie: Account, sam: Account, alice_actor: Actor, save: Save
) -> None:
    save(edited(alice_actor, charlie, username="charlie.nieuw"))
    batch, before = edited(alice_actor, sam, username="charlie.peeters"), snapshot(sam)
    save(batch)
    assert outcome_of(batch, sam) == (Outcome.SKIPPED, Obstacle.USERNAME_TAKEN)
    assert snapshot(sam) == before


def test_an_own_old_username_may_return(charlie: Account, alice_actor: Actor, save: Save) -> None:
    save(edited(alice_actor, charlie, username="charlie.nieuw"))
    charlie.refresh_from_db()
    save(edited(alice_actor, charlie, username="charlie.peeters"))
    charlie.refresh_from_db()
    assert charlie.username == "charlie.peeters"


def test_a_single_edit_changes_username_and_password_together(
    charlie: Account, alice_actor: Actor, save: Save
) -> None:
    batch = save(edited(alice_actor, charlie, username="charlie.nieuw"))
    charlie.refresh_from_db()
    assert charlie.username == "charlie.nieuw"
    assert check_password(password_of(batch, charlie), charlie.password)


# Fast by shape ---------------------------------------------------------------------------------


def statements_of_save(batch: Batch, save: Save) -> int:
    with CaptureQueriesContext(connection) as queries:
        save(batch)
    return len(queries)


def test_statements_do_not_grow_with_the_pupils(
    brussel: Institution, enrol: Enrol, crowd: Crowd, ready: Prepare, save: Save
) -> None:
    """With renewed, created and skipped pupils: as many statements for 30 of each as for 3."""

    def batch_of(size: int) -> Batch:
        newcomers = [enrol(brussel, "Noor", f"N{size}x{n}") for n in range(size)]
        leavers = crowd(size)
        batch = ready(*crowd(size), *newcomers, *leavers)
        Enrolment.objects.filter(student__in=[pupil.student for pupil in leavers]).update(
            ends_on=date(2026, 11, 22)
        )
        return batch

    few, many = batch_of(3), batch_of(30)
    assert statements_of_save(few, save) == statements_of_save(many, save)
    assert many.items.done().count() == 60
    assert many.items.filter(outcome=Outcome.SKIPPED).count() == 30
