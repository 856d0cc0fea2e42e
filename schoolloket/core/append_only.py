"""History: rows are added and never changed (R10). A trigger in the database refuses it too."""

from typing import Any

from django.db import models


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows of history: `update` and `delete` raise TypeError, only `erase` removes any."""

    def update(self, **fields: Any) -> int:
        raise TypeError("History is never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("History is never removed.")

    def erase(self) -> None:
        """Remove these rows all the same, together with the pupil whom they are about (R12)."""
        super().delete()


class AppendOnly(models.Model):
    """A row of history. `save` adds it; a second `save`, and `delete`, raise TypeError."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("History is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("History is never removed.")
