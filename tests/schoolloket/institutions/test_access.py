"""Signing in, the lock, and the schools that a manager may enter (R11, Access)."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from schoolloket import environment
from schoolloket.core.pepper import PepperKey
from schoolloket.institutions.models import Institution, Manager, Membership
from tests.desk_client import DeskClient
from tests.helpers import PASSWORD
from tests.pages import desk, html, text

SIGN_IN = "/aanmelden/"


def sign_in(client: Client, email: str, password: str, **query: str) -> object:
    return client.post(SIGN_IN, {"login": email, "password": password, **query})


# Sign in ---------------------------------------------------------------------------------------


def test_a_manager_signs_in_and_arrives_at_the_page_that_was_asked(
    client: Client, alice: Manager
) -> None:
    page = client.get(desk("students"))
    assert page.url == f"{SIGN_IN}?next=/999912/leerlingen/"

    answer = sign_in(client, "ALICE@school.test", PASSWORD, next="/999912/leerlingen/")
    assert answer.url == "/999912/leerlingen/"


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://testserver/999912/leerlingen/?klas=6A", "/999912/leerlingen/?klas=6A"),
        ("https://elsewhere.test/999912/leerlingen/", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_a_form_posted_after_the_lock_leads_back_to_its_page(
    client: Client, alice: Manager, referer: str, page: str
) -> None:
    posted = client.post(desk("start_batch"), {}, headers={"Referer": referer})
    assert posted.url == f"{SIGN_IN}?{urlencode({'next': page}, safe='/')}"
    assert sign_in(client, "alice@school.test", PASSWORD, next=page).url == page


@pytest.mark.parametrize("email", ["alice@school.test", "nobody@school.test"])
def test_a_failed_sign_in_says_the_same_for_everybody(
    client: Client, alice: Manager, email: str
) -> None:
    page = text(sign_in(client, email, "not-the-password"))
    assert "Dit e-mailadres en wachtwoord horen niet bij elkaar" in page


def test_guessing_a_managers_password_is_slowed(client: Client, alice: Manager) -> None:
    for _ in range(5):
        sign_in(client, "alice@school.test", "not-the-password")
    sign_in(client, "alice@school.test", PASSWORD)
    assert client.get(desk("students")).status_code == 302


def test_a_sign_in_leads_to_no_other_site(client: Client, alice: Manager) -> None:
    answer = sign_in(client, "alice@school.test", PASSWORD, next="https://elsewhere.test/")
    assert answer.url == "/"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["registreren/", "e-mail/", "wachtwoord/zetten/"])
def test_nobody_registers_or_manages_emails(client: Client, path: str) -> None:
    assert client.get(SIGN_IN + path).status_code == 404


@pytest.mark.django_db
def test_the_admin_has_the_same_sign_in_page(client: Client) -> None:
    assert client.get("/beheer/", follow=True).redirect_chain[-1][0].startswith(SIGN_IN)


def test_the_admin_is_for_operators_only(alice_client: Client) -> None:
    assert alice_client.get("/beheer/institutions/manager/").status_code in (302, 403)


def test_an_operator_finds_institutions_and_managers_in_the_admin(client: Client, db: None) -> None:
    operator = Manager.objects.create_superuser("op@loket.test", PASSWORD, name="Op")
    client.force_login(operator)
    for page in ("institution/", "institution/add/", "manager/", "invitation/"):
        assert client.get(f"/beheer/institutions/{page}").status_code == 200
    # Nobody thinks up a password for another one.
    assert client.get("/beheer/institutions/manager/add/").status_code == 403


def test_two_emails_differ_by_more_than_their_capitals(alice: Manager) -> None:
    with pytest.raises(Exception, match="bestaat al een Beheerder"):
        Manager.objects.create_user("ALICE@School.test", PASSWORD, name="Other Alice")


def test_a_forgotten_password_answers_the_same_for_everybody(
    client: Client, alice: Manager, mailoutbox: list[object]
) -> None:
    known = client.post("/aanmelden/vergeten/", {"email": "alice@school.test"}, follow=True)
    unknown = client.post("/aanmelden/vergeten/", {"email": "nobody@school.test"}, follow=True)
    assert text(known) == text(unknown)
    assert len(mailoutbox) == 1


# Which school ----------------------------------------------------------------------------------


def test_with_one_institution_the_choice_is_made(alice_client: Client) -> None:
    assert alice_client.get("/").url == "/999912/leerlingen/"


def test_with_more_institutions_there_is_a_choice(
    alice_client: Client, alice: Manager, gent: Institution
) -> None:
    Membership.objects.create(manager=alice, institution=gent)
    page = text(alice_client.get("/"))
    assert "BRUSSEL-STAD - TEST School 2 (2)" in page
    assert "GENT - TEST School 7 (1)" in page
    assert "GENT" not in text(alice_client.get("/", {"zoek": "brussel"}))


def test_without_an_institution_the_page_says_whom_to_ask(client: Client, db: None) -> None:
    client.force_login(Manager.objects.create_user("new@school.test", PASSWORD, name="New"))
    assert "Je hebt nog geen instelling" in text(client.get("/"))


def test_another_school_answers_as_one_that_does_not_exist(
    alice_client: Client, gent: Institution
) -> None:
    other = alice_client.get("/999913/leerlingen/")
    missing = alice_client.get("/123456/leerlingen/")
    assert other.status_code == missing.status_code == 404
    assert text(other) == text(missing)


def test_losing_the_right_bites_on_the_next_request(alice_client: Client, alice: Manager) -> None:
    assert alice_client.get(desk("students")).status_code == 200
    alice.memberships.all().delete()
    assert alice_client.get(desk("students")).status_code == 404


# A desk left alone -----------------------------------------------------------------------------


def test_a_desk_left_alone_for_half_an_hour_locks(
    alice_client: Client, clock: time_machine.Traveller
) -> None:
    alice_client.get(desk("students"))
    clock.shift(timedelta(minutes=29))
    assert alice_client.get(desk("students")).status_code == 200
    clock.shift(timedelta(minutes=29))
    assert alice_client.get(desk("students")).status_code == 200
    clock.shift(timedelta(minutes=31))
    assert alice_client.get(desk("students")).url == f"{SIGN_IN}?next=/999912/leerlingen/"


def test_a_form_that_is_too_old_is_offered_again_in_dutch(alice: Manager) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post(desk("start_batch"), {"purpose": "renew"})
    assert answer.status_code == 403
    assert "Dit formulier was te oud" in text(answer)


def test_the_way_back_from_a_form_that_is_too_old_is_a_page(alice: Manager) -> None:
    client = DeskClient(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post(
        desk("start_batch"),
        {"purpose": "renew"},
        headers={"referer": "http://testserver" + desk("students")},
    )
    found = re.search(r'class="btn btn-primary" href="([^"]+)"', html(answer))
    assert found
    assert client.get(found[1]).status_code == 200


def test_a_search_with_a_null_character_is_answered(
    alice: Manager, gent: Institution, alice_client: Client
) -> None:
    Membership.objects.create(manager=alice, institution=gent)
    assert alice_client.get("/", {"zoek": "\x00"}).status_code == 200


# The environment -------------------------------------------------------------------------------


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("DESK_URL", "https://loket.example.org/")
    return monkeypatch


def test_an_https_url_is_taken_apart(deployment: pytest.MonkeyPatch) -> None:
    found = environment.site("DESK_URL")
    assert found == environment.Site("https://loket.example.org", "loket.example.org", True)


@pytest.mark.parametrize(
    "url", ["http://loket.example.org", "ftp://localhost", "loket", "https://"]
)
def test_other_urls_are_refused_and_the_variable_named(
    deployment: pytest.MonkeyPatch, url: str
) -> None:
    deployment.setenv("DESK_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DESK_URL"):
        environment.site("DESK_URL")


def test_http_is_allowed_on_loopback(deployment: pytest.MonkeyPatch) -> None:
    deployment.setenv("DESK_URL", "http://127.0.0.1:8000")
    assert not environment.site("DESK_URL").secure


@pytest.mark.parametrize("url", ["https://mijn.example.org", "https://mijn.example.org/leerid"])
def test_the_printed_url_must_lead_to_the_pupils_pages(
    deployment: pytest.MonkeyPatch, url: str
) -> None:
    deployment.setenv("PORTAL_URL", url)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_URL must end in /mijn"):
        environment.portal_site("PORTAL_URL", default="")


def test_a_missing_secret_is_named(deployment: pytest.MonkeyPatch) -> None:
    deployment.delenv("VAULT_KEYS", raising=False)
    with pytest.raises(ImproperlyConfigured, match="VAULT_KEYS is missing"):
        environment.vault_keys()


def test_a_bad_key_is_refused_and_not_repeated(deployment: pytest.MonkeyPatch) -> None:
    deployment.setenv("VAULT_KEYS", "not-a-key")
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.vault_keys()
    assert "not-a-key" not in str(refused.value)


@pytest.mark.parametrize("name", ["SECRET_KEY", "PEPPER_KEYS", "MATCHING_KEY"])
def test_the_desk_does_not_start_without_a_secret(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from schoolloket import settings"],
        cwd=Path(settings.BASE_DIR),
        env={key: value for key, value in os.environ.items() if key != name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert f"ImproperlyConfigured: The environment variable {name} is missing" in run.stderr


def test_the_peppers_keys_are_read_newest_first(deployment: pytest.MonkeyPatch) -> None:
    deployment.setenv("PEPPER_KEYS", "k2:MjIyMjIyMjIyMjIyMjI=, k1:MTExMTExMTExMTExMTExMQ==")
    assert environment.pepper_keys() == [PepperKey("k2", b"2" * 14), PepperKey("k1", b"1" * 16)]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (",", "holds no key"),
        ("MjIyMjIyMjIyMjIyMjI=", "is not an id"),
        (":MjIyMjIyMjIyMjIyMjI=", "is not an id"),
        ("K2:MjIyMjIyMjIyMjIyMjI=", "is not an id"),
        ("$k2:MjIyMjIyMjIyMjIyMjI=", "is not an id"),
        ("toolongid:MjIyMjIyMjIyMjIyMjI=", "is not an id"),
        ("k2:MjIyMjIyMjIyMjIyMjI", "is not an id"),
        ("k2:MjIyMjIyMjIy MjIyMjI=", "is not an id"),
        ("k2:MjIyMjIyMjIyMjIyMg==", "needs 14 bytes"),
        ("k2:", "needs 14 bytes"),
        ("k1:MjIyMjIyMjIyMjIyMjI=,k1:MTExMTExMTExMTExMTE=", "two keys with the same id"),
    ],
)
def test_a_pepper_that_is_not_right_is_refused_and_not_repeated(
    deployment: pytest.MonkeyPatch, given: str, wrong: str
) -> None:
    deployment.setenv("PEPPER_KEYS", given)
    with pytest.raises(ImproperlyConfigured, match=f"PEPPER_KEYS.*{wrong}") as refused:
        environment.pepper_keys()
    assert "MjIy" not in str(refused.value)


def test_new_secrets_have_every_name_that_is_needed(deployment: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-m", "schoolloket.make_secrets"]
    printed = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    made = dict(line.split("=", 1) for line in printed.stdout.splitlines())
    assert set(made) == {"SECRET_KEY", "VAULT_KEYS", "PEPPER_KEYS", "MATCHING_KEY"}

    deployment.setenv("PEPPER_KEYS", made["PEPPER_KEYS"])
    [key] = environment.pepper_keys()
    assert len(key.secret) == 32


def test_the_deployment_check_is_clean_and_https_secures_the_cookies() -> None:
    script = (
        "from django.conf import settings as s; from django.core.management import call_command;"
        "import django; django.setup(); call_command('check', deploy=True, fail_level='WARNING');"
        "assert s.SESSION_COOKIE_NAME == '__Host-loket' and s.SESSION_COOKIE_SECURE;"
        "assert s.CSRF_COOKIE_NAME == '__Host-csrf' and s.CSRF_COOKIE_SECURE;"
        "assert s.SECURE_SSL_REDIRECT and s.SECURE_HSTS_SECONDS and not s.DEBUG;"
        "assert s.ALLOWED_HOSTS == ['loket.example.org'];"
    )
    given = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "schoolloket.settings",
        "SECRET_KEY": "a-secret-of-the-tests-that-is-long-enough-for-the-check-9d8f7g6h5j",
        "VAULT_KEYS": Fernet.generate_key().decode(),
        "PEPPER_KEYS": f"k1:{Fernet.generate_key().decode()}",
        "MATCHING_KEY": "matching",
        "DESK_URL": "https://loket.example.org",
    }
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(settings.BASE_DIR),
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
