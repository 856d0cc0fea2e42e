"""Mails to pupils: to link or change an e-mail address, and to reset a forgotten password."""

import smtplib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Account, AccountEvent
from accounts.portal.actions import housekeeping, mailed_links
from accounts.portal.models import MailToken
from schoolloket.core import background, exceptions, tokens
from schoolloket.environment import Site
from schoolloket.institutions.actors import Actor, Pupil
from tests.pages import html, text

from .helpers import (
    CONFIRM,
    EMAIL,
    FORGOTTEN,
    HOME,
    LINKED_EMAIL,
    NEW,
    OWN,
    RESET,
    SIGN_IN,
    TEMPORARY,
    WORD,
    at_once,
    device,
    gets_in,
    is_signed_in,
    link_in,
    renew,
    signed_in,
)

pytestmark = pytest.mark.usefixtures("clock")
NEW_EMAIL = "otto@voorbeeld.be"
# What a pupil types to link it.
ASKED = {"email": NEW_EMAIL, "password": OWN}
Mail = EmailMultiAlternatives
# Mails leave when the transaction is committed, which the transaction of a test never is.
Post = Callable[..., HttpResponse]


@pytest.fixture
def post(django_capture_on_commit_callbacks: Any) -> Post:
    """Post a form, and run what waits for the commit of its transaction."""

    def post(client: Client, url: str, fields: dict[str, str] | None = None) -> HttpResponse:
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(url, fields or {})

    return post


@pytest.fixture
def otto(own: Account) -> Client:
    """Signed in, without a linked e-mail address."""
    return signed_in(own.username, OWN)


@pytest.fixture
def link(otto: Client, post: Post, mailoutbox: list[Mail]) -> str:
    """The link in the mail after Otto asked to link an e-mail address."""
    post(otto, EMAIL, ASKED)
    return link_in(str(mailoutbox.pop().body))


@pytest.fixture
def reset(linked: Account, post: Post, mailoutbox: list[Mail]) -> str:
    """The link in the mail after Lena forgot the password."""
    post(device(), FORGOTTEN, {"username": linked.username})
    return link_in(str(mailoutbox.pop().body))


def opened(link: str, client: Client | None = None) -> Client:
    """A browser in which the link of a mail was clicked."""
    client = client or device()
    client.get(link)
    return client


def token_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


# Link an e-mail address ------------------------------------------------------------------------


def test_email_is_linked_only_after_the_click_in_the_mail(
    otto: Client, own: Account, post: Post, mailoutbox: list[Mail]
) -> None:
    sent = post(otto, EMAIL, ASKED)
    assert "Kijk in je mailbox" in text(sent)
    own.refresh_from_db()
    assert own.email == ""
    (mail,) = mailoutbox
    assert mail.to == [NEW_EMAIL]
    browser = opened(link_in(str(mail.body)))
    page = text(browser.get(CONFIRM))
    assert NEW_EMAIL in page
    assert own.username in page
    own.refresh_from_db()
    assert own.email == ""
    assert "gekoppeld" in text(post(browser, CONFIRM))
    own.refresh_from_db()
    assert (own.email, own.credentials_version) == (NEW_EMAIL, 2)
    assert len(mailoutbox) == 1


def test_token_leaves_the_address_bar_for_a_cookie(link: str) -> None:
    response = device().get(link)
    assert (response.status_code, response.url) == (302, CONFIRM)
    cookie = response.cookies["link"]
    assert cookie.value == token_of(link)
    assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/mijn/", "Lax")
    assert token_of(link) not in html(opened(link).get(CONFIRM))
    assert "no-store" in response.headers["Cache-Control"]


def test_opening_a_link_changes_nothing(link: str, own: Account) -> None:
    """Mail scanners open every link, some of them twice."""
    for method in ("get", "head"):
        browser = device()
        getattr(browser, method)(link)
        getattr(browser, method)(CONFIRM)
    own.refresh_from_db()
    assert (own.email, MailToken.objects.get().used_at) == ("", None)


def test_pupil_who_links_stays_signed_in(link: str, otto: Client) -> None:
    opened(link, otto).post(CONFIRM)
    assert is_signed_in(otto)
    assert "o*****o@voorbeeld.be" in text(otto.get(HOME))


def test_change_confirms_the_new_email_and_informs_the_old_one(
    linked: Account, post: Post, mailoutbox: list[Mail]
) -> None:
    lena = signed_in(linked.username, OWN)
    post(lena, EMAIL, ASKED)
    assert [mail.to for mail in mailoutbox] == [[NEW_EMAIL]]
    post(opened(link_in(str(mailoutbox[0].body))), CONFIRM)
    to_old = mailoutbox[1]
    assert to_old.to == [LINKED_EMAIL]
    assert "gewijzigd naar o*****o@voorbeeld.be" in str(to_old.body)
    linked.refresh_from_db()
    assert linked.email == NEW_EMAIL
    event = AccountEvent.objects.get()
    assert event.kind == AccountEvent.Kind.EMAIL_CHANGED


