"""What a right opens: the part of it that somebody at a desk chooses (R13)."""

from dataclasses import dataclass, field
from datetime import date

from django.utils import formats

from schoolloket.core.exceptions import MoreThanOwn
from schoolloket.institutions.models import Invitation, Membership

Role = Membership.Role


@dataclass(frozen=True)
class Grant:
    """A role, and until when. For a helper also the classes, and the school year they are of.

    `ends_on`: the last day; None for a beheerder without an end.
    """

    role: Membership.Role
    classes: list[str] = field(default_factory=list)
    school_year: int | None = None
    ends_on: date | None = None

    @classmethod
    def of(cls, right: Membership | Invitation) -> "Grant":
        """Return what a right, or an invitation to one, opens."""
        return cls(Role(right.role), right.classes, right.school_year, right.ends_on)

    @property
    def values(self) -> dict[str, object]:
        """The fields of a right or an invitation that opens this."""
        return {
            "role": self.role,
            "classes": self.classes,
            "school_year": self.school_year,
            "ends_on": self.ends_on,
        }

    def __str__(self) -> str:
        """Return it in the words of the screen: `Klashelper van 6A, 6B, tot en met 31 augustus`."""
        parts = [str(self.role.label)]
        if self.classes:
            parts = [f"{self.role.label} van {', '.join(self.classes)}"]
        if self.ends_on:
            parts.append(f"tot en met {formats.date_format(self.ends_on, 'j F Y')}")
        return ", ".join(parts)

    def refuse_more_than(self, right: Membership | None) -> None:
        """Raise MoreThanOwn where it lasts longer than the right of who gives it.

        `right`: None for an operator, who may give any.
        """
        if right is None or right.ends_on is None:
            return
        if self.ends_on is None or self.ends_on > right.ends_on:
            raise MoreThanOwn(formats.date_format(right.ends_on, "j F Y"))
