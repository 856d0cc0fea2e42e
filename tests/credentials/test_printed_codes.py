"""The printed code of a row: drawn and sealed with its password, valid and destroyed with it."""

import pytest
from cryptography.fernet import Fernet
from pytest_django.fixtures import Settings

from accounts.models import Account, PasswordKind
from credentials.actions import changes, hashing, retention, saves
from credentials.documents import print_job
from credentials.models import Batch, BatchItem
from credentials.sealing import unseal
from schoolloket.core import tokens, vault
from schoolloket.institutions.actors import Actor
from students.models import Enrolment

from .helpers import Crowd, Prepare, Save, item_of, password_of

pytestmark = pytest.mark.usefixtures("clock")
NOBODYS = "k3Jx-0aQ_w7ZtYbN"


def code_of(batch: Batch, pupil: Account | Enrolment) -> str:
    return unseal(item_of(batch, pupil).sealed).code


def code_hashes() -> list[str]:
    return list(Account.objects.order_by("pk").values_list("code_hash", flat=True))


def test_each_account_gets_the_code_of_its_own_row(
    charlie: Account, sam: Account, newcomer: Enrolment, saved: Prepare
) -> None:
    batch = saved(charlie, sam, newcomer)
    codes = [code_of(batch, pupil) for pupil in (charlie, sam, newcomer)]
    assert code_hashes() == [tokens.digest(code) for code in codes]
    printed = {card.username: card.code for card in print_job(batch).cards}
    assert printed == dict(
        zip([charlie.username, sam.username, "noor.nieuwkomer"], codes, strict=True)
    )


def test_whoever_is_left_out_keeps_the_code_of_the_old_sheet(
    charlie: Account, sam: Account, ready: Prepare, save: Save
) -> None:
    Account.objects.update(code_hash=tokens.digest(NOBODYS))
    batch = ready(charlie, sam)
    batch.items.filter(student=sam.student_id).update(included=False)
    save(batch)
    assert code_hashes() == [tokens.digest(code_of(batch, charlie)), tokens.digest(NOBODYS)]


def test_a_reroll_has_another_code(
    charlie: Account, alice_actor: Actor, ready: Prepare, save: Save
) -> None:
    batch = ready(charlie)
    old = code_of(batch, charlie)
    changes.reroll(by=alice_actor, batch_id=batch.pk, item_id=item_of(batch, charlie).pk)
    hashing.hash_all(batch)
    save(batch)
    assert code_of(batch, charlie) != old
    assert code_hashes() == [tokens.digest(code_of(batch, charlie))]


def test_a_code_is_destroyed_with_its_password(
    charlie: Account, alice_actor: Actor, saved: Prepare
) -> None:
    batch = saved(charlie)
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    item = item_of(batch, charlie)
    assert (item.sealed, item.code_hash) == ("", "")
    assert code_hashes() != [""]


# Rows that were made before there were codes ----------------------------------------------------


def as_before(batch: Batch) -> None:
    """Make the rows of the batch as they were before there were codes."""
    for item in batch.items.with_password():
        password_alone = vault.seal(unseal(item.sealed).password)
        BatchItem.objects.filter(pk=item.pk).update(sealed=password_alone, code_hash="")


@pytest.mark.parametrize("kind", [PasswordKind.WORD, PasswordKind.PICTURES, PasswordKind.ADVANCED])
def test_a_draft_of_before_is_saved_and_printed_without_a_code(
    crowd: Crowd, prepare: Prepare, alice_actor: Actor, kind: PasswordKind
) -> None:
    [pupil] = crowd(1, kind)
    Account.objects.update(code_hash=tokens.digest(NOBODYS))
    batch = prepare(pupil)
    as_before(batch)
    hashing.hash_all(batch)
    password = password_of(batch, pupil)
    batch = saves.save(by=alice_actor, batch_id=batch.pk)
    assert code_hashes() == [""]
    [card] = print_job(batch).cards
    assert card.code == ""
    assert "k=" not in card.scanned_url
    assert password_of(batch, pupil) == password


def test_a_batch_that_was_saved_before_is_printed_without_a_code(
    charlie: Account, saved: Prepare
) -> None:
    batch = saved(charlie)
    password = password_of(batch, charlie)
    as_before(batch)
    [card] = print_job(batch).cards
    assert (card.password, card.scanned_url) == (password, card.sign_in_url)


def test_a_new_key_seals_the_code_with_the_password(
    charlie: Account, saved: Prepare, settings: Settings
) -> None:
    batch = saved(charlie)
    before = unseal(item_of(batch, charlie).sealed)
    settings.VAULT_KEYS = [Fernet.generate_key().decode(), *settings.VAULT_KEYS]
    vault.rotate(BatchItem.objects.all(), "sealed")
    settings.VAULT_KEYS = settings.VAULT_KEYS[:1]
    assert unseal(item_of(batch, charlie).sealed) == before


def test_no_repr_tells_a_code_or_password(charlie: Account, saved: Prepare) -> None:
    secrets = unseal(item_of(saved(charlie), charlie).sealed)
    assert secrets.password not in repr(secrets)
    assert secrets.code not in repr(secrets)
