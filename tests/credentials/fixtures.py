"""The steps that every test of a batch takes: prepare, hash and save for Alice."""

import pytest

from accounts.models import Account, PasswordKind
from credentials.actions import drafts, hashing, saves
from credentials.models import Batch
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.helpers import Enrol, GiveAccount

from .helpers import Crowd, Prepare, Pupil, Save


@pytest.fixture
def prepare(alice_actor: Actor) -> Prepare:
    """Draft new credentials as Alice: `prepare(charlie, sam)`. Nothing is hashed yet."""

    def prepare(*pupils: Pupil, purpose: Batch.Purpose = Batch.Purpose.RENEW) -> Batch:
        ids = [pupil.student_id for pupil in pupils]
        return drafts.prepare(by=alice_actor, student_ids=ids, purpose=purpose)

    return prepare


@pytest.fixture
def ready(prepare: Prepare) -> Prepare:
    """The same with every row ticked and hashed: a draft that can be saved."""

    def ready(*pupils: Pupil, purpose: Batch.Purpose = Batch.Purpose.RENEW) -> Batch:
        batch = prepare(*pupils, purpose=purpose)
        batch.items.with_password().update(included=True)
        hashing.hash_all(batch)
        return batch

    return ready


@pytest.fixture
def save(alice_actor: Actor) -> Save:
    """Save a draft as Alice."""

    def save(batch: Batch) -> Batch:
        return saves.save(by=alice_actor, batch_id=batch.pk)

    return save


@pytest.fixture
def saved(ready: Prepare, save: Save) -> Prepare:
    """A batch of Alice, saved just now."""

    def saved(*pupils: Pupil, purpose: Batch.Purpose = Batch.Purpose.RENEW) -> Batch:
        return save(ready(*pupils, purpose=purpose))

    return saved


@pytest.fixture
def newcomer(brussel: Institution, enrol: Enrol) -> Enrolment:
    """A pupil of Brussel without a LeerID."""
    return enrol(brussel, "Noor", "Nieuwkomer", group="4de leerjaar")


@pytest.fixture
def sam(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """A pupil of Brussel with a basic LeerID and a word."""
    return give_account(enrol(brussel, "Sam", "Smets", group="4de leerjaar"), PasswordKind.WORD)


@pytest.fixture
def linked(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """A pupil of Brussel who linked an e-mail address, and so has a password of her own."""
    return give_account(
        enrol(brussel, "Lena", "Link"), email="lena@example.org", must_change_password=False
    )


@pytest.fixture
def pupil_of_gent(gent: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """A pupil of another school than Alice's."""
    return give_account(enrol(gent, "Gerrit", "Gent"))


@pytest.fixture
def crowd(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Crowd:
    """So many pupils of Brussel: `crowd(30)`, or `crowd(3, PasswordKind.WORD)`."""
    surnames = iter(range(1_000_000))

    def crowd(size: int, kind: PasswordKind = PasswordKind.ADVANCED) -> list[Account]:
        return [
            give_account(enrol(brussel, "Pupil", f"Nr{next(surnames):06}"), kind)
            for _ in range(size)
        ]

    return crowd
