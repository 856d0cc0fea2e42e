"""What nobody types: every page answers it, and none with an error."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.filters import StudentFilter
from accounts.models import Account
from credentials.models import Batch
from schoolloket.institutions.models import Institution, Manager, Membership
from tests.desk_client import DeskClient
from tests.pages import desk, text
from tests.routes import ROUTES

pytestmark = pytest.mark.usefixtures("clock")

ODD = [
    "😀",
    "é",
    "\0",
    "\x85\u2028",
    "a b",
    'x"; Path=/; y="',
    "x\r\nSet-Cookie: a=b",
    "..",
    "%",
    "%ff",
    "١٢٣",
    "-",
    "x" * 3000,
]
TEXTS = re.compile(r"<(?:(?:str|path|token|uidb36):)?\w+>")


def paths(odd: str, charlie: Account, batch: Batch) -> Iterator[str]:
    """Every route that takes a text, with this one in its place."""
    for route in ROUTES:
        if not TEXTS.search(route) or "(?P" in route:
            continue
        filled = route.replace("<number:number>", "999912").replace(
            "<uuid:batch_id>", str(batch.pk)
        )
        filled = filled.replace("<id:student_id>", str(charlie.student_id))
        yield "/" + TEXTS.sub(lambda _: quote(odd, safe="%"), filled)


def assert_can_be_sent(answer: HttpResponse, what: str) -> None:
    """A web server sends headers as Latin-1, without line ends; any other fails there."""
    assert answer.status_code < 500, what
    sent = [f"{name}: {value}" for name, value in answer.items()]
    sent += [cookie.OutputString() for cookie in answer.cookies.values()]
    for header in sent:
        header.encode("latin-1")
        assert not re.search(r"[\r\n\0]", header), what


def test_every_text_in_a_path_is_answered(
    alice_client: Client, alice: Manager, charlie: Account, saved: object
) -> None:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    batch = saved(charlie)
    for odd in ODD:
        for path in paths(odd, charlie, batch):
            assert_can_be_sent(alice_client.get(path), path)
            assert_can_be_sent(DeskClient().get(path), path)
            assert_can_be_sent(alice_client.post(path), path)


def test_a_mailed_link_with_a_smiley_is_a_dead_link(db: None) -> None:
    for path in ("/mijn/vergeten/😀/", "/mijn/e-mail/😀/"):
        answer = DeskClient().get(path)
        assert_can_be_sent(answer, path)
        assert answer.status_code == 404


def test_every_text_in_a_query_is_answered(alice_client: Client, charlie: Account) -> None:
    pages = [
        desk("students"),
        desk("selection"),
        desk("batches"),
        desk("student", charlie.student_id),
        desk("edit_credentials", charlie.student_id),
        reverse("portal:sign_in"),
        reverse("account_login"),
        reverse("choose_institution"),
    ]
    names = [*StudentFilter.base_filters, "sorteer", "pagina", "per", "lijst", "wijze", "next"]
    for odd in ODD:
        for page in pages:
            assert_can_be_sent(alice_client.get(page, dict.fromkeys(names, odd)), page)


def test_every_text_in_a_header_or_cookie_is_answered(
    alice_client: Client, charlie: Account
) -> None:
    """As a web server gives them: bytes as Latin-1, without line ends."""
    for odd in ODD:
        sent = re.sub(r"[\r\n\0]", "", odd).encode().decode("latin-1")
        names = (
            "HTTP_USER_AGENT HTTP_REFERER HTTP_X_FORWARDED_FOR HTTP_ACCEPT_LANGUAGE HTTP_ORIGIN "
            "HTTP_HX_REQUEST HTTP_HX_CURRENT_URL HTTP_HX_TARGET HTTP_IF_NONE_MATCH"
        )
        for page in ("/mijn/", desk("students"), "/aanmelden/"):
            headers = dict.fromkeys(names.split(), sent)
            assert_can_be_sent(alice_client.get(page, **headers), page)
            assert_can_be_sent(alice_client.post(page, **headers), page)

        for name in ("mijn", "toestel", "link", "csrf", "messages", "loket"):
            # In quotes a cookie writes any byte by its number: `\000`.
            for value in (sent, r'"\000\012' + sent + '"'):
                browser = DeskClient()
                for page in ("/mijn/", "/mijn/vergeten/nieuw", "/"):
                    assert_can_be_sent(browser.get(page, HTTP_COOKIE=f"{name}={value}"), page)


# Searches --------------------------------------------------------------------------------------

# As many words as a URL holds.
WORDS = "a " * 1900
TOO_LONG = "Zoek met hoogstens 100 tekens."


def test_a_search_with_thousands_of_words_finds_nobody_and_says_why(
    alice_client: Client, charlie: Account
) -> None:
    answer = alice_client.get(desk("students"), {"zoek": WORDS})
    assert answer.status_code == 200
    assert TOO_LONG in text(answer)
    assert "Peeters" not in text(answer)


def test_a_search_that_is_too_long_selects_and_writes_nobody(
    alice_client: Client, charlie: Account
) -> None:
    """Else the click that selects all whom it found would select the whole school."""
    selected = alice_client.get(desk("selection"), {"zoek": WORDS})
    assert selected.json() == {"students": []}


def test_a_search_of_signs_that_become_many_words_is_answered(
    alice_client: Client, charlie: Account
) -> None:
    """Folding turns one sign into several letters, or words."""
    for sign in ("㏂", "﷽", "👨\u200d👩", "ﷺ", "㌖"):
        answer = alice_client.get(desk("students"), {"zoek": f"{sign} " * 50})
        assert answer.status_code == 200


def test_a_search_among_schools_has_the_same_limit(
    alice_client: Client, alice: Manager, gent: Institution
) -> None:
    Membership.objects.create(manager=alice, institution=gent)
    answer = alice_client.get("/", {"zoek": WORDS})
    assert answer.status_code == 200
    assert TOO_LONG in text(answer)
