"""How the tests find a page of the desk and read its text."""

import re
from html import unescape
from html.parser import HTMLParser

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse


def desk(name: str, *args: object, number: str = "999912") -> str:
    """Return the path of a page at the desk of Brussel, or of another institution."""
    return reverse(name, args=[number, *args])


def html(response: HttpResponse) -> str:
    return response.content.decode()


def text(response: HttpResponse) -> str:
    """Return the text that a person reads on the page: no tags, no double blanks."""
    return plain(re.sub(r"(?s).*<body[^>]*>", "", html(response)))


def plain(markup: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", markup).split()))


def messages_on(response: HttpResponse) -> str:
    """Return the text of the messages at the top of the page."""
    found = re.search(r'<div aria-live="polite">(.*?)</div>\s*</div>', html(response), re.DOTALL)
    return plain(found[1]) if found else ""


class Form(HTMLParser):
    """The first posting form in the main part of a page, as a browser without JavaScript posts it.

    `fields`: name -> values; `buttons`: name and value of each; `menus`: name -> what can be
    chosen there.
    """

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, list[str]] = {}
        self.buttons: set[tuple[str, str]] = set()
        self.menus: dict[str, list[str]] = {}
        self._menu = ""
        self.feed(_posting_form(html(response).partition("<main")[2]))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        elif tag == "button" and "name" in found:
            self.buttons.add((found["name"], found.get("value", "")))
        elif tag == "select":
            self._menu = found["name"]
            self.menus[self._menu] = []
        elif tag == "option":
            self._choice(found["value"], selected="selected" in found)
        elif tag == "input" and "name" in found and _is_posted(found):
            self.fields.setdefault(found["name"], []).append(found.get("value", "on"))

    def _choice(self, value: str, *, selected: bool) -> None:
        """A menu posts the choice that is selected, else its first one."""
        if selected or not self.menus[self._menu]:
            self.fields[self._menu] = [value]
        self.menus[self._menu].append(value)


def _posting_form(main: str) -> str:
    forms = re.findall(r"<form\b.*?</form>", main, re.DOTALL)
    return next(form for form in forms if 'method="post"' in form)


def _is_posted(found: dict[str, str]) -> bool:
    return found.get("type") not in ("checkbox", "radio") or "checked" in found


def press(
    client: Client, page: HttpResponse, button: str, value: str = "", **changes: object
) -> HttpResponse:
    """Change fields of the page's form, press one of its buttons, and return the page after that.

    `changes`: field -> new value, or None to leave the field out.
    """
    form = Form(page)
    assert (button, value) in form.buttons, f"no such button: {button}={value}"
    posted = {name: data for name, data in (form.fields | changes).items() if data is not None}
    return client.post(form.action, posted | {button: value}, follow=True)


def queries_of(client: Client, page: str) -> int:
    """Return the number of queries of the page when it is opened for the second time."""
    client.get(page)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)
