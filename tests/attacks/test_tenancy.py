"""Every route, for everybody, by every method: nobody sees or changes what is another's (R11).

The routes come from the project itself, the admin's included, so a new one is tried from its first
day. What a role may do is in the table of `tests/routes.py`.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from accounts.models import Account
from accounts.portal.models import AttemptCount, PortalSession
from credentials.models import Batch
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager
from students.models import ImportRun
from tests.accounts.portal.helpers import OWN, signed_in
from tests.credentials.helpers import Prepare
from tests.desk_client import DeskClient, signed_in_as
from tests.helpers import NOW, PASSWORD, Enrol, GiveAccount, helper_of, invitation_to, manager_of
from tests.pages import desk
from tests.routes import PORTAL, ROUTES, SIGN_IN, TYPED, Brussel, Who, admin_url, who

pytestmark = pytest.mark.usefixtures("clock")

SAFE = ["GET", "HEAD", "OPTIONS", "TRACE"]
UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]
HTMX = {"hx-request": "true", "hx-boosted": "true"}
# Sessions come and go with any request, and failed attempts are counted for anybody.
UNWATCHED = {Session, PortalSession, AttemptCount}
SIGN_OUTS = {
    f"{SIGN_IN}afmelden/",
    f"{SIGN_IN}overal-afmelden/",
    f"{PORTAL}afmelden/",
    f"{PORTAL}overal-afmelden/",
    "beheer/logout/",
    # Mails a link to the own address.
    f"{SIGN_IN}tweede-stap/mail/",
}
# Frames of labels without a pupil: for everybody who prints in Brussel.
TEST_PAGE = "<number:number>/afdrukken/testblad/<str:sheet>"

# What a page of Brussel shows, and one for nobody of Brussel never does.
MARKS = ("Zwaantje", "Zevenhuizen", "zwaantje.zevenhuizen", "7351942", "Bruggeling", "7351943")


@dataclass
class School:
    """Brussel with one of each object that a URL can name, and what a form of it posts."""

    objects: Brussel
    posted: dict[str, object]


@pytest.fixture
def brussels(
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    alice_actor: Actor,
    ready: Prepare,
    saved: Prepare,
) -> School:
    pupil = give_account(enrol(brussel, "Zwaantje", "Zevenhuizen", stamnummer="7351942"))
    newcomer = enrol(brussel, "Noor", "Bruggeling", stamnummer="7351943")
    run = ImportRun.objects.create(
        institution=brussel,
        created_by=alice_actor.manager,
        created_at=NOW,
        file_name="Zevenhuizen.csv",
        full_list=False,
        state=ImportRun.State.DROPPED,
    )
    printable = saved(pupil)
    draft = ready(pupil, newcomer)
    row = draft.items.first()
    assert row
    posted = {
        # The fields and buttons of every form, with the ids of Brussel.
        "student": str(pupil.student_id),
        "item": str(row.pk),
        "row": f"{row.pk}",
        "concept": str(draft.pk),
        "purpose": Batch.Purpose.RENEW,
        "status": "deactiveren",
        "apply": "nieuw",
        "kinds:nieuw": "woord",
        f"kind-{row.pk}": "afbeeldingen",
        f"username-{row.pk}": "zomaar.iemand",
        "username": "zomaar.iemand",
        "query": "",
        "generate": "",
        "confirm": "",
        "save": "",
    }
    carol = manager_of(brussel, "Carol").memberships.get()
    objects = Brussel(pupil, draft, printable, run, carol, invitation_to(brussel))
    return School(objects, posted)


def url_of(route: str, school: School, number: str) -> str:
    if who(route) == Who.OPERATOR:
        return admin_url(route)
    return school.objects.url(route, number)


# The roles -------------------------------------------------------------------------------------


@pytest.fixture
def anonymous(db: None) -> Client:
    return DeskClient()


@pytest.fixture
def ex_manager(alice: Manager, brussel: Institution) -> Client:
    """Managed Brussel until a moment ago, in a session that is still open."""
    erin = manager_of(brussel, "Erin")
    client = signed_in_as(erin)
    assert client.get(desk("students")).status_code == 200
    erin.memberships.all().delete()
    return client


@pytest.fixture
def deactivated_manager(brussel: Institution) -> Client:
    dora = manager_of(brussel, "Dora")
    client = signed_in_as(dora)
    Manager.objects.filter(pk=dora.pk).update(is_active=False)
    return client


@pytest.fixture
def without_factor(alice: Manager) -> Client:
    """Knows Alice's password, and has nothing else."""
    client = DeskClient()
    client.sign_in_with_password_alone(alice)
    return client


