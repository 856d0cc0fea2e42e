"""Invitations: a mailed link makes somebody a colleague, once, and everybody is told (R13)."""

import re
from datetime import date, timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from schoolloket.access import actions
from schoolloket.access.grants import Grant
from schoolloket.core.exceptions import AlreadyHere, InvitationGone, MoreThanOwn, NoLongerHere
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import (
    AccessEvent,
    Institution,
    Invitation,
    Manager,
    Membership,
)
from tests.desk_client import DeskClient
from tests.helpers import Enrol, manager_of
from tests.pages import desk, messages_on, text
from tests.second_step import give_app

pytestmark = pytest.mark.usefixtures("clock")
commits = pytest.mark.django_db(transaction=True)

DIRK = "dirk@school.test"
OWN = "vier-blauwe-fietsen-2026"
Kind = AccessEvent.Kind
Role = Membership.Role
HELPER = {"role": "klashelper", "school_year": "2026", "classes": ["6EM"], "ends_on": ""}


def invite(client: DeskClient, **fields: object) -> Any:
    posted = {"email": DIRK, "role": "beheerder", "ends_on": ""} | fields
    return client.post(desk("invite"), posted)


def link_in(message: Any) -> str:
    [path] = re.findall(r"http://localhost:8000(/uitnodiging/\S+)", message.body)
    return str(path)


def mailed_link() -> str:
    return link_in(next(one for one in reversed(mail.outbox) if one.to == [DIRK]))


def accepts(path: str, password: str = OWN, name: str = "Dirk Dekens") -> DeskClient:
    client = DeskClient()
    client.get(path)
    client.post("/uitnodiging/", {"name": name, "password": password})
    return client


# Inviting --------------------------------------------------------------------------------------


@commits
def test_who_is_invited_gets_a_link_and_the_beheerders_are_told(
    alice: Manager, brussel: Institution, bob: Manager, alice_client: DeskClient
) -> None:
    manager_of(brussel, "Carol")
    answer = invite(alice_client)
    assert answer.url == desk("access")
    token = mailed_link().split("/")[2]
    assert [one.to[0] for one in mail.outbox if token in one.body] == [DIRK]
    told = {one.to[0] for one in mail.outbox} - {DIRK}
    assert told == {"alice@school.test", "carol@school.test"}
    assert Invitation.objects.get().mailed_at is not None
    assert (
        AccessEvent.objects.get(kind=Kind.INVITED).detail == "d*****k@school.test: LeerID-beheerder"
    )


@commits
def test_the_database_holds_no_link(alice_client: DeskClient) -> None:
    invite(alice_client)
    token = mailed_link().split("/")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM institutions_invitation")
        assert token not in repr(cursor.fetchall())


@commits
def test_a_mail_that_failed_leaves_the_invitation_and_is_sent_again(
    alice_client: DeskClient,
) -> None:
    with patch("django.core.mail.EmailMessage.send", side_effect=OSError):
        invite(alice_client)
    page = text(alice_client.get(desk("access")))
    assert "De mail is nog niet vertrokken" in page
    assert "Stuur opnieuw" in page

    alice_client.post(desk("send_invitation_again", Invitation.objects.get().pk))
    assert "Werkt tot 30 november 2026" in text(alice_client.get(desk("access")))
    assert accepts(mailed_link()).get("/aanmelden/tweede-stap/kies/").status_code == 200


@commits
def test_sending_again_voids_the_first_link(alice_client: DeskClient) -> None:
    invite(alice_client)
    first = mailed_link()
    alice_client.post(desk("send_invitation_again", Invitation.objects.get().pk))
    accepts(first)
    assert not Manager.objects.filter(email=DIRK).exists()
    assert mailed_link() != first


@commits
def test_a_withdrawn_invitation_opens_nothing(alice_client: DeskClient) -> None:
    invite(alice_client)
    alice_client.post(desk("withdraw_invitation", Invitation.objects.get().pk))
    client = DeskClient()
    client.get(mailed_link())
    answer = client.get("/uitnodiging/")
    assert answer.status_code == 410
    assert "werkt niet meer" in text(answer)
    assert AccessEvent.objects.filter(kind=Kind.INVITATION_WITHDRAWN).exists()


def test_who_works_here_is_not_invited(
    alice_client: DeskClient, brussel: Institution, alice_actor: Actor
) -> None:
    carol = manager_of(brussel, "Carol")
    answer = invite(alice_client, email=" CAROL@school.test")
    assert "werkt al in dit loket" in text(answer)
    assert not Invitation.objects.exists()
    with pytest.raises(AlreadyHere):
        actions.invite(by=alice_actor, email=carol.email or "", grant=Grant(Role.MANAGER))


