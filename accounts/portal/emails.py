"""The mails to pupils, in Dutch, as text and HTML. None holds a password (R5)."""

import logging
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Account
from schoolloket.core.text import mask_email

logger = logging.getLogger(__name__)


def send_link(account: Account, email: str, token: str) -> None:
    """Ask whether the address is the pupil's."""
    link = _address("portal:open_link", token)
    _send("link", "Bevestig je e-mailadres voor je LeerID", email, account, link=link)


def send_reset(account: Account, token: str) -> None:
    link = _address("portal:open_reset", token)
    _send("reset", "Kies een nieuw wachtwoord voor je LeerID", account.email, account, link=link)


def tell_old_email(account: Account, old: str) -> None:
    """Tell the address that was linked before that it is no longer."""
    new = mask_email(account.email)
    _send("changed", "Het e-mailadres van je LeerID is gewijzigd", old, account, new=new)


def _address(name: str, token: str) -> str:
    """The link's whole address, on the portal's own host: never the one that a request names."""
    path = reverse(name, args=[token]).removeprefix(reverse("portal:sign_in"))
    return f"{settings.PORTAL.url}/{path}"


def _send(template: str, subject: str, to: str, account: Account, **context: Any) -> None:
    context |= {"username": account.username, "portal": settings.PORTAL.url}
    mail = EmailMultiAlternatives(
        subject, render_to_string(f"portal/mail/{template}.txt", context), to=[to]
    )
    mail.attach_alternative(render_to_string(f"portal/mail/{template}.html", context), "text/html")
    try:
        mail.send()
    except OSError as error:
        # Not the error itself: it may hold the address, which stays out of the log.
        logger.error("A mail to a pupil could not be sent: %s", type(error).__name__)
