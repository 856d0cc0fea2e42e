"""The lists of an import's preview, each a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from .importing import limits
from .importing.plan import Plan

# A list with more rows than this is closed at first.
ROWS_OPEN = 50

# The parameter of the URL that holds the page, by the list's name in Plan; also its place on the
# page.
PARAMETERS = {
    "conflicts": "keuzes",
    "problems": "niet-ingelezen",
    "remarks": "opmerkingen",
    "ended": "beeindigd",
    "changed": "gewijzigd",
    "new": "nieuw",
}


@dataclass(frozen=True)
class PageLink:
    """A page to go to: its number, "…" between pages that are not named, and its address."""

    number: int | str
    address: str
    is_current: bool


class Section:
    """One list of a plan, of which a page is shown; `query`: that of the request.

    The links keep the pages of the other lists as they are.
    """

    def __init__(self, name: str, rows: Sequence[Any], query: QueryDict) -> None:
        self.parameter = PARAMETERS[name]
        self._query = query
        paginator = Paginator(rows, limits.PAGE)
        # A number out of range gives the nearest page, anything else the first.
        self.page: Page[Any] = paginator.get_page(query.get(self.parameter))
        self.total = paginator.count
        self.is_open = self.total <= ROWS_OPEN or self.parameter in query

    @property
    def rows(self) -> Sequence[Any]:
        """Return the rows on the page."""
        return list(self.page)

    @property
    def links(self) -> Iterator[PageLink]:
        """Yield the pages to go to, with the first, the last and those around this one."""
        paginator = self.page.paginator
        for number in paginator.get_elided_page_range(self.page.number):
            address = ""
            if isinstance(number, int):
                address = self._address(number)
            yield PageLink(number, address, is_current=number == self.page.number)

    def _address(self, number: int) -> str:
        """Return the address of a page of this list, and the place of the list on it."""
        query = self._query.copy()
        query[self.parameter] = str(number)
        return f"?{query.urlencode()}#{self.parameter}"


def sections_of(plan: Plan, query: QueryDict) -> dict[str, Section]:
    """Return the lists of the plan by their name in it, at the pages that the query asks for."""
    return {name: Section(name, getattr(plan, name), query) for name in PARAMETERS}
