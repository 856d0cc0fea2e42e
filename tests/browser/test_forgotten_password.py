"""A manager who forgot the password chooses a new one through a mailed link."""

import re

from django.conf import settings
from django.core import mail
from playwright.sync_api import expect

from .desk import BEHEERDER, Desk

NEW = "een-nieuw-lang-wachtwoord-2026"


def test_the_mailed_link_leads_to_a_new_password(school: None, desk: Desk) -> None:
    desk.leaks.saw(NEW)
    when_the_manager_asks_for_a_mail(desk)
    link = mailed_link()
    and_chooses_a_new_password(desk, link)
    then_the_new_password_opens_the_desk(desk)
    and_the_link_works_no_more(desk, link)


def when_the_manager_asks_for_a_mail(desk: Desk) -> None:
    desk.page.goto("/")
    desk.follow("Wachtwoord vergeten?")
    desk.page.get_by_label("E-mailadres").fill(BEHEERDER)
    desk.press("Stuur de mail")
    desk.sees_heading("Kijk in je mailbox")


def mailed_link() -> str:
    """The path of the link in the newest mail, which was sent to the manager alone.

    The link itself leads to DESK_URL, where this test has no server.
    """
    newest = mail.outbox[-1]
    assert newest.to == [BEHEERDER]
    [link] = re.findall(rf"{settings.DESK.url}(/aanmelden/vergeten/\S+/)", str(newest.body))
    return link


def and_chooses_a_new_password(desk: Desk, link: str) -> None:
    desk.page.goto(link)
    desk.sees_heading("Nieuw wachtwoord kiezen")
    # The key is out of the address bar before anything is typed.
    expect(desk.page).to_have_url(re.compile(r"/aanmelden/vergeten/\w+-set-password/$"))
    for field in desk.page.locator("input[type=password]").all():
        field.fill(NEW)
    desk.press("Bewaar mijn wachtwoord")
    desk.sees_heading("Je wachtwoord is gewijzigd")


def then_the_new_password_opens_the_desk(desk: Desk) -> None:
    desk.follow("Meld je aan")
    desk.sign_in(password=NEW)
    desk.sees_heading("Instelling kiezen")


def and_the_link_works_no_more(desk: Desk, link: str) -> None:
    desk.page.goto(link)
    desk.sees("Deze link is al gebruikt of te oud.")
