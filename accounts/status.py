"""Activeren and deactiveren by hand: whose LeerID, and why not the others' (R9)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db import models

from schoolloket.institutions.models import Institution
from students.models import Enrolment

from .models import Account
from .overview import account_of, chosen, enrolled_elsewhere, held


class Change(models.TextChoices):
    ACTIVATE = "activeren", "Activeren"
    DEACTIVATE = "deactiveren", "Deactiveren"

    @property
    def done(self) -> str:
        return {self.ACTIVATE: "geactiveerd", self.DEACTIVATE: "gedeactiveerd"}[self]


class Obstacle(models.TextChoices):
    """Why the status of a student's LeerID stays as it is."""

    LEFT = "left", "Deze leerling is niet meer ingeschreven in deze instelling."
    HELD = "held", "Deze leerling is nog ingeschreven in een andere school, die eerst was."
    NO_ACCOUNT = "none", "Deze leerling heeft nog geen LeerID."
    DEACTIVATED = "deactivated", "Dit LeerID is al gedeactiveerd."
    NOT_DEACTIVATED = "active", "Dit LeerID is niet gedeactiveerd."


@dataclass(frozen=True)
class StudentStatus:
    """A student of a selection, and what stands in the way of the change, if anything."""

    enrolment: Enrolment
    obstacle: Obstacle | None

    @property
    def who(self) -> str:
        return f"{self.enrolment.full_name} ({self.enrolment.stamnummer})"

    @property
    def account(self) -> Account:
        """The account to change. Raises ValueError where there is none to change."""
        account = account_of(self.enrolment)
        if self.obstacle or account is None:
            raise ValueError("only of whom the status can be changed")
        return account


@dataclass(frozen=True)
class StatusPreview:
    """What a change does to a selection: to whom, and to whom not."""

    change: Change
    institution: Institution
    day: date
    changed: list[StudentStatus]
    skipped: list[StudentStatus]

    @classmethod
    def on(
        cls, change: Change, institution: Institution, student_ids: Collection[int], day: date
    ) -> "StatusPreview":
        """Judge a selection as it is now.

        Raises NothingSelected, TooMany or UnknownStudents.
        """
        rows = chosen(institution, student_ids, day)
        others = held(institution, student_ids, day)
        judged = [
            StudentStatus(row, _obstacle(change, row, day, held=row.student_id in others))
            for row in rows
        ]
        return cls(
            change,
            institution,
            day,
            changed=[one for one in judged if not one.obstacle],
            skipped=[one for one in judged if one.obstacle],
        )

    @property
    def summary(self) -> str:
        """What was done, in a sentence."""
        number, done = len(self.changed), self.change.done
        return f"1 LeerID is {done}." if number == 1 else f"{number} LeerID's zijn {done}."

    @property
    def summary_of_skipped(self) -> str:
        reasons = [f"{one.who}: {one.obstacle.label}" for one in self.skipped if one.obstacle]
        return f"Overgeslagen: {' '.join(reasons)}"

    @cached_property
    def enrolled_elsewhere(self) -> int:
        """How many of those to change are also enrolled in another school, which sees it too."""
        students = [one.enrolment.student_id for one in self.changed]
        return enrolled_elsewhere(self.institution, students, self.day)


def _obstacle(change: Change, row: Enrolment, day: date, *, held: bool) -> Obstacle | None:
    account = account_of(row)
    if row.ends_on < day:
        return Obstacle.LEFT
    if held:
        return Obstacle.HELD
    if account is None:
        return Obstacle.NO_ACCOUNT
    deactivated = account.deactivated_at is not None
    if change == Change.DEACTIVATE and deactivated:
        return Obstacle.DEACTIVATED
    if change == Change.ACTIVATE and not deactivated:
        return Obstacle.NOT_DEACTIVATED
    return None
