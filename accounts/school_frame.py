"""What stands around the rows of the list: the school years to choose from, their groups and
classes, and the last import. One query, however many pupils there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from schoolloket.core.text import fold
from schoolloket.institutions.models import Institution
from students.models import Enrolment, ImportRun
from students.school_years import SchoolYear


@dataclass(frozen=True)
class Division:
    """A class in an administrative group, in a period; one of both names may be empty."""

    starts_on: date
    ends_on: date
    group: str
    class_code: str


@dataclass(frozen=True)
class Frame:
    """The divisions of a school that run or lie ahead on a day."""

    day: date
    divisions: tuple[Division, ...]
    last_import_at: datetime | None

    @classmethod
    def of(cls, institution: Institution, day: date) -> "Frame":
        imports = ImportRun.objects.of(institution).applied().values("applied_at")
        rows = list(
            Enrolment.objects.of(institution)
            .running_or_ahead(day)
            .order_by()
            .annotate(last_import_at=imports[:1])
            .values_list(
                "starts_on", "ends_on", "administrative_group", "class_code", "last_import_at"
            )
            .distinct()
        )

        divisions = tuple(Division(*row[:4]) for row in rows)
        if rows:
            last_import_at = rows[0][4]
        else:
            last_import_at = imports.values_list("applied_at", flat=True).first()
        return cls(day, divisions, last_import_at)

    @property
    def years(self) -> list[SchoolYear]:
        """The school years in which somebody is or will be enrolled, the first one first."""
        years = {SchoolYear.of(max(division.starts_on, self.day)) for division in self.divisions}
        return sorted(years)

    def year(self, wished: SchoolYear | None) -> SchoolYear:
        """Return the wished year where there is one, else the one that the desk shows first.

        That is the running one, from 1 July the next one, once there are enrolments of it.
        """
        years = self.years
        for year in (wished, SchoolYear.prepared_on(self.day), *years):
            if year in years:
                return year
        return SchoolYear.of(self.day)

    def groups(self, year: SchoolYear) -> list[str]:
        """Return the administrative groups of a year, in the order of the alphabet."""
        return in_order(division.group for division in self._of(year))

    def classes(self, year: SchoolYear) -> list[str]:
        """Return the classes of a year, in the order of the alphabet."""
        return in_order(division.class_code for division in self._of(year))

    def _of(self, year: SchoolYear) -> list[Division]:
        return [one for one in self.divisions if year.overlaps(one.starts_on, one.ends_on)]


def in_order(names: Iterable[str]) -> list[str]:
    """Return the different names, without empty ones, sorted without accents and capitals."""
    return sorted(filter(None, set(names)), key=fold)
