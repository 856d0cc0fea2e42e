"""The rows of a preview for which a kind of password is chosen at once."""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """A part of the preview: LeerIDs that get a new password, or LeerIDs that are to be made."""

    RENEWED = "vernieuwd"
    CREATED = "nieuw"


@dataclass(frozen=True)
class Scope:
    """A class in a part of the preview, or the whole part.

    `class_code` is empty for the pupils without a class, and None for all classes.
    """

    part: Part
    class_code: str | None = None

    def __str__(self) -> str:
        """The scope as a form posts it: `nieuw:6A`, `nieuw:` without a class, `nieuw` for all."""
        if self.class_code is None:
            return self.part
        return f"{self.part}:{self.class_code}"

    @classmethod
    def parse(cls, text: str) -> "Scope":
        """Return the scope of a posted text. Raises ValueError where it names no part."""
        part, separator, class_code = text.partition(":")
        if separator:
            return cls(Part(part), class_code)
        return cls(Part(part))

    @property
    def creates(self) -> bool:
        """Whether it is about LeerIDs that are to be made."""
        return self.part == Part.CREATED
