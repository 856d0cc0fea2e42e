"""The way to a factor: a mailed link, one more factor, recovery codes, and what cannot go (R14)."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import override_settings

from schoolloket.institutions.emails import enrolment_link
from schoolloket.institutions.models import AccessEvent, Manager
from schoolloket.institutions.second_factor.forms import SESSION_KEY
from tests.desk_client import DeskClient
from tests.pages import desk, html, text
from tests.second_step import (
    SECRET,
    code_of,
    give_app,
    sign_in,
    type_code,
    type_password,
    unused_recovery_code,
)

pytestmark = pytest.mark.usefixtures("clock")

# The sign-in library goes on once a change is committed, within the request.
commits = pytest.mark.django_db(transaction=True)

Kind = AccessEvent.Kind
NEEDED = "/aanmelden/tweede-stap/"
APP = "/aanmelden/mijn/app/"


def mailed_path() -> str:
    [found] = re.findall(r"http://localhost:8000(/aanmelden/tweede-stap/\S+)", mail.outbox[-1].body)
    return str(found)


def enrol_app(client: DeskClient) -> None:
    client.get(APP)
    client.post(APP, {"code": code_of(client.session[SESSION_KEY])})


def has_app(manager: Manager) -> bool:
    return Authenticator.objects.filter(user=manager, type="totp").exists()


# The link --------------------------------------------------------------------------------------


def test_a_stolen_password_enrols_nothing(alice: Manager, client: DeskClient) -> None:
    type_password(client, alice.email)
    for page in (APP, "/aanmelden/mijn/sleutel/", "/aanmelden/tweede-stap/kies/"):
        assert client.get(page).url == NEEDED
        assert client.post(page, {"code": "123456"}).url == NEEDED
    assert not has_app(alice)


@override_settings(SECOND_FACTOR="offered")
def test_not_even_where_the_factor_is_offered(alice: Manager, client: DeskClient) -> None:
    type_password(client, alice.email)
    assert client.get(APP).url == NEEDED


@commits
def test_the_mailed_link_leads_to_an_app_and_into_the_desk(
    alice: Manager, client: DeskClient
) -> None:
    type_password(client, alice.email)
    client.post("/aanmelden/tweede-stap/mail/")
    assert client.get(mailed_path()).url == "/aanmelden/tweede-stap/kies/"
    assert client.get("/aanmelden/tweede-stap/kies/").status_code == 200
    enrol_app(client)
    assert has_app(alice)
    assert client.get(desk("students")).status_code == 200


@commits
def test_enrolment_asks_the_password_once(alice: Manager, client: DeskClient) -> None:
    client.get(enrolment_link(alice).removeprefix("http://localhost:8000"))
    answer = client.post(
        "/aanmelden/?next=/aanmelden/tweede-stap/kies/",
        {"login": alice.email, "password": "een-lang-wachtwoord-2026"},
    )
    assert answer.url == "/aanmelden/tweede-stap/kies/"
    enrol_app(client)
    assert client.get("/aanmelden/mijn/herstelcodes/").status_code == 200


def test_the_link_alone_opens_nothing(alice: Manager, client: DeskClient) -> None:
    client.get(enrolment_link(alice).removeprefix("http://localhost:8000"))
    assert client.get(APP).url.startswith("/aanmelden/?next=")


def test_the_link_of_a_colleague_enrols_nothing(
    alice: Manager, bob: Manager, client: DeskClient
) -> None:
    type_password(client, alice.email)
    client.get(enrolment_link(bob).removeprefix("http://localhost:8000"))
    assert client.get(APP).url == NEEDED


@commits
def test_a_link_works_once(alice: Manager, client: DeskClient) -> None:
    path = enrolment_link(alice).removeprefix("http://localhost:8000")
    type_password(client, alice.email)
    type_password(thief := DeskClient(), alice.email)
    for browser in (client, thief):
        browser.get(path)
        browser.get(APP)
    enrol_app(client)
    mine = Authenticator.objects.get(user=alice, type="totp")
    thief.post(APP, {"code": code_of(thief.session[SESSION_KEY])})
    assert Authenticator.objects.get(user=alice, type="totp") == mine
    assert thief.get(desk("students")).url == NEEDED


def test_a_link_ends_after_an_hour(
    alice: Manager, client: DeskClient, clock: time_machine.Traveller
) -> None:
    path = enrolment_link(alice).removeprefix("http://localhost:8000")
    clock.shift(timedelta(minutes=61))
    type_password(client, alice.email)
    client.get(path)
    assert client.get(APP).url == NEEDED


def test_at_most_three_mails_an_hour(alice: Manager, client: DeskClient) -> None:
    type_password(client, alice.email)
    for _ in range(5):
        client.post("/aanmelden/tweede-stap/mail/")
    assert len(mail.outbox) == 3


def test_a_command_prints_the_link_where_mail_fails(alice: Manager, client: DeskClient) -> None:
    out = StringIO()
    call_command("enrolment_link", "Alice@School.test", stdout=out)
    type_password(client, alice.email)
    client.get(out.getvalue().strip().removeprefix("http://localhost:8000"))
    assert client.get(APP).status_code == 200


def test_no_command_prints_a_link_for_who_has_a_factor(alice: Manager) -> None:
    give_app(alice)
    with pytest.raises(CommandError, match="has a second factor"):
        call_command("enrolment_link", alice.email)
    with pytest.raises(CommandError, match="no active manager"):
        call_command("enrolment_link", "niemand@school.test")


# The app ---------------------------------------------------------------------------------------


def test_a_wrong_code_sets_nothing_and_keeps_the_secret(alice: Manager, client: DeskClient) -> None:
    type_password(client, alice.email)
    client.get(enrolment_link(alice).removeprefix("http://localhost:8000"))
    client.get(APP)
    secret = client.session[SESSION_KEY]
    answer = client.post(APP, {"code": "000000"})
    assert "Deze code klopt niet" in text(answer)
    assert not has_app(alice)
    assert client.session[SESSION_KEY] == secret
    assert secret in html(answer)


@commits
def test_the_code_of_the_enrolment_does_not_sign_in_too(alice: Manager, client: DeskClient) -> None:
    type_password(client, alice.email)
    client.get(enrolment_link(alice).removeprefix("http://localhost:8000"))
    client.get(APP)
    code = code_of(client.session[SESSION_KEY])
    client.post(APP, {"code": code})
    type_password(thief := DeskClient(), alice.email)
    type_code(thief, code)
    assert thief.get(desk("students")).status_code == 302


@commits
def test_the_session_of_the_enrolment_has_another_key_afterwards(
    alice: Manager, client: DeskClient
) -> None:
    type_password(client, alice.email)
    client.get(enrolment_link(alice).removeprefix("http://localhost:8000"))
    before = client.cookies["loket"].value
    enrol_app(client)
    assert client.cookies["loket"].value != before


@commits
def test_the_manager_hears_of_a_new_factor(alice: Manager, client: DeskClient) -> None:
    type_password(client, alice.email)
    client.get(enrolment_link(alice).removeprefix("http://localhost:8000"))
    enrol_app(client)
    assert mail.outbox[-1].to == [alice.email]
    assert "een authenticator-app" in mail.outbox[-1].body
    assert AccessEvent.objects.get(kind=Kind.FACTOR_ADDED).manager == alice


# Recovery codes --------------------------------------------------------------------------------


@commits
def test_recovery_codes_are_shown_once(alice: Manager, client: DeskClient) -> None:
    type_password(client, alice.email)
    client.get(enrolment_link(alice).removeprefix("http://localhost:8000"))
    enrol_app(client)
    code = unused_recovery_code(alice)
    assert code in html(client.get("/aanmelden/mijn/herstelcodes/"))
    again = client.get("/aanmelden/mijn/herstelcodes/")
    assert code not in html(again)
    assert "werden al getoond" in text(again)


@commits
def test_new_recovery_codes_replace_the_old_ones(alice: Manager, client: DeskClient) -> None:
    sign_in(client, alice.email)
    old = unused_recovery_code(alice)
    client.post("/aanmelden/mijn/herstelcodes/nieuw/")
    assert unused_recovery_code(alice) != old
    type_password(thief := DeskClient(), alice.email)
    assert "Deze code klopt niet" in text(type_code(thief, old))
    assert AccessEvent.objects.filter(kind=Kind.CODES_RENEWED).exists()


# What cannot go --------------------------------------------------------------------------------


def test_the_last_factor_cannot_be_removed(alice: Manager, client: DeskClient) -> None:
    sign_in(client, alice.email)
    answer = client.post("/aanmelden/mijn/app/weg/")
    assert "Dit is je enige tweede stap" in text(answer)
    assert has_app(alice)


def test_a_change_of_factors_asks_again_after_ten_minutes(
    alice: Manager, client: DeskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client, alice.email)
    assert client.get("/aanmelden/mijn/app/weg/").status_code == 200
    clock.shift(timedelta(minutes=11))
    assert client.get("/aanmelden/mijn/app/weg/").url.startswith("/aanmelden/bevestigen/code/")
    password = {"password": "een-lang-wachtwoord-2026"}
    client.post("/aanmelden/opnieuw/?next=/aanmelden/mijn/app/weg/", password)
    assert client.get("/aanmelden/mijn/app/weg/").status_code == 302
    client.post("/aanmelden/bevestigen/code/", {"code": code_of()})
    assert client.get("/aanmelden/mijn/app/weg/").status_code == 200


def test_the_passkey_of_a_colleague_is_not_found(
    alice: Manager, bob: Manager, client: DeskClient
) -> None:
    passkey = Authenticator.objects.create(
        user=bob, type="webauthn", data={"name": "sleutel", "credential": {}}
    )
    sign_in(client, alice.email)
    path = f"/aanmelden/mijn/sleutel/{passkey.pk}/weg/"
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


# Secrets ---------------------------------------------------------------------------------------


def everything_in_the_database() -> str:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        rows = []
        for name in names:
            cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608
            rows += cursor.fetchall()
    return repr(rows)


def test_no_secret_is_readable_in_the_database(alice: Manager, client: DeskClient) -> None:
    give_app(alice)
    code = unused_recovery_code(alice)
    assert SECRET not in everything_in_the_database()
    assert code not in everything_in_the_database()


def test_no_secret_or_token_is_readable_in_a_session(
    alice: Manager, client: DeskClient, caplog: pytest.LogCaptureFixture
) -> None:
    type_password(client, alice.email)
    link = enrolment_link(alice)
    client.get(link.removeprefix("http://localhost:8000"))
    client.get(APP)
    stored = everything_in_the_database()
    assert client.session.encode({}) != client.session.encode({})
    assert client.session[SESSION_KEY] not in stored
    assert link.rpartition("-")[2].strip("/") not in stored + caplog.text


def test_rotation_seals_the_secrets_anew(alice: Manager, settings: object) -> None:
    give_app(alice)
    code = unused_recovery_code(alice)
    old = settings.VAULT_KEYS  # type: ignore[attr-defined]
    new = [Fernet.generate_key().decode()]
    settings.VAULT_KEYS = new + old  # type: ignore[attr-defined]
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    assert "2 second factors" in out.getvalue()

    settings.VAULT_KEYS = new  # type: ignore[attr-defined]
    assert unused_recovery_code(alice) == code
    client = DeskClient()
    type_password(client, alice.email)
    type_code(client, code_of())
    assert client.get(desk("students")).status_code == 200


def test_a_key_that_is_lost_is_a_message_and_no_crash(alice: Manager, settings: object) -> None:
    give_app(alice)
    settings.VAULT_KEYS = [Fernet.generate_key().decode()]  # type: ignore[attr-defined]
    type_password(client := DeskClient(), alice.email)
    assert "kan nu niet nagekeken worden" in text(type_code(client, code_of()))
    with pytest.raises(CommandError, match="1 could not be opened"):
        call_command("rotate_keys", stdout=StringIO())
