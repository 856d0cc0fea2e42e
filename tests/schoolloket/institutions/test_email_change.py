"""A manager changes the own e-mail address with a link in a mail to the new one."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from schoolloket.institutions.models import AccessEvent, Manager
from tests.desk_client import DeskClient
from tests.pages import messages_on
from tests.second_step import give_app

pytestmark = pytest.mark.usefixtures("clock")

PAGE = "/aanmelden/mijn/e-mail/"
NEW = "alice.nieuw@school.test"


def ask(client: DeskClient, email: str = NEW) -> str:
    """Ask for the change; return the path of the link in the mail."""
    client.post(PAGE, {"email": email})
    assert mail.outbox[-1].to == [email.lower()]
    [path] = re.findall(r"http://localhost:8000(/aanmelden/e-mail/\S+)", mail.outbox[-1].body)
    return str(path)


def email_of(manager: Manager) -> str | None:
    return Manager.objects.get(pk=manager.pk).email


@pytest.mark.django_db(transaction=True)
def test_the_link_changes_the_address_and_the_old_one_is_told(
    alice: Manager, alice_client: DeskClient
) -> None:
    path = ask(alice_client, "Alice.Nieuw@school.test")
    assert email_of(alice) == "alice@school.test"
    DeskClient().post(path)
    assert email_of(alice) == NEW
    assert mail.outbox[-1].to == ["alice@school.test"]
    assert AccessEvent.objects.get(kind=AccessEvent.Kind.EMAIL_CHANGED).manager == alice


def test_opening_the_link_changes_nothing_yet(alice: Manager, alice_client: DeskClient) -> None:
    """Programs that read mails open every link."""
    assert DeskClient().get(ask(alice_client)).status_code == 200
    assert email_of(alice) == "alice@school.test"


def test_the_link_works_once(alice: Manager, alice_client: DeskClient) -> None:
    path = ask(alice_client)
    DeskClient().post(path)
    alice.refresh_from_db()
    alice.email = "weer@school.test"
    alice.save()
    stranger = DeskClient()
    assert "al gebruikt of te oud" in messages_on(stranger.get(stranger.post(path).url))
    assert email_of(alice) == "weer@school.test"


def test_the_link_ends_after_an_hour(
    alice: Manager, alice_client: DeskClient, clock: time_machine.Traveller
) -> None:
    path = ask(alice_client)
    clock.shift(timedelta(minutes=61))
    DeskClient().post(path)
    assert email_of(alice) == "alice@school.test"


def test_an_address_of_somebody_else_is_refused_at_the_link_only(
    alice: Manager, bob: Manager, alice_client: DeskClient
) -> None:
    """Who has an account here is told to nobody who cannot read that mailbox."""
    path = ask(alice_client, bob.email or "")
    stranger = DeskClient()
    assert "meldt al iemand zich aan" in messages_on(stranger.get(stranger.post(path).url))
    assert email_of(alice) == "alice@school.test"


def test_it_asks_again_after_ten_minutes(
    alice: Manager, alice_client: DeskClient, clock: time_machine.Traveller
) -> None:
    give_app(alice)
    clock.shift(timedelta(minutes=11))
    assert alice_client.post(PAGE, {"email": NEW}).url.startswith("/aanmelden/bevestigen/")
    assert mail.outbox == []


@pytest.mark.parametrize("token", ["x", "a:b:c", "é"])
def test_a_made_up_link_is_answered(client: DeskClient, db: None, token: str) -> None:
    assert client.get(f"/aanmelden/e-mail/{token}/").url == "/aanmelden/"
