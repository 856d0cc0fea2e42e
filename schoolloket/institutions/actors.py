"""Actors: the person, school and IP address that every row of history records (R10)."""

from dataclasses import dataclass

from .models import Institution, Manager, Membership


@dataclass(frozen=True)
class Actor:
    """The `by` of an action at a school's desk, or of an operator's command without a manager.

    `right`: by which the manager is there; None for a command.
    """

    institution: Institution
    manager: Manager | None = None
    ip_address: str | None = None
    right: Membership | None = None

    @property
    def is_helper(self) -> bool:
        """Whether it is somebody who may see and do what a helper may (R13)."""
        return self.right is not None and self.right.is_helper


@dataclass(frozen=True)
class Operator:
    """The `by` of an action of an operator in `/beheer/`, for no school in particular."""

    manager: Manager
    ip_address: str | None = None


@dataclass(frozen=True)
class Pupil:
    """The `by` of an action of a pupil on Mijn LeerID."""

    ip_address: str | None = None


@dataclass(frozen=True)
class Author:
    """Who makes a change to a manager or a right: somebody in a request, or a command.

    `manager`: None for a command and for a visitor who did not sign in. `ip_address`: None for a
    command.
    """

    manager: Manager | None = None
    ip_address: str | None = None

    @property
    def is_visitor(self) -> bool:
        """Whether it is a request of somebody who did not sign in."""
        return self.manager is None and self.ip_address is not None
