"""The order and the paging of the list; `accounts/includes/row.html` draws a row."""

import re
from collections.abc import Collection

import django_tables2 as tables
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Window

from students.models import Enrolment

from .overview import Rows

# A database counts rows only so far.
_PAGE_NUMBER = re.compile("[1-9][0-9]{0,6}")

BY_NAME = ("last_name_key", "first_name_key", "stamnummer")


# The names of the columns are the values in the URL: `?sorteer=-klas`.
class StudentTable(tables.Table):  # type: ignore[misc]
    stamnummer = tables.Column("Stamnummer", order_by=("stamnummer_length", "stamnummer", *BY_NAME))
    voornaam = tables.Column(
        "Voornaam", empty_values=(), order_by=("first_name_key", "last_name_key", "stamnummer")
    )
    naam = tables.Column("Naam", empty_values=(), order_by=BY_NAME)
    klas = tables.Column("Klas", empty_values=(), order_by=("class_code", *BY_NAME))
    groep = tables.Column(
        "Administratieve groep", empty_values=(), order_by=("administrative_group", *BY_NAME)
    )
    status = tables.Column("Status", order_by=("status", *BY_NAME))
    type = tables.Column("Type", empty_values=(), order_by=("student__account__kind", *BY_NAME))
    aanmelding = tables.Column("Laatste aanmelding", empty_values=())

    class Meta:
        order_by = "naam"
        prefix = ""
        order_by_field = "sorteer"
        page_field = "pagina"
        per_page_field = "per"

    PER_PAGE = (50, 100, 200)
    # By name: a helper sees whether a pupil signed in, not when (R13).
    NOT_FOR_HELPERS = ("type", "aanmelding")

    def order_aanmelding(self, rows: Rows, is_descending: bool) -> tuple[Rows, bool]:
        """Sort by the last sign-in; who never signed in comes first, on every database."""
        moment = F("student__account__last_sign_in_at")
        order = moment.asc(nulls_first=True)
        if is_descending:
            order = moment.desc(nulls_last=True)
        return rows.order_by(order, *BY_NAME), True

    @classmethod
    def ordering(cls, wished: str) -> str:
        """Return the wished order (`klas`, `-klas`) where there is such a column, else by name."""
        if wished.removeprefix("-") in cls.base_columns:
            return wished
        return "naam"

    @classmethod
    def columns_without(cls, hidden: Collection[str]) -> list[tables.Column]:
        """Return the columns but for these."""
        return [column for name, column in cls.base_columns.items() if name not in hidden]

    @classmethod
    def rows_per_page(cls, wished: str) -> int:
        """Return the wished number of rows where it is one of PER_PAGE, else the first of those."""
        if wished in map(str, cls.PER_PAGE):
            return int(wished)
        return cls.PER_PAGE[0]


class OneQueryPaginator(Paginator):
    """Reads the rows of a page and how many there are in all with one query."""

    object_list: Rows

    def get_page(self, number: int | float | str | None) -> Page[Enrolment]:
        """Return the page; the nearest for a number out of range, else the first.

        Only a page without rows costs more queries.
        """
        wished = 1
        if number is not None and _PAGE_NUMBER.fullmatch(str(number)):
            wished = int(number)

        first = (wished - 1) * self.per_page
        rows = self.object_list.annotate(in_all=Window(Count("pk")))
        records = list(rows[first : first + self.per_page])
        if not records:
            return super().get_page(number)

        self.count = records[0].in_all
        return Page(records, wished, self)
