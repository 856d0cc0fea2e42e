"""What the tests share beside the cast: the moment, the password, and how its members are made."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models import Account
from schoolloket.institutions.models import Institution, Manager, Membership
from students.models import Enrolment

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Europe/Brussels"))
PASSWORD = "een-lang-wachtwoord-2026"
# How many hostile files the suite makes up; `make hostile` makes ten thousand.
FEW_FILES = 60
# How many cards of each list the suite prints in each format; `make paper` prints all of them.
FEW_CARDS = 65

Enrol = Callable[..., Enrolment]
GiveAccount = Callable[..., Account]


def manager_of(institution: Institution, name: str) -> Manager:
    manager = Manager.objects.create_user(f"{name.lower()}@school.test", PASSWORD, name=name)
    Membership.objects.create(manager=manager, institution=institution)
    return manager
