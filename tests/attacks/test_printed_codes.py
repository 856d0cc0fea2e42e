"""The code in a printed QR code makes a device known: to whoever holds the sheet, nobody else."""

import logging
from collections.abc import Callable
from io import BytesIO
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import pytest
from django.core import signing
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.actions import change_status, link_email
from accounts.models import Account, AccountEvent, FieldChange
from accounts.portal import cookies
from accounts.portal.actions import own_password
from accounts.portal.models import PortalSession
from accounts.status import StatusChange
from credentials.documents import print_job
from credentials.models import Batch, BatchItem
from schoolloket.institutions.actors import Actor, Pupil
from tests.accounts.portal.helpers import OWN, SIGN_IN, device, gets_in, is_signed_in
from tests.credentials.helpers import Prepare, Save, item_of, password_of
from tests.credentials.rendering.samples import squeezed
from tests.pages import desk, html

pytestmark = pytest.mark.usefixtures("clock")


def scanned(batch: Batch, account: Account) -> str:
    """What the QR code on the pupil's sheet holds, without the host."""
    [card] = [card for card in print_job(batch).cards if card.username == account.username]
    address = urlsplit(card.scanned_url)
    return f"{address.path}?{address.query}"


def code_in(address: str) -> str:
    [code] = parse_qs(urlsplit(address).query)["k"]
    return code


def is_known(client: Client, account: Account) -> bool:
    """Whether the browser's cookie says that the code on the pupil's present sheet was opened."""
    request = RequestFactory().get(SIGN_IN)
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    account.refresh_from_db()
    return cookies.device_of(request).opened_code_of(account)


def opened(address: str) -> Client:
    """A new device on which the address was opened."""
    client = device()
    client.get(address)
    return client


@pytest.fixture
def sheet(charlie: Account, saved: Prepare) -> str:
    """What the QR code on Charlie's sheet holds."""
    return scanned(saved(charlie), charlie)


def test_the_sheet_makes_a_device_known_for_its_pupil_only(
    charlie: Account, sam: Account, sheet: str
) -> None:
    client = opened(sheet)
    assert is_known(client, charlie)
    assert not is_known(client, sam)


def test_a_code_has_128_bits_and_no_two_sheets_share_one(
    charlie: Account, sam: Account, saved: Prepare
) -> None:
    batch = saved(charlie, sam)
    codes = {code_in(scanned(batch, account)) for account in (charlie, sam)}
    assert [len(code) for code in codes] == [22, 22]


# Void with the next version of the credentials -------------------------------------------------


def renew(account: Account, by: Actor, saved: Prepare) -> None:
    saved(account)


def choose_own_password(account: Account, by: Actor, saved: Prepare) -> None:
    session = PortalSession.objects.get(account=account)
    own_password.choose_password(session=session, password=OWN, by=Pupil())


def link_an_address(account: Account, by: Actor, saved: Prepare) -> None:
    link_email(account_id=account.pk, email="charlie@voorbeeld.test", by=Pupil())


def deactivate(account: Account, by: Actor, saved: Prepare) -> None:
    change_status(by=by, change=StatusChange.DEACTIVATE, student_ids=[account.student_id])


@pytest.mark.parametrize("change", [renew, choose_own_password, link_an_address, deactivate])
def test_an_old_sheet_makes_no_device_known(
    charlie: Account,
    alice_actor: Actor,
    saved: Prepare,
    change: Callable[[Account, Actor, Prepare], None],
) -> None:
    batch = saved(charlie)
    sheet = scanned(batch, charlie)
    early = opened(sheet)
    assert is_known(early, charlie)
    assert gets_in(device(), charlie.username, password_of(batch, charlie))
    change(charlie, alice_actor, saved)
    assert not is_known(early, charlie)
    assert not is_known(opened(sheet), charlie)


def test_a_sheet_stays_void_after_the_leerid_is_activated_again(
    charlie: Account, alice_actor: Actor, sheet: str
) -> None:
    for change in (StatusChange.DEACTIVATE, StatusChange.ACTIVATE):
        change_status(by=alice_actor, change=change, student_ids=[charlie.student_id])
    assert not is_known(opened(sheet), charlie)


def test_a_preview_that_is_not_saved_leaves_the_sheet_as_it_was(
    charlie: Account, sheet: str, ready: Prepare
) -> None:
    ready(charlie)
    assert is_known(opened(sheet), charlie)


# A code is no key ------------------------------------------------------------------------------


def test_the_code_alone_signs_nobody_in(charlie: Account, sheet: str) -> None:
    client = opened(sheet)
    assert not is_signed_in(client)
    assert not gets_in(client, charlie.username, code_in(sheet))
    assert not PortalSession.objects.exists()


def test_the_code_of_a_classmate_makes_no_device_known_for_another(
    charlie: Account, sam: Account, saved: Prepare
) -> None:
    batch = saved(charlie, sam)
    client = opened(f"{SIGN_IN}{charlie.username}?k={code_in(scanned(batch, sam))}")
    assert not is_known(client, charlie)
    assert not is_known(client, sam)


def test_a_thief_of_the_database_makes_no_device_known(charlie: Account, saved: Prepare) -> None:
    item = item_of(saved(charlie), charlie)
    charlie.refresh_from_db()
    for stolen in (charlie.code_hash, charlie.password, item.sealed, ""):
        assert not is_known(opened(f"{SIGN_IN}{charlie.username}?k={stolen}"), charlie)


def test_an_account_without_a_sheet_has_no_code(charlie: Account) -> None:
    """The empty text in the database is no code."""
    assert charlie.code_hash == ""
    assert not is_known(opened(f"{SIGN_IN}{charlie.username}?k="), charlie)


