"""What changes about a second factor, with its row in the access log and its mails (R14)."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from schoolloket.core import background
from schoolloket.core.exceptions import NotYourself, OnlyAnOperator, ReasonMissing
from schoolloket.institutions import access_log, emails
from schoolloket.institutions.actors import Author
from schoolloket.institutions.models import AccessEvent, Manager, Tally

Kind = AccessEvent.Kind

MOST_MAILS_AN_HOUR = 3
# So many wrong codes in an hour are no typing errors.
WARN_FROM = 5
NAMES = {
    Authenticator.Type.TOTP: "een authenticator-app",
    Authenticator.Type.WEBAUTHN: "een toegangssleutel",
    Authenticator.Type.RECOVERY_CODES: "nieuwe herstelcodes",
}


def mail_link(*, manager: Manager, by: Author) -> bool:
    """Mail the link with which a manager without a factor enrols one.

    Returns whether it is on its way: of many in an hour only the first ones are.
    """
    within = timedelta(hours=1)
    mails = Tally.objects.add("enrolment", str(manager.pk), within=within, now=timezone.now())
    if mails > MOST_MAILS_AN_HOUR:
        return False

    access_log.record(Kind.ENROLMENT_ASKED, manager=manager, by=by)
    background.run(emails.send_enrolment, manager=manager)
    return True


@transaction.atomic
def note_factor(
    kind: AccessEvent.Kind, *, manager: Manager, factor: Authenticator, by: Author
) -> None:
    """Add a change that the manager made to the access log, and mail the manager about it."""
    name = NAMES[factor.type]
    access_log.record(kind, manager=manager, by=by, detail=name)
    background.run_after_commit(emails.notify_factor, manager=manager, kind=kind, name=name, by=by)


def warn_of_guesses(*, manager: Manager, failures: int) -> None:
    """Mail the manager where somebody who knows the password tries codes."""
    if failures == WARN_FROM:
        background.run(emails.warn_of_guesses, manager=manager)


@transaction.atomic
def reset(*, manager: Manager, by: Author, reason: str) -> None:
    """Erase the factors of somebody who lost them, and mail the link to enrol new ones.

    Every session of the manager ends. All who work as beheerder in the same schools are told.
    Raises NotYourself, OnlyAnOperator where `manager` is an operator and `by` is not, or
    ReasonMissing.
    """
    _refuse_reset(manager, by, reason)

    locked = Manager.objects.select_for_update().get(pk=manager.pk)
    Authenticator.objects.filter(user=locked).delete()
    locked.end_sessions()
    locked.refresh_from_db()

    access_log.record(Kind.FACTOR_RESET, manager=locked, by=by, detail=reason)
    background.run_after_commit(emails.notify_reset, manager=locked, by=by, reason=reason)
    background.run_after_commit(emails.send_enrolment, manager=locked)


def _refuse_reset(manager: Manager, by: Author, reason: str) -> None:
    if by.manager == manager:
        raise NotYourself
    if manager.is_staff and by.manager and not by.manager.is_staff:
        raise OnlyAnOperator
    if not reason.strip():
        raise ReasonMissing
