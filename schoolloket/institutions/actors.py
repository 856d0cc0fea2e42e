"""Actors: the person, school and IP address that every row of history records (R10)."""

from dataclasses import dataclass

from .models import Institution, Manager


@dataclass(frozen=True)
class Actor:
    """The `by` of an action at a school's desk, or of an operator's command without a manager."""

    institution: Institution
    manager: Manager | None = None
    ip_address: str | None = None


@dataclass(frozen=True)
class Operator:
    """The `by` of an action of an operator in `/beheer/`, for no school in particular."""

    manager: Manager
    ip_address: str | None = None


@dataclass(frozen=True)
class Pupil:
    """The `by` of an action of a pupil on Mijn LeerID."""

    ip_address: str | None = None
