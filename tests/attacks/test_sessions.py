"""Attacks with a manager's session: from a copy of the database, without end, by its cookies."""

import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.portal import cookies
from accounts.portal.device import Device
from schoolloket.institutions.models import AccessEvent, Manager
from tests.desk_client import DeskClient
from tests.helpers import PASSWORD
from tests.pages import desk
from tests.second_step import sign_in

pytestmark = pytest.mark.usefixtures("clock")

COOKIE = settings.SESSION_COOKIE_NAME


def signed_in(email: str = "alice@school.test") -> Client:
    return sign_in(DeskClient(), email)


def is_in(client: Client) -> bool:
    return client.get(desk("students")).status_code == 200


# A copy of the database ------------------------------------------------------------------------


def test_a_key_read_from_the_database_opens_no_desk(alice: Manager) -> None:
    client = signed_in()
    assert is_in(client)

    thief = DeskClient()
    for row in Session.objects.all():
        thief.cookies[COOKIE] = row.session_key
        assert not is_in(thief)
    key = client.cookies[COOKIE].value
    digest = hashlib.sha256(key.encode()).hexdigest()
    assert Session.objects.get().session_key == digest[:40]


def test_a_session_that_a_thief_planted_is_not_the_managers(alice: Manager) -> None:
    client = DeskClient()
    client.cookies[COOKIE] = "planted" * 5
    sign_in(client, "alice@school.test")
    assert is_in(client)
    thief = DeskClient()
    thief.cookies[COOKIE] = "planted" * 5
    assert not is_in(thief)


def test_a_session_that_ended_is_removed(alice: Manager, clock: time_machine.Traveller) -> None:
    signed_in()
    clock.shift(timedelta(minutes=31))
    call_command("clearsessions")
    assert not Session.objects.exists()


def test_signing_out_ends_the_session_for_a_thief_too(alice: Manager) -> None:
    client, thief = signed_in(), DeskClient()
    thief.cookies[COOKIE] = client.cookies[COOKIE].value
    assert is_in(thief)
    client.post("/aanmelden/afmelden/")
    assert not is_in(thief)


def test_a_session_left_open_elsewhere_is_ended_from_here(alice: Manager, bob: Manager) -> None:
    here, elsewhere = signed_in(), signed_in()
    colleague = signed_in("bob@school.test")
    assert here.get("/aanmelden/overal-afmelden/").status_code == 405
    assert here.post("/aanmelden/overal-afmelden/").url == "/aanmelden/"
    assert not is_in(here)
    assert not is_in(elsewhere)
    assert colleague.get("/").status_code == 302
    event = AccessEvent.objects.get(kind=AccessEvent.Kind.SESSIONS_ENDED)
    assert (event.manager, event.by) == (alice, alice)
    assert is_in(signed_in())


def test_an_operator_ends_the_sessions_of_a_manager(alice: Manager) -> None:
    client = signed_in()
    operator = Manager.objects.create_superuser("op@loket.test", PASSWORD, name="Olga")
    ticked = {"action": "sign_out", "_selected_action": [alice.pk]}
    signed_in(operator.email).post("/beheer/institutions/manager/", ticked)
    assert not is_in(client)
    event = AccessEvent.objects.get(kind=AccessEvent.Kind.SESSIONS_ENDED)
    assert (event.manager, event.by) == (alice, operator)


# Half a day ------------------------------------------------------------------------------------


def test_a_session_ends_after_twelve_hours_however_busy(
    alice: Manager, clock: time_machine.Traveller
) -> None:
    client = signed_in()
    for _ in range(23 * 60 // 48 + 1):
        clock.shift(timedelta(minutes=24))
        assert is_in(client)
    clock.shift(timedelta(minutes=24))
    page = client.get(desk("students"))
    assert page.url == "/aanmelden/?next=/999912/leerlingen/"
    assert not Session.objects.exists()


def test_a_new_password_does_not_lengthen_the_session(
    alice: Manager, clock: time_machine.Traveller
) -> None:
    client = signed_in()
    for _ in range(29):
        clock.shift(timedelta(minutes=24))
        assert is_in(client)
    new = "een-ander-lang-wachtwoord-2026"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/aanmelden/wachtwoord/", form)
    assert is_in(client)
    clock.shift(timedelta(minutes=25))
    assert not is_in(client)


# What ends a session at once -------------------------------------------------------------------


def test_a_new_password_ends_the_other_sessions(alice: Manager) -> None:
    client, thief = signed_in(), signed_in()
    new = "een-ander-lang-wachtwoord-2026"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/aanmelden/wachtwoord/", form)
    assert is_in(client)
    assert not is_in(thief)


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": "opvolger@school.test"}])
def test_a_manager_who_has_to_go_is_out_at_once(alice: Manager, change: dict[str, object]) -> None:
    client = signed_in()
    for field, value in change.items():
        setattr(alice, field, value)
    alice.save()
    assert not is_in(client)


# Cookies ---------------------------------------------------------------------------------------


def test_a_device_from_before_the_prefixes_stays_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pupils' devices were in a cookie `toestel`, under https too."""
    monkeypatch.setattr(cookies, "DEVICE_COOKIE", "__Secure-toestel")
    request = RequestFactory().get("/mijn/")
    value = {"id": "a-tablet", "pupils": [12, 13], "mode": "words"}
    request.COOKIES["toestel"] = signing.dumps(value, salt="toestel", compress=True)
    device = cookies.device_of(request)
    assert device == Device("a-tablet", (12, 13), "words")

    answer = HttpResponse()
    cookies.set_device(answer, device)
    request.COOKIES = {"__Secure-toestel": answer.cookies["__Secure-toestel"].value}
    assert cookies.device_of(request) == device


def test_every_cookie_under_https_is_bound_to_its_host() -> None:
    """The names are made when the settings are read: in a process of its own."""
    script = (
        "import django; django.setup();"
        "from django.conf import settings as s;"
        "from accounts.portal import cookies; from schoolloket.institutions import devices;"
        "from schoolloket.core.messages import MessageCookie;"
        "names = [s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, devices.COOKIE,"
        "  MessageCookie.cookie_name];"
        "assert all(name.startswith('__Host-') for name in names), names;"
        "names = [cookies.SESSION_COOKIE, cookies.DEVICE_COOKIE, cookies.LINK_COOKIE];"
        "assert all(name.startswith('__Secure-') for name in names), names;"
    )
    given = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "schoolloket.settings",
        "SECRET_KEY": "a-secret-of-the-tests-that-is-long-enough-for-the-check-9d8f7g6h5j",
        "VAULT_KEYS": Fernet.generate_key().decode(),
        "MATCHING_KEY": "matching",
        "DESK_URL": "https://loket.example.org",
    }
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(settings.BASE_DIR),
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
