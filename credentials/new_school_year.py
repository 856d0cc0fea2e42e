"""Where a school stands with the school year that begins: the panel above the list in summer."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, Exists, Q, Subquery
from django.db.models.functions import Coalesce

from accounts import overview, selections
from accounts.models import Status
from accounts.overview import Rows
from accounts.selections import Selection
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
        leaving = max((one.leaving for one in self.classes), default=0)
        figures = [
            Figure(
                sum(one.new for one in self.classes),
                "nieuw",
                self._query(selectie=selections.NEW.name),
            ),
            Figure(
                sum(one.moving_up for one in self.classes),
                "gaan over",
                self._query(selectie=selections.MOVING_UP.name),
            ),
            Figure(
                sum(one.without_leerid for one in self.classes),
                "zonder LeerID",
                self._query(status=Status.NONE),
            ),
            Figure(leaving, "verlaten de school", self._query_of_leaving),
        ]
        return [figure for figure in figures if figure.number]

    @property
    def number_of_classes(self) -> int:
        """How many classes the year has; pupils without a class are one."""
        return len(self.classes)

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
        """The counts of each class of the year, in no order."""
        rows = overview.of_year(self.institution, self.day, self.year).order_by()
        rows = rows.annotate(
            was_here=Exists(selections.year_before(self.institution, self.year)),
            is_printed=Exists(printed_in(self.institution, self.year)),
        )
        leaving = self._leaving.order_by().values("institution").annotate(number=Count("pk"))

        counts = rows.values("class_code").annotate(
            new=Count("pk", filter=Q(was_here=False)),
            moving_up=Count("pk", filter=Q(was_here=True)),
            without_leerid=Count("pk", filter=Q(student__account=None)),
            unprinted=Count("pk", filter=can_be_printed() & Q(is_printed=False)),
            leaving=Coalesce(Subquery(leaving.values("number")), 0),
        )
        return [ClassCount(**count) for count in counts]

    @property
    def _leaving(self) -> Rows:
        """Those who do not come back: in the list of the year before, later in that of who left."""
        before = self.year.previous
        if self.day <= before.last_day:
            rows = overview.of_year(self.institution, self.day, before)
            return self._selected(selections.NOT_NEXT_YEAR, rows, before)

        rows = overview.left(self.institution, self.day)
        return self._selected(selections.LEFT_IN_SUMMER, rows, self.year)

    @property
    def _query_of_leaving(self) -> str:
        before = self.year.previous
        if self.day <= before.last_day:
            return urlencode({"schooljaar": before, "selectie": selections.NOT_NEXT_YEAR.name})
        return urlencode({"lijst": "uitgeschreven", "selectie": selections.LEFT_IN_SUMMER.name})

    def _selected(self, selection: Selection, rows: Rows, year: SchoolYear) -> Rows:
        return selection.of(rows, self.institution, self.day, year)

    def _query(self, **chosen: str) -> str:
        return urlencode({"schooljaar": self.year, **chosen})
