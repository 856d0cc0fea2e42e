"""What changes, field by field, as the preview shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from students.models import Student

from .matching import ExistingEnrolment, ExistingStudent
from .rows import LABELS

_LABELS = LABELS | {
    "official_data": "officiële gegevens",
    "identity_hash": "rijksregister- of bisnummer",
}


@dataclass(frozen=True)
class Difference:
    """One field of one student: what it was and what it becomes, as text to show."""

    label: str
    old: str
    new: str


def differences(
    old: ExistingEnrolment | ExistingStudent | None, new: Mapping[str, object]
) -> tuple[Difference, ...]:
    """Return the fields that become another, none for what is new."""
    if old is None:
        return ()
    differing = [name for name, value in new.items() if getattr(old, name) != value]
    return tuple(
        Difference(_LABELS[name], *_shown(name, getattr(old, name), new[name]))
        for name in differing
    )


def _shown(name: str, old: object, new: object) -> tuple[str, str]:
    if name == "identity_hash":
        return ("een ander nummer" if old else "", "nieuw nummer")
    return _text(name, old), _text(name, new)


def _text(name: str, value: object) -> str:
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if name == "official_data":
        return dict(Student.OfficialData.choices)[str(value)]
    return str(value or "")
