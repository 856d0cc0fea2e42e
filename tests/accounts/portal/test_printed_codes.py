"""The printed URL with its code: a redirect to the sign-in, and a device that remembers it."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.models import Account
from accounts.portal import cookies
from accounts.portal.device import Device
from schoolloket.core import tokens
from tests.pages import html

from .helpers import PICTURES, SIGN_IN, WORD, gets_in, sign_in

pytestmark = pytest.mark.usefixtures("clock")
CODE = "k3Jx-0aQ_w7ZtYbN"


@pytest.fixture(autouse=True)
def _on_paper(word: Account, pictures: Account) -> None:
    """Both pupils have a sheet; each code is CODE and the username."""
    for account in (word, pictures):
        code_hash = tokens.digest(CODE + account.username)
        Account.objects.filter(pk=account.pk).update(code_hash=code_hash)


def sheet(account: Account, more: str = "") -> str:
    return f"{SIGN_IN}{account.username}?k={CODE}{account.username}{more}"


def device_of(client: Client) -> Device:
    request = RequestFactory().get(SIGN_IN)
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    return cookies.device_of(request)


def location(response: HttpResponse) -> str:
    assert response.status_code == 302
    return str(response["Location"])


def test_the_sheet_opens_the_sign_in_of_its_pupil(tablet: Client, word: Account) -> None:
    page = tablet.get(sheet(word), follow=True)
    assert page.redirect_chain == [(f"{SIGN_IN}{word.username}", 302)]
    assert f'value="{word.username}"' in html(page)
    assert gets_in(tablet, word.username, WORD)


def test_the_sheet_of_a_picture_password_opens_the_grid(tablet: Client, pictures: Account) -> None:
    response = tablet.get(sheet(pictures, "&wijze=afbeeldingen"))
    assert location(response) == f"{SIGN_IN}{pictures.username}?wijze=afbeeldingen"
    assert "data-grid" in html(tablet.get(location(response)))
    signed_in = sign_in(tablet, pictures.username, "", picture=PICTURES, wijze="afbeeldingen")
    assert signed_in.status_code == 302


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (f"{SIGN_IN}?k={CODE}", SIGN_IN),
        (f"{SIGN_IN}?k={CODE}&k={CODE}&terug=//elders.test", SIGN_IN),
        (f"{SIGN_IN}a%3Fk=b?k={CODE}", f"{SIGN_IN}a%3Fk=b"),
        (f"{SIGN_IN}%2F%2Felders.test?k={CODE}", None),
        (f"{SIGN_IN}x?k=&wijze=a%26k%3Db%0D%0A", f"{SIGN_IN}x?wijze=a%26k%3Db%0D%0A"),
    ],
)
def test_nothing_of_the_address_is_kept_but_name_and_grid(
    tablet: Client, address: str, found: str | None
) -> None:
    response = tablet.get(address)
    if found is None:
        assert response.status_code == 404
    else:
        assert location(response) == found


def test_a_tablet_knows_the_sheets_of_a_whole_class(
    tablet: Client, word: Account, pictures: Account
) -> None:
    for account in (word, pictures, word):
        tablet.get(sheet(account))
    assert device_of(tablet).opened == ((pictures.pk, 1), (word.pk, 1))
    tablet.get(f"{SIGN_IN}{word.username}?k=AAAAAAAAAAAAAAAA")
    assert device_of(tablet).opened == ((pictures.pk, 1), (word.pk, 1))


def test_a_new_sheet_takes_the_place_of_the_old_one(tablet: Client, word: Account) -> None:
    tablet.get(sheet(word))
    Account.objects.new_version(code_hash=tokens.digest(CODE))
    tablet.get(f"{SIGN_IN}{word.username}?k={CODE}")
    assert device_of(tablet).opened == ((word.pk, 2),)


def test_who_signed_in_on_the_device_stays_known(
    tablet: Client, word: Account, pictures: Account
) -> None:
    assert gets_in(tablet, word.username, WORD)
    before = device_of(tablet)
    tablet.get(sheet(pictures))
    after = device_of(tablet)
    assert (after.id, after.account_ids, after.mode) == (before.id, before.account_ids, before.mode)
    assert gets_in(tablet, word.username, WORD)
    assert device_of(tablet).opened == ((pictures.pk, 1),)
