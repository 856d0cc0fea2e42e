"""Choices of a model's field whose labels are not part of the schema."""

from django.db import models


class ScreenChoices(models.TextChoices):
    """Choices to give to a field as `choices=Kind.on_screen`, a function, not as a list.

    A migration then holds the path of that function instead of the labels, so that rewording a
    sentence of the screen needs no migration.
    """

    @classmethod
    def on_screen(cls) -> list[tuple[str, str]]:
        """Return (value, label) of each choice, as a form shows them."""
        return cls.choices
