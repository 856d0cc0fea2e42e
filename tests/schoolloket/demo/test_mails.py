"""The demo's mailbox: what would have been mailed, on one page."""

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from schoolloket.demo.views import mails
from tests.pages import text

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "schoolloket.demo.mail.DemoMail"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


def page() -> str:
    return text(mails(RequestFactory().get("/demo/mails/")))


def test_the_newest_mail_stands_first_with_its_link(folder: Path) -> None:
    for number, subject in enumerate(("Eerste", "Tweede élève")):
        mail.send_mail(subject, "Klik: http://localhost:8000/x/", None, ["els@demo.test"])
        newest = max(folder.iterdir(), key=lambda file: file.stat().st_ctime_ns)
        newest.rename(folder / f"{number}.log")
    shown = page()
    assert "Aan els@demo.test" in shown
    assert "Tweede élève" in shown
    assert "-----" not in shown


def test_without_mails_the_page_says_so(folder: Path) -> None:
    assert "Er is nog geen mail verstuurd." in page()


def test_nobody_but_the_demo_has_the_page() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("demo_mails")
