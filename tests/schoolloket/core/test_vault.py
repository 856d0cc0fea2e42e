"""The vault: its keys rotate, and a wrong key gives a clear message."""

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Account
from credentials.actions import drafts
from credentials.models import Batch
from schoolloket.core import vault
from schoolloket.institutions.actors import Actor
from tests.pages import desk, text


def test_a_sealed_text_is_not_readable_and_can_be_opened() -> None:
    sealed = vault.seal("29ban9")
    assert "29ban9" not in sealed
    assert vault.unseal(sealed) == "29ban9"


def test_an_old_key_still_opens_and_the_newest_seals(settings: Settings) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.VAULT_KEYS = [old]
    sealed_before = vault.seal("before")

    settings.VAULT_KEYS = [new, old]
    assert vault.unseal(sealed_before) == "before"
    sealed_after = vault.seal("after")

    settings.VAULT_KEYS = [new]
    assert vault.unseal(sealed_after) == "after"
    with pytest.raises(vault.VaultLocked):
        vault.unseal(sealed_before)


@pytest.mark.usefixtures("clock")
def test_a_wrong_key_is_a_clear_message_and_no_crash(
    alice_client: Client, alice_actor: Actor, charlie: Account, settings: Settings
) -> None:
    batch = drafts.prepare(
        by=alice_actor, student_ids=[charlie.student_id], purpose=Batch.Purpose.RENEW
    )
    settings.VAULT_KEYS = [Fernet.generate_key().decode()]

    answer = alice_client.get(desk("preview_batch", batch.pk))
    assert answer.status_code == 503
    assert "VAULT_KEYS klopt niet" in text(answer)
