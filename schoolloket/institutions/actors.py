"""Actors: who does something, for which school and from where, as every history row has (R10)."""

from dataclasses import dataclass

from .models import Institution, Manager


@dataclass(frozen=True)
class Actor:
    """The `by` of an action at a school's desk, or of an operator's command without a manager."""

    institution: Institution
    manager: Manager | None = None
    ip_address: str | None = None


@dataclass(frozen=True)
class Pupil:
    """The `by` of an action of a pupil on Mijn LeerID."""

    ip_address: str | None = None
