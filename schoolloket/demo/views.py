"""The demo's mailbox: all mails on one page, since nobody there has an address that exists."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

MAILS_SHOWN = 20
# Django writes this line behind each mail.
LAST_LINE = "-" * 79


@dataclass(frozen=True)
class Mail:
    """A mail as the page shows it."""

    to: str
    subject: str
    text: str


@login_not_required
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """The last mails, the newest first. The route is there in the demo only."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    shown = [_mail_in(file) for file in files[:MAILS_SHOWN]]
    return render(request, "demo/mails.html", {"mails": shown})


def _mail_in(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    text = cast(str, message.get_content())
    return Mail(str(message["To"]), str(message["Subject"]), text.replace(LAST_LINE, "").strip())
