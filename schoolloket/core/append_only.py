"""History: rows that are added, never changed (R10); a trigger in the database refuses it too."""

from typing import Any

from django.db import models


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """History can be added to, never changed (R10); the database refuses it too."""

    def update(self, **fields: Any) -> int:
        raise TypeError("History is never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("History is never removed.")

    def erase(self) -> None:
        """Remove it all the same, together with the pupil whom it is about (R12)."""
        super().delete()


class AppendOnly(models.Model):
    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("History is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("History is never removed.")
