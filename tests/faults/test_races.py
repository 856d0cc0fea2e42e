"""Two actions at the same moment, in either order, wherever they meet (R1, R3, R4, R6).

Each race is run again and again, every time cut at other SQL statements: a few times here, a
hundred in `make faults`. It goes through the pages, so that the test reads what a manager would
read: an answer other than a page fails, and so do a deadlock and a locked database.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import history
from accounts.models import Account, AccountEvent, FieldChange
from accounts.portal.actions import mailed_links
from accounts.portal.models import MailToken
from credentials.actions import hashing
from credentials.actions.hashing import store_hashes
from credentials.actions.saves import save
from credentials.models import Batch, BatchItem
from credentials.sealing import unseal
from schoolloket.core import exceptions, tokens, vault
from schoolloket.institutions.actors import Actor, Pupil
from students.models import Enrolment, ImportRun
from tests.helpers import Enrol
from tests.pages import html, messages_on, text
from tests.students import helpers

from . import oracle
from .desks import Desk, passwords, printed
from .figures import note
from .helpers import LONG
from .interleaving import Race
from .oracle import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]

ROUNDS = 100 if LONG else 6
Outcome = BatchItem.Outcome
Obstacle = BatchItem.Obstacle
CHANGED = Obstacle.CHANGED.label
NOTHING = "r is niets gewijzigd"


def outcomes(batch: Batch) -> dict[int, str]:
    return dict(batch.items.values_list("student", "outcome"))


@pytest.fixture
def race(request: pytest.FixtureRequest) -> Iterator[Race]:
    """A race with cuts of its own; afterwards it notes how many rounds really overlapped."""
    race = Race(seed=sum(map(ord, request.node.name)))
    yield race
    kind = request.node.name.removeprefix("test_")
    note(f"race: {kind}", connection.vendor, tried=race.rounds, at_once=race.at_once)
    # Otherwise all cuts came too late, and nothing overlapped.
    assert race.at_once >= race.rounds // 3


def all_well(before: State, known: dict[int, str] | None = None) -> None:
    assert oracle.wrong_since(before, known=known) == []


# Two managers, two windows ---------------------------------------------------------------------


def test_two_managers_renew_overlapping_selections(
    alice_desk: Desk, anna_desk: Desk, pupils: list[Account], race: Race
) -> None:
    """Each pupil has one winner; the other manager reads the reason and gets no dead password."""
    for _ in range(ROUNDS):
        before = State.now()
        hers, his = alice_desk.draft(*pupils[:4]), anna_desk.draft(*pupils[2:])
        shown = {hers: passwords(hers), his: passwords(his)}
        race.between(partial(alice_desk.save, hers), partial(anna_desk.save, his))
        all_well(before)
        for pupil in pupils[2:4]:
            done = [b for b in (hers, his) if outcomes(b)[pupil.student_id] == Outcome.DONE]
            assert len(done) == 1
            loser = his if done == [hers] else hers
            assert f"{pupil.student.enrolments.get().full_name}" in anna_desk.result(loser)
            assert CHANGED in anna_desk.result(loser)
            assert pupil.username not in printed(anna_desk.download(loser))
            assert printed(alice_desk.download(done[0]))[pupil.username] in (
                shown[done[0]][pupil.pk],
            )


def test_a_double_click(alice_desk: Desk, pupils: list[Account], race: Race) -> None:
    other_window = alice_desk.again()
    for _ in range(ROUNDS):
        before, batch = State.now(), alice_desk.draft(*pupils)
        answers = race.between(partial(alice_desk.save, batch), partial(other_window.save, batch))
        page = alice_desk.url("batch_result", batch.pk)
        assert {answer.redirect_chain[-1][0].partition("?")[0] for answer in answers} == {page}
        assert not any(NOTHING in messages_on(answer) for answer in answers)
        all_well(before)
        assert AccountEvent.objects.filter(operation_id=batch.pk).count() == len(pupils)
        again = partial(save, by=alice_desk.actor, batch_id=batch.pk)
        assert oracle.changed_by(again) == []


def test_a_cancel_during_a_save(
    alice_desk: Desk, alice_again: Desk, pupils: list[Account], race: Race
) -> None:
    """All of it is saved or nothing at all, and both answers say so."""
    for _ in range(ROUNDS):
        before, batch = State.now(), alice_desk.draft(*pupils)
        answers = race.between(partial(alice_desk.save, batch), partial(alice_again.cancel, batch))
        batch.refresh_from_db()
        all_well(before)
        assert batch.state in (Batch.State.SAVED, Batch.State.DROPPED)
        assert (State.now().accounts != before.accounts) == batch.was_saved
        told = [NOTHING in messages_on(answer) for answer in answers]
        assert told == [not batch.was_saved] * 2


def test_a_single_edit_during_a_bulk_save(
    alice_desk: Desk, anna_desk: Desk, pupils: list[Account], race: Race
) -> None:
    pupil = pupils[1]
    for turn in range(ROUNDS):
        before = State.now()
        pupil.refresh_from_db()
        bulk, edit = alice_desk.draft(*pupils[:3]), anna_desk.edit(pupil, f"nieuw{turn}.pupil")
        race.between(partial(alice_desk.save, bulk), partial(anna_desk.save_edit, edit))
        all_well(before)
        done = [b for b in (bulk, edit) if outcomes(b)[pupil.student_id] == Outcome.DONE]
        assert len(done) == 1


def test_two_creations_of_one_username(
    alice_desk: Desk, bob_desk: Desk, enrol: Enrol, race: Race
) -> None:
    """In two schools that do not know of each other."""
    for turn in range(ROUNDS):
        before = State.now()
        ones = [enrol(alice_desk.school, name, f"Nr{turn}") for name in ("Jan", "Mia")]
        others = [enrol(bob_desk.school, name, f"Nr{turn}") for name in ("Mia", "Jan")]
        hers, his = alice_desk.draft(*ones), bob_desk.draft(*others)
        race.between(partial(alice_desk.save, hers), partial(bob_desk.save, his))
        all_well(before)
        taken = [*outcomes(hers).values(), *outcomes(his).values()]
        assert sorted(taken) == [Outcome.DONE] * 2 + [Outcome.SKIPPED] * 2


# While passwords are prepared ------------------------------------------------------------------


def test_a_reroll_during_a_slice(
    alice_desk: Desk, alice_again: Desk, pupils: list[Account], race: Race
) -> None:
    """No hash of the old password lands on the new one."""
    for _ in range(ROUNDS):
        before, batch = State.now(), alice_desk.draft(*pupils[:3], hashed=False)
        row = batch.items.get(position=2)
        race.between(partial(alice_desk.slice, batch), partial(alice_again.reroll, batch, row))
        shown = passwords(batch)
        hashing.hash_all(batch)
        alice_desk.save(batch)
        all_well(before)
        names = {pupil.username: shown[pupil.pk] for pupil in pupils[:3]}
        assert set(printed(alice_desk.download(batch))) == set(names)
        assert passwords(batch) == shown


def test_a_cancel_during_a_slice(
    alice_desk: Desk, alice_again: Desk, pupils: list[Account], race: Race
) -> None:
    for _ in range(ROUNDS):
        before, batch = State.now(), alice_desk.draft(*pupils, hashed=False)
        race.between(partial(alice_desk.slice, batch), partial(alice_again.cancel, batch))
        batch.refresh_from_db()
        assert (batch.state, batch.items.count()) == (Batch.State.DROPPED, 0)
        all_well(before)
        assert State.now().accounts == before.accounts


def test_saved_and_destroyed_during_a_slice(
    alice_desk: Desk, alice_again: Desk, pupils: list[Account], race: Race
) -> None:
    """The lease of a slice expired: another process hashes the same rows meanwhile."""
    for _ in range(ROUNDS):
        before, batch = State.now(), alice_desk.draft(*pupils, hashed=False)
        shown = passwords(batch)

        def go_on(batch: Batch = batch) -> None:
            sealed = dict(batch.items.values_list("pk", "sealed"))
            hashes = {pk: make_password(unseal(token).password) for pk, token in sealed.items()}
            store_hashes(batch_id=batch.pk, hashes=hashes)
            alice_again.save(batch)
            alice_again.destroy(batch)

        race.between(partial(alice_desk.slice, batch), go_on)
        all_well(before, known=shown)
        assert set(outcomes(batch).values()) == {Outcome.DONE}
        assert not batch.items.exclude(sealed="", hash="").exists()


# While it is downloaded ------------------------------------------------------------------------


def test_destroyed_during_a_download(
    alice_desk: Desk, anna_desk: Desk, pupils: list[Account], race: Race
) -> None:
    """Either the whole file or a page with the reason; then no secret is left."""
    for _ in range(ROUNDS):
        batch = alice_desk.draft(*pupils)
        alice_desk.save(batch)
        before, shown = State.now(), passwords(batch)
        file, _ = race.between(
            partial(alice_desk.download, batch), partial(anna_desk.destroy, batch)
        )
        assert len(printed(file)) in (0, len(pupils))
        assert printed(file) or "kunnen niet meer worden gedownload" in messages_on(file)
        assert passwords(batch) == {}
        assert printed(alice_desk.download(batch)) == {}
        all_well(before, known=shown)


def test_destroyed_while_a_card_is_shown(
    alice_desk: Desk, anna_desk: Desk, pupils: list[Account], race: Race
) -> None:
    """Either the card or the reason; then no secret is left."""
    for _ in range(ROUNDS):
        batch = alice_desk.draft(*pupils)
        alice_desk.save(batch)
        before, shown = State.now(), passwords(batch)
        card, _ = race.between(
            partial(alice_desk.card, batch, pupils[0]), partial(anna_desk.destroy, batch)
        )
        batch.refresh_from_db()
        is_shown = shown[pupils[0].pk] in html(card)
        assert is_shown or "De kaart kan niet meer worden getoond" in text(card)
        assert is_shown == (batch.first_downloaded_at is not None)
        assert passwords(batch) == {}
        all_well(before, known=shown)


def test_renewed_while_a_card_is_shown(
    alice_desk: Desk, anna_desk: Desk, pupils: list[Account], race: Race
) -> None:
    """Then the card of the new password is shown, and never again the old one."""
    for _ in range(ROUNDS):
        old = alice_desk.draft(*pupils)
        alice_desk.save(old)
        new = anna_desk.draft(*pupils)
        before, was = State.now(), passwords(old)
        race.between(partial(alice_desk.card, old, pupils[0]), partial(anna_desk.save, new))
        again = alice_desk.card(old, pupils[0])
        assert was[pupils[0].pk] not in html(again)
        assert passwords(new)[pupils[0].pk] in html(alice_desk.card(new, pupils[0]))
        all_well(before)


def test_keys_rotate_during_a_save(
    alice_desk: Desk, pupils: list[Account], race: Race, settings: Settings
) -> None:
    for _ in range(ROUNDS):
        before, batch = State.now(), alice_desk.draft(*pupils)
        shown = passwords(batch)
        settings.VAULT_KEYS = [Fernet.generate_key().decode(), *settings.VAULT_KEYS[:2]]
        race.between(partial(alice_desk.save, batch), rotate)
        assert passwords(batch) == shown
        all_well(before)
        # The older key opens what the rounds before left.
        rotate()


def test_keys_rotate_during_a_destruction(
    alice_desk: Desk, pupils: list[Account], race: Race, settings: Settings
) -> None:
    """A secret that was destroyed at the same time does not come back under the new key."""
    for _ in range(ROUNDS):
        batch = alice_desk.draft(*pupils)
        alice_desk.save(batch)
        settings.VAULT_KEYS = [Fernet.generate_key().decode(), *settings.VAULT_KEYS[:1]]
        race.between(partial(alice_desk.destroy, batch), rotate)
        assert not batch.items.exclude(sealed="").exists()


def rotate() -> None:
    vault.rotate(BatchItem.objects.all(), "sealed")


# Between preview and save ----------------------------------------------------------------------


def test_an_address_is_linked_during_a_save(
    alice_desk: Desk, pupils: list[Account], race: Race
) -> None:
    """R1: either the pupil with the e-mail address keeps the own password, or the link was dead."""
    pupil = pupils[0]
    for turn in range(ROUNDS):
        Account.objects.filter(pk=pupil.pk).update(email="")
        pupil.refresh_from_db()
        before, batch = State.now(), alice_desk.draft(*pupils[:3])
        token = mailed_token(pupil, f"p{turn}@voorbeeld.be")
        _, linked = race.between(partial(alice_desk.save, batch), partial(confirms, token))
        all_well(before)
        pupil.refresh_from_db()
        assert pupil.is_linked == linked
        assert outcomes(batch)[pupil.student_id] == (Outcome.SKIPPED if linked else Outcome.DONE)


def mailed_token(pupil: Account, email: str) -> str:
    """The token of a link that was mailed to this address just now."""
    token, now = tokens.new(), timezone.now()
    MailToken.objects.create(
        token_hash=tokens.digest(token),
        purpose=MailToken.Purpose.LINK,
        account=pupil,
        version=pupil.credentials_version,
        email=email,
        created_at=now,
        expires_at=now + mailed_links.LINK_LASTS,
    )
    return token


def confirms(token: str) -> bool:
    """Whether the mailed link still links the pupil's e-mail address."""
    try:
        mailed_links.confirm_link(token=token, by=Pupil())
    except exceptions.LinkDead:
        return False
    return True


