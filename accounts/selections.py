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

from .models import Account
from .overview import Rows

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Selection:
    """A choice in the filter: `name` is in the query string, `label` on the page.

    `of` takes the rows of the list, the institution and the day, and keeps the rows that fit.
    """

    name: str
    label: str
    of: Callable[[Rows, Institution, date], Rows]


def ready_made() -> list[Selection]:
    """Return the selections that READY_MADE_SELECTIONS of the settings names, in its order.

    Raises ImportError where there is none at a path.
    """
    return [import_string(path) for path in settings.READY_MADE_SELECTIONS]


def _without_account(rows: Rows, institution: Institution, day: date) -> Rows:
    return rows.filter(student__account=None)


def _with_unused_password(rows: Rows, institution: Institution, day: date) -> Rows:
    """Keep the students who have not signed in since the school gave them a password."""
    accounts = Account.objects.with_unused_password()
    of_the_student = accounts.filter(student=OuterRef("student"))
    return rows.filter(Exists(of_the_student))


def _leaving_soon(rows: Rows, institution: Institution, day: date) -> Rows:
    """Keep the students who leave within SOON and have no later enrolment in this school."""
    return rows.leaving_by(day + SOON)


WITHOUT_ACCOUNT = Selection("zonder-account", "Zonder account", _without_account)
UNUSED_PASSWORD = Selection(
    "niet-gebruikt", "Nieuw wachtwoord nog niet gebruikt", _with_unused_password
)
LEAVING_SOON = Selection("verlaat-school", "Verlaat de school binnen 30 dagen", _leaving_soon)
