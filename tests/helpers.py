"""What the tests share beside the cast: the moment, the password, and how its members are made."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Account
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Invitation, Manager, Membership
from students.models import Enrolment

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Europe/Brussels"))
PASSWORD = "een-lang-wachtwoord-2026"
# How many hostile files the suite makes up; `make hostile` makes ten thousand.
FEW_FILES = 60
# How many cards of each list the suite prints in each format; `make paper` prints all of them.
FEW_CARDS = 65

Enrol = Callable[..., Enrolment]
GiveAccount = Callable[..., Account]


def invitation_to(institution: Institution, email: str = "dirk@school.test") -> Invitation:
    """An invitation as LeerID-beheerder whose mail has left, and that nobody accepted yet."""
    now = timezone.now()
    return Invitation.objects.create(
        institution=institution,
        email=email,
        role=Membership.Role.MANAGER,
        invited_at=now,
        expires_at=now + timedelta(days=7),
        mailed_at=now,
    )


def manager_of(institution: Institution, name: str) -> Manager:
    manager = Manager.objects.create_user(f"{name.lower()}@school.test", PASSWORD, name=name)
    Membership.objects.create(manager=manager, institution=institution)
    return manager


def helper_of(
    institution: Institution, name: str, classes: list[str], ends_on: date = date(2027, 8, 31)
) -> Manager:
    """A klashelper of these classes in the school year 2026-2027 (R13)."""
    helper = Manager.objects.create_user(f"{name.lower()}@school.test", PASSWORD, name=name)
    Membership.objects.create(
        manager=helper,
        institution=institution,
        role=Membership.Role.HELPER,
        classes=classes,
        school_year=2026,
        ends_on=ends_on,
    )
    return helper


def actor_of(manager: Manager) -> Actor:
    """The manager at the desk of the one school that he or she has, as a request makes it."""
    right = manager.memberships.select_related("institution").get()
    if right.is_helper:
        right.institution.limited_to = frozenset(right.classes)
    return Actor(right.institution, manager, "127.0.0.1", right=right)
