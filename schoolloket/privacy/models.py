"""The record that is left of a pupil whose data were erased."""

from django.db import models

from schoolloket.core.append_only import AppendOnly


class Erasure(AppendOnly):
    """The moment at which a pupil was erased, and nothing about that pupil (R12).

    The usernames stay taken in `accounts.Username`, without their student (R6).
    """

    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"gewist {self.at:%Y-%m-%d}"