def test_an_account_is_deactivated_during_a_save(
    alice_desk: Desk, anna_desk: Desk, pupils: list[Account], race: Race
) -> None:
    pupil = pupils[0]
    for _ in range(ROUNDS):
        Account.objects.filter(pk=pupil.pk).update(deactivated_at=None, deactivated_by=None)
        pupil.refresh_from_db()
        before, batch = State.now(), alice_desk.draft(*pupils[:3])
        shown = passwords(batch)
        race.between(
            partial(alice_desk.save, batch), partial(deactivate, pupil, by=anna_desk.actor)
        )
        # Nobody can sign in with it; once it is active again, it is renewed.
        all_well(before, known=shown)
        done = outcomes(batch)[pupil.student_id] == Outcome.DONE
        assert done or Obstacle.DEACTIVATED.label in alice_desk.result(batch)
        version = pupil.credentials_version
        pupil.refresh_from_db()
        assert pupil.deactivated_at
        assert pupil.credentials_version == version + 1 + done


@transaction.atomic
def deactivate(pupil: Account, *, by: Actor) -> None:
    """Change an account as every action does: lock it, raise its version, add to the history."""
    account = Account.objects.select_for_update().get(pk=pupil.pk)
    account.deactivated_at, account.deactivated_by = timezone.now(), by.manager
    account.credentials_version += 1
    account.save(update_fields=["deactivated_at", "deactivated_by", "credentials_version"])
    change = history.Change(FieldChange.Field.STATUS, "", "")
    entry = history.Entry(account.pk, AccountEvent.Kind.DEACTIVATED, (change,))
    history.record([entry], by=by, operation_id=uuid4(), at=timezone.now())


