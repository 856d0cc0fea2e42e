"""Fixtures of several attacks."""

import pytest
import time_machine

from accounts.models import Account, PasswordKind
from schoolloket.institutions.actors import Actor
from students.importing import actions
from students.models import Enrolment
from tests.helpers import GiveAccount
from tests.students.helpers import csv_file, read_here, run_import

from .renee import RENEE


@pytest.fixture
def _reading_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files in the tests' own process: a child for each takes most of the time."""
    monkeypatch.setattr(actions, "read", read_here)


@pytest.fixture
def renee(alice_actor: Actor, give_account: GiveAccount, clock: time_machine.Traveller) -> Account:
    """A pupil of Brussel with a LeerID, who was enrolled there a minute ago."""
    run_import(alice_actor, csv_file([RENEE]))
    account = give_account(Enrolment.objects.get(), PasswordKind.WORD)
    clock.shift(60)
    return account