@pytest.mark.parametrize(
    "typed", ["", "geen adres", "a@b", "x@y.be\nBcc: z@y.be", "a" * 250 + "@b.be"]
)
def test_invalid_email_is_refused(
    otto: Client, post: Post, mailoutbox: list[Mail], typed: str
) -> None:
    assert 'class="errorlist"' in html(post(otto, EMAIL, {"email": typed, "password": OWN}))
    assert mailoutbox == []


# Forgotten -------------------------------------------------------------------------------------


def test_reset_by_mail(linked: Account, reset: str, post: Post) -> None:
    phone = signed_in(linked.username, OWN)
    browser = opened(reset)
    assert "Kies je eigen wachtwoord" in text(browser.get(RESET))
    done = post(browser, RESET, {"password": NEW})
    assert done.url == f"{SIGN_IN}{linked.username}"
    assert "Je nieuwe wachtwoord is bewaard." in text(browser.get(done.url))
    assert not is_signed_in(browser)
    assert not is_signed_in(phone)
    assert not gets_in(device(), linked.username, OWN)
    assert gets_in(device(), linked.username, NEW)


def test_the_pupil_reads_that_the_password_was_reset(
    linked: Account, reset: str, post: Post, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    """Who stole the mailbox does not stay unseen."""
    post(opened(reset), RESET, {"password": NEW})
    assert mailoutbox[-1].subject == "Het wachtwoord van je LeerID is gewijzigd"
    assert mailoutbox[-1].to == [linked.email]
    assert "Vraag dan op school meteen een nieuw wachtwoord" in str(mailoutbox[-1].body)
    assert NEW not in str(mailoutbox[-1].message())


def test_reset_of_a_temporary_password_replaces_it(linked: Account, reset: str, post: Post) -> None:
    Account.objects.update(must_change_password=True)
    post(opened(reset), RESET, {"password": NEW})
    assert gets_in(phone := device(), linked.username, NEW)
    assert phone.get(HOME).status_code == 200


def test_reset_validates_the_password_and_keeps_the_link(
    linked: Account, reset: str, post: Post
) -> None:
    browser = opened(reset)
    assert "je naam" in text(post(browser, RESET, {"password": "lena is de beste"}))
    assert "oude wachtwoord" in text(post(browser, RESET, {"password": OWN}))
    assert post(browser, RESET, {"password": NEW}).status_code == 302


def test_reset_lifts_the_waits(linked: Account, reset: str, post: Post) -> None:
    for _ in range(6):
        gets_in(device(), linked.username, "geraden")
    post(opened(reset), RESET, {"password": NEW})
    assert gets_in(device(), linked.username, NEW)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["word", "pictures", "temporary", "own", "ended", "deactivated"])
def test_only_active_linked_accounts_get_a_reset(
    who: str, request: pytest.FixtureRequest, post: Post, mailoutbox: list[Mail]
) -> None:
    account = request.getfixturevalue(who)
    answer = text(post(device(), FORGOTTEN, {"username": account.username}))
    assert "Kijk in je mailbox" in answer
    assert "vraag een nieuw wachtwoord aan de LeerID-beheerder" in answer
    assert (mailoutbox, MailToken.objects.count()) == ([], 0)


@pytest.mark.parametrize("typed", ["lena.gelinkt", " Lena.GELINKT "])
@pytest.mark.usefixtures("linked")
def test_reset_goes_to_the_linked_email_alone(
    typed: str, post: Post, mailoutbox: list[Mail]
) -> None:
    post(device(), FORGOTTEN, {"username": typed, "email": "bully@voorbeeld.be"})
    assert [mail.recipients() for mail in mailoutbox] == [[LINKED_EMAIL]]


# Links that do not work ------------------------------------------------------------------------


def accepted(page: str, token: str, post: Post) -> bool:
    """Whether the page accepts the token; any responses but the known ones are an error."""
    browser = device()
    browser.cookies["link"] = token
    shown = browser.get(page)
    response = post(browser, page, {"password": NEW})
    assert (shown.status_code, response.status_code) in [(200, 200), (200, 302), (410, 410)]
    if response.status_code == 410:
        assert "Deze link werkt niet meer" in text(response)
    return response.status_code != 410


