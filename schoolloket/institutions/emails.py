"""The mails to managers, in Dutch, as text. None holds a password (R5)."""

import logging
from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import int_to_base36

from schoolloket.core import clock
from schoolloket.core.text import mask_email

from . import email_changes
from .actors import Author
from .models import AccessEvent, Institution, Manager
from .rights import beheerders_of
from .second_factor.enrolment import tokens

logger = logging.getLogger(__name__)


def send_reset(manager: Manager) -> None:
    """Mail the link to a new password."""
    key = default_token_generator.make_token(manager)
    names = {"uidb36": int_to_base36(manager.pk), "key": key}
    link = address_of("account_reset_password_from_key", **names)
    _send("reset", "Kies een nieuw wachtwoord voor het LeerID Schoolloket", manager, link=link)


def notify_password_changed(manager: Manager, at: datetime, ip_address: str | None) -> None:
    """Inform the manager that the password was changed, and what to do where that was a thief."""
    subject = "Je wachtwoord voor het LeerID Schoolloket is gewijzigd"
    forgotten = address_of("account_reset_password")
    _send("changed", subject, manager, at=at, ip_address=ip_address, forgotten=forgotten)


def send_email_change(manager: Manager, email: str) -> None:
    """Mail the link that changes the e-mail address, to the new one."""
    subject = "Bevestig je nieuwe e-mailadres voor het LeerID Schoolloket"
    link = address_of("confirm_email", token=email_changes.token_of(manager, email))
    _send("email_change", subject, manager, to=email, link=link)


def notify_email_changed(manager: Manager, old: str | None) -> None:
    """Inform the old address that the manager signs in with another one from now on."""
    subject = "Je e-mailadres voor het LeerID Schoolloket is gewijzigd"
    _send("email_changed", subject, manager, to=old, new=mask_email(manager.email or ""))


def enrolment_link(manager: Manager) -> str:
    """Return the link with which a manager without a second factor enrols one."""
    names = {"uidb36": int_to_base36(manager.pk), "key": tokens.make_token(manager)}
    return address_of("enrolment_link", **names)


def send_enrolment(manager: Manager) -> None:
    """Mail the link to a second factor."""
    subject = "Je tweede stap voor het LeerID Schoolloket"
    _send("enrolment", subject, manager, link=enrolment_link(manager))


def notify_factor(manager: Manager, kind: AccessEvent.Kind, name: str, by: Author) -> None:
    """Inform the manager that a factor was added or removed, or that there are new codes."""
    subject = "Je tweede stap voor het LeerID Schoolloket is gewijzigd"
    removed = kind == AccessEvent.Kind.FACTOR_REMOVED
    _send("factor", subject, manager, removed=removed, name=name, by=by, at=timezone.now())


def warn_of_guesses(manager: Manager) -> None:
    """Warn the manager that somebody knows the password and tries codes."""
    subject = "Iemand kent je wachtwoord van het LeerID Schoolloket"
    _send("guesses", subject, manager, forgotten=address_of("account_reset_password"))


def notify_reset(manager: Manager, by: Author, reason: str) -> None:
    """Inform the manager, and the beheerders of the manager's schools, that a factor was erased."""
    subject = "Een tweede stap voor het LeerID Schoolloket is gewist"
    rights = manager.memberships.valid_on(clock.today())
    schools = Institution.objects.filter(pk__in=rights.values("institution"))
    for one in {manager, *beheerders_of(schools)}:
        _send("factor_reset", subject, one, whose=manager, by=by.manager, reason=reason)


def notify_joined(manager: Manager, by: Author) -> None:
    """Inform the manager that the organisation's own sign-in opens the desk from now on."""
    subject = "Je aanmelding voor het LeerID Schoolloket is gekoppeld"
    _send("joined", subject, manager, by=by, at=timezone.now())


def address_of(name: str, **names: str) -> str:
    """Return an absolute URL on the desk's own host, never on the host that a request names."""
    return f"{settings.DESK.url}{reverse(name, kwargs=names)}"


def send(template: str, subject: str, address: str | None, **context: object) -> bool:
    """Send a template as text; return whether the mail server took it, and log it where not.

    Nothing is sent to somebody without an e-mail address.
    """
    if not address:
        return False

    text = render_to_string(template, context | {"desk": settings.DESK.url})
    try:
        EmailMessage(subject, text, to=[address]).send()
    except OSError as error:
        # Not the error itself: it may hold the e-mail address, which stays out of the log.
        logger.error("A mail to a manager could not be sent: %s", type(error).__name__)
        return False
    return True


def _send(
    template: str, subject: str, manager: Manager, to: str | None = None, **context: object
) -> None:
    """Send the template of this name to the manager, or to another address (`to`)."""
    send(f"account/mail/{template}.txt", subject, to or manager.email, manager=manager, **context)
