"""Which pages a pupil, a manager and a stranger may open, over every route of the project."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path

from accounts.models import Account
from accounts.portal import cookies
from accounts.portal.device import Device
from accounts.portal.models import PortalSession
from schoolloket import urls as project_urls
from schoolloket.core import tokens
from schoolloket.environment import Site
from tests.pages import text

from .helpers import (
    CONFIRM,
    EMAIL,
    FORGOTTEN,
    HOME,
    OWN,
    PASSWORD,
    RESET,
    SIGN_IN,
    SIGN_OUT,
    WORD,
    device,
    gets_in,
    is_signed_in,
    routes,
    sign_in,
    signed_in,
)

pytestmark = pytest.mark.usefixtures("clock")

DESK_SIGN_IN = "/aanmelden/"
# Pages of the sign-in library that the desk does not serve.
CLOSED = {
    "/aanmelden/registreren/",
    "/aanmelden/e-mail/",
    "/aanmelden/wachtwoord/zetten/",
    # Of a deployment that names a provider only.
    "/aanmelden/organisatie/",
    "/aanmelden/organisatie/terug/",
}
# Pages of the desk that need no sign-in.
OPEN_AT_THE_DESK = {
    DESK_SIGN_IN,
    "/aanmelden/afmelden/",
    "/aanmelden/inactief/",
    "/aanmelden/vergeten/",
    "/aanmelden/vergeten/verstuurd/",
    "/aanmelden/vergeten/1-x/",
    "/aanmelden/vergeten/klaar/",
    "/aanmelden/tweede-stap/1-x/",
    "/uitnodiging/",
    "/uitnodiging/x/",
    "/beheer/login/",
}
# For whom each page of the portal is. A new page must be added here.
PORTAL = {
    "sign_in": "everybody",
    "sign_in_as": "everybody",
    "forgotten": "everybody",
    "open_link": "everybody",
    "confirm_link": "everybody",
    "open_reset": "everybody",
    "reset": "everybody",
    "sign_out": "temporary",
    "password": "temporary",
    "home": "pupil",
    "sign_out_everywhere": "pupil",
    "email": "pupil",
}
EXAMPLES = {
    "number": "999912",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "id": "1",
    "str": "x",
    "slug": "x",
    "path": "x",
    "token": "x",
    "uidb36": "1",
}


def every_route(
    patterns: list[Any] | None = None, before: str = "/"
) -> Iterator[tuple[str, URLPattern]]:
    """A path of every route of the project, with the route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        raw = re.sub(r"<(?:(\w+):)?\w+>", lambda m: EXAMPLES[m[1] or "str"], str(pattern.pattern))
        # The admin's last route is a regular expression that matches anything else.
        path_of_route = before + re.sub(r"^\^|\(\?P<url>\.\*\)\$$|\$$", "", raw)
        if isinstance(pattern, URLResolver):
            yield from every_route(pattern.url_patterns, path_of_route)
        else:
            yield path_of_route, pattern


DESK_PATHS = sorted({url for url, _ in every_route() if not url.startswith("/mijn/")})
PORTAL_PATHS = sorted(routes().values())


def redirected_to(response: HttpResponse) -> str:
    """The path to which a response redirects, without its query; empty where it does not."""
    return response.headers.get("Location", "").partition("?")[0]


# Over all routes -------------------------------------------------------------------------------


def test_every_route_of_the_project_is_walked() -> None:
    assert len(DESK_PATHS) > 40
    assert {"/", "/beheer/", "/999912/leerlingen/", "/999912/vernieuwen/"} < set(DESK_PATHS)
    assert set(PORTAL) == set(routes())


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("url", DESK_PATHS)
def test_pupil_opens_no_page_of_the_desk(word: Account, url: str, method: str) -> None:
    """A pupil gets the same responses as anybody, whatever the cookies."""
    wout = signed_in(word.username, WORD)
    token = wout.cookies[cookies.SESSION_COOKIE].value
    wout.cookies["loket"] = token
    response = getattr(wout, method)(url)
    if url in CLOSED:
        assert response.status_code == 404
    elif url not in OPEN_AT_THE_DESK:
        assert redirected_to(response) in (DESK_SIGN_IN, "/beheer/login/")
    assert "loket" not in response.cookies or response.cookies["loket"].value != token


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(PORTAL))
def test_manager_opens_no_page_that_needs_a_pupil(
    alice_client: Client, word: Account, name: str, method: str
) -> None:
    alice_client.cookies[cookies.SESSION_COOKIE] = alice_client.cookies["loket"].value
    response = getattr(alice_client, method)(routes()[name])
    if PORTAL[name] == "everybody":
        anybody = getattr(device(), method)(routes()[name])
        assert (response.status_code, redirected_to(response)) == (
            anybody.status_code,
            redirected_to(anybody),
        )
        assert "Alice" not in response.content.decode()
    else:
        assert (response.status_code, response.url) == (302, SIGN_IN)


