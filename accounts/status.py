"""Activeren and deactiveren by hand: for which LeerIDs, and why not for the others (R9)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db import models

from schoolloket.institutions.models import Institution
from students.models import Enrolment
from students.school_years import SchoolYear

from .models import Account
from .overview import account_of, chosen, enrolled_elsewhere, held


class StatusChange(models.TextChoices):
    """A change of the status by hand."""

    ACTIVATE = "activeren", "Activeren"
    DEACTIVATE = "deactiveren", "Deactiveren"


class Obstacle(models.TextChoices):
    """Why the status of a student's LeerID stays as it is."""

    LEFT = "left", "Deze leerling is niet meer ingeschreven in deze instelling."
    HELD = (
        "held",
        "Deze leerling is nog ingeschreven in een andere school, waar de inschrijving eerder "
        "begon.",
    )
    NO_ACCOUNT = "none", "Deze leerling heeft nog geen LeerID."
    DEACTIVATED = "deactivated", "Dit LeerID is al gedeactiveerd."
    NOT_DEACTIVATED = "active", "Dit LeerID is niet gedeactiveerd."


@dataclass(frozen=True)
class StudentStatus:
    """A student of a selection, and the obstacle to the change, if there is one."""

    enrolment: Enrolment
    obstacle: Obstacle | None

    @property
    def account(self) -> Account:
        """The account to change. Raises ValueError where an obstacle keeps it as it is."""
        account = account_of(self.enrolment)
        if self.obstacle or account is None:
            raise ValueError("the status of this account does not change")
        return account


@dataclass(frozen=True)
class StatusPreview:
    """A change for a selection: the students whom it is for, and those whom it skips."""

    change: StatusChange
    institution: Institution
    day: date
    changed: list[StudentStatus]
    skipped: list[StudentStatus]

    @classmethod
    def of_selection(
        cls,
        change: StatusChange,
        institution: Institution,
        student_ids: Collection[int],
        day: date,
        year: SchoolYear | None = None,
    ) -> "StatusPreview":
        """Judge a selection as it is now, each student with the class of this school year.

        Raises NothingSelected, TooManySelected or UnknownStudents.
        """
        rows = chosen(institution, student_ids, day, year)
        held_ids = held(institution, student_ids, day)

        changed = []
        skipped = []
        for row in rows:
            is_held = row.student_id in held_ids
            obstacle = _obstacle(change, row, day, is_held=is_held)
            if obstacle:
                skipped.append(StudentStatus(row, obstacle))
            else:
                changed.append(StudentStatus(row, None))

        return cls(change, institution, day, changed, skipped)

    @property
    def summary(self) -> str:
        """A sentence about what was done, with the number of LeerIDs."""
        done = "gedeactiveerd"
        if self.change == StatusChange.ACTIVATE:
            done = "geactiveerd"

        number = len(self.changed)
        if number == 1:
            return f"1 LeerID is {done}."
        return f"{number} LeerID's zijn {done}."

    @property
    def summary_of_skipped(self) -> str:
        """A sentence that names the skipped students, each with the reason."""
        summary = "Overgeslagen:"
        for one in self.skipped:
            if one.obstacle:
                summary += f" {one.enrolment.name_and_number}: {one.obstacle.label}"
        return summary

    @cached_property
    def enrolled_elsewhere(self) -> list[str]:
        """Those of the changed who use the LeerID in another school too, by name and class."""
        rows = [one.enrolment for one in self.changed]
        student_ids = [row.student_id for row in rows]
        elsewhere = enrolled_elsewhere(self.institution, student_ids, self.day)
        return [row.name_and_class for row in rows if row.student_id in elsewhere]


def _obstacle(change: StatusChange, row: Enrolment, day: date, *, is_held: bool) -> Obstacle | None:
    """Return why the status of this student's LeerID stays as it is, or None where it changes.

    `is_held`: another school has the say over the LeerID (R11).
    """
    if row.ends_on < day:
        return Obstacle.LEFT
    if is_held:
        return Obstacle.HELD

    account = account_of(row)
    if account is None:
        return Obstacle.NO_ACCOUNT

    is_deactivated = account.deactivated_at is not None
    if change == StatusChange.DEACTIVATE and is_deactivated:
        return Obstacle.DEACTIVATED
    if change == StatusChange.ACTIVATE and not is_deactivated:
        return Obstacle.NOT_DEACTIVATED
    return None
