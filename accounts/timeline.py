"""The history of a pupil and the LeerID, as one school may read it (R10, R11)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.utils import timezone

from schoolloket.core.choices import ScreenChoices
from schoolloket.institutions.models import Institution
from students.models import Enrolment, Student, StudentEvent, StudentFieldChange

from .models import (
    Account,
    AccountEvent,
    AccountQuerySet,
    FieldChange,
    Kind,
    PasswordKind,
    Status,
)

# What happened, who did it, and where.
ENDED = "Automatisch inactief: einde inschrijving"
ENROLLED_AGAIN = "Automatisch opnieuw actief: nieuwe inschrijving"
SIGNED_IN = "Laatste aanmelding"

AUTOMATIC = "Automatisch"
OPERATOR = "Systeembeheer"
THE_PUPIL = "De leerling"

OTHER_SCHOOL = "Andere instelling"
PORTAL = "Mijn LeerID"

OTHER_NUMBER = "een ander nummer"
NEW_NUMBER = "nieuw nummer"

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ClassChange:
    """The old and the new class of a pupil, in a line next to the FieldChanges of an account."""

    old: str
    new: str
    field: str = "class_code"

    def get_field_display(self) -> str:
        return "Klas"


@dataclass(frozen=True)
class DataChange:
    """A change of what is known of the pupil; of a number only that it is another one."""

    field: str
    old: str
    new: str
    name: str

    def get_field_display(self) -> str:
        return self.name


@dataclass(frozen=True)
class Line:
    """A line of the history.

    Without `at` only the day is known, or only the day may be read.
    """

    on: date
    at: datetime | None
    what: str
    who: str
    where: str
    changes: Sequence[FieldChange | ClassChange | DataChange] = field(default_factory=list)


def of_pupil(
    institution: Institution, student: Student, account: Account | None, day: date
) -> list[Line]:
    """Return the history of the pupil's enrolments and, if there is one, of the LeerID.

    Newest first. With that of the students and LeerIDs that were merged into these.
    """
    people = Student.objects.with_merged([student.pk])
    events = StudentEvent.objects.filter(student__in=people).readable_by(institution)
    events = events.select_related("manager", "institution").prefetch_related("changes")
    lines = [_enrolment_line(event, institution) for event in _told_once(events)]
    if account:
        lines += of_account(institution, account, day)

    return sorted(lines, key=_moment, reverse=True)


def of_account(institution: Institution, account: Account, day: date) -> list[Line]:
    """Return the history of the LeerID, newest first.

    With the automatic changes until that day (R9), and with the history of the LeerIDs that ended
    for the sake of this one. Of an event at another school only what it was and the date (R10).
    """
    events = account.events.select_related("manager", "institution").prefetch_related("changes")
    lines = [_account_line(event, institution) for event in events]
    lines += _automatic_lines(account, events, day)
    for ended in ended_accounts(account.student_id):
        lines += _lines_of_ended(ended, institution)

    signed_in_at = account.last_sign_in_at
    if signed_in_at:
        signed_in = Line(
            on=timezone.localdate(signed_in_at),
            at=signed_in_at,
            what=SIGNED_IN,
            who=THE_PUPIL,
            where=PORTAL,
        )
        lines.append(signed_in)

    return sorted(lines, key=_moment, reverse=True)


def ended_accounts(student_id: int) -> AccountQuerySet:
    """Return the LeerIDs of the students who were merged into this one."""
    return Account.objects.filter(student__merged_into=student_id)


def worked_on(institution: Institution, ended: Account) -> bool:
    """Return whether the school did something to this LeerID before it ended.

    The other schools of the pupil never had it, so they may read no value of it (R11).
    """
    return ended.events.filter(institution=institution).exists()


def usernames_of(ended: Account) -> set[str]:
    """Return the usernames that this LeerID had until it ended."""
    of_username = FieldChange.objects.filter(field=FieldChange.Field.USERNAME)
    former = of_username.filter(event__account=ended).exclude(old="")
    return set(former.values_list("old", flat=True))


def _lines_of_ended(ended: Account, institution: Institution) -> list[Line]:
    """Return the history of a LeerID that ended with a merge, as this school may read it."""
    events = ended.events.select_related("manager", "institution").prefetch_related("changes")
    lines = [_account_line(event, institution) for event in events]
    if worked_on(institution, ended):
        return lines
    return [replace(line, at=None, changes=[]) for line in lines]


def _told_once(events: Iterable[StudentEvent]) -> list[StudentEvent]:
    """Return the events without the doubles: a merge is in the history of both students."""
    told = []
    merges = set()
    for event in events:
        if event.kind == StudentEvent.Kind.UNITED:
            if event.at in merges:
                continue
            merges.add(event.at)
        told.append(event)
    return told


def _moment(line: Line) -> tuple[date, time]:
    """Return the key by which lines are sorted: a line without a time counts as midnight."""
    if line.at is None:
        return line.on, time.min
    return line.on, timezone.localtime(line.at).time()


def _line_of_other_school(on: date, what: str) -> Line:
    """Return what a school may read of another one's doing: the event and its day (R10)."""
    return Line(on=on, at=None, what=what, who="", where=OTHER_SCHOOL)