@pytest.mark.parametrize("name", sorted(PORTAL))
@pytest.mark.django_db
def test_only_what_is_marked_public_opens_for_anybody(name: str) -> None:
    for response in (device().get(routes()[name]), device().post(routes()[name])):
        sent_away = response.status_code == 302 and response.url == SIGN_IN
        assert sent_away is (PORTAL[name] != "everybody")


def unmarked(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


class WithUnmarkedView:
    """The project's routes, and a page of the portal whose view says nothing of access."""

    urlpatterns = [
        *project_urls.urlpatterns,
        path("mijn/", ([path("los/", unmarked)], "portal", "portal")),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["anybody", "alice_client", "temporary"])
def test_view_without_a_mark_is_closed(who: str, request: pytest.FixtureRequest) -> None:
    client = device()
    if who == "alice_client":
        client = request.getfixturevalue("alice_client")
    elif who == "temporary":
        account = request.getfixturevalue("own")
        client = signed_in(account.username, OWN)
        Account.objects.update(must_change_password=True)
    with override_settings(ROOT_URLCONF=WithUnmarkedView):
        response = client.get("/mijn/los/")
    assert response.status_code == 302
    assert redirected_to(response) in (DESK_SIGN_IN, SIGN_IN, PASSWORD)


# Forged and foreign sessions -------------------------------------------------------------------


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43, "' or 1=1 --", "1", "a" * 4000])
def test_forged_session_is_none(word: Account, cookie: str) -> None:
    signed_in(word.username, WORD)
    client = device()
    client.cookies[cookies.SESSION_COOKIE] = cookie
    assert not is_signed_in(client)


def test_what_the_database_stores_is_no_session_token(word: Account) -> None:
    """Neither the hash nor the primary key of the row opens anything."""
    wout = signed_in(word.username, WORD)
    row = PortalSession.objects.get()
    assert row.token_hash == tokens.digest(wout.cookies[cookies.SESSION_COOKIE].value)
    for cookie in (row.token_hash, str(row.pk)):
        client = device()
        client.cookies[cookies.SESSION_COOKIE] = cookie
        assert not is_signed_in(client)


def test_session_row_without_a_token_opens_nothing(word: Account) -> None:
    signed_in(word.username, WORD)
    PortalSession.objects.update(token_hash=tokens.digest(""))
    client = device()
    client.cookies[cookies.SESSION_COOKIE] = ""
    assert not is_signed_in(client)


def test_session_shows_its_own_pupil_only(word: Account, own: Account) -> None:
    wout, otto = signed_in(word.username, WORD), signed_in(own.username, OWN)
    assert "Wout" in text(wout.get(HOME))
    assert "Wout" not in text(otto.get(HOME))


# Cookies and headers ---------------------------------------------------------------------------

HTTPS = Site("https://mijn.test/mijn", "mijn.test", secure=True)
DESK = Site("https://loket.test", "loket.test", secure=True)


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_are_for_the_portal_and_no_script(
    word: Account, secure: bool, settings: Any
) -> None:
    settings.PORTAL = settings.DESK = Site("http://testserver/mijn", "testserver", secure)
    tablet = device()
    response = sign_in(tablet, word.username, WORD)
    link = tablet.get("/mijn/vergeten/x/")
    for cookie in (
        response.cookies[cookies.SESSION_COOKIE],
        response.cookies[cookies.DEVICE_COOKIE],
        link.cookies["link"],
    ):
        assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/mijn/", "Lax")
        assert bool(cookie["secure"]) is secure
        assert cookie["domain"] == ""
    assert response.cookies[cookies.SESSION_COOKIE]["max-age"] == ""


def test_signing_out_removes_the_session_cookie_and_keeps_the_device(word: Account) -> None:
    wout = signed_in(word.username, WORD)
    response = wout.post(SIGN_OUT)
    cookie = response.cookies[cookies.SESSION_COOKIE]
    assert (cookie.value, cookie["max-age"], cookie["path"]) == ("", 0, "/mijn/")
    assert cookies.DEVICE_COOKIE not in response.cookies


def test_device_cookie_holds_forty_pupils_and_no_names(word: Account) -> None:
    response = HttpResponse()
    for pk in range(100, 145):
        stand_in = Account(pk=pk, username="wout.woord")
        cookies.set_device(response, device_in(response).after_sign_in(stand_in, "woord"))
    assert device_in(response).account_ids == tuple(range(105, 145))
    assert set(vars(device_in(response))) == {"id", "account_ids", "mode", "opened", "since"}
    assert len(response.cookies[cookies.DEVICE_COOKIE].value) < 1000