def test_a_second_invitation_replaces_the_first(alice_client: DeskClient) -> None:
    invite(alice_client)
    invite(alice_client, ends_on="2027-01-31")
    assert Invitation.objects.get().ends_on == date(2027, 1, 31)


def test_it_asks_again_after_ten_minutes(
    alice: Manager, alice_client: DeskClient, clock: time_machine.Traveller
) -> None:
    give_app(alice)
    clock.shift(timedelta(minutes=11))
    assert invite(alice_client).url.startswith("/aanmelden/bevestigen/")
    assert not Invitation.objects.exists()


# What is granted -------------------------------------------------------------------------------


def test_a_helper_is_invited_for_classes_until_the_end_of_the_school_year(
    alice_client: DeskClient, brussel: Institution, enrol: Enrol
) -> None:
    enrol(brussel)
    invite(alice_client, **HELPER)
    found = Invitation.objects.get()
    assert (found.role, found.classes, found.school_year) == (Role.HELPER, ["6EM"], 2026)
    assert found.ends_on == date(2027, 8, 31)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"classes": []}, "Kies minstens één klas"),
        ({"classes": ["9Z"]}, "De klas 9Z is er niet"),
        ({"school_year": "2031"}, "Kies het schooljaar"),
        ({"ends_on": "2027-09-01"}, "ten laatste op 31/08/2027"),
        ({"ends_on": "2026-11-22"}, "Deze dag is al voorbij"),
        ({"ends_on": "morgen"}, "Schrijf de dag als 31/08/2027"),
        ({"role": "operator"}, "operator"),
        ({"email": "geen adres"}, "e-mailadres"),
    ],
)
def test_what_cannot_be_granted_is_named(
    alice_client: DeskClient,
    brussel: Institution,
    enrol: Enrol,
    fields: dict[str, object],
    message: str,
) -> None:
    enrol(brussel)
    assert message in text(invite(alice_client, **(HELPER | fields)))
    assert not Invitation.objects.exists()


def test_nobody_grants_more_than_he_has(
    alice: Manager, alice_actor: Actor, alice_client: DeskClient
) -> None:
    alice.memberships.update(ends_on=date(2027, 1, 31))
    assert "Je eigen toegang loopt tot en met 31 januari 2027" in text(invite(alice_client))
    invite(alice_client, ends_on="2027-01-31")
    assert Invitation.objects.get().ends_on == date(2027, 1, 31)
    with pytest.raises(MoreThanOwn):
        actions.invite(
            by=Actor(alice_actor.institution, alice, right=alice.memberships.get()),
            email=DIRK,
            grant=Grant(Role.MANAGER, ends_on=date(2027, 2, 1)),
        )


def test_who_lost_the_right_meanwhile_invites_nobody(alice: Manager, alice_actor: Actor) -> None:
    right = alice.memberships.get()
    alice.memberships.all().delete()
    by = Actor(alice_actor.institution, alice, right=right)
    with pytest.raises(NoLongerHere):
        actions.invite(by=by, email=DIRK, grant=Grant(Role.MANAGER))


# Accepting -------------------------------------------------------------------------------------


@commits
def test_somebody_new_chooses_a_password_and_goes_on_to_a_factor(
    alice_client: DeskClient, brussel: Institution
) -> None:
    invite(alice_client)
    client = DeskClient()
    assert client.get(mailed_link()).url == "/uitnodiging/"
    page = text(client.get("/uitnodiging/"))
    assert "Alice nodigde je uit in het loket van TEST School 2 (2)" in page
    answer = client.post("/uitnodiging/", {"name": "Dirk Dekens", "password": OWN})
    assert answer.url == "/aanmelden/tweede-stap/kies/"
    assert client.get("/aanmelden/mijn/app/").status_code == 200
    assert client.get(desk("students")).url == "/aanmelden/tweede-stap/"

    dirk = Manager.objects.get(email=DIRK)
    assert dirk.memberships.get().institution == brussel
    assert not Invitation.objects.exists()
    assert AccessEvent.objects.filter(kind=Kind.ADDED, manager=dirk).exists()
    assert "aanvaardde de uitnodiging" in mail.outbox[-1].body
    assert mail.outbox[-1].to == ["alice@school.test"]


@commits
def test_a_link_works_once(alice_client: DeskClient) -> None:
    invite(alice_client)
    path = mailed_link()
    accepts(path)
    thief = accepts(path, name="Dief")
    assert thief.get("/uitnodiging/").status_code == 410
    assert Manager.objects.get(email=DIRK).name == "Dirk Dekens"