@pytest.mark.parametrize("forge", ["cut", "changed", "signed with another key"])
def test_a_forged_cookie_is_that_of_an_unknown_device(
    charlie: Account, sheet: str, forge: str
) -> None:
    client = opened(sheet)
    cookie = client.cookies[cookies.DEVICE_COOKIE].value
    value = signing.loads(cookie, salt=cookies.DEVICE_COOKIE)
    forged = {
        "cut": cookie[:-5],
        "changed": cookie.replace(cookie[3], "A" if cookie[3] != "A" else "B", 1),
        "signed with another key": signing.dumps(value, key="k", salt=cookies.DEVICE_COOKIE),
    }
    client.cookies[cookies.DEVICE_COOKIE] = forged[forge]
    assert not is_known(client, charlie)


# Nothing tells whether a code or a name exists --------------------------------------------------


def seen(response: HttpResponse) -> tuple[object, ...]:
    """All that an answer shows besides the contents of its cookies."""
    headers = dict(response.headers)
    headers["Location"] = headers["Location"].rpartition("/")[0]
    return response.status_code, headers, sorted(response.cookies), response.content


def test_every_code_is_answered_alike(charlie: Account, sheet: str) -> None:
    answers = []
    for address in (
        sheet,
        f"{SIGN_IN}{charlie.username}?k=AAAAAAAAAAAAAAAA",
        f"{SIGN_IN}niet.bestaand?k={code_in(sheet)}",
        f"{SIGN_IN}niet.bestaand?k=",
    ):
        with CaptureQueriesContext(connection) as queries:
            answers.append((seen(device().get(address)), len(queries)))
    assert answers == [answers[0]] * 4
    assert answers[0][-1] == 1


@pytest.mark.parametrize("name", ["%00", "%F0%9F%98%80", "a" * 300, "..", "%25", "Charlie.Peeters"])
def test_no_name_is_an_error(charlie: Account, name: str) -> None:
    response = device().get(f"{SIGN_IN}{name}?k=%00")
    assert (response.status_code, "k=" in response.url) == (302, False)
    assert device().get(response.url).status_code == 200


# The code leaves no trace ----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_the_code_leaves_the_address_at_once(charlie: Account, sheet: str, method: str) -> None:
    response = getattr(device(), method)(sheet)
    assert (response.status_code, response.url) == (302, SIGN_IN + charlie.username)
    assert code_in(sheet) not in str(response.headers) + html(response)
    assert "no-store" in response["Cache-Control"]


def test_a_preview_of_the_link_uses_nothing_up(charlie: Account, sheet: str) -> None:
    """A messenger that shows the link, or an app that scans it, opens it first."""
    before = Account.objects.filter(pk=charlie.pk).values().get()
    device().head(sheet)
    device().get(sheet)
    assert Account.objects.filter(pk=charlie.pk).values().get() == before
    assert is_known(opened(sheet), charlie)


@pytest.mark.parametrize("trouble", [None, "database gone", "wrong host", "wrong method"])
def test_no_line_of_the_log_holds_the_code(
    sheet: str, trouble: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client(raise_request_exception=False)
    if trouble == "database gone":
        with patch.object(Account.objects, "filter", side_effect=DatabaseError):
            assert client.get(sheet).status_code == 500
    elif trouble == "wrong host":
        assert client.get(sheet, headers={"host": "elders.test"}).status_code == 400
    elif trouble == "wrong method":
        assert client.put(sheet).status_code == 405
    else:
        client.get(sheet, follow=True)
    lines = "\n".join(map(logging.Formatter().format, caplog.records))
    assert bool(lines) is (trouble is not None)
    assert code_in(sheet) not in lines


def everything_in_the_database() -> str:
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            texts.append(repr(cursor.fetchall()))
    return "\n".join(texts)


def test_the_code_is_nowhere_but_in_the_qr_code(
    charlie: Account, alice_client: Client, ready: Prepare, save: Save
) -> None:
    batch = ready(charlie)
    pages = [html(alice_client.get(desk("preview_batch", batch.pk)))]
    batch = save(batch)
    sheet = scanned(batch, charlie)
    opened(sheet)
    pages += [
        html(alice_client.get(desk("batch_result", batch.pk))),
        html(alice_client.get(desk("batches"))),
        html(alice_client.get(desk("student", charlie.student_id))),
        html(device().get(sheet, follow=True)),
        everything_in_the_database(),
    ]
    pages += documents(alice_client, batch)
    assert [page for page in pages if code_in(sheet) in page] == []


def documents(client: Client, batch: Batch) -> list[str]:
    """The text of every document of the ZIP, as it is copied or read by a script."""
    archive = ZipFile(BytesIO(client.post(desk("download", batch.pk, "zip")).content))
    texts = []
    for name in archive.namelist():
        if name.endswith(".pdf"):
            texts.append(squeezed(archive.read(name)))
        else:
            workbook = ZipFile(BytesIO(archive.read(name)))
            texts += [workbook.read(part).decode() for part in workbook.namelist()]
    return texts


def test_the_history_tells_nothing_of_a_code(charlie: Account, sheet: str) -> None:
    opened(sheet)
    assert AccountEvent.objects.filter(account=charlie).count() == 1
    changed = FieldChange.objects.filter(event__account=charlie)
    assert [(change.field, change.old, change.new) for change in changed] == [("password", "", "")]


def test_nothing_of_the_code_outlives_the_save_in_the_batch(
    charlie: Account, saved: Prepare
) -> None:
    saved(charlie)
    assert set(BatchItem.objects.values_list("code_hash", flat=True)) == {""}