def test_used_links_are_not_accepted_again(link: str, reset: str, post: Post) -> None:
    for page, mailed in ((CONFIRM, link), (RESET, reset)):
        assert accepted(page, token_of(mailed), post)
        assert not any(accepted(page, token_of(mailed), post) for _ in range(10))


@pytest.mark.parametrize(
    ("page", "lasts"), [(CONFIRM, timedelta(hours=24)), (RESET, timedelta(minutes=30))]
)
@pytest.mark.parametrize("late", [False, True])
def test_links_expire(
    link: str,
    reset: str,
    page: str,
    lasts: timedelta,
    late: bool,
    post: Post,
    clock: time_machine.Traveller,
) -> None:
    clock.shift(lasts - timedelta(seconds=0 if late else 1))
    mailed = link if page == CONFIRM else reset
    assert accepted(page, token_of(mailed), post) is not late


def test_link_for_one_purpose_is_not_accepted_for_another(
    link: str, reset: str, post: Post
) -> None:
    assert not accepted(RESET, token_of(link), post)
    assert not accepted(CONFIRM, token_of(reset), post)


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 5000, "0", "\u00e9"])
@pytest.mark.usefixtures("link", "reset")
def test_forged_links_are_not_accepted(token: str, post: Post) -> None:
    assert not accepted(CONFIRM, token, post)
    assert not accepted(RESET, token, post)


def test_hash_of_a_token_is_not_accepted(link: str, reset: str, post: Post) -> None:
    """A stolen database holds no tokens."""
    for token_hash in MailToken.objects.values_list("token_hash", flat=True):
        assert token_hash not in (token_of(link), token_of(reset))
        assert not accepted(CONFIRM, token_hash, post)
        assert not accepted(RESET, token_hash, post)


def test_renewal_voids_the_links(
    own: Account, linked: Account, link: str, reset: str, post: Post, alice_actor: Actor
) -> None:
    renew(alice_actor, own)
    renew(alice_actor, linked, removes_email=True)
    assert not accepted(CONFIRM, token_of(link), post)
    assert not accepted(RESET, token_of(reset), post)


@pytest.mark.parametrize("how", ["deactivated", "ended"])
def test_links_of_an_inactive_account_are_not_accepted(
    own: Account, linked: Account, link: str, reset: str, post: Post, alice_actor: Actor, how: str
) -> None:
    for account in (own, linked):
        if how == "ended":
            account.student.enrolments.update(ends_on="2026-11-22")
        else:
            Account.objects.update(
                deactivated_at="2026-11-23T10:00:00Z", deactivated_by=alice_actor.manager
            )
    assert not accepted(CONFIRM, token_of(link), post)
    assert not accepted(RESET, token_of(reset), post)


def test_own_password_voids_the_pending_reset(linked: Account, reset: str, post: Post) -> None:
    lena = signed_in(linked.username, OWN)
    post(lena, "/mijn/wachtwoord/", {"old": OWN, "password": NEW})
    assert not accepted(RESET, token_of(reset), post)


def test_first_use_voids_the_other_links_of_the_account(reset: str, post: Post) -> None:
    """Of two mails, the link of the first makes a new version, which voids the second."""
    second = device()
    post(second, FORGOTTEN, {"username": "lena.gelinkt"})
    assert accepted(RESET, token_of(reset), post)
    assert not any(
        MailToken.objects.open(purpose, timezone.now()).exists() for purpose in MailToken.Purpose
    )


def resets(token: str) -> bool:
    try:
        mailed_links.reset_password(token=token, password=NEW, by=Pupil())
    except exceptions.LinkDead:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_link_used_by_fifty_at_once_is_accepted_once(
    linked: Account, mailoutbox: list[Mail]
) -> None:
    device().post(FORGOTTEN, {"username": linked.username})
    token = token_of(link_in(str(mailoutbox[0].body)))
    assert sum(at_once(lambda _: resets(token), 50)) == 1
    assert AccountEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@patch.object(mailed_links, "MOST_MAILS_AN_HOUR", 1)
def test_mails_requested_at_once_are_counted_one_by_one(
    linked: Account, mailoutbox: list[Mail]
) -> None:
    """A request that has counted waits a moment for the other, which must not have counted yet."""
    both, new = Barrier(2), tokens.new

    def new_together() -> str:
        with suppress(BrokenBarrierError):
            both.wait(timeout=1)
        return new()

    with patch.object(tokens, "new", new_together):
        at_once(lambda _: mailed_links.request_reset(username=linked.username), 2)
    assert len(mailoutbox) == 1


# What the mails are ----------------------------------------------------------------------------


