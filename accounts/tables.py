"""The order and the paging of the list; `accounts/includes/row.html` draws a row."""

import django_tables2 as tables

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

    class Meta:
        order_by = "naam"
        prefix = ""
        order_by_field = "sorteer"
        page_field = "pagina"
        per_page_field = "per"

    PER_PAGE = (50, 100, 200)

    @classmethod
    def ordering(cls, wished: str) -> str:
        """Return the wished order (`klas`, `-klas`) where there is such a column, else by name."""
        if wished.removeprefix("-") in cls.base_columns:
            return wished
        return "naam"

    @classmethod
    def rows_per_page(cls, wished: str) -> int:
        """Return the wished number of rows where it is one of PER_PAGE, else the first of those."""
        if wished in map(str, cls.PER_PAGE):
            return int(wished)
        return cls.PER_PAGE[0]
