"""A browser, a live server and the schools of the demo, for every browser test."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from schoolloket.demo import school as demo
from tests.helpers import NOW

from .desk import Desk
from .eyes import DESK_SIZES, Eyes
from .leaks import Leaks
from .pupil import NewPupil, Pupil

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def _database_beside_playwright() -> Iterator[None]:
    """Allow queries in tests.

    Playwright's event loop runs in the main thread until the session ends; Django therefore takes
    every query there for one of asynchronous code.
    """
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = shutil.which("chromium")
    return browser_type_launch_args | {"executable_path": chromium, "args": CHROMIUM_ARGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {
        "viewport": {"width": 1280, "height": 900},
        "locale": "nl-BE",
        "timezone_id": "Europe/Brussels",
    }


# A busy machine is no fault of the page.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    return str(live_server.url)


@pytest.fixture(autouse=True)
def _monday_morning(transactional_db: None) -> Iterator[None]:
    """Set the time in the demo's school year; it goes on from there, for the server too."""
    cache.clear()
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def school(transactional_db: None) -> None:
    """Brussel and Gent, with their pupils and LeerIDs, as `make demo` has them."""
    demo.build()


@pytest.fixture
def leaks(
    transactional_db: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> Iterator[Leaks]:
    """At the end of a test the server has left none of the passwords it saw anywhere (R5)."""
    caplog.set_level(logging.INFO)
    leaks = Leaks(caplog)
    with leaks.watching_files():
        yield leaks
    assert leaks.found() == []


@pytest.fixture
def desk(page: Page, leaks: Leaks) -> Iterator[Desk]:
    """The desk in a browser, which may not complain about a page or its policy."""
    desk = Desk(page, leaks)
    yield desk
    assert desk.complaints == []


@pytest.fixture
def eyes(page: Page) -> Iterator[Eyes]:
    """Looks at the desk's pages at each size; what is wrong fails the test at its end."""
    eyes = Eyes(page, DESK_SIZES)
    yield eyes
    assert not eyes.faults, "\n".join(eyes.faults)


@pytest.fixture
def new_pupil(
    browser: Browser, browser_context_args: dict[str, Any], leaks: Leaks
) -> Iterator[NewPupil]:
    """A pupil on a device of its own: `new_pupil(TABLET, java_script_enabled=False)`."""
    pupils: list[Pupil] = []

    def new_pupil(device: dict[str, Any], **options: Any) -> Pupil:
        context = browser.new_context(**browser_context_args | device | options)
        pupils.append(Pupil(context, leaks))
        return pupils[-1]

    yield new_pupil
    for pupil in pupils:
        pupil.page.context.close()
    assert [pupil.complaints for pupil in pupils if pupil.complaints] == []
