"""R12: 24 months after the last enrolment a pupil is erased."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from accounts import usernames
from accounts.models import Account, AccountEvent, FieldChange, Username
from accounts.portal.models import MailToken, PortalSession
from credentials.models import Batch, BatchItem
from schoolloket.core.clock import months_before
from schoolloket.identity.actions import merge
from schoolloket.institutions.actors import Actor, Operator
from schoolloket.institutions.models import Institution
from schoolloket.privacy import actions
from schoolloket.privacy.models import Erasure
from students.models import (
    Enrolment,
    IdentityConflict,
    Student,
    StudentEvent,
    StudentFieldChange,
)
from tests.at_once import at_once
from tests.credentials.helpers import Prepare
from tests.helpers import NOW, Enrol, GiveAccount
from tests.schoolloket.identity.fixtures import Doubt

pytestmark = pytest.mark.usefixtures("clock")


def erase() -> str:
    out = StringIO()
    call_command("erase_expired", stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def known(charlie: Account, saved: Prepare, brussel: Institution) -> Account:
    """A pupil with a row in every table about pupils."""
    saved(charlie)
    charlie.refresh_from_db()
    begun = {"account": charlie, "version": 1, "created_at": NOW, "expires_at": NOW}
    PortalSession.objects.create(token_hash="s", on_known_device=True, **begun)
    MailToken.objects.create(token_hash="m", email="c@voorbeeld.test", **begun)
    student = charlie.student
    event = StudentEvent.objects.create(student=student, kind=StudentEvent.Kind.DATA, at=NOW)
    StudentFieldChange.objects.create(event=event, field=StudentFieldChange.Field.SEX, old="V")
    both = {"student": student, "other": student}
    IdentityConflict.objects.create(institution=brussel, at=NOW, **both)
    return charlie


def tables_about_pupils() -> set[type[models.Model]]:
    """Return every table whose rows belong to a student, directly or through another table."""
    found: set[type[models.Model]] = {Student}
    while True:
        more = {
            model
            for model in apps.get_models()
            for field in model._meta.get_fields()
            if isinstance(field, models.ForeignKey) and field.related_model in found
        }
        if more <= found:
            return found
        found |= more


def test_nothing_is_left_but_a_row_without_a_name_and_the_reserved_username(
    known: Account, clock: time_machine.Traveller
) -> None:
    tables = tables_about_pupils()
    assert {Enrolment, Account, AccountEvent, FieldChange, BatchItem, PortalSession} < tables
    assert [table for table in tables if not table.objects.exists()] == []

    clock.move_to("2029-09-01T10:00:00+00:00")  # two years after 31 August 2027
    assert erase() == "1 students erased"
    assert [t for t in tables - {Username} if t.objects.exists()] == []
    assert list(Username.objects.values_list("value", "student")) == [(known.username, None)]
    erasure = Erasure.objects.get()
    assert f"{erasure.at:%Y-%m-%d}" == "2029-09-01"
    assert {field.name for field in Erasure._meta.fields} == {"id", "at"}
    # The batch itself is about the school: for how many pupils it was, and who made it.
    assert Batch.objects.exists()


def test_the_username_of_an_erased_pupil_is_never_given_again(
    known: Account, enrol: Enrol, brussel: Institution, clock: time_machine.Traveller
) -> None:
    """R6."""
    clock.move_to("2029-09-01T10:00:00+00:00")
    erase()
    other = enrol(brussel, "Charlie", "Peeters")
    assert usernames.suggestion(known.username) == f"{known.username}1"
    assert usernames.reserve({other.student_id: known.username}) == {other.student_id}


@pytest.mark.parametrize(
    ("today", "erased"), [("2029-08-31T12:00:00+00:00", 0), ("2029-09-01T00:30:00+02:00", 1)]
)
def test_24_months_are_over_the_day_after_the_last_one(
    brussel: Institution, enrol: Enrol, clock: time_machine.Traveller, today: str, erased: int
) -> None:
    enrol(brussel)  # until 31 August 2027
    clock.move_to(today)
    assert erase() == f"{erased} students erased"


def test_the_months_are_a_setting(
    brussel: Institution, enrol: Enrol, settings: pytest.FixtureRequest
) -> None:
    enrol(brussel, starts_on=date(2024, 9, 1), ends_on=date(2025, 8, 31))
    assert erase() == "0 students erased"
    settings.ERASE_AFTER_MONTHS = 13  # type: ignore[attr-defined]
    assert erase() == "1 students erased"


def test_an_enrolment_in_any_school_keeps_all(
    brussel: Institution, gent: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    long_gone = {"starts_on": date(2020, 9, 1), "ends_on": date(2021, 8, 31)}
    kept = []
    for school, starts_on in (
        (gent, date(2026, 9, 1)),
        (gent, date(2025, 1, 1)),
        (brussel, date(2026, 12, 1)),
    ):
        first = enrol(brussel, **long_gone)
        give_account(first, username=f"pupil{first.pk}", created_at=NOW.replace(year=2020))
        enrol(school, student=first.student, starts_on=starts_on)
        kept.append(first.pk)
    gone = enrol(brussel, **long_gone)
    assert erase() == "1 students erased"
    assert not Student.objects.filter(pk=gone.student_id).exists()
    assert set(kept) < set(Enrolment.objects.values_list("pk", flat=True))


def test_a_pupil_who_was_never_enrolled_is_erased_unless_there_is_a_young_leerid(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    """Because a school took the enrolment back before it began."""
    young, old, bare = (enrol(brussel) for _ in range(3))
    give_account(young, username="jong")
    give_account(old, username="oud", created_at=NOW.replace(year=2024, month=10))
    Enrolment.objects.all().delete()
    assert erase() == "2 students erased"
    assert Student.objects.get() == young.student
    assert bare.student_id != young.student_id


def test_a_second_time_erases_nobody(known: Account, clock: time_machine.Traveller) -> None:
    clock.move_to("2030-01-01T10:00:00+00:00")
    assert [erase(), erase()] == ["1 students erased", "0 students erased"]
    assert Erasure.objects.count() == 1


def test_more_pupils_than_fit_in_one_transaction_are_all_erased(
    brussel: Institution, enrol: Enrol, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    for _ in range(5):
        enrol(brussel, starts_on=date(2020, 9, 1), ends_on=date(2021, 8, 31))
    assert erase() == "5 students erased"


def test_a_pupil_who_is_enrolled_again_in_between_stays(
    brussel: Institution, enrol: Enrol, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the list of the expired and their turn, an import enrols one again."""
    first = enrol(brussel, starts_on=date(2020, 9, 1), ends_on=date(2021, 8, 31))

    def slices(students: Iterable[Student]) -> Iterable[list[int]]:
        ids = [student.pk for student in students]
        enrol(brussel, student=first.student)
        yield ids

    monkeypatch.setattr(actions, "_slices", slices)
    assert erase() == "0 students erased"
    assert Student.objects.exists()
    assert not Erasure.objects.exists()


