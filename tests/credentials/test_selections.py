"""The ready-made selections by what was printed in this school."""

import pytest
from django.test import Client

from accounts.models import Account
from credentials.actions import drafts, retention
from credentials.models import Batch, BatchItem
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.helpers import Enrol
from tests.pages import desk

from .helpers import Crowd, Prepare, item_of

pytestmark = pytest.mark.usefixtures("clock")
NEVER_PRINTED, CLASS_CHANGED = "nooit-afgedrukt", "andere-klas"


def names(client: Client, selection: str, number: str = "999912") -> list[str]:
    page = client.get(desk("students", number=number), {"selectie": selection})
    return [row.last_name for row in page.context["table"].page]


@pytest.fixture
def printed(saved: Prepare, alice_actor: Actor) -> Prepare:
    """A batch of Alice, saved and downloaded just now."""

    def printed(*pupils: Account) -> Batch:
        batch = saved(*pupils)
        return retention.note_download(by=alice_actor, batch_id=batch.pk)

    return printed


def test_never_printed_here(
    charlie: Account, sam: Account, newcomer: Enrolment, printed: Prepare, alice_client: Client
) -> None:
    """A pupil without a LeerID has nothing to print yet and is in another selection."""
    assert names(alice_client, NEVER_PRINTED) == ["Peeters", "Smets"]
    printed(charlie)
    assert names(alice_client, NEVER_PRINTED) == ["Smets"]


def test_saved_but_never_downloaded_is_not_printed(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    saved(charlie)
    assert names(alice_client, NEVER_PRINTED) == ["Peeters"]


def test_a_row_that_was_left_out_of_the_print_is_not_printed(
    charlie: Account, sam: Account, printed: Prepare, alice_client: Client
) -> None:
    batch = printed(charlie, sam)
    BatchItem.objects.filter(pk=item_of(batch, sam).pk).update(
        outcome=BatchItem.Outcome.LEFT_OUT, sealed=""
    )
    assert names(alice_client, NEVER_PRINTED) == ["Smets"]


def test_a_print_of_another_school_is_none_of_this_one(
    charlie: Account,
    gent: Institution,
    enrol: Enrol,
    printed: Prepare,
    bob_client: Client,
) -> None:
    enrol(gent, student=charlie.student, class_code="1A")
    printed(charlie)
    assert names(bob_client, NEVER_PRINTED, "999913") == ["Peeters"]
    assert names(bob_client, CLASS_CHANGED, "999913") == []


def move(pupil: Account, class_code: str) -> None:
    Enrolment.objects.filter(student=pupil.student_id).update(class_code=class_code)


def test_in_another_class_than_at_the_last_print(
    charlie: Account, sam: Account, printed: Prepare, alice_client: Client
) -> None:
    printed(charlie, sam)
    assert names(alice_client, CLASS_CHANGED) == []
    move(charlie, "6EM2")
    assert names(alice_client, CLASS_CHANGED) == ["Peeters"]
    printed(charlie)
    assert names(alice_client, CLASS_CHANGED) == []


def test_only_the_last_print_counts(
    charlie: Account,
    printed: Prepare,
    saved: Prepare,
    alice_client: Client,
    clock: object,
) -> None:
    """A pupil returned to the class of the print before last; a batch that was never downloaded is
    no print.
    """
    printed(charlie)
    move(charlie, "6EM2")
    clock.shift(60)  # type: ignore[attr-defined]
    printed(charlie)
    move(charlie, "6EM")
    assert names(alice_client, CLASS_CHANGED) == ["Peeters"]
    clock.shift(60)  # type: ignore[attr-defined]
    saved(charlie)
    assert names(alice_client, CLASS_CHANGED) == ["Peeters"]


def test_a_class_that_was_not_kept_at_the_print_did_not_change(
    charlie: Account, printed: Prepare, alice_client: Client
) -> None:
    printed(charlie)
    BatchItem.objects.update(class_code=None)
    move(charlie, "6EM2")
    assert names(alice_client, CLASS_CHANGED) == []


def test_the_single_edit_is_a_print_too(
    charlie: Account, alice_actor: Actor, alice_client: Client
) -> None:
    edit = drafts.Edit(username=charlie.username, password_kind=charlie.password_kind)
    drafts.prepare_edit(by=alice_actor, student_id=charlie.student_id, edit=edit)
    assert BatchItem.objects.get().class_code == "6EM"


@pytest.mark.parametrize("number", [3, 30])
@pytest.mark.parametrize("selection", [NEVER_PRINTED, CLASS_CHANGED])
def test_a_selection_asks_no_more_than_the_list(
    selection: str,
    number: int,
    crowd: Crowd,
    printed: Prepare,
    alice_client: Client,
    django_assert_num_queries: object,
) -> None:
    pupils = crowd(number)
    if selection == CLASS_CHANGED:
        printed(*pupils)
        Enrolment.objects.update(class_code="6EM2")
    alice_client.get(desk("students"))
    with django_assert_num_queries(7):  # type: ignore[operator]
        assert len(names(alice_client, selection)) == number