@commits
def test_a_link_ends_after_seven_days(
    alice_client: DeskClient, clock: time_machine.Traveller
) -> None:
    invite(alice_client)
    clock.shift(timedelta(days=7, minutes=1))
    accepts(mailed_link())
    assert not Manager.objects.filter(email=DIRK).exists()


@commits
@pytest.mark.parametrize("password", ["kort", "dirk@school.test", "123456789012345"])
def test_a_weak_password_is_refused(alice_client: DeskClient, password: str) -> None:
    invite(alice_client)
    client = accepts(mailed_link(), password=password)
    assert not Manager.objects.filter(email=DIRK).exists()
    assert client.get("/uitnodiging/").status_code == 200


@commits
def test_who_signs_in_already_accepts_with_one_press(
    alice_client: DeskClient, bob: Manager, bob_client: DeskClient, brussel: Institution
) -> None:
    invite(alice_client, email=bob.email)
    path = link_in(mail.outbox[0])
    stranger = accepts(path)
    assert not bob.memberships.filter(institution=brussel).exists()
    assert "Meld je aan om de uitnodiging te aanvaarden" in text(stranger.get("/uitnodiging/"))

    bob_client.get(path)
    assert "Aanvaard de uitnodiging" in text(bob_client.get("/uitnodiging/"))
    assert bob_client.post("/uitnodiging/").url == "/999912/"
    assert bob_client.get(desk("students")).status_code == 200


@commits
def test_another_manager_does_not_accept_in_ones_place(
    alice_client: DeskClient, alice_actor: Actor, bob: Manager, brussel: Institution
) -> None:
    carol = manager_of(Institution.objects.create(number="999914", name="Derde"), "Carol")
    token = actions.invite(by=alice_actor, email=carol.email or "", grant=Grant(Role.MANAGER))
    client = DeskClient()
    client.force_login(bob)
    client.get(f"/uitnodiging/{token}/")
    client.post("/uitnodiging/")
    assert not bob.memberships.filter(institution=brussel).exists()
    with pytest.raises(InvitationGone):
        actions.accept(token=token, manager=bob)
    with pytest.raises(InvitationGone):
        actions.join(token=token, name="Dief", password=OWN)


@commits
def test_an_invitation_revives_a_right_that_ended(
    alice_client: DeskClient, brussel: Institution
) -> None:
    carol = manager_of(brussel, "Carol")
    carol.memberships.update(ends_on=date(2026, 10, 31))
    invite(alice_client, email=carol.email)
    client = DeskClient()
    client.force_login(carol)
    assert client.get(desk("students")).status_code == 404
    client.get(link_in(mail.outbox[0]))
    client.post("/uitnodiging/")
    assert client.get(desk("students")).status_code == 200


@commits
def test_the_token_leaves_the_address_and_stays_out_of_the_log(
    alice_client: DeskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    invite(alice_client)
    path = mailed_link()
    accepts(path)
    accepts(path)
    assert path.split("/")[2] not in caplog.text


def test_an_address_that_does_not_lead_anywhere(client: DeskClient, db: None) -> None:
    assert client.get("/uitnodiging/").status_code == 410
    assert client.post("/uitnodiging/", {"name": "x", "password": OWN}).status_code == 410
    assert not Manager.objects.exists()


# Commands --------------------------------------------------------------------------------------


@commits
def test_a_new_school_begins_with_one_command() -> None:
    out = StringIO()
    call_command("create_institution", "111111", "Aalst", "De Brug", invite=DIRK, stdout=out)
    path = re.findall(r"http://localhost:8000(\S+)", out.getvalue())[0]
    assert path == mailed_link()
    client = accepts(path)
    dirk = Manager.objects.get(email=DIRK)
    client.note_step(dirk, "mfa", type="totp")
    assert client.get("/").url == "/111111/leerlingen/"


@pytest.mark.django_db
def test_a_school_that_cannot_be_is_refused(brussel: Institution) -> None:
    with pytest.raises(CommandError, match="zes cijfers"):
        call_command("create_institution", "12", "Aalst", "De Brug")
    with pytest.raises(CommandError):
        call_command("create_institution", brussel.number, "Aalst", "De Brug")


@commits
def test_a_command_invites_and_prints_the_link(alice: Manager) -> None:
    out = StringIO()
    call_command("invite_manager", "999912", DIRK, stdout=out)
    assert out.getvalue().strip().endswith(mailed_link())
    with pytest.raises(CommandError, match="werkt al"):
        call_command("invite_manager", "999912", alice.email)
    with pytest.raises(CommandError, match="no institution"):
        call_command("invite_manager", "000000", DIRK)


def test_the_log_of_the_invited_is_read_by_name(alice_client: DeskClient) -> None:
    answer = invite(alice_client)
    assert "is onderweg" in messages_on(alice_client.get(answer.url))
