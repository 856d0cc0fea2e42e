"""The demo: what `make demo` shows a newcomer."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts.models import Account
from schoolloket.demo.management.commands.make_demo import Command
from schoolloket.demo.school import PASSWORD
from schoolloket.institutions.models import Institution
from tests.accounts.portal.helpers import gets_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def make_demo() -> str:
    out = StringIO()
    call_command(Command(), stdout=out)
    return out.getvalue()


def test_the_pupils_that_it_names_can_sign_in(client: Client) -> None:
    lines = [line.partition(": ")[2] for line in make_demo().splitlines() if " / " in line]
    signed_in = dict(line.split(" / ") for line in lines)
    assert len(signed_in) == 3
    typed = {name: password for name, password in signed_in.items() if " - " not in password}
    assert len(typed) == 2
    assert all(gets_in(Client(), name, password) for name, password in typed.items())
    answer = client.post("/aanmelden/", {"login": "beheerder@demo.test", "password": PASSWORD})
    assert answer.url == "/"


def test_a_second_time_keeps_the_data() -> None:
    make_demo()
    before = list(Account.objects.order_by("pk").values())
    assert make_demo() == ""
    assert list(Account.objects.order_by("pk").values()) == before
    assert Institution.objects.count() == 2


def test_its_mail_goes_to_a_folder_and_to_the_terminal(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_BACKEND = "schoolloket.demo.mail.DemoMail"
    settings.EMAIL_FILE_PATH = tmp_path
    mail.send_mail("Onderwerp", "Een link", None, ["beheerder@demo.test"])
    [kept] = tmp_path.iterdir()
    assert "Een link" in kept.read_text()
    assert "Een link" in capsys.readouterr().out