@pytest.fixture
def every_mail(
    linked: Account, temporary: Account, post: Post, mailoutbox: list[Mail]
) -> list[Mail]:
    """One of each: to reset, to link, and to the old e-mail address."""
    post(device(), FORGOTTEN, {"username": linked.username})
    lena = signed_in(linked.username, OWN)
    post(lena, EMAIL, ASKED)
    post(opened(link_in(str(mailoutbox[1].body))), CONFIRM)
    assert len(mailoutbox) == 3
    return mailoutbox


def test_mails_are_dutch_text_and_html_and_hold_no_password(every_mail: list[Mail]) -> None:
    for mail in every_mail:
        ((page, kind),) = [(str(part.content), part.mimetype) for part in mail.alternatives]
        assert kind == "text/html"
        for body in (str(mail.body), page):
            assert "Dag," in body
            assert "lena.gelinkt" in body
            assert not any(secret in body for secret in (OWN, TEMPORARY, WORD, "argon2"))
        assert '<html lang="nl-BE">' in page
        assert "LeerID" in mail.subject
        assert mail.from_email == settings.DEFAULT_FROM_EMAIL


def test_links_name_the_portal_whatever_the_host_header_says(
    linked: Account, post: Post, mailoutbox: list[Mail], settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.PORTAL = settings.DESK = Site("https://mijn.test/mijn", "mijn.test", secure=True)
    evil = Client(headers={"host": "evil.test", "x-forwarded-host": "evil.test"})
    post(evil, FORGOTTEN, {"username": linked.username})
    (mail,) = mailoutbox
    assert "https://mijn.test/mijn/vergeten/" in str(mail.body)
    assert "evil" not in str(mail.message())


def test_five_mails_an_hour_and_no_more(
    otto: Client,
    linked: Account,
    post: Post,
    mailoutbox: list[Mail],
    clock: time_machine.Traveller,
) -> None:
    for _ in range(5):
        post(otto, EMAIL, ASKED)
        post(device(), FORGOTTEN, {"username": linked.username})
    assert len(mailoutbox) == 10
    assert "Er zijn al enkele mails onderweg" in text(post(otto, EMAIL, ASKED))
    assert "Kijk in je mailbox" in text(post(device(), FORGOTTEN, {"username": linked.username}))
    assert len(mailoutbox) == 10
    clock.shift(timedelta(hours=1))
    post(otto, EMAIL, ASKED)
    post(device(), FORGOTTEN, {"username": linked.username})
    assert len(mailoutbox) == 12


def test_history_masks_the_emails(
    link: str, own: Account, post: Post, alice_client: Client
) -> None:
    post(opened(link), CONFIRM)
    (change,) = AccountEvent.objects.get().changes.all()
    assert (change.old, change.new) == ("", "o*****o@voorbeeld.be")
    for page in ("", "historiek/", "detailhistoriek/"):
        desk = html(alice_client.get(f"/999912/leerlingen/{own.student_id}/{page}"))
        assert NEW_EMAIL not in desk
    assert "De leerling" in desk


class Refuses(BaseEmailBackend):
    """A mail server that refuses, and repeats the e-mail address in its error."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({LINKED_EMAIL: (550, b"unknown")})


class Unreachable(BaseEmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError


@pytest.mark.parametrize("server", ["Refuses", "Unreachable"])
def test_broken_mail_server_is_no_error_and_the_log_holds_no_email(
    linked: Account, post: Post, settings: Any, caplog: pytest.LogCaptureFixture, server: str
) -> None:
    settings.EMAIL_BACKEND = f"tests.accounts.portal.test_mail.{server}"
    answer = post(device(), FORGOTTEN, {"username": linked.username})
    assert "Kijk in je mailbox" in text(answer)
    lena = signed_in(linked.username, OWN)
    assert "Kijk in je mailbox" in text(post(lena, EMAIL, ASKED))
    assert caplog.text.count("A mail to a pupil could not be sent") == 2
    assert not any(secret in caplog.text for secret in ("@voorbeeld.be", "lena", "/mijn/"))


def fails(username: str) -> None:
    raise RuntimeError(username)


def test_work_after_the_answer_that_fails_is_logged_without_names(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.WORK_IN_BACKGROUND = True
    background.run(fails, username="lena.gelinkt")
    background._thread.submit(bool).result(timeout=10)
    assert "Work after an answer failed: fails" in caplog.text
    assert "lena" not in caplog.text


def test_links_are_deleted_a_day_after_they_expired(
    link: str, clock: time_machine.Traveller
) -> None:
    end = MailToken.objects.get().expires_at
    housekeeping.delete_expired(end + timedelta(hours=24))
    assert MailToken.objects.exists()
    housekeeping.delete_expired(end + timedelta(hours=24, seconds=1))
    assert not MailToken.objects.exists()