def test_an_enrolment_ends_during_a_save(
    alice_desk: Desk, anna_desk: Desk, imported: list[Enrolment], race: Race
) -> None:
    leaver = imported[2]
    everybody = helpers.pupils(8)
    for _ in range(ROUNDS):
        helpers.run_import(anna_desk.actor, helpers.csv_file(everybody))
        before, batch = State.now(), alice_desk.draft(*imported[:4])
        late = anna_desk.draft(leaver)
        preview = anna_desk.upload(everybody[:2] + everybody[3:])
        _, told = race.between(partial(alice_desk.save, batch), partial(anna_desk.confirm, preview))
        assert "1 beëindigd" in told
        all_well(before)
        done = outcomes(batch)[leaver.student_id] == Outcome.DONE
        assert done or Obstacle.LEFT.label in alice_desk.result(batch)
        anna_desk.save(late)
        assert late.items.get().obstacle == Obstacle.LEFT
        assert Enrolment.objects.get(pk=leaver.pk).ends_on < date(2026, 11, 23)


def test_an_import_during_a_save(
    alice_desk: Desk, anna_desk: Desk, imported: list[Enrolment], race: Race
) -> None:
    """New pupils, other classes and other official names, also of pupils who are renewed."""
    for turn in range(ROUNDS):
        before, batch = State.now(), alice_desk.draft(*reversed(imported))
        rows = helpers.pupils(8, class_code=f"{turn}A", official_first_name=f"Maria {turn}")
        preview = anna_desk.upload([*rows, helpers.pupil(100 + turn)])
        _, told = race.between(partial(alice_desk.save, batch), partial(anna_desk.confirm, preview))
        assert "1 nieuw, 8 gewijzigd" in told
        all_well(before)
        assert set(outcomes(batch).values()) == {Outcome.DONE}
        assert ImportRun.objects.latest("pk").sealed_rows == ""


