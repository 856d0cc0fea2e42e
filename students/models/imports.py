"""Imports: a draft with its preview, then what was applied, or why nothing was."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolloket.core.choices import ScreenChoices
from schoolloket.core.text import counted
from schoolloket.institutions.models import Institution


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def of(self, institution: Institution) -> Self:
        """The runs of this institution."""
        return self.filter(institution=institution)

    def applied(self) -> Self:
        """Those that were confirmed."""
        return self.filter(state=ImportRun.State.APPLIED)

    def finished(self) -> Self:
        """Those that were confirmed, and those of a command that imported nothing."""
        return self.filter(state__in=[ImportRun.State.APPLIED, ImportRun.State.FAILED])

    def drafts(self) -> Self:
        """Those that are neither confirmed nor dropped, whatever their age."""
        return self.filter(state=ImportRun.State.DRAFT)

    def alive(self, now: datetime) -> Self:
        """Drafts whose manager did something less than DRAFT_MINUTES ago (R2)."""
        return self.drafts().filter(last_action_at__gte=_oldest_action(now))

    def expired(self, now: datetime) -> Self:
        """Drafts whose manager did nothing for DRAFT_MINUTES."""
        return self.drafts().filter(last_action_at__lt=_oldest_action(now))


def told_of_withheld(withheld: int) -> str:
    """Return how many pupils a list does not name and does not end either; "" for none."""
    return counted(
        withheld,
        "leerling staat niet in de lijst en blijft toch ingeschreven",
        "leerlingen staan niet in de lijst en blijven toch ingeschreven",
    )


def _oldest_action(now: datetime) -> datetime:
    """Return the moment before which the last action on a draft was too long ago."""
    return now - timedelta(minutes=settings.DRAFT_MINUTES)


class ImportRun(models.Model):
    """One upload: a draft with its preview, then what was applied, by whom and when."""

    class State(ScreenChoices):
        DRAFT = "draft", "Voorbeeld"
        APPLIED = "applied", "Ingelezen"
        DROPPED = "dropped", "Niet ingelezen"
        REPLACED = "replaced", "Vervangen door een nieuwer bestand"
        FAILED = "failed", "Mislukt"

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="import_runs")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.on_screen, default=State.DRAFT)
    file_name = models.CharField(max_length=200)
    full_list = models.BooleanField()
    # DRAFT_MINUTES count from the manager's last action (R2).
    last_action_at = models.DateTimeField(default=timezone.now)
    # The columns that the manager pointed out: {"class_code": 4}, null for no column; and the
    # answers about rows in conflict: {"12": "zonder"}.
    columns = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    # The rows of a draft, sealed by the vault; empty as soon as it is applied or dropped.
    sealed_rows = models.TextField(blank=True)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    # How many pupils of other schools were recognised when the run was applied (R11).
    recognised = models.PositiveIntegerField(default=0)
    # [{"row": 12, "reason": "..."}], without the rows' own data. Remarks are about rows that do
    # not count, since a later one of the same pupil does, or that say what they may not change. The
    # first ones are kept; the counts are of all.
    problems = models.JSONField(default=list)
    remarks = models.JSONField(default=list)
    # What somebody has to look at in the file as a whole, in Dutch: ["..."]; and how many
    # enrolments a full list did not name nor end, since it may not name all pupils.
    warnings = models.JSONField(default=list)
    withheld = models.PositiveIntegerField(default=0)
    # Why a command imported nothing, in Dutch; its counts are then what it would have done.
    error = models.TextField(blank=True, default="")
    problem_count = models.PositiveIntegerField(default=0)
    remark_count = models.PositiveIntegerField(default=0)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="only_a_draft_import_keeps_rows",
                condition=Q(state="draft") | Q(sealed_rows=""),
            ),
            models.CheckConstraint(
                name="an_applied_import_has_its_time",
                condition=Q(state="applied", applied_at__isnull=False)
                | ~Q(state="applied") & Q(applied_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_failed_import_has_its_reason",
                condition=Q(state="failed") & ~Q(error="") | ~Q(state="failed") & Q(error=""),
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk} van {self.institution_id}"

    @property
    def told_of_recognised(self) -> str:
        """How many pupils of other schools were recognised, as pages tell it; "" for none."""
        return counted(
            self.recognised,
            "leerling bracht het LeerID mee",
            "leerlingen brachten hun LeerID mee",
        )

    @property
    def told_of_withheld(self) -> str:
        """How many pupils the list did not name and did not end either; "" for none."""
        return told_of_withheld(self.withheld)

    @property
    def has_many_problems(self) -> bool:
        """Whether more than a tenth of the rows that count is bad."""
        rows = self.new + self.changed + self.unchanged + self.problem_count
        return 10 * self.problem_count > rows

    @property
    def needs_a_look(self) -> bool:
        """Whether somebody has to look at what was imported."""
        return bool(self.warnings) or self.withheld > 0 or self.has_many_problems

    def is_alive(self, now: datetime) -> bool:
        """Return whether it is a draft that may still be confirmed (R2)."""
        if self.state != self.State.DRAFT:
            return False
        return self.last_action_at >= _oldest_action(now)
