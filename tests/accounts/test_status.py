"""R9: the status follows the enrolment by itself. R11: a school sees its own students."""

from datetime import date

import pytest
import time_machine

from accounts import overview
from accounts.models import Account, Status
from schoolloket.core import clock as school_clock
from schoolloket.institutions.models import Institution, Manager
from students.school_years import SchoolYear
from tests.helpers import NOW, Enrol, GiveAccount

pytestmark = pytest.mark.usefixtures("clock")
YEAR = SchoolYear(2026)


def status_of(institution: Institution, account: Account) -> str:
    day = school_clock.today()
    row = overview.visible(institution, day).get(student=account.student)
    active = Account.objects.active_on(day).filter(pk=account.pk).exists()
    assert active == (row.status == Status.ACTIVE)  # type: ignore[attr-defined]
    return row.status  # type: ignore[attr-defined, no-any-return]


def test_active_until_and_on_the_last_day_of_the_enrolment(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, clock: time_machine.Traveller
) -> None:
    account = give_account(enrol(brussel, ends_on=date(2027, 3, 15)))
    assert status_of(brussel, account) == Status.ACTIVE

    clock.move_to("2027-03-15T22:59:00+00:00")  # 23:59 in Brussels
    assert status_of(brussel, account) == Status.ACTIVE

    clock.move_to("2027-03-15T23:01:00+00:00")  # a minute past midnight
    assert status_of(brussel, account) == Status.INACTIVE


def test_active_while_an_enrolment_lies_ahead(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    ahead = enrol(brussel, starts_on=date(2027, 9, 1), ends_on=date(2028, 8, 31))
    assert status_of(brussel, give_account(ahead)) == Status.ACTIVE


def test_active_again_when_enrolled_again(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    left = enrol(brussel, ends_on=date(2026, 10, 1))
    account = give_account(left)
    assert status_of(brussel, account) == Status.INACTIVE

    enrol(brussel, student=left.student, stamnummer=left.stamnummer, starts_on=date(2026, 11, 1))
    assert status_of(brussel, account) == Status.ACTIVE


def test_an_enrolment_in_another_school_keeps_the_account_active(
    brussel: Institution, gent: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    left = enrol(brussel, ends_on=date(2026, 10, 1))
    enrol(gent, student=left.student, starts_on=date(2026, 10, 2))
    assert status_of(brussel, give_account(left)) == Status.ACTIVE


def test_deactivation_by_hand_wins(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, alice: Manager
) -> None:
    account = give_account(enrol(brussel), deactivated_at=NOW, deactivated_by=alice)
    assert status_of(brussel, account) == Status.INACTIVE


def test_without_account(brussel: Institution, enrol: Enrol) -> None:
    enrol(brussel)
    row = overview.enrolled(brussel, school_clock.today(), YEAR).get()
    assert row.status == Status.NONE  # type: ignore[attr-defined]


def test_a_student_who_left_is_visible_for_365_days(
    brussel: Institution, enrol: Enrol, clock: time_machine.Traveller
) -> None:
    enrol(brussel, ends_on=date(2026, 11, 22))
    day = school_clock.today()
    assert not overview.enrolled(brussel, day, YEAR).exists()
    assert overview.left(brussel, day).exists()

    assert overview.visible(brussel, date(2027, 11, 22)).exists()
    assert not overview.visible(brussel, date(2027, 11, 23)).exists()


def test_a_school_sees_its_own_students_only(
    brussel: Institution, gent: Institution, enrol: Enrol
) -> None:
    enrol(gent)
    assert not overview.visible(brussel, school_clock.today()).exists()
