"""What was known of a pupil before, and what putting it back would change (R11)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from students.models import IdentityConflict, Student, StudentEvent, StudentFieldChange

Field = StudentFieldChange.Field
# A text by field of the student, as StudentFieldChange keeps it: a date as 2010-11-07.
Texts = Mapping[StudentFieldChange.Field, str]

NOTHING_CHANGES = "Dit staat er nu al."
MERGED = "Deze leerling is intussen samengevoegd met een andere inschrijving."
UNDECIDED = "Beslis eerst of deze leerling en de andere met hetzelfde nummer één en dezelfde zijn."
NUMBER_TAKEN = "Het nummer is intussen van een andere leerling."
NAMES_WITHOUT_NUMBER = (
    "Officiële namen horen bij een nummer, en dat staat er nu niet. Zet eerst het nummer terug."
)


def events(student: Student) -> list[StudentEvent]:
    """Return the events that changed the data of this student, the newest first."""
    return list(_events(student))


def event(student: Student, event_id: int) -> StudentEvent | None:
    """Return one of those events, or None where this student has no such event."""
    return _events(student).filter(pk=event_id).first()


def _events(student: Student) -> QuerySet[StudentEvent]:
    changed = student.events.filter(changes__isnull=False).distinct()
    return changed.select_related("institution", "manager").prefetch_related("changes")


def changes(student: Student, texts: Texts) -> list[StudentFieldChange]:
    """Return how the student would change with these values, as changes of no event yet."""
    found = []
    for field, new in texts.items():
        old = StudentFieldChange.text_of(getattr(student, field))
        if old != new:
            found.append(StudentFieldChange(field=field, old=old, new=new))
    return found


def back_to(student: Student, event: StudentEvent) -> list[StudentFieldChange]:
    """Return how the student would change with the values from before this event."""
    return changes(student, {Field(change.field): change.old for change in event.changes.all()})


def apply(student: Student, changes: Iterable[StudentFieldChange]) -> None:
    """Give the student the new values, without saving it."""
    for change in changes:
        setattr(student, change.field, _value(change.field, change.new))


def obstacle(student: Student, changes: list[StudentFieldChange]) -> str:
    """Return why these changes are not made, as a sentence, or an empty text where they can be."""
    if not changes:
        return NOTHING_CHANGES
    if student.merged_into_id:
        return MERGED
    if IdentityConflict.objects.open().filter(student=student).exists():
        return UNDECIDED

    changed = Student.objects.get(pk=student.pk)
    apply(changed, changes)
    others = Student.objects.filter(is_disputed=False).exclude(pk=student.pk)
    if changed.identity_hash and others.filter(identity_hash=changed.identity_hash).exists():
        return NUMBER_TAKEN

    # As the database asks (`official_names_only_with_a_valid_number`).
    names = changed.official_first_name + changed.official_last_name
    is_available = changed.official_data == Student.OfficialData.AVAILABLE
    if names and not (is_available and changed.identity_hash is not None):
        return NAMES_WITHOUT_NUMBER
    return ""


def _value(field: str, text: str) -> date | str | None:
    """Return what `StudentFieldChange.text_of` made a text of."""
    if field in (Field.IDENTITY_HASH, Field.BIRTH_DATE) and not text:
        return None
    if field == Field.BIRTH_DATE:
        return date.fromisoformat(text)
    return text


@dataclass(frozen=True)
class Shown:
    """A change in the words of the screen."""

    field: str
    old: str
    new: str


def shown(changes: Iterable[StudentFieldChange]) -> list[Shown]:
    """Return changes as an operator reads them: of a number only whether there is one."""
    return [
        Shown(
            field=change.get_field_display(),
            old=_on_screen(change.field, change.old),
            new=_on_screen(change.field, change.new),
        )
        for change in changes
    ]


def _on_screen(field: str, text: str) -> str:
    if not text:
        return "-"
    if field == Field.IDENTITY_HASH:
        return "een nummer"
    if field == Field.BIRTH_DATE:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    if field == Field.OFFICIAL_DATA:
        return Student.OfficialData(text).label
    return text
