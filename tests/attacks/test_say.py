"""A school that the pupil left takes no say back by correcting what is over (R11)."""

from datetime import date

import pytest
import time_machine

from schoolloket.institutions.actors import Actor
from students.models import Enrolment
from tests.students.helpers import Pupil, csv_file, pupil, run_import

pytestmark = pytest.mark.usefixtures("clock")

LAST_YEAR = {"starts_on": "01/09/2025", "ends_on": "31/08/2026"}
THIS_YEAR = {"starts_on": "01/09/2026", "ends_on": "31/08/2027"}
NEXT_YEAR = {"starts_on": "01/09/2027", "ends_on": "31/08/2028"}
TODAY = date(2026, 11, 23)


def in_gent(**changes: str) -> Pupil:
    return pupil(1, institution="999913", stamnummer="5") | changes


@pytest.fixture
def moved(alice_actor: Actor, bob_actor: Actor, clock: time_machine.Traveller) -> Enrolment:
    """The enrolment in Brussel of a pupil who was in Gent last year; a minute later."""
    clock.move_to("2025-09-02T08:00:00Z")
    run_import(bob_actor, csv_file([in_gent(**LAST_YEAR)]))
    clock.move_to("2026-09-02T08:00:00Z")
    run_import(alice_actor, csv_file([pupil(1, **THIS_YEAR)]))
    clock.move_to("2026-11-23T08:00:00Z")
    return Enrolment.objects.of(alice_actor.institution).get()


def send(actor: Actor, **changes: str) -> None:
    run_import(actor, csv_file([in_gent(**changes)]), full_list=False)


def has_say(actor: Actor) -> bool:
    """Whether the school waits for no other with any of the pupil's enrolments."""
    own = Enrolment.objects.of(actor.institution).running_or_ahead(TODAY)
    held = Enrolment.objects.of(actor.institution).held_on(TODAY)
    return own.count() > held.count()


@pytest.mark.parametrize(
    "rows",
    [
        [LAST_YEAR | {"ends_on": "31/08/2028"}],
        [THIS_YEAR, LAST_YEAR | {"ends_on": "31/08/2028"}],
        [THIS_YEAR, LAST_YEAR | {"ends_on": "31/08/2028"}, THIS_YEAR | {"class_code": "1Z"}],
        [LAST_YEAR | {"ends_on": "01/09/2026"}, THIS_YEAR],
        [LAST_YEAR | {"ends_on": "01/12/2026"}, NEXT_YEAR | {"starts_on": "01/12/2026"}],
        [NEXT_YEAR, LAST_YEAR | {"ends_on": "01/09/2027"}],
        [NEXT_YEAR | {"starts_on": "01/09/2024"}, THIS_YEAR],
    ],
)
def test_a_school_that_the_pupil_left_takes_the_say_back_by_no_correction(
    moved: Enrolment, bob_actor: Actor, clock: time_machine.Traveller, rows: list[dict[str, str]]
) -> None:
    for row in rows:
        send(bob_actor, **row)
        clock.shift(60)
    assert moved.student == Enrolment.objects.of(bob_actor.institution).first().student
    assert not Enrolment.objects.held_on(TODAY).filter(pk=moved.pk).exists()
    assert not has_say(bob_actor)
