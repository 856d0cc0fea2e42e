"""A deactivated LeerID: signed out at once, kept out, and back as before when activated."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.actions import change_status
from accounts.models import Account
from accounts.status import StatusChange
from schoolloket.institutions.actors import Actor

from .helpers import (
    FORGOTTEN,
    HOME,
    OWN,
    RESET,
    SIGN_IN,
    WORD,
    gets_in,
    link_in,
    sign_in,
    signed_in,
)

pytestmark = pytest.mark.usefixtures("clock")


def change(by: Actor, wish: StatusChange, account: Account) -> None:
    change_status(by=by, change=wish, student_ids=[account.student_id])


def test_from_signed_in_to_out_and_back(word: Account, alice_actor: Actor, tablet: Client) -> None:
    pupil = signed_in(word.username, WORD)
    assert pupil.get(HOME).status_code == 200

    change(alice_actor, StatusChange.DEACTIVATE, word)
    assert pupil.get(HOME).url == SIGN_IN
    assert not gets_in(tablet, word.username, WORD)

    change(alice_actor, StatusChange.ACTIVATE, word)
    assert pupil.get(HOME).url == SIGN_IN
    assert gets_in(tablet, word.username, WORD)


def test_a_link_mailed_before_is_dead_also_after_activating(
    linked: Account,
    alice_actor: Actor,
    tablet: Client,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tablet.post(FORGOTTEN, {"username": linked.username})
    tablet.get(link_in(str(mail.outbox[0].body)))
    assert tablet.get(RESET).status_code == 200
    for wish in (StatusChange.DEACTIVATE, StatusChange.ACTIVATE):
        change(alice_actor, wish, linked)
        assert tablet.get(RESET).status_code == 410
    assert gets_in(tablet, linked.username, OWN)


def test_earlier_waits_end(
    word: Account, alice_actor: Actor, tablet: Client, clock: time_machine.Traveller
) -> None:
    for _ in range(30):
        sign_in(tablet, word.username, "fout")
    clock.shift(timedelta(seconds=1))
    assert not gets_in(tablet, word.username, WORD)
    change(alice_actor, StatusChange.DEACTIVATE, word)
    word.refresh_from_db()
    assert (word.failed_sign_ins, word.is_hammered) == (0, False)
    change(alice_actor, StatusChange.ACTIVATE, word)
    assert gets_in(tablet, word.username, WORD)
