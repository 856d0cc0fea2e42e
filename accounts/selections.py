"""Ready-made selections of the list.

Each is defined in the room that has its data: `credentials` knows whose sign-in data were printed.
The settings list them all, in the order of the page, so that this room imports no higher one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.module_loading import import_string

from schoolloket.institutions.models import Institution
from students.models import Enrolment
from students.school_years import PREPARED_FROM, SchoolYear

from .models import Account
from .overview import Rows

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Selection:
    """A choice in the filter: `name` is in the query string, `label` on the page.

    `of` takes the rows of the list of a school year, the institution, the day and the year, and
    keeps the rows that fit.
    """

    name: str
    label: str
    of: Callable[[Rows, Institution, date, SchoolYear], Rows]


def ready_made() -> list[Selection]:
    """Return the selections that READY_MADE_SELECTIONS of the settings names, in its order.

    Raises ImportError where there is none at a path.
    """
    return [import_string(path) for path in settings.READY_MADE_SELECTIONS]


def _without_account(rows: Rows, institution: Institution, day: date, year: SchoolYear) -> Rows:
    return rows.filter(student__account=None)


def _never_signed_in(rows: Rows, institution: Institution, day: date, year: SchoolYear) -> Rows:
    return rows.filter(student__account__isnull=False, student__account__last_sign_in_at=None)


def _with_unused_password(
    rows: Rows, institution: Institution, day: date, year: SchoolYear
) -> Rows:
    """Keep the students who have not signed in since the school gave them a password."""
    accounts = Account.objects.with_unused_password()
    of_the_student = accounts.filter(student=OuterRef("student"))
    return rows.filter(Exists(of_the_student))


def _leaving_soon(rows: Rows, institution: Institution, day: date, year: SchoolYear) -> Rows:
    """Keep the students who leave within SOON and have no later enrolment in this school."""
    return rows.leaving_by(day + SOON)


def _not_next_year(rows: Rows, institution: Institution, day: date, year: SchoolYear) -> Rows:
    """Keep the students without an enrolment in this school after the year of the list."""
    return rows.leaving_by(year.last_day)


def _new(rows: Rows, institution: Institution, day: date, year: SchoolYear) -> Rows:
    """Keep the students who were not enrolled here in the year before."""
    return rows.filter(~Exists(year_before(institution, year)))


def _moving_up(rows: Rows, institution: Institution, day: date, year: SchoolYear) -> Rows:
    """Keep the students who were enrolled here in the year before too."""
    return rows.filter(Exists(year_before(institution, year)))


def _left_in_summer(rows: Rows, institution: Institution, day: date, year: SchoolYear) -> Rows:
    """Keep the students who left and whose enrolment ended on 1 July or later."""
    return rows.filter(ends_on__gte=date(year.begins, PREPARED_FROM, 1))


def year_before(institution: Institution, year: SchoolYear) -> Rows:
    """Return the enrolments of the outer row's student here in the year before."""
    before = Enrolment.objects.of(institution).in_year(year.previous)
    return before.filter(student=OuterRef("student"))


WITHOUT_ACCOUNT = Selection("zonder-account", "Zonder LeerID", _without_account)
NEVER_SIGNED_IN = Selection("nooit-aangemeld", "Nog nooit aangemeld", _never_signed_in)
UNUSED_PASSWORD = Selection(
    "niet-gebruikt", "Nieuw wachtwoord nog niet gebruikt", _with_unused_password
)
LEAVING_SOON = Selection("verlaat-school", "Verlaat de school binnen 30 dagen", _leaving_soon)
NOT_NEXT_YEAR = Selection(
    "niet-volgend-jaar", "Niet ingeschreven voor het schooljaar daarna", _not_next_year
)
NEW = Selection("nieuw", "Nieuw in dit schooljaar", _new)
MOVING_UP = Selection("gaat-over", "Was hier het schooljaar ervoor ook", _moving_up)
# The only one of the students who left.
LEFT_IN_SUMMER = Selection("vertrok", "Vertrok sinds 1 juli", _left_in_summer)
