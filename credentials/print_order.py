"""The order of the paper, in which the rows of a preview stand too."""

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

from schoolloket.core.text import fold


class InAClass(Protocol):
    """An enrolment or a card: both have what the order is made of."""

    @property
    def class_code(self) -> str: ...
    @property
    def administrative_group(self) -> str: ...
    @property
    def last_name(self) -> str: ...
    @property
    def first_name(self) -> str: ...
    @property
    def stamnummer(self) -> str: ...


Pupil = TypeVar("Pupil", bound=InAClass)


def in_print_order(pupils: Iterable[Pupil]) -> list[Pupil]:
    """Sort by class, group, last and first name, as a teacher's class list would be.

    Accents and capitals make no difference. The stamnummer decides between namesakes, so that the
    order is always the same.
    """
    return sorted(pupils, key=_place)


def _place(pupil: InAClass) -> tuple[str, ...]:
    return (
        collated(pupil.class_code),
        collated(pupil.administrative_group),
        collated(pupil.last_name),
        collated(pupil.first_name),
        pupil.stamnummer,
    )


def collated(text: str) -> str:
    """Fold accents and capitals, and pad numbers, so that `2A` comes before `10A`."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(12), fold(text))
