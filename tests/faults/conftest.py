"""A rig per test process, and the school at each stage of a renewal (see rig.py)."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import Account, PasswordKind
from schoolloket.institutions.models import Institution
from schoolloket.institutions.models import Manager as DeskManager
from tests.helpers import Enrol, GiveAccount, manager_of

from .desks import Desk
from .manager import Manager
from .rig import Cluster, Databases, Rig, SqliteFiles


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    with TemporaryDirectory(prefix="schoolloket-faults-") as folder:
        if connection.vendor == "sqlite":
            yield SqliteFiles(Path(folder))
            return
        cluster = Cluster(Path(folder))
        yield cluster
        cluster.control("stop")


@pytest.fixture(scope="session")
def session_rig(databases: Databases) -> Iterator[Rig]:
    with TemporaryDirectory(prefix="schoolloket-servers-") as folder:
        rig = Rig(databases, Path(folder))
        yield rig
        rig.close()
        rig.search()


@pytest.fixture
def rig(session_rig: Rig, django_db_blocker: DjangoDbBlocker) -> Iterator[Rig]:
    """The maker of databases and servers; the oracle may look at them."""
    with django_db_blocker.unblock():
        yield session_rig


@pytest.fixture
def stages(rig: Rig) -> Rig:
    """A school of 14 pupils, at every stage of a renewal."""
    return with_stages(rig, "", 14)


@pytest.fixture
def large_stages(rig: Rig) -> Rig:
    """The same with 200 pupils: `large_listed` and so on."""
    return with_stages(rig, "large_", 200)


def with_stages(rig: Rig, prefix: str, pupils: int) -> Rig:
    """Let a manager renew all pupils, and keep database and manager after each step.

    listed -> drafted -> hashed -> renamed -> saved -> printed
    """
    if f"{prefix}printed" in rig.stages:
        return rig
    name = f"{prefix}seed"
    rig.build(name, pupils)
    manager = Manager()
    steps = {
        "listed": lambda: (manager.sign_in(), manager.look_at_list()),
        "drafted": manager.prepare,
        "hashed": lambda: (manager.keep_ticks(), manager.slices()),
        "renamed": manager.rename,
        "saved": manager.save,
        "printed": manager.download,
    }
    for stage, step in steps.items():
        with rig.running(name) as server:
            manager.port = server.port
            step()
        rig.keep_stage(f"{prefix}{stage}", name, manager)
    return rig


# The desks of races, keys and expiry: in this process, through the pages (see desks.py) -----------


@pytest.fixture
def alice_desk(alice: DeskManager, brussel: Institution) -> Desk:
    return Desk(alice, brussel)


@pytest.fixture
def alice_again(alice_desk: Desk) -> Desk:
    """Alice in another window: her drafts are nobody else's."""
    return alice_desk.again()


@pytest.fixture
def anna_desk(brussel: Institution) -> Desk:
    """A colleague of Alice."""
    return Desk(manager_of(brussel, "Anna"), brussel)


@pytest.fixture
def bob_desk(bob: DeskManager, gent: Institution) -> Desk:
    return Desk(bob, gent)


@pytest.fixture
def pupils(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> list[Account]:
    """Six pupils of Brussel, with temporary passwords and with words."""
    kinds = [PasswordKind.ADVANCED, PasswordKind.WORD] * 3
    return [
        give_account(enrol(brussel, "Pupil", f"Nr{place}"), kind)
        for place, kind in enumerate(kinds)
    ]
