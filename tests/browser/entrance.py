"""The way in of a newcomer: the link in the mail, a device with passkeys, the first factor."""

import re

from django.conf import settings
from django.core import mail
from playwright.sync_api import Page

from .desk import Desk

OWN = "zeven-groene-fietsen"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def mailed_path(to: str, start: str) -> str:
    """The path of the link in the newest mail to this address: the link leads to DESK_URL."""
    body = next(one.body for one in reversed(mail.outbox) if one.to == [to])
    [path] = re.findall(rf"{settings.DESK.url}({start}\S+)", str(body))
    return str(path)


def plug_in(page: Page) -> None:
    """Give the browser a device that makes passkeys, and that its user unlocks at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def read_codes(desk: Desk) -> list[str]:
    """The recovery codes on the page, which the server may leave nowhere."""
    desk.sees_heading("Herstelcodes")
    codes = desk.page.locator("code.secret").all_inner_texts()
    for code in codes:
        desk.leaks.saw(code)
    return codes


def join(desk: Desk, name: str) -> None:
    """Accept an invitation whose page is open, with a password and a passkey, up to the desk."""
    desk.leaks.saw(OWN)
    desk.page.get_by_label("Je naam").fill(name)
    desk.page.get_by_label("Kies een wachtwoord").fill(OWN)
    desk.press("Ga verder")
    desk.follow("Gebruik een toegangssleutel")
    desk.press("Maak de toegangssleutel")
    read_codes(desk)
    desk.follow("Ik heb ze bewaard")
