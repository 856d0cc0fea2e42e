"""Every route is for whom the table in `tests/routes.py` says; a new one has to be in it (R11)."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from accounts.models import Account
from credentials.actions import drafts, hashing, saves
from credentials.models import Batch
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Manager
from students.models import Enrolment, ImportRun
from tests.desk_client import DeskClient
from tests.helpers import invitation_to, manager_of
from tests.routes import (
    ADMIN_PAGES,
    EXPECTED,
    HALFWAY,
    MAILED,
    PORTAL,
    ROUTES,
    SIGN_IN,
    TYPED,
    Brussel,
    Who,
    admin_url,
    routes_of,
    who,
)

pytestmark = pytest.mark.usefixtures("clock")


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
