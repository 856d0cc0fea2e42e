"""Doubts about who is who, and the numbers that files claimed (R11)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from schoolloket.core.choices import ScreenChoices
from schoolloket.institutions.models import Institution

from .enrolments import Student


class IdentityConflictQuerySet(models.QuerySet["IdentityConflict"]):
    def open(self) -> Self:
        """Those that an operator has yet to decide."""
        return self.filter(outcome=IdentityConflict.Outcome.OPEN)


class IdentityConflict(models.Model):
    """Two students with one national number and birth date but different names (R11).

    An operator decides whether they are one. `student` came later, `other` was known already;
    `institution` is the one whose import brought `student`.
    """

    class Outcome(ScreenChoices):
        OPEN = "open", "Te beslissen"
        MERGED = "merged", "Samengevoegd: één en dezelfde leerling"
        DIFFERENT = "different", "Twee verschillende leerlingen"

    student = models.ForeignKey(Student, models.PROTECT, related_name="conflicts")
    other = models.ForeignKey(Student, models.PROTECT, related_name="conflicts_as_other")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.on_screen, default=Outcome.OPEN)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = IdentityConflictQuerySet.as_manager()

    class Meta:
        verbose_name = "twijfel over wie het is"
        verbose_name_plural = "twijfels over wie het is"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="one_conflict_per_pair", fields=["student", "other"]),
            models.CheckConstraint(
                name="settled_conflict_has_its_time",
                condition=Q(outcome="open", settled_at=None)
                | ~Q(outcome="open") & Q(settled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} en {self.other}"


class NumberClaim(models.Model):
    """A name and birth date for which an institution's file had a number, all as keyed hashes.

    Several numbers for one name and birth date within a year are guesses, and so are many for one
    last name and birth date, which has rows of its own here (R11).
    """

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="+")
    person_hash = models.CharField(max_length=64)
    identity_hash = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_claim_per_number",
                fields=["institution", "person_hash", "identity_hash"],
            )
        ]

    def __str__(self) -> str:
        return f"opgave {self.pk}"
