"""How the tests sign in on Mijn LeerID, and the passwords of the pupils in `conftest`."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Account, PasswordKind
from accounts.portal import hash_queue
from accounts.portal.actions import sessions
from accounts.portal.device import Device
from accounts.portal.models import PortalSession
from accounts.portal.urls import urlpatterns
from credentials.actions import drafts, hashing, saves
from schoolloket.core import tokens
from schoolloket.institutions.actors import Actor
from tests.at_once import at_once as start_together
from tests.pages import html, text

SIGN_IN = "/mijn/"
HOME = "/mijn/start/"
PASSWORD = "/mijn/wachtwoord/"
EMAIL = "/mijn/e-mail/"
CONFIRM = "/mijn/e-mail/bevestigen"
FORGOTTEN = "/mijn/vergeten/"
RESET = "/mijn/vergeten/nieuw"
SIGN_OUT = "/mijn/afmelden/"
SIGN_OUT_EVERYWHERE = "/mijn/overal-afmelden/"

WORD = "29ban9"
WRONG = "35pak2"
PICTURES = ("vis", "boom", "huis", "bal")
TEMPORARY = "Kd7mPq2x"
OWN = "veertig gele fietsen"
NEW = "acht paarse olifanten"
LINKED_EMAIL = "lena@voorbeeld.be"

REFUSED = "Deze gebruikersnaam en dit wachtwoord horen niet bij elkaar."


def sign_in(client: Client, username: str, password: str, **more: object) -> HttpResponse:
    return client.post(SIGN_IN, {"username": username, "password": password, "sign_in": "", **more})


def gets_in(client: Client, username: str, password: str) -> bool:
    """Whether an attempt signs in; any response but the two known ones is an error."""
    response = sign_in(client, username, password)
    if response.status_code == 302:
        assert response.url == HOME
        return True
    assert response.status_code == 200
    assert REFUSED in text(response)
    return False


def device(ip_address: str = "10.0.0.1") -> Client:
    """A browser of its own, behind that IP address."""
    return Client(REMOTE_ADDR=ip_address)


def signed_in(username: str, password: str) -> Client:
    client = device()
    assert gets_in(client, username, password)
    return client


def is_signed_in(client: Client) -> bool:
    response = client.get(HOME)
    assert response.status_code == 200 or response.url in (SIGN_IN, PASSWORD)
    return response.status_code == 200 or response.url == PASSWORD


def take_all_places(held: ExitStack) -> None:
    """Wait for a hash, as many as may, on devices of every kind but known ones."""
    for standing, number in hash_queue.PLACES.items():
        for _ in range(number):
            held.enter_context(hash_queue.place(standing))


def renew(by: Actor, account: Account, *, removes_email: bool = False) -> None:
    """Renew the password at the desk, by the single edit."""
    edit = drafts.Edit(account.username, PasswordKind(account.password_kind), removes_email)
    batch = drafts.prepare_edit(by=by, student_id=account.student_id, edit=edit)
    hashing.hash_all(batch)
    saves.save(by=by, batch_id=batch.pk)


def at_once(work: Callable[[int], object], number: int) -> list[object]:
    """Do the work `number` times, all at the same moment."""
    return start_together(*[partial(work, index) for index in range(number)])


def open_sessions(account: Account) -> int:
    return PortalSession.objects.filter(account=account).exclude(token_hash=None).count()


def without_csrf(response: HttpResponse) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html(response))


def link_in(body: str) -> str:
    """The path of the first link in a mail: what the pupil clicks."""
    found = re.search(r"http://localhost:8000(/mijn/\S+/\S+/)", body)
    assert found
    return found[1]


def routes() -> dict[str, str]:
    """The path of every page of the portal, by the name of its route."""
    arguments: dict[str, list[str]] = {
        "open_link": ["token"],
        "open_reset": ["token"],
        "sign_in_as": ["wout.woord"],
    }
    names = [str(pattern.name) for pattern in urlpatterns]
    return {name: reverse(f"portal:{name}", args=arguments.get(name, [])) for name in names}


def ip_addresses() -> Iterator[str]:
    """IP addresses without end, all different."""
    return (f"10.{a}.{b}.{c}" for a in range(256) for b in range(256) for c in range(256))


def attempt(username: str, password: str, ip_address: str = "10.0.0.1") -> bool:
    """Whether a pupil gets in on a device that is always another; without the cost of a page."""
    signed_in = sessions.sign_in(
        username=username,
        password=password,
        ip_address=ip_address,
        device=Device(id=tokens.new()),
    )
    return signed_in is not None
