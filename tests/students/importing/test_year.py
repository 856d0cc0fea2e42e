"""A pupil's year, from one file of the administration package to the next."""

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.test import Client

from accounts.models import Account, PasswordKind, Status
from accounts.overview import enrolled, visible
from credentials.actions import drafts, hashing, saves
from credentials.models import Batch
from schoolloket.core import clock as calendar
from schoolloket.institutions.actors import Actor
from students.models import Enrolment, ImportRun, Student, StudentEvent
from students.school_years import SchoolYear
from tests.helpers import GiveAccount
from tests.pages import desk, text
from tests.students.helpers import Pupil, csv_file, pupil, run_import

THIS_YEAR = {"starts_on": "01/09/2026", "ends_on": "31/08/2027"}
NEXT_YEAR = {"starts_on": "01/09/2027", "ends_on": "31/08/2028"}
OTHERS = range(2, 22)


class Year:
    """The two schools and their lists; pupil 1 is the one that moves."""

    def __init__(
        self, alice: Actor, bob: Actor, clock: time_machine.Traveller, client: Client
    ) -> None:
        self.alice, self.bob, self.clock, self.client = alice, bob, clock, client

    def on(self, day: str) -> None:
        self.clock.move_to(f"{day}T08:00:00+00:00")
        self.client.force_login(self.alice.manager)

    def brussel(self, year: dict[str, str], *pupils: Pupil) -> ImportRun:
        others = [pupil(index, **year) for index in OTHERS]
        return run_import(self.alice, csv_file([*others, *pupils]))

    def gent(self, year: dict[str, str], *pupils: Pupil) -> ImportRun:
        school = {"institution": "999913"}
        others = [pupil(index + 100, **year | school) for index in OTHERS]
        return run_import(self.bob, csv_file([*others, *pupils]))

    def status(self, actor: Actor) -> str | None:
        rows = visible(actor.institution, calendar.today())
        found = rows.filter(student__official_last_name="Naam1").first()
        return found and found.status  # type: ignore[attr-defined]

    def may_renew(self, actor: Actor, account: Account) -> bool:
        batch = drafts.prepare(
            by=actor, student_ids=[account.student_id], purpose=Batch.Purpose.RENEW
        )
        return not batch.items.get().obstacle


@pytest.fixture
def year(
    alice_actor: Actor, bob_actor: Actor, clock: time_machine.Traveller, client: Client
) -> Year:
    return Year(alice_actor, bob_actor, clock, client)


def test_a_pupil_s_year(year: Year, give_account: GiveAccount) -> None:
    # September: enrolled in Brussel, with a LeerID.
    year.on("2026-09-03")
    year.brussel(THIS_YEAR, pupil(1, class_code="5A", **THIS_YEAR))
    account = give_account(Enrolment.objects.get(stamnummer="1001"), PasswordKind.WORD)
    assert year.status(year.alice) == Status.ACTIVE

    # June: the same list every night changes nothing and writes no rows.
    year.on("2027-06-30")
    run = year.brussel(THIS_YEAR, pupil(1, class_code="5A", **THIS_YEAR))
    assert (run.new, run.changed, run.ended, run.unchanged) == (0, 0, 0, 21)

    # July: next year's list is there before the summer ends. Nobody is ended by it.
    year.on("2027-07-05")
    run = year.brussel(NEXT_YEAR, pupil(1, class_code="6A", **NEXT_YEAR))
    assert (run.new, run.ended) == (21, 0)
    coming = SchoolYear(2027)
    row = enrolled(year.alice.institution, calendar.today(), coming).get(stamnummer="1001")
    assert (row.class_code, row.starts_on) == ("6A", date(2027, 9, 1))
    assert year.may_renew(year.alice, account)
    assert "vanaf 1 september 2027" in text(year.client.get(desk("students")))

    # August: a better list of next year, with one pupil less.
    year.on("2027-08-20")
    others = [pupil(index, **NEXT_YEAR) for index in OTHERS][1:]
    last = pupil(1, class_code="6B", **NEXT_YEAR)
    run = run_import(year.alice, csv_file([*others, last]))
    assert (run.new, run.changed, run.ended) == (0, 1, 1)
    assert year.status(year.alice) == Status.ACTIVE

    # 1 September: this year's enrolments ran out by themselves, next year's run.
    year.on("2027-08-31")
    assert Enrolment.objects.running(calendar.today()).count() == 21
    year.on("2027-09-01")
    assert Enrolment.objects.running(calendar.today()).count() == 20
    assert year.status(year.alice) == Status.ACTIVE
    run = run_import(year.alice, csv_file([*others, last]))
    assert (run.new, run.changed, run.ended, run.unchanged) == (0, 0, 0, 20)

    # October: the pupil moves to Gent, whose list is earlier than Brussel's.
    year.on("2027-10-04")
    moved = pupil(
        1, institution="999913", stamnummer="7", starts_on="04/10/2027", ends_on="31/08/2028"
    )
    year.gent(NEXT_YEAR, moved)
    assert Student.objects.filter(official_last_name="Naam1").count() == 1
    assert year.may_renew(year.alice, account)
    assert not year.may_renew(year.bob, account)
    year.on("2027-10-05")
    assert run_import(year.alice, csv_file(others)).ended == 1
    assert (year.status(year.alice), year.status(year.bob)) == (Status.ACTIVE, Status.ACTIVE)
    assert not year.may_renew(year.alice, account)
    assert year.may_renew(year.bob, account)

    # March: the pupil leaves Gent. The LeerID is inactive, and keeps its username.
    year.on("2028-03-06")
    assert year.gent(NEXT_YEAR).ended == 1
    assert year.status(year.bob) == Status.INACTIVE
    assert not Account.objects.active_on(calendar.today()).exists()

    # May: back in Brussel, with the LeerID of before.
    year.on("2028-05-08")
    back = pupil(1, class_code="6C", starts_on="08/05/2028", ends_on="31/08/2028")
    run = run_import(year.alice, csv_file([*others, back]))
    assert (run.new, run.changed, run.ended) == (1, 0, 0)
    assert year.status(year.alice) == Status.ACTIVE
    assert year.may_renew(year.alice, account)
    account.refresh_from_db()
    assert account.username == "voornaam1.naam1"
    told = list(account.student.events.order_by("pk").values_list("kind", flat=True))
    kind = StudentEvent.Kind
    assert told == [kind.CLASS, kind.JOINED, kind.ENDED, kind.ENDED, kind.REVIVED]


def test_cards_for_next_year_are_printed_in_august(
    year: Year, ready_batch: Callable[[Actor, list[int]], Batch]
) -> None:
    year.on("2027-08-24")
    year.brussel(NEXT_YEAR, pupil(1, **NEXT_YEAR))
    coming = enrolled(year.alice.institution, calendar.today(), SchoolYear(2027))
    students = list(coming.values_list("student_id"))
    batch = ready_batch(year.alice, [student for (student,) in students])
    assert batch.items.done().count() == 21


@pytest.fixture
def ready_batch() -> Callable[[Actor, list[int]], Batch]:
    def ready_batch(actor: Actor, students: list[int]) -> Batch:
        batch = drafts.prepare(by=actor, student_ids=students, purpose=Batch.Purpose.CREATE)
        hashing.hash_all(batch)
        return saves.save(by=actor, batch_id=batch.pk)

    return ready_batch
