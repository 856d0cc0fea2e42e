"""FILTER LEERLINGEN LIJST: the search and the drop-downs above the list."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Q

from schoolloket.core.text import LONGEST_SEARCH, SEARCH_TOO_LONG, fold
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from students.school_years import SchoolYear

from .models import Kind, Status
from .overview import Rows
from .selections import Selection


class StudentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Keep the rows of the list that fit the query string of its page."""

    zoek = django_filters.CharFilter(
        method="search",
        label="Zoeken",
        max_length=LONGEST_SEARCH,
        error_messages={"max_length": SEARCH_TOO_LONG},
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": "zoek op stamnummer, naam of voornaam",
                "autocomplete": "off",
            }
        ),
    )
    groep = django_filters.ChoiceFilter(
        field_name="administrative_group", label="Administratieve groep", empty_label="Alle"
    )
    klas = django_filters.ChoiceFilter(field_name="class_code", label="Klas", empty_label="Alle")
    status = django_filters.ChoiceFilter(label="Status", empty_label="Alle", choices=Status.choices)
    type = django_filters.ChoiceFilter(
        field_name="student__account__kind", label="Type", empty_label="Alle", choices=Kind.choices
    )
    selectie = django_filters.ChoiceFilter(
        method="by_selection", label="Selectie", empty_label="Alle"
    )

    class Meta:
        model = Enrolment
        fields: list[str] = []

    def __init__(
        self,
        data: Any,
        rows: Rows,
        *,
        institution: Institution,
        day: date,
        year: SchoolYear,
        groups: Iterable[str],
        classes: Iterable[str],
        selections: Collection[Selection],
    ) -> None:
        """Offer these administrative groups and classes, and these selections of a school year."""
        super().__init__(data, rows)
        self.institution = institution
        self.day = day
        self.year = year
        self.selections = {selection.name: selection for selection in selections}

        if selections:
            choices = [(selection.name, selection.label) for selection in selections]
            self.filters["selectie"].extra["choices"] = choices
        else:
            del self.filters["selectie"]

        if institution.limited_to is not None:
            del self.filters["type"]

        self.filters["groep"].extra["choices"] = [(name, name) for name in groups]
        self.filters["klas"].extra["choices"] = [(name, name) for name in classes]
        # Last, since this makes the form, with the choices above.
        self.form.label_suffix = ""

    def filter_queryset(self, rows: Rows) -> Rows:
        """Keep the rows that fit; none for a search that is too long, which selects nobody."""
        if self.form.has_error("zoek", "max_length"):
            return rows.none()
        found: Rows = super().filter_queryset(rows)
        return found

    def search(self, rows: Rows, name: str, value: str) -> Rows:
        """Keep the rows with every word, in any order, in name, stamnummer or username."""
        words = Q()
        for word in fold(value).split():
            words &= (
                Q(last_name_key__contains=word)
                | Q(first_name_key__contains=word)
                | Q(stamnummer__startswith=word)
                | Q(student__account__username__contains=word)
            )
        # One filter for all: each copies what is there.
        return rows.filter(words)

    def by_selection(self, rows: Rows, name: str, value: str) -> Rows:
        """Keep the rows of a ready-made selection."""
        return self.selections[value].of(rows, self.institution, self.day, self.year)
