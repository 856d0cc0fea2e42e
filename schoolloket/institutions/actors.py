"""Who does something, for which school and from where: what every history row tells (R10)."""

from dataclasses import dataclass

from .models import Institution, Manager


@dataclass(frozen=True)
class Actor:
    """The `by` of every action. Without a manager it is a command of the operator."""

    institution: Institution
    manager: Manager | None = None
    ip_address: str | None = None


@dataclass(frozen=True)
class Pupil:
    """The `by` of what pupils do themselves on Mijn LeerID."""

    ip_address: str | None = None
