"""The check for leaks at the end of every browser test (R5) does find leaks.

Each test of this folder gives `leaks` the passwords that it saw; the `leaks` fixture then searches
every table, session, cache entry, log line and mail, the database file, and every file that the
server opened to write.
"""

import base64
import logging
import tempfile
import threading
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from schoolloket.institutions.models import Institution
from schoolloket.institutions.sessions import SessionStore
from students.models import ImportRun

from .leaks import Leaks

pytestmark = pytest.mark.browser

PASSWORD = "jLu8bVBZ"
PICTURES = "vis - boom - huis - bal"


@pytest.fixture
def watch(caplog: pytest.LogCaptureFixture, transactional_db: None) -> Leaks:
    watch = Leaks(caplog)
    watch.saw(PASSWORD)
    watch.saw(PICTURES)
    return watch


def test_nothing_leaks_where_nothing_is_written(watch: Leaks) -> None:
    assert watch.found() == []


@pytest.mark.parametrize(
    "text",
    [
        f"x {PASSWORD} y",
        "vis-boom-huis-bal",
        PICTURES,
        *(base64.b64encode(b"x" * n + PASSWORD.encode() + b"yz").decode() for n in range(4)),
    ],
)
def test_a_password_in_a_table(watch: Leaks, text: str) -> None:
    Institution.objects.create(number="999912", name=text, municipality="BRUSSEL")
    found = watch.found()
    assert "table institutions_institution" in found
    if connection.vendor == "sqlite":
        assert any(place.startswith("file ") for place in found)


def test_a_password_inside_json(watch: Leaks, brussel: Institution) -> None:
    ImportRun.objects.create(
        institution=brussel, created_at=timezone.now(), full_list=True, problems=[{"x": PASSWORD}]
    )
    assert "table students_importrun" in watch.found()


def test_a_password_in_a_session_which_is_compressed(watch: Leaks) -> None:
    session = SessionStore()
    session["draft"] = [PASSWORD] + ["filling"] * 100
    session.save()
    assert "session" in watch.found()


def test_a_password_in_the_cache(watch: Leaks) -> None:
    cache.set("draft", {"password": PASSWORD})
    assert "cache" in watch.found()


def test_a_password_in_a_mail(watch: Leaks) -> None:
    mail.send_mail("Welkom", f"Je wachtwoord is {PASSWORD}", None, ["ouder@thuis.test"])
    assert "mail" in watch.found()


def test_a_password_in_the_log(watch: Leaks) -> None:
    logging.getLogger("credentials").warning("saved %s", PASSWORD)
    assert "log" in watch.found()


def test_a_file_that_the_server_wrote_and_removed(watch: Leaks, tmp_path: Path) -> None:
    def serve() -> None:
        with tempfile.NamedTemporaryFile(dir=tmp_path) as file:
            file.write(b"anything")

    with watch.watching_files():
        server = threading.Thread(target=serve)
        server.start()
        server.join()
    assert any(place.startswith(f"file written: {tmp_path}") for place in watch.found())