@pytest.fixture
def helper_of_another_class(brussel: Institution) -> Client:
    """Works in Brussel, for a class in which no pupil of this story is (R13)."""
    return signed_in_as(helper_of(brussel, "Hugo", ["1A"]))


@pytest.fixture
def ended_helper(brussel: Institution) -> Client:
    """Was a helper of the pupils' class until yesterday."""
    return signed_in_as(helper_of(brussel, "Hilde", ["6EM"], ends_on=date(2026, 11, 22)))


@pytest.fixture
def operator(db: None) -> Client:
    """May do everything in the admin, and is a member of no school."""
    return signed_in_as(Manager.objects.create_superuser("op@loket.test", PASSWORD, name="Op"))


@pytest.fixture
def pupil_of_gent(gent: Institution, enrol: Enrol, give_account: GiveAccount) -> Client:
    """A pupil of Gent on Mijn LeerID, who shows the session to the desk too."""
    account = give_account(
        enrol(gent, "Gerrit", "Gent"), password=make_password(OWN), must_change_password=False
    )
    client = signed_in(account.username, OWN)
    client.cookies["loket"] = client.cookies["mijn"].value
    return client


ROLES = [
    "anonymous",
    "bob_client",
    "ex_manager",
    "deactivated_manager",
    "without_factor",
    "helper_of_another_class",
    "ended_helper",
    "operator",
    "pupil_of_gent",
]


# What a request does ---------------------------------------------------------------------------


def fingerprint() -> dict[str, str]:
    """A digest of each table, so of every row of every school."""
    digests = {}
    for model in apps.get_models(include_auto_created=True):
        if model in UNWATCHED:
            continue
        rows = model._default_manager.order_by("pk").values_list()
        digests[model.__name__] = hashlib.sha256(repr(list(rows)).encode()).hexdigest()
    return digests


def changed(before: dict[str, str]) -> list[str]:
    now = fingerprint()
    return [table for table in before if before[table] != now[table]]


def ask(client: Client, method: str, url: str, school: School, **headers: str) -> HttpResponse:
    if method == "POST":
        return client.post(url, school.posted, headers=headers)
    return client.generic(method, url, headers=headers)


def complaints(answer: HttpResponse, marks: tuple[str, ...]) -> Iterator[str]:
    """What is wrong with an answer to somebody who may know nothing of these marks."""
    told = answer.content.decode(errors="replace")
    yield from [f"tells {mark}" for mark in marks if mark in told]
    yield from [f"names {mark}" for mark in marks if mark in answer.get("Location", "")]
    if "Content-Disposition" in answer:
        yield "is a file"
    if "default-src 'none'" not in answer.get("Content-Security-Policy", ""):
        yield "has no content security policy"
    if answer.get("X-Frame-Options") != "DENY":
        yield "may be framed"
    if answer.get("X-Content-Type-Options") != "nosniff":
        yield "may be sniffed"
    if "no-store" not in answer.get("Cache-Control", ""):
        yield "may be stored"


def marks_of(route: str) -> tuple[str, ...]:
    """The marks that no answer of this route has. The page of the printed URL repeats its own."""
    if route in TYPED:
        return tuple(mark for mark in MARKS if not mark.startswith("zwaantje"))
    return MARKS


def tried(role: str) -> Iterator[tuple[str, str]]:
    """Each route with the number of a school: Brussel's, and Gent's for Brussel's objects."""
    for route in ROUTES:
        is_own = role == "operator" and who(route) == Who.OPERATOR
        is_own |= role == "helper_of_another_class" and route == TEST_PAGE
        if is_own or route in SIGN_OUTS:
            continue
        yield route, "999912"
        if re.search(r"<(?:id|uuid):", route):
            yield route, "999913"


