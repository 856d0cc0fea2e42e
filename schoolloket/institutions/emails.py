"""The mails to managers, in Dutch, as text. None holds a password (R5)."""

import logging
from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import int_to_base36

from .models import Manager

logger = logging.getLogger(__name__)


def send_reset(manager: Manager) -> None:
    """Mail the link to a new password."""
    key = default_token_generator.make_token(manager)
    names = {"uidb36": int_to_base36(manager.pk), "key": key}
    link = _url("account_reset_password_from_key", **names)
    _send("reset", "Kies een nieuw wachtwoord voor het LeerID Schoolloket", manager, link=link)


def notify_password_changed(manager: Manager, at: datetime, ip_address: str | None) -> None:
    """Inform the manager that the password was changed, and what to do where that was a thief."""
    subject = "Je wachtwoord voor het LeerID Schoolloket is gewijzigd"
    forgotten = _url("account_reset_password")
    _send("changed", subject, manager, at=at, ip_address=ip_address, forgotten=forgotten)


def _url(name: str, **names: str) -> str:
    """Return an absolute URL on the desk's own host, never on the host that a request names."""
    return f"{settings.DESK.url}{reverse(name, kwargs=names)}"


def _send(template: str, subject: str, manager: Manager, **context: object) -> None:
    """Send the template of this name; log a failure of the mail server."""
    context |= {"manager": manager, "desk": settings.DESK.url}
    text = render_to_string(f"account/mail/{template}.txt", context)
    try:
        EmailMessage(subject, text, to=[manager.email]).send()
    except OSError as error:
        # Not the error itself: it may hold the e-mail address, which stays out of the log.
        logger.error("A mail to a manager could not be sent: %s", type(error).__name__)
