"""Write what a plan says: a few statements for any number of rows, inside one transaction."""

from collections.abc import Iterator
from datetime import datetime

from schoolloket.institutions.actors import Actor
from students.models import Enrolment, Student, StudentEvent

from .plan import ENROLMENT_FIELDS, STUDENT_FIELDS, Entry, Plan

ENROLMENT_COLUMNS = (*ENROLMENT_FIELDS, "first_name_key", "last_name_key")
STANDING = ("joined_at", "released_at")

Event = tuple[int, StudentEvent.Kind, str, str]
Kind = StudentEvent.Kind


def apply(plan: Plan, *, by: Actor, at: datetime) -> None:
    """Apply the plan with its history. The institution and its students are locked."""
    writing = _Writing(plan, by, at)
    ended = writing.ended_students()
    writing.merge()
    writing.end()
    writing.change()
    writing.create()
    writing.record(ended)


class _Writing:
    def __init__(self, plan: Plan, by: Actor, at: datetime) -> None:
        self.plan, self.by, self.at = plan, by, at
        # The ids of the students that are made here, by row.
        self.new_students: dict[int, int] = {}

    def ended_students(self) -> dict[int, int]:
        """Whose enrolments end: {enrolment id: student id}, asked before any is deleted."""
        ids = [ending.enrolment_id for ending in self.plan.ended]
        if not ids:
            return {}
        return dict(Enrolment.objects.filter(pk__in=ids).values_list("pk", "student_id"))

    def merge(self) -> None:
        for merge in self.plan.merges:
            own = Enrolment.objects.of(self.by.institution).filter(student=merge.student_id)
            # Who was enrolled elsewhere with that number joins this school only now (R11).
            own.update(student=merge.other_id, joined_at=self.at, released_at=None)

    def end(self) -> None:
        for ends_on in {ending.ends_on for ending in self.plan.ended}:
            ids = [e.enrolment_id for e in self.plan.ended if e.ends_on == ends_on]
            enrolments = Enrolment.objects.filter(pk__in=ids)
            if ends_on:
                enrolments.update(ends_on=ends_on)
            else:
                # Never begun: no day on which it could end. The history keeps whose it was.
                enrolments.delete()

    def change(self) -> None:
        """Upserts, many times faster than `bulk_update`; locked rows do not come back."""
        Student.objects.bulk_create(
            [Student(pk=e.student_id, **e.student) for e in self.plan.changing_students],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=STUDENT_FIELDS,
        )
        entries = [entry for entry in self.plan.changed if entry.enrolment_differences]
        Enrolment.objects.bulk_create(
            self._enrolments(entries),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=ENROLMENT_COLUMNS,
        )
        if returning := [e.enrolment_id or 0 for e in self.plan.changed if e.returns]:
            again = Enrolment.objects.filter(pk__in=returning)
            again.update(joined_at=self.at, released_at=None)

    def create(self) -> None:
        newcomers = [entry for entry in self.plan.new if entry.student_id is None]
        students = Student.objects.bulk_create([Student(**entry.student) for entry in newcomers])
        self.new_students = {e.row: s.pk for e, s in zip(newcomers, students, strict=True)}
        enrolments = self._enrolments(self.plan.new)
        self._keep_standing(enrolments)
        Enrolment.objects.bulk_create(enrolments)

    def _enrolments(self, entries: list[Entry]) -> list[Enrolment]:
        """The enrolments as they will be."""
        enrolments = [
            Enrolment(
                pk=entry.enrolment_id,
                institution=self.by.institution,
                student_id=self._student_id(entry),
                joined_at=self.at,
                **entry.enrolment,
            )
            for entry in entries
        ]
        for enrolment in enrolments:
            enrolment.fold_names()
        return enrolments

    def _student_id(self, entry: Entry) -> int:
        return entry.student_id or self.new_students[entry.row]

    def _keep_standing(self, enrolments: list[Enrolment]) -> None:
        """Who stays in this school did not join it anew (R11)."""
        followed = [entry.follows for entry in self.plan.new if entry.follows]
        known = Enrolment.objects.in_bulk(followed) if followed else {}
        for entry, enrolment in zip(self.plan.new, enrolments, strict=True):
            if entry.follows:
                for name in STANDING:
                    setattr(enrolment, name, getattr(known[entry.follows], name))

    def record(self, ended: dict[int, int]) -> None:
        StudentEvent.objects.bulk_create(
            StudentEvent(
                student_id=student_id,
                institution=self.by.institution,
                kind=kind,
                at=self.at,
                manager=self.by.manager,
                ip_address=self.by.ip_address,
                old=old,
                new=new,
            )
            for student_id, kind, old, new in self._events(ended)
        )

    def _events(self, ended: dict[int, int]) -> Iterator[Event]:
        for ending in self.plan.ended:
            student_id = ended[ending.enrolment_id]
            if ending.ends_on:
                yield student_id, Kind.ENDED, "", ""
            else:
                yield student_id, Kind.WITHDRAWN, ending.stamnummer, ""
        for merge in self.plan.merges:
            yield merge.other_id, Kind.MERGED, "", ""
        for entry in self.plan.changed + self.plan.new:
            if entry.changes_class:
                new = entry.enrolment["class_code"]
                yield self._student_id(entry), Kind.CLASS, entry.old_class, new
            if entry.joins:
                yield self._student_id(entry), Kind.JOINED, "", ""
            elif entry.returns:
                yield self._student_id(entry), Kind.REVIVED, "", ""
