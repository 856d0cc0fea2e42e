"""Every route and who may use it: a new one fails here until it is in the table (R11)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from accounts.models import Account
from credentials.actions import drafts, hashing, saves
from credentials.models import Batch
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Invitation, Manager, Membership
from students.models import Enrolment, ImportRun
from tests.desk_client import DeskClient
from tests.helpers import invitation_to, manager_of

pytestmark = pytest.mark.usefixtures("clock")


class Who(Enum):
    PUBLIC = "everybody"
    CLOSED = "nobody"
    SIGNED_IN = "every manager"
    MEMBER = "beheerders of the institution"
    HELPER = "beheerders of the institution, and helpers for their classes"
    OPERATOR = "operators"
    PUPIL = "a pupil who signed in"


SIGN_IN = "aanmelden/"
PORTAL = "mijn/"
STUDENT = "<number:number>/leerlingen/<id:student_id>/"
DRAFT = "<number:number>/vernieuwen/<uuid:batch_id>/"
BATCH = "<number:number>/afdrukken/<uuid:batch_id>/"

EXPECTED = {
    "": Who.SIGNED_IN,
    SIGN_IN: Who.PUBLIC,
    # For somebody halfway the sign-in too.
    f"{SIGN_IN}afmelden/": Who.PUBLIC,
    f"{SIGN_IN}overal-afmelden/": Who.SIGNED_IN,
    f"{SIGN_IN}formulier/": Who.SIGNED_IN,
    f"{SIGN_IN}inactief/": Who.PUBLIC,
    f"{SIGN_IN}opnieuw/": Who.SIGNED_IN,
    f"{SIGN_IN}wachtwoord/": Who.SIGNED_IN,
    f"{SIGN_IN}vergeten/": Who.PUBLIC,
    f"{SIGN_IN}vergeten/verstuurd/": Who.PUBLIC,
    f"{SIGN_IN}vergeten/<uidb36:uidb36>-<key>/": Who.PUBLIC,
    f"{SIGN_IN}vergeten/klaar/": Who.PUBLIC,
    f"{SIGN_IN}code/": Who.PUBLIC,
    f"{SIGN_IN}sleutel/": Who.PUBLIC,
    f"{SIGN_IN}bevestigen/": Who.SIGNED_IN,
    f"{SIGN_IN}bevestigen/code/": Who.SIGNED_IN,
    f"{SIGN_IN}bevestigen/sleutel/": Who.SIGNED_IN,
    f"{SIGN_IN}tweede-stap/": Who.SIGNED_IN,
    f"{SIGN_IN}tweede-stap/mail/": Who.SIGNED_IN,
    f"{SIGN_IN}tweede-stap/kies/": Who.SIGNED_IN,
    f"{SIGN_IN}tweede-stap/<uidb36:uidb36>-<key>/": Who.PUBLIC,
    f"{SIGN_IN}mijn/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/e-mail/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/app/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/app/weg/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/sleutel/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/sleutel/<id:passkey_id>/weg/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/herstelcodes/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/herstelcodes/nieuw/": Who.SIGNED_IN,
    # In a mail, which may be opened on another device.
    f"{SIGN_IN}e-mail/<str:token>/": Who.PUBLIC,
    f"{SIGN_IN}registreren/": Who.CLOSED,
    f"{SIGN_IN}e-mail/": Who.CLOSED,
    f"{SIGN_IN}wachtwoord/zetten/": Who.CLOSED,
    # As long as the deployment names no provider; else these two are for everybody.
    f"{SIGN_IN}organisatie/": Who.CLOSED,
    f"{SIGN_IN}organisatie/terug/": Who.CLOSED,
    PORTAL: Who.PUBLIC,
    f"{PORTAL}<str:username>": Who.PUBLIC,
    f"{PORTAL}start/": Who.PUPIL,
    f"{PORTAL}afmelden/": Who.PUPIL,
    f"{PORTAL}overal-afmelden/": Who.PUPIL,
    f"{PORTAL}wachtwoord/": Who.PUPIL,
    f"{PORTAL}e-mail/": Who.PUPIL,
    # In a mail, which may be opened on another device.
    f"{PORTAL}e-mail/<token:token>/": Who.PUBLIC,
    f"{PORTAL}e-mail/bevestigen": Who.PUBLIC,
    f"{PORTAL}vergeten/": Who.PUBLIC,
    f"{PORTAL}vergeten/<token:token>/": Who.PUBLIC,
    f"{PORTAL}vergeten/nieuw": Who.PUBLIC,
    "<number:number>/": Who.HELPER,
    "<number:number>/leerlingen/": Who.HELPER,
    "<number:number>/leerlingen/selectie/": Who.HELPER,
    "<number:number>/leerlingen/geselecteerd/": Who.HELPER,
    "<number:number>/leerlingen/status/": Who.MEMBER,
    "<number:number>/leerlingen/excel/": Who.MEMBER,
    STUDENT: Who.HELPER,
    f"{STUDENT}historiek/": Who.MEMBER,
    f"{STUDENT}detailhistoriek/": Who.MEMBER,
    f"{STUDENT}vrijgeven/": Who.MEMBER,
    f"{STUDENT}aanmeldgegevens/": Who.HELPER,
    f"{STUDENT}gegevens/": Who.MEMBER,
    "<number:number>/vernieuwen/": Who.HELPER,
    DRAFT: Who.HELPER,
    f"{DRAFT}rij/": Who.HELPER,
    f"{DRAFT}gebruikersnaam/": Who.MEMBER,
    f"{DRAFT}voortgang/": Who.HELPER,
    "<number:number>/afdrukken/": Who.HELPER,
    BATCH: Who.HELPER,
    "<number:number>/afdrukken/testblad/<str:sheet>": Who.HELPER,
    f"{BATCH}keuze/": Who.HELPER,
    f"{BATCH}download/<str:document>": Who.HELPER,
    f"{BATCH}kaart/<id:student_id>/": Who.HELPER,
    f"{BATCH}vernietigen/": Who.HELPER,
    "<number:number>/toegang/": Who.MEMBER,
    "<number:number>/toegang/uitnodigen/": Who.MEMBER,
    "<number:number>/toegang/uitnodiging/<id:invitation_id>/opnieuw/": Who.MEMBER,
    "<number:number>/toegang/uitnodiging/<id:invitation_id>/intrekken/": Who.MEMBER,
    "<number:number>/toegang/<id:right_id>/wijzigen/": Who.MEMBER,
    "<number:number>/toegang/<id:right_id>/beeindigen/": Who.MEMBER,
    "<number:number>/toegang/<id:right_id>/tweede-stap/": Who.MEMBER,
    # In a mail, which may be opened on another device.
    "uitnodiging/<token:token>/": Who.PUBLIC,
    "uitnodiging/": Who.PUBLIC,
    "<number:number>/import/": Who.MEMBER,
    "<number:number>/import/<id:run_id>/": Who.MEMBER,
    "<number:number>/import/<id:run_id>/niet-ingelezen/": Who.MEMBER,
}

# Pages of our own in Django's admin, which makes the rest of its routes itself.
ADMIN_PAGES = {
    "beheer/institutions/manager/<id:manager_id>/tweede-stap/",
    "beheer/students/identityconflict/<id:conflict_id>/samenvoegen/",
    "beheer/students/identityconflict/<id:conflict_id>/uiteenhouden/",
    "beheer/identity/formerdata/<id:student_id>/terugzetten/<id:event_id>/",
}

# The page of the printed URL shows the username of that URL, whether anybody has it or not.
TYPED = {f"{PORTAL}<str:username>"}
MAILED = {
    f"{SIGN_IN}tweede-stap/<uidb36:uidb36>-<key>/",
    f"{SIGN_IN}e-mail/<str:token>/",
    "uitnodiging/<token:token>/",
    "uitnodiging/",
    f"{PORTAL}e-mail/<token:token>/",
    f"{PORTAL}e-mail/bevestigen",
    f"{PORTAL}vergeten/<token:token>/",
    f"{PORTAL}vergeten/nieuw",
}
# The steps of a sign-in that nobody began.
HALFWAY = {f"{SIGN_IN}afmelden/", f"{SIGN_IN}code/", f"{SIGN_IN}sleutel/"}


def walk(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Yield the whole route of every view under these patterns."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        else:
            yield route


ROUTES = list(walk(get_resolver().url_patterns))


def who(route: str) -> Who | None:
    # All of Django's admin is for operators, its own pages and ours.
    return Who.OPERATOR if route.startswith("beheer/") else EXPECTED.get(route)


def routes_of(*wished: Who) -> list[str]:
    return [route for route in ROUTES if who(route) in wished]


def test_every_route_is_in_the_table() -> None:
    assert [route for route in ROUTES if who(route) is None] == []


def test_the_table_has_no_route_that_is_gone() -> None:
    assert EXPECTED.keys() - set(ROUTES) == set()


def test_a_route_of_an_institution_is_for_its_managers() -> None:
    """No route with an institution, or with an object of one, is public by mistake."""
    of_a_school = [route for route in ROUTES if "<number:" in route]
    assert {who(route) for route in of_a_school} == {Who.MEMBER, Who.HELPER}
    ids = {name for route in EXPECTED for name in re.findall(r"<(?:id|uuid):(\w+)>", route)}
    assert ids == {"student_id", "batch_id", "run_id", "right_id", "invitation_id", "passkey_id"}
    of_all = [r for r in routes_of(Who.PUBLIC, Who.SIGNED_IN) if re.search("<(id|uuid):", r)]
    # Its own manager's alone.
    assert of_all == [f"{SIGN_IN}mijn/sleutel/<id:passkey_id>/weg/"]


# Brussel's objects -----------------------------------------------------------------------------


@dataclass
class Brussel:
    """One of each object that a URL can name."""

    charlie: Account
    draft: Batch
    printable: Batch
    run: ImportRun
    right: Membership
    invitation: Invitation

    def url(self, route: str, number: str = "999912") -> str:
        values = self.values(route, number)
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)

    def values(self, route: str, number: str = "999912") -> dict[str, object]:
        """A value for each variable of a route. Keys and tokens have hyphens, as in real mails."""
        batch = self.printable if route.startswith(BATCH) else self.draft
        return {
            "number": number,
            "student_id": self.charlie.student_id,
            "batch_id": batch.pk,
            "document": "zip",
            "sheet": "L7160",
            "run_id": self.run.pk,
            "username": self.charlie.username,
            "uidb36": "1",
            "key": "x-y-z",
            "token": "x-y-z",
            "passkey_id": 1,
            "right_id": self.right.pk,
            "invitation_id": self.invitation.pk,
        }

    def everything(self) -> list[object]:
        """All that the request of a stranger must leave as it is."""
        return [
            list(model.objects.order_by("pk").values())
            for model in (Account, Enrolment, Batch, ImportRun, Membership, Invitation)
        ] + [list(self.draft.items.values()), list(self.printable.items.values())]


@pytest.fixture
def brussels(
    charlie: Account,
    newcomer: Enrolment,
    alice_actor: Actor,
    ready: object,
    saved: object,
) -> Brussel:
    run = ImportRun.objects.create(
        institution=alice_actor.institution,
        created_by=alice_actor.manager,
        created_at=timezone.now(),
        file_name="lijst.csv",
        full_list=False,
        state=ImportRun.State.DROPPED,
    )
    printable = saved(charlie)
    carol = manager_of(alice_actor.institution, "Carol")
    invitation = invitation_to(alice_actor.institution)
    return Brussel(
        charlie,
        ready(charlie, newcomer),
        printable,
        run,
        carol.memberships.get(),
        invitation,
    )


METHODS = ["get", "post"]
POSTED = {"save": "", "confirm": "", "generate": "", "cancel": "", "purpose": "renew"}


def ask(client: Client, method: str, url: str) -> HttpResponse:
    return client.get(url) if method == "get" else client.post(url, POSTED)


def each(*wished: Who) -> list[tuple[str, str]]:
    return [(route, method) for route in routes_of(*wished) for method in METHODS]


def test_nobody_gets_in_without_signing_in(
    brussels: Brussel, client: Client, subtests: pytest.Subtests
) -> None:
    before = brussels.everything()
    for route, method in each(Who.MEMBER, Who.HELPER):
        with subtests.test(route, method=method):
            url = brussels.url(route)
            response = ask(client, method, url)
            assert response.status_code == 302
            # A posted form is lost, so it leads back to the page that held it: here none.
            back = url if method == "get" else "/"
            assert response.url == f"/{SIGN_IN}?next={back}"
    assert brussels.everything() == before


def test_the_manager_of_another_school_finds_nothing(
    brussels: Brussel, bob_client: Client, subtests: pytest.Subtests
) -> None:
    before = brussels.everything()
    for route, method in each(Who.MEMBER, Who.HELPER):
        with subtests.test(route, method=method):
            assert ask(bob_client, method, brussels.url(route)).status_code == 404
    assert brussels.everything() == before


def test_brussels_objects_are_not_found_under_the_own_number_either(
    brussels: Brussel, bob_client: Client, subtests: pytest.Subtests
) -> None:
    before = brussels.everything()
    for route, method in each(Who.MEMBER, Who.HELPER):
        if not re.search(r"<(id|uuid):", route):
            continue
        with subtests.test(route, method=method):
            response = ask(bob_client, method, brussels.url(route, number="999913"))
            # A method that nobody may use gets an answer that says nothing about Brussel.
            is_for_nobody = method.upper() not in response.get("Allow", method.upper())
            assert response.status_code == (405 if is_for_nobody else 404)
    assert brussels.everything() == before


def test_its_own_manager_finds_it_all(
    brussels: Brussel, alice_client: Client, subtests: pytest.Subtests
) -> None:
    """Otherwise the tests above would also pass with URLs of nothing."""
    for route, method in each(Who.MEMBER, Who.HELPER):
        with subtests.test(route, method=method):
            response = ask(alice_client, method, brussels.url(route))
            assert response.status_code in (200, 302, 405)


@pytest.fixture
def helens(brussels: Brussel, charlie: Account, helen_actor: Actor) -> Brussel:
    """The same, but the draft and the batch are Helen's, who helps in Charlie's class."""
    batches = []
    for _ in range(2):
        students = [charlie.student_id]
        draft = drafts.prepare(by=helen_actor, student_ids=students, purpose=Batch.Purpose.RENEW)
        hashing.hash_all(draft)
        batches.append(draft)
    printable = saves.save(by=helen_actor, batch_id=batches[0].pk)
    return replace(brussels, draft=batches[1], printable=printable)


def test_a_helper_finds_the_pages_of_a_helper(
    helens: Brussel, helen_client: Client, subtests: pytest.Subtests
) -> None:
    for route, method in each(Who.HELPER):
        with subtests.test(route, method=method):
            response = ask(helen_client, method, helens.url(route))
            assert response.status_code in (200, 302, 405)


def test_a_helper_finds_no_other_page(
    helens: Brussel, helen_client: Client, subtests: pytest.Subtests
) -> None:
    before = helens.everything()
    for route, method in each(Who.MEMBER):
        with subtests.test(route, method=method):
            assert ask(helen_client, method, helens.url(route)).status_code == 404
    assert helens.everything() == before


def test_a_password_alone_finds_no_page(
    brussels: Brussel, alice: Manager, subtests: pytest.Subtests
) -> None:
    client = DeskClient()
    client.sign_in_with_password_alone(alice)
    before = brussels.everything()
    for route, method in each(Who.MEMBER, Who.HELPER):
        with subtests.test(route, method=method):
            response = ask(client, method, brussels.url(route))
            assert response.url == f"/{SIGN_IN}tweede-stap/"
    assert brussels.everything() == before


def test_a_page_for_every_manager_is_for_nobody_else(
    brussels: Brussel, client: Client, subtests: pytest.Subtests
) -> None:
    for route, method in each(Who.SIGNED_IN):
        with subtests.test(route, method=method):
            response = ask(client, method, brussels.url(route))
            assert response.status_code == 302
            assert response.url.startswith(f"/{SIGN_IN}")


def test_a_public_page_needs_no_sign_in(
    brussels: Brussel, client: Client, subtests: pytest.Subtests
) -> None:
    for route in routes_of(Who.PUBLIC):
        with subtests.test(route):
            response = client.get(brussels.url(route))
            # A mailed link redirects, to take its token out of the URL; without a token it is dead.
            leads_on = route in MAILED | HALFWAY
            assert response.status_code in ((302, 410) if leads_on else (200,))
            assert route in TYPED or brussels.charlie.username not in response.content.decode()


def test_a_page_for_a_pupil_is_for_nobody_else(
    brussels: Brussel, alice_client: Client, subtests: pytest.Subtests
) -> None:
    before = brussels.everything()
    for route, method in each(Who.PUPIL):
        for visitor in (DeskClient(), alice_client):
            with subtests.test(route, method=method):
                response = ask(visitor, method, brussels.url(route))
                assert response.status_code == 302
                assert response.url == f"/{PORTAL}"
    assert brussels.everything() == before


def test_a_closed_page_does_not_exist(
    brussels: Brussel, alice_client: Client, subtests: pytest.Subtests
) -> None:
    for route, method in each(Who.CLOSED):
        for visitor in (DeskClient(), alice_client):
            with subtests.test(route, method=method):
                assert ask(visitor, method, brussels.url(route)).status_code == 404


def test_a_url_is_read_as_it_was_written(brussels: Brussel) -> None:
    """No variable of a route takes in a piece of its neighbour."""
    for route in EXPECTED:
        read = resolve(brussels.url(route)).kwargs
        written = brussels.values(route)
        assert read == {name: written[name] for name in read}, route


# Django's admin --------------------------------------------------------------------------------


def admin_url(route: str) -> str:
    known = route.replace("^(?P<app_label>auth|institutions|account)/$", "institutions/")
    return "/" + re.sub(r"<[^>]+>", "1", known.replace("(?P<url>.*)$", "zomaar/"))


def test_the_pages_of_our_own_in_the_admin_are_in_the_table() -> None:
    of_admin = {route for route in ROUTES if who(route) == Who.OPERATOR}
    assert {route for route in of_admin if "<id:" in route} == ADMIN_PAGES


def test_the_admin_is_for_operators(alice_client: Client, subtests: pytest.Subtests) -> None:
    assert DeskClient().get("/beheer/login/").url.startswith(f"/{SIGN_IN}")
    for route, method in each(Who.OPERATOR):
        if route == "beheer/logout/":
            continue
        with subtests.test(route, method=method):
            url = admin_url(route)
            # The admin's own sign-in page redirects to the desk's.
            assert ask(DeskClient(), method, url).url.startswith(
                (f"/{SIGN_IN}?", "/beheer/login/?")
            )
            assert ask(alice_client, method, url).status_code in (302, 403)


# Headers of every answer -----------------------------------------------------------------------


def answers(brussels: Brussel, alice_client: Client) -> Iterator[tuple[str, HttpResponse]]:
    """Every route with the answers to a stranger and to Alice."""
    for route in ROUTES:
        is_of_admin = who(route) == Who.OPERATOR
        url = admin_url(route) if is_of_admin else brussels.url(route)
        for visitor in (DeskClient(), alice_client):
            yield route, visitor.get(url)


@pytest.fixture
def errors(client: Client, bob_client: Client) -> list[HttpResponse]:
    """A route, a school and a method that do not exist."""
    return [client.get("/zomaar/"), bob_client.get("/999912/"), client.put("/")]


def test_every_answer_forbids_foreign_and_inline_scripts(
    brussels: Brussel, alice_client: Client, subtests: pytest.Subtests
) -> None:
    for route, answer in answers(brussels, alice_client):
        with subtests.test(route):
            policy = answer["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self'" in policy
            assert "unsafe" not in policy


def test_errors_carry_the_policy_too(errors: list[HttpResponse]) -> None:
    for answer in errors:
        assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_no_answer_may_be_stored(
    brussels: Brussel, alice_client: Client, subtests: pytest.Subtests
) -> None:
    """R5: by a browser or a proxy."""
    for route, answer in answers(brussels, alice_client):
        with subtests.test(route):
            assert "no-store" in answer["Cache-Control"]


def test_no_error_may_be_stored_either(errors: list[HttpResponse]) -> None:
    for answer in errors:
        assert "no-store" in answer["Cache-Control"]
