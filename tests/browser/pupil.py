"""Mijn LeerID as a pupil handles it, on a device of his or her own."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.core import mail
from playwright.sync_api import BrowserContext, Locator, expect

from .leaks import Leaks
from .printed import Sheet
from .visitor import Visitor

TABLET: dict[str, Any] = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}


class Pupil(Visitor):
    def __init__(self, context: BrowserContext, leaks: Leaks) -> None:
        super().__init__(context.new_page(), leaks)

    # Getting around ----------------------------------------------------------------------------

    def open(self, url: str) -> None:
        """Open a URL that was printed or mailed, on the host of the tests."""
        parts = urlsplit(url)
        self.page.goto(parts.path + (f"?{parts.query}" if parts.query else ""))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).tap()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.tap()

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_heading(self, name: str) -> None:
        expect(self.page.get_by_role("heading", name=name, level=1)).to_be_visible()

    def is_at(self, path: str) -> None:
        """The address bar shows this path and no query."""
        expect(self.page).to_have_url(re.compile(rf"^http://[^/]+{re.escape(path)}$"))

    def scan(self, sheet: Sheet) -> None:
        """Open what the QR code holds; the code leaves the address bar at once."""
        self.leaks.saw(sheet.code)
        self.open(sheet.scanned)
        expect(self.page).not_to_have_url(re.compile(re.escape(sheet.code)))
        assert sheet.code not in self.page.content()

    # Signing in --------------------------------------------------------------------------------

    def has_username(self, username: str) -> None:
        expect(self.page.get_by_label("Gebruikersnaam")).to_have_value(username)

    def sign_in(self, password: str) -> None:
        """Type the password; the username is filled in already."""
        self.leaks.saw(password)
        self.page.get_by_label("Wachtwoord", exact=True).fill(password)
        self.press("Meld je aan")

    @property
    def grid(self) -> Locator:
        return self.page.locator(".grid")

    def touch(self, *names: str) -> None:
        for name in names:
            self.grid.get_by_role("button", name=name, exact=True).tap()

    def has_chosen(self, *names: str) -> None:
        """These pictures are shown as chosen, in this order, and are marked in the grid."""
        chosen = self.page.get_by_label("Gekozen afbeeldingen").get_by_role("img")
        expect(chosen).to_have_count(len(names))
        assert [image.get_attribute("alt") for image in chosen.all()] == list(names)
        marked = self.grid.locator("[aria-pressed=true]")
        assert {tile.get_attribute("aria-label") for tile in marked.all()} == set(names)

    def is_signed_in(self, first_name: str) -> None:
        self.sees_heading(f"Dag {first_name}!")
        self.is_at("/mijn/start/")

    # An own password and an e-mail address -----------------------------------------------------

    def choose(self, password: str) -> None:
        self.page.get_by_label("Nieuw wachtwoord").fill(password)
        self.press("Bewaar mijn wachtwoord")

    def give_email(self, email: str) -> None:
        self.page.get_by_label("E-mailadres").fill(email)
        self.press("Stuur me een mail")
        self.sees_heading("Kijk in je mailbox")


NewPupil = Callable[..., Pupil]


def mailed_link(to: str, subject: str) -> str:
    """The link in the newest mail, which has the same in its text and its HTML."""
    newest = mail.outbox[-1]
    assert newest.to == [to]
    assert newest.subject == subject
    [link] = re.findall(r"http://\S+/mijn/\S+/\S+/", str(newest.body))
    html, kind = newest.alternatives[0]
    assert kind == "text/html"
    assert f'<a href="{link}">' in html
    return link
