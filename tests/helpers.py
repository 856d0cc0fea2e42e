"""What the tests share beside the cast: the moment, the password, and how its members are made."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Account
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
