"""What changes for a manager by the organisation's own sign-in (R13)."""

from collections.abc import Set

from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction

from schoolloket.core import background, clock
from schoolloket.core.exceptions import NoRole, SubjectTaken
from schoolloket.institutions import access_log, emails
from schoolloket.institutions.actors import Author
from schoolloket.institutions.models import AccessEvent, Institution, Manager, Membership

from .deployment import sso

Kind = AccessEvent.Kind


def make_manager(*, subject: str, name: str, numbers: Set[str]) -> SocialAccount:
    """Make a manager for this subject of the provider, and return what joins the two.

    Without an e-mail address and a password: what the provider says of an address is verified by
    nobody here. Raises NoRole where the numbers are of no institution here, or SubjectTaken where
    the same sign-in made one at the same moment.
    """
    if not Institution.objects.filter(number__in=numbers).exists():
        raise NoRole(sso().name)

    try:
        with transaction.atomic():
            manager = Manager(name=name, email=None)
            manager.set_unusable_password()
            manager.save()
            return _join(manager, subject)
    except IntegrityError as error:
        raise SubjectTaken from error


@transaction.atomic
def follow_claims(*, manager: Manager, numbers: Set[str]) -> None:
    """Let the manager's rights from the provider be those of the claims, and no others.

    What somebody at a desk or in `/beheer/` gave stays. The access log follows, from `receivers`.
    """
    Manager.objects.select_for_update().get(pk=manager.pk)
    mine = Membership.objects.filter(manager=manager, source=Membership.Source.PROVIDER)
    claimed = mine.filter(institution__number__in=numbers)
    # One that an idle year ended is given anew.
    kept = claimed.valid_on(clock.today())
    mine.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()

    known = mine.values("institution")
    missing = Institution.objects.filter(number__in=numbers).exclude(pk__in=known)
    for institution in missing:
        Membership.objects.create(
            manager=manager, institution=institution, source=Membership.Source.PROVIDER
        )


@transaction.atomic
def note_joined(*, manager: Manager, by: Author) -> None:
    """Add to the access log that a subject of the provider opens the desk as this manager."""
    access_log.record(Kind.JOINED, manager=manager, by=by)
    background.run_after_commit(emails.notify_joined, manager=manager, by=by)


@transaction.atomic
def note_parted(*, manager: Manager, by: Author) -> None:
    """Add that it no longer does, and end what hung on it: the provider's rights and sessions."""
    access_log.record(Kind.PARTED, manager=manager, by=by)
    Membership.objects.filter(manager=manager, source=Membership.Source.PROVIDER).delete()
    manager.end_sessions()


def _join(manager: Manager, subject: str) -> SocialAccount:
    account: SocialAccount = SocialAccount.objects.create(
        user=manager, provider=sso().issuer, uid=subject, extra_data={}
    )
    return account
