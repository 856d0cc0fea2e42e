"""Choices of a model's field whose words on the screen are no part of the database."""

from django.db import models


class ScreenChoices(models.TextChoices):
    """Give a field `choices=Kind.on_screen` instead of the list itself.

    Django then keeps in a migration where the choices are found, not what they say: rewording a
    sentence of the screen is no change of the schema.
    """

    @classmethod
    def on_screen(cls) -> list[tuple[str, str]]:
        """Return (value, label), as a form shows them."""
        return cls.choices
