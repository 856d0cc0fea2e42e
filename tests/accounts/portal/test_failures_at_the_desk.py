"""The desk shows the failed attempts of a pupil, and warns of guessing."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import Account, AccountEvent
from accounts.portal.throttling import LONGEST_WAIT
from tests.pages import text

from .helpers import OWN, WORD, WRONG, attempt, gets_in, ip_addresses, signed_in

pytestmark = pytest.mark.usefixtures("clock")


def seen_at_the_desk(client: Client, account: Account) -> str:
    return text(client.get(f"/999912/leerlingen/{account.student_id}/"))


def test_desk_shows_why_the_last_attempt_failed(alice_client: Client, word: Account) -> None:
    assert "mislukte" not in seen_at_the_desk(alice_client, word)
    attempt(word.username, WRONG)
    assert "23 november 2026 10:00 verkeerd wachtwoord" in seen_at_the_desk(alice_client, word)
    for _ in range(5):
        attempt(word.username, WRONG)
    assert "te veel pogingen, nog even wachten" in seen_at_the_desk(alice_client, word)


def test_desk_shows_an_attempt_of_an_inactive_pupil(
    alice_client: Client, deactivated: Account
) -> None:
    attempt(deactivated.username, OWN)
    assert "het LeerID is inactief" in seen_at_the_desk(alice_client, deactivated)


def test_desk_warns_of_guessing_from_ten_failures_until_a_sign_in(
    alice_client: Client, word: Account, clock: time_machine.Traveller
) -> None:
    for _ in range(9):
        attempt(word.username, WRONG)
    assert "na elkaar" not in seen_at_the_desk(alice_client, word)
    attempt(word.username, WRONG)
    page = seen_at_the_desk(alice_client, word)
    assert "10 mislukte pogingen na elkaar: de leerling vergat het wachtwoord" in page
    clock.shift(LONGEST_WAIT)
    assert attempt(word.username, WORD)
    assert "na elkaar" not in seen_at_the_desk(alice_client, word)


def test_sign_in_on_a_known_device_leaves_the_warning_of_guessing(
    alice_client: Client, word: Account, clock: time_machine.Traveller
) -> None:
    victim = signed_in(word.username, WORD)
    for _ in range(12):
        attempt(word.username, WRONG, "10.6.6.6")
    clock.shift(timedelta(minutes=1))
    assert gets_in(victim, word.username, WORD)
    page = seen_at_the_desk(alice_client, word)
    assert "12 mislukte pogingen na elkaar" in page
    assert "Laatste mislukte aanmelding 23 november 2026 10:00 " in page


def test_history_notes_the_tenth_and_the_hundredth_failure_once_each(
    alice_client: Client, word: Account
) -> None:
    bully = ip_addresses()
    noted = {}
    for number in range(1, 131):
        attempt(word.username, WRONG, next(bully))
        noted[number] = AccountEvent.objects.filter(kind=AccountEvent.Kind.SLOWED).count()
    assert [noted[number] for number in (9, 10, 99, 100, 130)] == [0, 1, 1, 2, 2]
    page = text(alice_client.get(f"/999912/leerlingen/{word.student_id}/historiek/"))
    assert page.count("Veel mislukte aanmeldingen, vertraagd") == 2