def device_in(response: HttpResponse) -> Device:
    request = HttpRequest()
    request.COOKIES = {name: morsel.value for name, morsel in response.cookies.items()}
    return cookies.device_of(request)


PAGES = [SIGN_IN, HOME, PASSWORD, EMAIL, CONFIRM, FORGOTTEN, RESET, "/mijn/otto.eigen"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_not_stored_framed_or_fed_with_scripts(own: Account, page: str) -> None:
    response = signed_in(own.username, OWN).get(page)
    assert response.status_code in (200, 410)
    assert "no-store" in response.headers["Cache-Control"]
    policy = response.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    page_text = response.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", page_text)


@pytest.mark.usefixtures("word")
def test_post_without_a_csrf_token_is_refused() -> None:
    browser = Client(enforce_csrf_checks=True)
    for page in (SIGN_IN, FORGOTTEN, CONFIRM, RESET):
        response = browser.post(page, {"username": "wout.woord", "password": WORD, "sign_in": ""})
        assert response.status_code == 403
    assert not is_signed_in(browser)


@pytest.mark.parametrize("where", ["https://evil.test/", "//evil.test", "/\\evil.test"])
@pytest.mark.usefixtures("word")
def test_no_redirect_leads_to_another_site(where: str) -> None:
    tablet = device()
    fields = {"username": "wout.woord", "password": WORD, "sign_in": "", "next": where}
    assert tablet.post(f"{SIGN_IN}?next={where}", fields).url == HOME
    assert tablet.post(f"{SIGN_OUT}?next={where}", {"next": where}).url == SIGN_IN
    assert tablet.get(f"/mijn/vergeten/x/?next={where}").url == RESET


# Two host names --------------------------------------------------------------------------------


@pytest.fixture
def two_hosts(settings: Any) -> None:
    settings.PORTAL, settings.DESK = HTTPS, DESK
    settings.ALLOWED_HOSTS = ["mijn.test", "loket.test"]


def get(host: str, url: str) -> HttpResponse:
    return Client(headers={"host": host}).get(url, secure=True)


@pytest.mark.parametrize("url", [*DESK_PATHS, "/bestaat-niet", "/mijnheer/"])
@pytest.mark.usefixtures("two_hosts", "db")
def test_host_of_the_portal_serves_nothing_of_the_desk(url: str) -> None:
    for host in ("mijn.test", "mijn.test:443", "MIJN.test", "mijn.test."):
        response = get(host, url)
        if url == "/":
            assert response.url == SIGN_IN
        else:
            assert response.status_code == 421


@pytest.mark.parametrize("url", PORTAL_PATHS)
@pytest.mark.usefixtures("two_hosts", "db")
def test_host_of_the_desk_serves_nothing_of_the_portal(url: str) -> None:
    for host in ("loket.test", "loket.test:443", "LOKET.test", "loket.test."):
        assert get(host, url).status_code == 421


@pytest.mark.usefixtures("two_hosts", "db")
def test_each_host_serves_its_own() -> None:
    assert "Mijn LeerID" in get("mijn.test", SIGN_IN).content.decode()
    assert get("mijn.test", "/mijn").url == SIGN_IN
    assert "LeerID Schoolloket" in get("loket.test", DESK_SIGN_IN).content.decode()


@pytest.mark.parametrize("host", ["evil.test", "mijn.test.evil.test", "mijn.test@evil.test", ""])
@pytest.mark.usefixtures("two_hosts", "db")
def test_other_hosts_are_refused(host: str) -> None:
    response = Client(headers={"host": host}).get(SIGN_IN, secure=True)
    assert response.status_code == 400


def test_pupil_and_manager_in_one_browser_do_not_mix(alice_client: Client, word: Account) -> None:
    """On one host, as in the demo: each page, and each sign-out, concerns its own session."""
    assert gets_in(alice_client, word.username, WORD)
    assert "Alice" not in alice_client.get(HOME).content.decode()
    assert "wout.woord" not in alice_client.get("/999912/import/").content.decode()
    assert alice_client.post(SIGN_OUT).url == SIGN_IN
    assert alice_client.get("/999912/leerlingen/").status_code == 200
    assert gets_in(alice_client, word.username, WORD)
    alice_client.post("/aanmelden/afmelden/")
    assert is_signed_in(alice_client)
    assert redirected_to(alice_client.get("/999912/leerlingen/")) == DESK_SIGN_IN
