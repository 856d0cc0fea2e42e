"""Somebody in a browser, which may not complain about a page or its policy."""

from playwright.sync_api import ConsoleMessage, Page

from .leaks import Leaks


class Visitor:
    def __init__(self, page: Page, leaks: Leaks) -> None:
        self.page, self.leaks = page, leaks
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def forgive(self, text: str) -> None:
        """Take away the complaint that a test provoked; it must be there."""
        found = next(complaint for complaint in self.complaints if text in complaint)
        self.complaints.remove(found)