@pytest.fixture
def imported(alice_desk: Desk) -> list[Enrolment]:
    """Eight pupils of Brussel, imported from a list, each with a LeerID."""
    helpers.run_import(alice_desk.actor, helpers.csv_file(helpers.pupils(8)))
    enrolments = list(Enrolment.objects.of(alice_desk.school).order_by("stamnummer"))
    alice_desk.save(alice_desk.draft(*enrolments))
    return enrolments


# Time ------------------------------------------------------------------------------------------


def test_a_preview_runs_out_during_its_save(
    alice_desk: Desk, bob_desk: Desk, pupils: list[Account], race: Race
) -> None:
    """Two desks drop an expired preview while its manager saves: all is saved, or nothing."""
    third = bob_desk.again()
    for _ in range(ROUNDS):
        before, batch = State.now(), alice_desk.draft(*pupils)
        over = alice_desk.draft(*pupils)
        Batch.objects.filter(pk=over.pk).update(expires_at=timezone.now())

        def look(desk: Desk) -> None:
            desk.browser.get(desk.url("batches"))

        race.between(partial(alice_desk.save, batch), partial(look, bob_desk))
        all_well(before)
        Batch.objects.filter(pk=batch.pk).update(expires_at=timezone.now())
        race.between(partial(look, bob_desk), partial(look, third))
        assert not BatchItem.objects.exclude(sealed="").exists()
