"""The history of a pupil and the LeerID, as one school may read it (R10, R11)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from schoolloket.institutions.models import Institution
from students.models import Enrolment, Student, StudentEvent

from .models import Account, AccountEvent, FieldChange, Kind, PasswordKind, Status


@dataclass(frozen=True)
class ClassChange:
    """A pupil's class from what to what, shown among the fields of the account."""

    old: str
    new: str
    field: str = "class_code"

    def get_field_display(self) -> str:
        return "Klas"


@dataclass(frozen=True)
class Line:
    """A line of the history as one school may read it."""

    on: date
    at: datetime | None
    what: str
    who: str
    where: str
    changes: Sequence[FieldChange | ClassChange] = field(default_factory=list)


OTHER_SCHOOL = "Andere instelling"


AUTOMATIC = "Automatisch"


THE_PUPIL = "De leerling"


ENDED = "Automatisch inactief: einde inschrijving"


ENROLLED_AGAIN = "Automatisch opnieuw actief: nieuwe inschrijving"


def of_account(institution: Institution, account: Account, day: date) -> list[Line]:
    """Return the history, newest first, with the automatic changes until that day (R9, R10).

    What another school did is told as event and date only.
    """
    events = account.events.select_related("manager", "institution").prefetch_related("changes")
    lines = [_line(event, institution) for event in events]
    lines += _automatic(account, _deactivated(events), day)
    lines += _last_sign_in(account)
    return sorted(lines, key=_moment, reverse=True)


def of_pupil(
    institution: Institution, student: Student, account: Account | None, day: date
) -> list[Line]:
    """Return what happened to the pupil's enrolments and, where there is one, to the LeerID."""
    events = student.events.told_to(institution).select_related("manager", "institution")
    lines = [_enrolment_line(event, institution) for event in events]
    if account:
        lines += of_account(institution, account, day)
    return sorted(lines, key=_moment, reverse=True)


def _enrolment_line(event: StudentEvent, institution: Institution) -> Line:
    on = timezone.localdate(event.at)
    label = event.get_kind_display()
    if event.institution_id not in (None, institution.pk):
        return Line(on=on, at=None, what=label, who="", where=OTHER_SCHOOL)
    is_class = event.kind == StudentEvent.Kind.CLASS
    return Line(
        on=on,
        at=event.at,
        what=label,
        who=event.manager.name if event.manager else AUTOMATIC,
        where=_place(event.institution, event.ip_address),
        changes=[ClassChange(event.old, event.new)] if is_class else [],
    )


def _line(event: AccountEvent, institution: Institution) -> Line:
    on = timezone.localdate(event.at)
    label = event.get_kind_display()
    if event.institution is not None and event.institution != institution:
        return Line(on=on, at=None, what=label, who="", where=OTHER_SCHOOL)
    return Line(
        on=on,
        at=event.at,
        what=label,
        who=_who(event),
        where=_where(event),
        changes=list(event.changes.all()),
    )


def _who(event: AccountEvent) -> str:
    if event.kind == AccountEvent.Kind.SLOWED:
        # Whoever was guessing: hardly the pupil.
        return AUTOMATIC
    if event.by_pupil:
        return THE_PUPIL
    return event.manager.name if event.manager else "Systeembeheer"


def _where(event: AccountEvent) -> str:
    if event.by_pupil:
        # Where a minor is at home or at school is nobody's business but the pupil's.
        return "Mijn LeerID"
    return _place(event.institution, event.ip_address)


def _place(institution: Institution | None, ip_address: str | None) -> str:
    place = str(institution) if institution else ""
    return f"{place} ({ip_address})" if ip_address else place


def _moment(line: Line) -> tuple[date, time]:
    return line.on, timezone.localtime(line.at).time() if line.at else time.min


def _deactivated(events: Iterable[AccountEvent]) -> list[tuple[date, date]]:
    """The periods, both days included, in which the LeerID was deactivated by hand."""
    kinds = AccountEvent.Kind
    by_hand = [e for e in events if e.kind in (kinds.DEACTIVATED, kinds.ACTIVATED)]
    periods = []
    until = date.max
    for event in by_hand:  # the newest first
        on = timezone.localdate(event.at)
        if event.kind == kinds.DEACTIVATED:
            periods.append((on, until))
        until = on
    return periods


def _automatic(account: Account, deactivated: list[tuple[date, date]], day: date) -> list[Line]:
    """The changes of status that follow from the enrolments' dates alone (R9).

    While a LeerID is deactivated by hand, nothing changes by itself.
    """
    born = timezone.localdate(account.created_at)
    periods = _joined(
        Enrolment.objects.filter(student=account.student_id)
        .order_by("starts_on")
        .values_list("starts_on", "ends_on")
    )
    begun = [(start, end) for start, end in periods if start <= day]
    # Who is enrolled again already, for a day to come, is active meanwhile.
    over = begun[:-1] if len(begun) < len(periods) else begun
    stops = [(end + timedelta(days=1), ENDED) for _, end in over]
    starts = [(start, ENROLLED_AGAIN) for start, _ in begun[1:]]
    return [
        Line(on=on, at=None, what=what, who=AUTOMATIC, where="")
        for on, what in stops + starts
        if born < on <= day and not any(first < on <= last for first, last in deactivated)
    ]


def _last_sign_in(account: Account) -> list[Line]:
    at = account.last_sign_in_at
    if at is None:
        return []
    on = timezone.localdate(at)
    return [Line(on=on, at=at, what="Laatste aanmelding", who=THE_PUPIL, where="Mijn LeerID")]


def _joined(periods: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Join periods (in order of start) that overlap or follow one another without a day between."""
    joined: list[tuple[date, date]] = []
    for start, end in periods:
        if joined and start <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def label(change_field: FieldChange.Field | str, value: str) -> str:
    """Return a kept value in the words of the screen."""
    labels: dict[str, str] = {
        FieldChange.Field.KIND: dict(Kind.choices).get(value, value),
        FieldChange.Field.PASSWORD_KIND: dict(PasswordKind.choices).get(value, value),
        FieldChange.Field.STATUS: dict(Status.choices).get(value, value),
    }
    return labels.get(change_field, value)
