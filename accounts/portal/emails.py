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
    """Mail the link that confirms that this e-mail address is the pupil's."""
    link = _url("portal:open_link", token)
    _send("link", "Bevestig je e-mailadres voor je LeerID", email, account, link=link)


def send_reset(account: Account, token: str) -> None:
    """Mail the link to a new password, to the e-mail address that is linked."""
    link = _url("portal:open_reset", token)
    _send("reset", "Kies een nieuw wachtwoord voor je LeerID", account.email, account, link=link)


def notify_old_email(account: Account, old: str) -> None:
    """Inform the e-mail address `old` that another one is linked now."""
    new = mask_email(account.email)
    _send("changed", "Het e-mailadres van je LeerID is gewijzigd", old, account, new=new)


def notify_reset(account: Account) -> None:
    """Inform the pupil of a reset by mail, and what to do where that was a thief."""
    _send("reset_done", "Het wachtwoord van je LeerID is gewijzigd", account.email, account)


def _url(name: str, token: str) -> str:
    """Return an absolute URL on the portal's own host, never on the host that a request names."""
    path = reverse(name, args=[token]).removeprefix(reverse("portal:sign_in"))
    return f"{settings.PORTAL.url}/{path}"


def _send(template: str, subject: str, to: str, account: Account, **context: Any) -> None:
    """Send the two templates of this name as one mail; log a failure of the mail server."""
    context |= {"username": account.username, "portal": settings.PORTAL.url}
    text = render_to_string(f"portal/mail/{template}.txt", context)
    html = render_to_string(f"portal/mail/{template}.html", context)

    mail = EmailMultiAlternatives(subject, text, to=[to])
    mail.attach_alternative(html, "text/html")
    try:
        mail.send()
    except OSError as error:
        # Not the error itself: it may hold the e-mail address, which stays out of the log.
        logger.error("A mail to a pupil could not be sent: %s", type(error).__name__)
