"""The tables of the students' room: enrolments, their history, who is who, and imports."""

from .enrolments import (
    VISIBLE_AFTER_LEAVING,
    Enrolment,
    EnrolmentQuerySet,
    Student,
    StudentQuerySet,
)
from .history import StudentEvent, StudentFieldChange
from .identity import IdentityConflict, NumberClaim
from .imports import ImportRun, ImportRunQuerySet, told_of_withheld

__all__ = [
    "VISIBLE_AFTER_LEAVING",
    "Enrolment",
    "EnrolmentQuerySet",
    "IdentityConflict",
    "ImportRun",
    "ImportRunQuerySet",
    "NumberClaim",
    "Student",
    "StudentEvent",
    "StudentFieldChange",
    "StudentQuerySet",
    "told_of_withheld",
]
