"""A doubt about who is who: Charlie of Brussel, and a Charly whom Gent read in with his number."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.actions import link_email
from accounts.models import Account
from credentials.actions import drafts, hashing, saves
from credentials.models import Batch
from schoolloket.institutions.actors import Actor, Operator
from schoolloket.institutions.models import Institution, Manager
from students.models import Enrolment, IdentityConflict, Student
from tests.desk_client import signed_in_as
from tests.helpers import NOW, PASSWORD, Enrol, GiveAccount

NUMBER = "ab" * 32
BORN = date(2010, 11, 7)


@dataclass(frozen=True)
class Doubt:
    """`known` is Charlie in Brussel; `later` is Charly in Gent, whose LeerID is a day younger."""

    conflict: IdentityConflict
    known: Account
    later: Account

    def decide(self) -> dict[str, int]:
        """What the page of the merge posts where Charlie stays."""
        return {"conflict_id": self.conflict.pk, "survivor_id": self.known.student_id}


@pytest.fixture
def operator(db: None) -> Operator:
    """Olga, who works at `/beheer/`."""
    olga = Manager.objects.create_superuser("olga@beheer.test", PASSWORD, name="Olga")
    return Operator(manager=olga, ip_address="192.0.2.1")


@pytest.fixture
def operator_client(operator: Operator) -> Client:
    return signed_in_as(operator.manager)


@pytest.fixture
def doubt(
    charlie: Account,
    gent: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    bob_actor: Actor,
    clock: time_machine.Traveller,
) -> Doubt:
    """Two students with one number; each has a LeerID, and Charly linked an e-mail address."""
    clock.shift(60)
    official = {
        "official_data": Student.OfficialData.AVAILABLE,
        "identity_hash": NUMBER,
        "birth_date": BORN,
        "sex": "M",
    }
    Student.objects.filter(pk=charlie.student_id).update(
        official_first_name="Charles", official_last_name="Peeters", **official
    )
    other = Student.objects.create(
        is_disputed=True, official_first_name="Charly", official_last_name="Peters", **official
    )
    row = enrol(gent, "Charly", "Peters", student=other, stamnummer="777", class_code="GENT6")
    later = give_account(row, username="charly.peters", created_at=NOW + timedelta(days=1))
    link_email(account_id=later.pk, email="charly@gent.test", by=bob_actor)
    later.refresh_from_db()

    conflict = IdentityConflict.objects.create(
        student=other, other_id=charlie.student_id, institution=gent, at=NOW
    )
    return Doubt(conflict, charlie, later)


@pytest.fixture
def ready_in_gent(bob_actor: Actor) -> Callable[[Enrolment | Account], Batch]:
    """A draft of Bob in which a pupil is ticked and hashed."""

    def ready_in_gent(pupil: Enrolment | Account) -> Batch:
        ids = [pupil.student_id]
        batch = drafts.prepare(by=bob_actor, student_ids=ids, purpose=Batch.Purpose.RENEW)
        batch.items.with_password().update(included=True)
        hashing.hash_all(batch)
        return batch

    return ready_in_gent


@pytest.fixture
def saved_in_gent(
    ready_in_gent: Callable[[Enrolment | Account], Batch], bob_actor: Actor
) -> Callable[[Enrolment | Account], Batch]:
    """A batch of Bob, saved just now."""

    def saved_in_gent(pupil: Enrolment | Account) -> Batch:
        return saves.save(by=bob_actor, batch_id=ready_in_gent(pupil).pk)

    return saved_in_gent
