"""The log names nobody, holds no token, and nobody writes a line of it from outside."""

import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from accounts.portal import access
from schoolloket import urls as project_urls
from schoolloket.institutions.models import Institution
from tests.desk_client import DeskClient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NAME = "suheda.carabin"
TOKEN = "o2Xw-9_kV7sTq0yB3nLrE5uHcJm8dPaZ1fGiWxYvQtU"
# What ends a line somewhere: for a terminal, a log collector, or Python's own `splitlines`.
LINE_ENDS = ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
FORGED = "2026-11-23 10:00:00,000 INFO credentials.saved batch forged"


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What the web process writes to its standard error."""
    [console] = [one for one in logging.getLogger().handlers if one.name == "console"]
    assert isinstance(console, logging.StreamHandler)
    written = StringIO()
    before = console.setStream(written)
    yield written
    console.setStream(before)


def lines(logged: StringIO) -> list[str]:
    return logged.getvalue().splitlines()


@access.public
def fails(request: HttpRequest, **variables: str) -> HttpResponse:
    raise RuntimeError("a view that fails")


class WithFailingPages:
    """The project's routes, of which those below fail; with its own pages for errors."""

    handler400, handler500 = project_urls.handler400, project_urls.handler500
    failing = (
        [path("vergeten/<str:token>/", fails), path("<str:username>", fails)],
        "portal",
    )
    urlpatterns = [path("mijn/", include(failing)), *project_urls.urlpatterns]


def visitor(**headers: str) -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False, headers=headers)


def test_a_pupils_name_in_an_address_is_not_in_the_log(logged: StringIO) -> None:
    """Whatever the answer: 403, 404, 405 and 500."""
    address = f"/mijn/{NAME}"
    assert visitor().post(address).status_code == 403
    assert visitor().get(f"{address}/x/").status_code == 404
    assert visitor().get(f"/MIJN/{NAME}").status_code == 404
    assert DeskClient().put(address).status_code == 405
    with override_settings(ROOT_URLCONF=WithFailingPages):
        assert visitor().get(address).status_code == 500
    assert len([line for line in lines(logged) if " django." in line]) == 5
    assert "suheda" not in logged.getvalue().casefold()
    assert "/mijn/<str:username>" in logged.getvalue()


@pytest.mark.parametrize(
    "address",
    [f"/mijn/vergeten/{TOKEN}/", f"/mijn/e-mail/{TOKEN}/", f"/aanmelden/vergeten/2-{TOKEN}/"],
)
def test_a_mailed_token_is_not_in_the_log(logged: StringIO, address: str) -> None:
    assert visitor().post(address).status_code == 403
    DeskClient().put(address)
    visitor().get(f"{address}x/y/")
    with override_settings(ROOT_URLCONF=WithFailingPages):
        visitor().get(address)
    assert lines(logged)
    assert TOKEN not in logged.getvalue()


def test_the_log_still_tells_which_page_of_a_school_failed(
    brussel: Institution, alice_client: Client, logged: StringIO
) -> None:
    """Numbers and ids name nobody, and an operator needs them."""
    alice_client.get("/999912/leerlingen/4711/")
    assert "Not Found: /999912/leerlingen/4711/" in logged.getvalue()


def test_no_request_begins_a_line_of_the_log(logged: StringIO) -> None:
    for end in LINE_ENDS:
        text = f"x{end}{FORGED}"
        agent = visitor(user_agent=text, referer=f"https://{text}", x_forwarded_for=text)
        for address in ("/", "/mijn/", "/999912/leerlingen/", "/aanmelden/vergeten/1-"):
            agent.get(f"{address}{quote(text)}/")
            agent.post(f"{address}?zoek={quote(text)}", {"zoek": text})
        agent.get("/", headers={"host": text})
        logging.getLogger("schoolloket").error("From outside: %s\x1b[2J", text)
    from_outside = [line for line in lines(logged) if "From outside: x" in line]
    assert len(from_outside) == len(LINE_ENDS)
    assert all(FORGED in line and line.isprintable() for line in from_outside)
    assert_nothing_forged(logged)


def test_no_exception_begins_a_line_of_the_log(logged: StringIO) -> None:
    """A traceback has many lines, each of which shows that it goes on."""
    for end in LINE_ENDS:
        try:
            raise ValueError(f"x{end}{FORGED}")
        except ValueError:
            logging.getLogger("schoolloket").exception("Failed")
    assert "Traceback" in logged.getvalue()
    assert_nothing_forged(logged)


def test_no_file_name_begins_a_line_of_the_log(
    brussel: Institution, logged: StringIO, tmp_path: Path
) -> None:
    for end in LINE_ENDS:
        file = tmp_path / f"x{end}{FORGED}.csv"
        file.write_text("Onbekend\n1\n")
        with pytest.raises(CommandError):
            call_command("import_students", str(file), institution="999912", stdout=StringIO())
    assert "import 999912 x" in logged.getvalue()
    assert_nothing_forged(logged)


def assert_nothing_forged(logged: StringIO) -> None:
    assert [line for line in lines(logged) if line.startswith(FORGED)] == []


def test_every_handler_of_the_log_writes_so() -> None:
    """A handler with another formatter would write names and forged lines again."""
    formatters = {one["formatter"] for one in settings.LOGGING["handlers"].values()}
    assert formatters == {"lines"}