def _enrolment_line(event: StudentEvent, institution: Institution) -> Line:
    """Return the event of an enrolment as this school may read it (R11)."""
    on = timezone.localdate(event.at)
    what = event.get_kind_display()
    if event.institution is None:
        # What an operator put back or took away may be of another school: here only that it was.
        return Line(on=on, at=event.at, what=what, who=OPERATOR, where="")
    if event.institution != institution:
        return _line_of_other_school(on, what)

    who = AUTOMATIC
    if event.manager:
        who = event.manager.name
    changes: list[ClassChange | DataChange] = []
    if event.kind == StudentEvent.Kind.CLASS:
        changes.append(ClassChange(event.old, event.new))
    changes += map(_data_change, event.changes.all())

    return Line(
        on=on,
        at=event.at,
        what=what,
        who=who,
        where=_place(event.institution, event.ip_address),
        changes=changes,
    )


def _data_change(change: StudentFieldChange) -> DataChange:
    """Return a change of the pupil's data as the school reads it, never with a hash."""
    old, new = change.old, change.new
    if change.field == StudentFieldChange.Field.IDENTITY_HASH:
        if old:
            old = OTHER_NUMBER
        if new:
            new = NEW_NUMBER
    if change.field == StudentFieldChange.Field.BIRTH_DATE:
        old, new = _day(old), _day(new)

    return DataChange(change.field, old, new, change.get_field_display())


def _day(text: str) -> str:
    """Return a stored day as the screen shows it: 07/11/2010, "" for none."""
    if not text:
        return ""
    return f"{date.fromisoformat(text):%d/%m/%Y}"


def _account_line(event: AccountEvent, institution: Institution) -> Line:
    """Return the event of a LeerID as this school may read it (R10)."""
    on = timezone.localdate(event.at)
    what = event.get_kind_display()
    if event.institution not in (None, institution):
        return _line_of_other_school(on, what)

    who = OPERATOR
    where = _place(event.institution, event.ip_address)
    if event.institution is None:
        # Where an operator sits is no school's business.
        where = ""
    elif event.manager:
        who = event.manager.name
    if event.by_pupil:
        # Where a minor is, at home or at school, is nobody's business but the pupil's.
        who, where = THE_PUPIL, PORTAL
    if event.kind == AccountEvent.Kind.SLOWED:
        # The pupil is hardly the one who was guessing.
        who = AUTOMATIC

    return Line(
        on=on,
        at=event.at,
        what=what,
        who=who,
        where=where,
        changes=list(event.changes.all()),
    )


def _place(institution: Institution | None, ip_address: str | None) -> str:
    """Return `BRUSSEL-STAD - School (127.0.0.1)`, or the part of it that is known."""
    place = ""
    if institution:
        place = str(institution)
    if ip_address:
        place += f" ({ip_address})"
    return place


def _automatic_lines(account: Account, events: Iterable[AccountEvent], day: date) -> list[Line]:
    """Return the changes of status that follow from the enrolments' dates alone (R9).

    Only those between the creation of the LeerID and that day. While a LeerID is deactivated by
    hand, its status does not change by itself.
    """
    created_on = timezone.localdate(account.created_at)
    lines = []
    for on, what in _ends_and_starts(account, day):
        if not created_on < on <= day:
            continue
        if _deactivated_before(on, events):
            continue
        lines.append(Line(on=on, at=None, what=what, who=AUTOMATIC, where=""))
    return lines


def _ends_and_starts(account: Account, day: date) -> list[tuple[date, str]]:
    """Return the days on which the pupil's enrolments ended or began again: ENDED, ENROLLED_AGAIN.

    The last end may lie ahead. In the order of time.
    """
    enrolments = Enrolment.objects.filter(student=account.student_id).order_by("starts_on")
    periods = _joined(enrolments.values_list("starts_on", "ends_on"))
    if not periods:
        return []

    changes = []
    for (_, end), (next_start, _) in pairwise(periods):
        # While the next enrolment lies ahead, the end of this one does not end the LeerID.
        if next_start <= day:
            changes.append((end + ONE_DAY, ENDED))
            changes.append((next_start, ENROLLED_AGAIN))

    _, last_end = periods[-1]
    changes.append((last_end + ONE_DAY, ENDED))
    return changes


def _deactivated_before(day: date, events: Iterable[AccountEvent]) -> bool:
    """Whether the last change of status by hand before that day was a deactivation.

    `events`: newest first.
    """
    by_hand = (AccountEvent.Kind.DEACTIVATED, AccountEvent.Kind.ACTIVATED)
    for event in events:
        if event.kind in by_hand and timezone.localdate(event.at) < day:
            return event.kind == AccountEvent.Kind.DEACTIVATED
    return False


def _joined(periods: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Join periods that overlap, or follow one another without a day in between.

    `periods`: first and last day, in the order of the first.
    """
    joined: list[tuple[date, date]] = []
    for start, end in periods:
        if joined and start <= joined[-1][1] + ONE_DAY:
            first, last = joined.pop()
            joined.append((first, max(last, end)))
        else:
            joined.append((start, end))
    return joined


CHOICES: dict[str, type[ScreenChoices]] = {
    StudentFieldChange.Field.OFFICIAL_DATA: Student.OfficialData,
    FieldChange.Field.KIND: Kind,
    FieldChange.Field.PASSWORD_KIND: PasswordKind,
    FieldChange.Field.STATUS: Status,
}


def label(changed_field: FieldChange.Field | str, value: str) -> str:
    """Return an old or a new value of a field in the words of the screen."""
    choices = CHOICES.get(changed_field)
    if choices is None or value not in choices.values:
        return value
    return choices(value).label
