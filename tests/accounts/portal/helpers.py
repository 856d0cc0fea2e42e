"""How the tests sign in on Mijn LeerID, and what the cards of the pupils say."""

import re
from collections.abc import Callable
from functools import partial
from html import unescape

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Account, PasswordKind
from accounts.portal.models import PortalSession
from accounts.portal.urls import urlpatterns
from credentials.actions import drafts, hashing, saves
from schoolloket.institutions.actors import Actor
from tests.at_once import at_once as start_together

SIGN_IN = "/mijn/"
HOME = "/mijn/start/"
PASSWORD = "/mijn/wachtwoord/"
EMAIL = "/mijn/e-mail/"
CONFIRM = "/mijn/e-mail/bevestigen"
FORGOTTEN = "/mijn/vergeten/"
RESET = "/mijn/vergeten/nieuw"
SIGN_OUT = "/mijn/afmelden/"

WORD = "29ban9"
PICTURES = ("vis", "boom", "huis", "bal")
TEMPORARY = "Kd7mPq2x"
OWN = "veertig gele fietsen"
NEW = "acht paarse olifanten"
ADDRESS = "lena@voorbeeld.be"

REFUSED = "Deze gebruikersnaam en dit wachtwoord horen niet bij elkaar."


def sign_in(client: Client, username: str, password: str, **more: object) -> HttpResponse:
    return client.post(SIGN_IN, {"username": username, "password": password, "sign_in": "", **more})


def gets_in(client: Client, username: str, password: str) -> bool:
    """Whether a try signs in; anything but one of the two known answers is an error."""
    response = sign_in(client, username, password)
    if response.status_code == 302:
        assert response.url == HOME
        return True
    assert response.status_code == 200
    assert REFUSED in text(response)
    return False


def device(address: str = "10.0.0.1") -> Client:
    """A browser of its own, behind that address."""
    return Client(REMOTE_ADDR=address)


def signed_in(username: str, password: str) -> Client:
    client = device()
    assert gets_in(client, username, password)
    return client


def is_signed_in(client: Client) -> bool:
    response = client.get(HOME)
    assert response.status_code == 200 or response.url in (SIGN_IN, PASSWORD)
    return response.status_code == 200 or response.url == PASSWORD


def renew(by: Actor, account: Account, *, removes_email: bool = False) -> None:
    """A new password from the desk, by the single edit."""
    edit = drafts.Edit(account.username, PasswordKind(account.password_kind), removes_email)
    batch = drafts.prepare_edit(by=by, student_id=account.student_id, edit=edit)
    hashing.hash_all(batch)
    saves.save(by=by, batch_id=batch.pk)


def at_once(work: Callable[[int], object], number: int) -> list[object]:
    """Do the work so many times, all starting together."""
    return start_together(*[partial(work, index) for index in range(number)])


def sessions(account: Account) -> int:
    return PortalSession.objects.filter(account=account).exclude(token_hash=None).count()


def html(response: HttpResponse) -> str:
    return response.content.decode()


def text(response: HttpResponse) -> str:
    """What a person reads on the page."""
    body = re.sub(r"(?s).*<body[^>]*>", "", html(response))
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def without_csrf(response: HttpResponse) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html(response))


def link_in(body: str) -> str:
    """The path of the first link in a mail: what the pupil clicks."""
    found = re.search(r"http://localhost:8000(/mijn/\S+/\S+/)", body)
    assert found
    return found[1]


def routes() -> dict[str, str]:
    """Every page of the portal, by name, with an address of it."""
    given: dict[str, list[str]] = {
        "open_link": ["token"],
        "open_reset": ["token"],
        "sign_in_as": ["wout.woord"],
    }
    return {
        name: reverse(f"portal:{name}", args=given.get(name, []))
        for name in (pattern.name for pattern in urlpatterns)
    }
