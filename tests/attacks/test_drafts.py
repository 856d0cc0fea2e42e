"""A colleague who knows the address of a draft: it is its maker's alone, with its passwords."""

import pytest
from django.test import Client

from accounts.models import Account
from credentials.actions import changes, drafts, retention, saves
from credentials.models import Batch
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from tests.credentials.helpers import Prepare, item_of, password_of
from tests.desk_client import signed_in_as
from tests.helpers import manager_of
from tests.pages import desk, html

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def carol_actor(brussel: Institution) -> Actor:
    """Carol manages Brussel too, and knows every address that Alice opened."""
    return Actor(institution=brussel, manager=manager_of(brussel, "Carol"))


@pytest.fixture
def carol(carol_actor: Actor) -> Client:
    return signed_in_as(carol_actor.manager)


def all_of(batch: Batch) -> list[object]:
    return [Batch.objects.filter(pk=batch.pk).values().get(), list(batch.items.values())]


def test_a_colleague_neither_reads_nor_changes_a_draft(
    ready: Prepare, charlie: Account, alice_client: Client, carol: Client
) -> None:
    draft = ready(charlie)
    row = item_of(draft, charlie)
    before = all_of(draft)
    preview = desk("preview_batch", draft.pk)
    assert carol.get(preview).status_code == 404
    for button in ("save", "cancel", "item", "row", "apply"):
        assert carol.post(preview, {button: str(row.pk)}).status_code == 404
    for page in ("reroll_item", "rename_item", "slice"):
        assert carol.post(desk(page, draft.pk), {"row": row.pk}).status_code == 404
    assert carol.get(desk("batch_result", draft.pk)).status_code == 404
    assert all_of(draft) == before
    assert password_of(draft, charlie) in html(alice_client.get(preview))


def test_a_colleague_gets_no_draft_of_one_pupil(
    charlie: Account, alice_actor: Actor, alice_client: Client, carol: Client
) -> None:
    """The page of the edit answers as for a draft that does not exist."""
    edit = drafts.Edit(charlie.username, charlie.password_kind)
    draft = drafts.prepare_edit(by=alice_actor, student_id=charlie.student_id, edit=edit)
    before = all_of(draft)
    page = desk("edit_credentials", charlie.student_id)
    assert carol.get(page, {"concept": str(draft.pk)}).url == page
    for button in ("save", "cancel", "generate"):
        posted = {"concept": str(draft.pk), "username": charlie.username, button: ""}
        assert carol.post(page, posted).url == page
    assert all_of(draft) == before
    password = password_of(draft, charlie)
    assert password not in html(carol.get(page, {"concept": str(draft.pk)}, follow=True))
    assert password in html(alice_client.get(page, {"concept": str(draft.pk)}))


def test_no_action_takes_the_draft_of_a_colleague(
    ready: Prepare, charlie: Account, carol_actor: Actor
) -> None:
    draft = ready(charlie)
    before = all_of(draft)
    row = item_of(draft, charlie).pk
    for action in (
        lambda: saves.save(by=carol_actor, batch_id=draft.pk),
        lambda: changes.cancel(by=carol_actor, batch_id=draft.pk),
        lambda: changes.tick(by=carol_actor, batch_id=draft.pk, item_ids=[row]),
        lambda: changes.reroll(by=carol_actor, batch_id=draft.pk, item_id=row),
        lambda: changes.rename(by=carol_actor, batch_id=draft.pk, usernames={}),
        lambda: changes.switch_rows(by=carol_actor, batch_id=draft.pk, kinds={}),
        lambda: retention.destroy(by=carol_actor, batch_id=draft.pk),
    ):
        with pytest.raises(Batch.DoesNotExist):
            action()
    assert all_of(draft) == before


def test_a_saved_batch_is_the_schools(saved: Prepare, charlie: Account, carol: Client) -> None:
    batch = saved(charlie)
    assert carol.get(desk("batch_result", batch.pk)).status_code == 200
    assert carol.post(desk("download", batch.pk, "zip")).status_code == 200
    assert carol.post(desk("destroy_batch", batch.pk)).status_code == 302
