"""The organisation's own sign-in, by keyboard, at each size; see `eyes`."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings as current
from playwright.sync_api import Page, expect
from pytest_django import Settings

from tests.provider.provider import Provider
from tests.provider.server import running

from .desk import Desk
from .eyes import Eyes

pytestmark = pytest.mark.browser

BUTTON = "Aanmelden via ACM/IDM"


@pytest.fixture
def provider(school: None, settings: Settings, base_url: str) -> Iterator[Provider]:
    """A provider on another origin than the desk, with which the desk is deployed."""
    with running() as provider:
        directives = current.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        to_it = {"form-action": [*directives["form-action"], provider.deployment().origin]}
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives | to_it}
        settings.DESK = replace(current.DESK, url=base_url)
        settings.SSO = provider.deployment()
        yield provider


def press_by_keyboard(page: Page, name: str) -> None:
    """Tab to the button and press Enter."""
    button = page.get_by_role("button", name=name, exact=True)
    for _ in range(20):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    expect(button).to_be_focused()
    page.keyboard.press("Enter")


def test_a_manager_signs_in_through_the_organisation(
    desk: Desk, eyes: Eyes, provider: Provider
) -> None:
    provider.person |= {"name": "Carla Claes", "leerid_rol_3d": ["LeerID-beheerder:999912"]}
    desk.page.goto("/999912/afdrukken/")
    eyes.look("sign-in-organisation")
    press_by_keyboard(desk.page, BUTTON)
    desk.sees_heading("Afdrukken")
    desk.sees("Carla Claes")
    assert desk.path == "/999912/afdrukken/"
    desk.follow("Mijn aanmelding")
    desk.sees("Je meldt je aan via je organisatie.")


def test_who_has_no_role_reads_why_there_is_no_access(
    desk: Desk, eyes: Eyes, provider: Provider
) -> None:
    desk.page.goto("/")
    press_by_keyboard(desk.page, BUTTON)
    desk.sees_heading("Geen toegang")
    # The browser tells of every page with such a status.
    desk.forgive("403")
    eyes.look("organisation-refused")


def test_who_gives_up_at_the_provider_is_back_at_the_sign_in(
    desk: Desk, provider: Provider
) -> None:
    provider.error = "access_denied"
    desk.page.goto("/")
    press_by_keyboard(desk.page, BUTTON)
    desk.sees("De aanmelding via ACM/IDM is afgebroken.")