# The attacks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_nobody_else_sees_or_changes_anything_of_brussel(
    brussels: School, role: str, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(role)
    before = fingerprint()
    wrong = []
    for route, number in tried(role):
        url = url_of(route, brussels, number)
        for method in SAFE + UNSAFE:
            for headers in ({}, HTMX) if method in ("GET", "POST") else ({},):
                answer = ask(client, method, url, brussels, **headers)
                for complaint in complaints(answer, marks_of(route)):
                    wrong.append(f"{method} {route} {number}: {complaint}")
        tables = changed(before) if "<number:" in route else []
        if tables:
            wrong.append(f"{route} {number}: changes {tables}")
            before = fingerprint()

    assert wrong == []
    assert changed(before) == []


def test_a_manager_posts_the_ids_of_another_school_in_vain(
    brussels: School, bob_client: Client, gent: Institution, enrol: Enrol
) -> None:
    """Bob has the right to enter Gent, and posts the ids of Brussel there."""
    enrol(gent, "Gerrit", "Gent")
    before = fingerprint()
    wrong = []
    for route in ROUTES:
        if who(route) not in (Who.MEMBER, Who.HELPER) or re.search(r"<(?:id|uuid):", route):
            continue
        url = url_of(route, brussels, "999913")
        for headers in ({}, HTMX):
            answer = ask(bob_client, "POST", url, brussels, **headers)
            for complaint in complaints(answer, MARKS):
                wrong.append(f"POST {route}: {complaint}")
    assert wrong == []
    assert changed(before) == []


def test_the_marks_are_those_that_brussels_own_pages_show(
    brussels: School, alice_client: Client
) -> None:
    """Otherwise the attacks above would look for what is shown nowhere."""
    told = ""
    for route in ROUTES:
        if who(route) in (Who.MEMBER, Who.HELPER):
            told += alice_client.get(brussels.objects.url(route)).content.decode(errors="replace")
    assert [mark for mark in MARKS if mark not in told] == []


def test_brussels_own_forms_do_change_it(brussels: School, alice_client: Client) -> None:
    """And otherwise those that post would post what nobody's form takes."""
    before = fingerprint()
    route = "<number:number>/vernieuwen/"
    ask(alice_client, "POST", url_of(route, brussels, "999912"), brussels)
    assert set(changed(before)) == {"Batch", "BatchItem"}


# Forged forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["anonymous", "alice_client", "operator", "pupil_of_gent"])
def test_no_form_is_taken_without_its_token(
    brussels: School, role: str, request: pytest.FixtureRequest
) -> None:
    """None, a made-up one, and one of another browser."""
    client: Client = request.getfixturevalue(role)
    client.handler.enforce_csrf_checks = True
    foreign = foreign_token()
    client.get("/aanmelden/")
    before = fingerprint()
    wrong = []
    for route in ROUTES:
        url = url_of(route, brussels, "999912")
        attempts = [(method, "") for method in UNSAFE]
        attempts += [("POST", "x" * 64), ("POST", foreign)]
        for method, token in attempts:
            answer = ask(client, method, url, brussels, **{"x-csrftoken": token})
            if answer.status_code != 403:
                wrong.append(f"{method} {route}: {answer.status_code}")
    assert wrong == []
    assert changed(before) == []


def foreign_token() -> str:
    page = DeskClient().get("/mijn/").content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    return found[1]


def test_every_account_of_brussel_is_as_it_was(brussels: School, bob_client: Client) -> None:
    """Posting Brussel's pupils in each form of Gent's desk, one by one and all together."""
    before = Account.objects.order_by("pk").values_list()
    kept = list(before)
    students = [brussels.objects.charlie.student_id, 10**14, -1]
    for page in ("start_batch", "change_status"):
        for purpose in [*Batch.Purpose.values, "activeren", "deactiveren"]:
            posted = {"student": students, "purpose": purpose, "status": purpose, "confirm": ""}
            bob_client.post(desk(page, number="999913"), posted)
    assert list(before.all()) == kept
    assert not Batch.objects.filter(institution__number="999913").exists()
