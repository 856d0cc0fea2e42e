"""The cast of every test: Alice manages Brussel, Bob manages Gent, and pupils of both."""

import threading
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import Account, Kind, PasswordKind, Username
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager
from students.models import Enrolment, Student
from tests.desk_client import DeskClient, signed_in_as
from tests.helpers import (
    FEW_CARDS,
    FEW_FILES,
    NOW,
    Enrol,
    GiveAccount,
    actor_of,
    helper_of,
    manager_of,
)

# The fixtures of a batch and of a doubt about who is who serve other folders too.
pytest_plugins = ["tests.credentials.fixtures", "tests.schoolloket.identity.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--hostile-files", type=int, default=FEW_FILES, metavar="COUNT")
    parser.addoption("--paper-cards", type=int, default=FEW_CARDS, metavar="COUNT")


@pytest.fixture(scope="session", autouse=True)
def _threads_are_not_measured() -> None:
    """Keep coverage out of threads: Python 3.11 fails where two of them begin to be traced at once.

    The browser's server and tests that start many threads would fail now and then.
    """
    threading.settrace(None)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Monday 23 November 2026, ten o'clock, standing still until a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def brussel(db: None) -> Institution:
    return Institution.objects.create(
        number="999912", municipality="BRUSSEL-STAD", name="TEST School 2 (2)"
    )


@pytest.fixture
def gent(db: None) -> Institution:
    return Institution.objects.create(
        number="999913", municipality="GENT", name="TEST School 7 (1)"
    )


@pytest.fixture
def alice(brussel: Institution) -> Manager:
    """Manages Brussel."""
    return manager_of(brussel, "Alice")


@pytest.fixture
def bob(gent: Institution) -> Manager:
    """Manages Gent, and has no business in Brussel."""
    return manager_of(gent, "Bob")


@pytest.fixture
def alice_actor(alice: Manager, brussel: Institution) -> Actor:
    return Actor(institution=brussel, manager=alice, ip_address="127.0.0.1")


@pytest.fixture
def bob_actor(bob: Manager, gent: Institution) -> Actor:
    return Actor(institution=gent, manager=bob, ip_address="127.0.0.1")


@pytest.fixture
def client() -> DeskClient:
    """A browser in which nobody signed in yet; instead of pytest-django's."""
    return DeskClient()


@pytest.fixture
def alice_client(alice: Manager, client: Client) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def bob_client(bob: Manager) -> Client:
    return signed_in_as(bob)


@pytest.fixture
def helen(brussel: Institution) -> Manager:
    """A klashelper of class 6EM in Brussel, until the end of the school year (R13)."""
    return helper_of(brussel, "Helen", ["6EM"])


@pytest.fixture
def helen_actor(helen: Manager, brussel: Institution) -> Actor:
    return actor_of(helen)


@pytest.fixture
def helen_client(helen: Manager) -> DeskClient:
    return signed_in_as(helen)


@pytest.fixture
def enrol(db: None) -> Enrol:
    """Enrol a pupil: `enrol(brussel, "Süheda", "Carabin", group="4de leerjaar")`."""
    numbers = iter(range(10_001, 99_999))

    def enrol(
        institution: Institution,
        first_name: str = "Charlie",
        last_name: str = "Peeters",
        *,
        student: Student | None = None,
        stamnummer: str | None = None,
        group: str = "2e lj 3e gr Elektromechanica TSO",
        class_code: str = "6EM",
        starts_on: date = date(2026, 9, 1),
        ends_on: date = date(2027, 8, 31),
    ) -> Enrolment:
        return Enrolment.objects.create(
            student=student
            or Student.objects.create(official_data=Student.OfficialData.NUMBER_MISSING),
            institution=institution,
            stamnummer=stamnummer or str(next(numbers)),
            first_name=first_name,
            last_name=last_name,
            administrative_group=group,
            class_code=class_code,
            starts_on=starts_on,
            ends_on=ends_on,
        )

    return enrol


@pytest.fixture
def give_account(db: None) -> GiveAccount:
    """Give an enrolled pupil a LeerID: `give_account(enrolment, PasswordKind.WORD)`."""

    def give_account(
        enrolment: Enrolment,
        password_kind: PasswordKind = PasswordKind.ADVANCED,
        **fields: object,
    ) -> Account:
        username = str(
            fields.pop("username", None)
            or f"{enrolment.first_name_key}.{enrolment.last_name_key}".replace(" ", "")
        )
        Username.objects.create(value=username, stem=username, student=enrolment.student)
        defaults: dict[str, object] = {
            "must_change_password": password_kind.account_kind == Kind.ADVANCED,
            "password": "hash-of-the-old-password",
            "created_at": NOW,
        }
        return Account.objects.create(
            student=enrolment.student,
            username=username,
            kind=password_kind.account_kind,
            password_kind=password_kind,
            **(defaults | fields),
        )

    return give_account


@pytest.fixture
def charlie(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """A pupil of Brussel with an advanced LeerID and a temporary password."""
    return give_account(enrol(brussel, "Charlie", "Peeters"))


END_OTHER_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, dropped at the end even where a browser's last request still uses it."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(END_OTHER_SESSIONS)
