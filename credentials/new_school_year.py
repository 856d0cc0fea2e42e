"""Where a school stands with the school year that begins: the panel above the list in summer."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import attrgetter
from urllib.parse import urlencode

from django.db.models import Count, Exists, Q, Subquery
from django.db.models.functions import Coalesce

from accounts import overview
from accounts.models import Status
from accounts.overview import LEFT, Rows
from accounts.selections import LEFT_IN_SUMMER, MOVING_UP, NEW, NOT_NEXT_YEAR, year_before
from schoolloket.institutions.models import Institution
from students.school_years import SchoolYear

from .selections import NOT_PRINTED_THIS_YEAR, can_be_printed, printed_in

# July, August and September.
MONTHS = (7, 8, 9)


@dataclass(frozen=True)
class Figure:
    """A number of pupils, in words, and the query string of the list that shows them."""

    number: int
    words: str
    query: str


@dataclass(frozen=True)
class ClassCount:
    """How many pupils of one class of the year are in each of the figures.

    `leaving` is of the whole school: those who do not come back for the year.
    """

    class_code: str
    new: int
    moving_up: int
    without_leerid: int
    unprinted: int
    leaving: int


class NewSchoolYear:
    """The school year that begins, in numbers of one institution on a day: one query."""

    def __init__(self, institution: Institution, day: date) -> None:
        self.institution = institution
        self.day = day
        self.year = SchoolYear.prepared_on(day)

    @property
    def is_shown(self) -> bool:
        """Whether the panel stands above the list on this day."""
        return self.day.month in MONTHS

    @cached_property
    def is_imported(self) -> bool:
        """Whether the list of the year is there: it names pupils of the year before."""
        return any(one.moving_up for one in self.classes)

    @cached_property
    def running_out(self) -> int:
        """How many LeerIDs become inactive at the end of the year before (R9)."""
        return overview.running_out(self.institution, self.year.previous.last_day, self.day)

    @property
    def figures(self) -> list[Figure]:
        """The numbers of pupils, without those that are none."""
        leaving = max(map(attrgetter("leaving"), self.classes), default=0)
        _, query_of_leaving = self._leaving
        figures = [
            Figure(self._total("new"), "nieuw", self._query(selectie=NEW.name)),
            Figure(self._total("moving_up"), "gaan over", self._query(selectie=MOVING_UP.name)),
            Figure(self._total("without_leerid"), "zonder LeerID", self._query(status=Status.NONE)),
            Figure(leaving, "verlaten de school", query_of_leaving),
        ]
        return [figure for figure in figures if figure.number]

    @property
    def printed_classes(self) -> int:
        """How many classes have a sheet of this year for each pupil who can get one."""
        return sum(not one.unprinted for one in self.classes)

    @property
    def query_of_unprinted(self) -> str:
        """The query string of the list of those who have no sheet of this year yet."""
        return self._query(selectie=NOT_PRINTED_THIS_YEAR.name)

    @cached_property
    def classes(self) -> list[ClassCount]:
        """The counts of each class of the year, in no order; pupils without a class are one."""
        rows = overview.of_year(self.institution, self.day, self.year).order_by()
        rows = rows.annotate(
            was_here=Exists(year_before(self.institution, self.year)),
            is_printed=Exists(printed_in(self.institution, self.year)),
        )
        rows_of_leaving, _ = self._leaving
        of_school = rows_of_leaving.order_by().values("institution")
        leaving = of_school.annotate(number=Count("pk"))

        counts = rows.values("class_code").annotate(
            new=Count("pk", filter=Q(was_here=False)),
            moving_up=Count("pk", filter=Q(was_here=True)),
            without_leerid=Count("pk", filter=Q(student__account=None)),
            unprinted=Count("pk", filter=can_be_printed() & Q(is_printed=False)),
            leaving=Coalesce(Subquery(leaving.values("number")), 0),
        )
        return [ClassCount(**count) for count in counts]

    @property
    def _leaving(self) -> tuple[Rows, str]:
        """Those who do not come back, and the query string of their list.

        In summer that is the list of the year before, and from September that of who left.
        """
        before = self.year.previous
        if self.day <= before.last_day:
            rows = overview.of_year(self.institution, self.day, before)
            found = NOT_NEXT_YEAR.of(rows, self.institution, self.day, before)
            return found, urlencode({"schooljaar": before, "selectie": NOT_NEXT_YEAR.name})

        rows = overview.left(self.institution, self.day)
        found = LEFT_IN_SUMMER.of(rows, self.institution, self.day, self.year)
        return found, urlencode({"lijst": LEFT, "selectie": LEFT_IN_SUMMER.name})

    def _total(self, count: str) -> int:
        return sum(map(attrgetter(count), self.classes))

    def _query(self, **chosen: str) -> str:
        return urlencode({"schooljaar": self.year, **chosen})