def test_a_failure_erases_nobody(
    known: Account, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of a pupil or nothing."""

    def fails(*args: object) -> None:
        raise DatabaseError("gone")

    clock.move_to("2030-01-01T10:00:00+00:00")
    monkeypatch.setattr(Erasure.objects, "bulk_create", fails)
    with pytest.raises(DatabaseError, match="gone"):
        erase()
    assert [t for t in tables_about_pupils() if not t.objects.exists()] == []


def test_the_database_itself_refuses_a_change_of_the_row_that_stays(db: None) -> None:
    Erasure.objects.create(at=NOW)
    refused = pytest.raises(DatabaseError, match="never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE privacy_erasure SET id = id")


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 23), 24, date(2024, 11, 23)),
        (date(2026, 1, 31), 1, date(2025, 12, 31)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 12, 1), 12, date(2025, 12, 1)),
    ],
)
def test_months_before(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def test_an_enrolled_pupil_is_never_erased(charlie: Account, alice_actor: Actor) -> None:
    """Whatever became of the LeerID."""
    Account.objects.update(
        deactivated_at=NOW, deactivated_by=alice_actor.manager, password=make_password("x")
    )
    assert erase() == "0 students erased"


@pytest.mark.django_db(transaction=True)
def test_an_enrolment_at_the_very_moment_is_refused_or_keeps_the_pupil(
    brussel: Institution, gent: Institution, enrol: Enrol
) -> None:
    """Never an enrolment without a pupil, never a pupil half erased."""
    first = enrol(brussel, starts_on=date(2020, 9, 1), ends_on=date(2021, 8, 31))

    def enrol_elsewhere() -> bool:
        with suppress(IntegrityError), transaction.atomic():
            enrol(gent, student=first.student)
            return True
        return False

    is_enrolled, _ = at_once(enrol_elsewhere, lambda: actions.erase_expired(NOW.date()))
    assert Student.objects.exists() is is_enrolled
    assert Enrolment.objects.count() == (2 if is_enrolled else 0)
    assert Erasure.objects.exists() is not is_enrolled


# Who was merged into another -------------------------------------------------------------------


def test_who_was_merged_goes_with_the_one_who_stays_as_one_pupil(
    doubt: Doubt, operator: Operator, clock: time_machine.Traveller
) -> None:
    merge(by=operator, **doubt.decide())
    assert erase() == "0 students erased"
    assert Student.objects.count() == 2

    clock.move_to("2029-09-01T10:00:00+00:00")
    assert erase() == "1 students erased"
    assert [t for t in tables_about_pupils() - {Username} if t.objects.exists()] == []
    assert Erasure.objects.count() == 1
    names = Username.objects.values_list("value", "student")
    assert set(names) == {("charlie.peeters", None), ("charly.peters", None)}


def test_who_was_merged_is_never_erased_alone(
    doubt: Doubt, operator: Operator, clock: time_machine.Traveller
) -> None:
    """Without enrolments, and with a LeerID that was made long ago."""
    merge(by=operator, **doubt.decide())
    Account.objects.update(created_at=NOW.replace(year=2020))
    assert erase() == "0 students erased"


def test_a_doubt_ends_with_the_pupil_whose_number_it_was(
    doubt: Doubt, enrol: Enrol, clock: time_machine.Traveller, gent: Institution
) -> None:
    later = doubt.later.student
    Enrolment.objects.filter(student=later).update(ends_on=date(2030, 8, 31))
    clock.move_to("2029-09-01T10:00:00+00:00")
    assert erase() == "1 students erased"
    later.refresh_from_db()
    assert not later.is_disputed
    assert not IdentityConflict.objects.exists()
