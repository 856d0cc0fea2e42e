"""Everything that changes who is enrolled where. Transactions begin and end here alone."""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from schoolloket import vault
from schoolloket.clock import today
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution

from .importing.plan import ENROLMENT_FIELDS, STUDENT_FIELDS, Entry, Plan, make_plan
from .importing.read import clean, read
from .importing.rows import ParsedFile, parse
from .models import Enrolment, ImportRun, Student

ENROLMENT_COLUMNS = (*ENROLMENT_FIELDS, "first_name_key", "last_name_key")


class DraftGone(Exception):
    """The preview was dropped, ran out, or is not this manager's: there is nothing to confirm."""


class PlanChanged(Exception):
    """Since the preview something changed, so that the import would now do something else."""


class ManyEndedNotConfirmed(Exception):
    """The import would end more enrolments than it may without asking."""


def upload(*, by: Actor, file_name: str, content: bytes, full_list: bool) -> ImportRun:
    """Read a file into a draft; nothing is imported yet.

    The rows are kept encrypted, without national numbers, until the draft is confirmed, dropped or
    DRAFT_MINUTES old. Raises UnusableFile, in Dutch, when the file as a whole is of no use.
    """
    return _draft(by, file_name, content, full_list)[0]


def _draft(by: Actor, file_name: str, content: bytes, full_list: bool) -> tuple[ImportRun, Plan]:
    drop_expired(timezone.now())
    parsed = parse(read(content), by.institution.number, today())
    run = ImportRun(
        institution=by.institution,
        created_by=by.manager,
        created_at=timezone.now(),
        file_name=clean(file_name)[:200],
        full_list=full_list,
        sealed_rows=vault.seal(parsed.to_json()),
    )
    plan = plan_of(run, parsed)
    _count(run, plan)
    run.save()
    return run, plan


def opened(run: ImportRun) -> ParsedFile:
    """Return the rows of a draft. Raises DraftGone when it is one no longer."""
    if run.state != ImportRun.State.DRAFT or run.created_at < _oldest_draft(timezone.now()):
        raise DraftGone
    return ParsedFile.from_json(vault.unseal(run.sealed_rows))


def plan_of(run: ImportRun, parsed: ParsedFile) -> Plan:
    """Return what importing these rows would do today."""
    return make_plan(parsed, institution=run.institution, full_list=run.full_list, today=today())


def preview(run: ImportRun) -> Plan:
    """Return what confirming the draft would do now. Raises DraftGone."""
    return plan_of(run, opened(run))


def confirm(*, by: Actor, run_id: int, confirm_many_ended: bool, seen: str) -> ImportRun:
    """Apply the draft in one transaction, exactly as previewed; `seen` is that plan's fingerprint.

    Imports of one institution follow one another. Confirming twice changes nothing twice. Raises
    DraftGone, PlanChanged, or ManyEndedNotConfirmed (`Plan.ends_many`); then nothing changed.
    """
    try:
        with transaction.atomic():
            return _confirm(by, run_id, confirm_many_ended, seen)
    except IntegrityError:
        # Another school took one of the new national numbers in the same second.
        raise PlanChanged from None


def _confirm(by: Actor, run_id: int, confirm_many_ended: bool, seen: str) -> ImportRun:
    _lock(by.institution)
    run = _runs(by).filter(pk=run_id).first()
    if run is None:
        raise DraftGone
    if run.state == ImportRun.State.APPLIED:
        return run
    plan = preview(run)
    if plan.fingerprint != seen:
        raise PlanChanged
    if plan.ends_many and not confirm_many_ended:
        raise ManyEndedNotConfirmed
    _apply(plan, by.institution)
    return _applied(run, plan)


def _lock(institution: Institution) -> None:
    """Let imports of one school follow one another, and let nobody erase its students meanwhile."""
    Institution.objects.select_for_update().get(pk=institution.pk)
    students = Student.objects.filter(enrolments__institution=institution).order_by("pk")
    list(students.select_for_update(no_key=True).values_list("pk", flat=True))


def drop(*, by: Actor, run_id: int) -> bool:
    """Forget a draft and its rows; return False when it was applied or dropped before."""
    return _drop(_runs(by).filter(pk=run_id)) > 0


def drop_expired(now: datetime) -> int:
    """Forget the drafts older than DRAFT_MINUTES; return how many there were."""
    drafts = ImportRun.objects.filter(state=ImportRun.State.DRAFT)
    expired = drafts.filter(created_at__lt=_oldest_draft(now))
    # Asked at every request of the desk: only where there are some is anything written.
    return _drop(expired) if expired.exists() else 0


def drop_pending() -> int:
    """Forget every draft, whatever its age, after a backup was put back; return how many."""
    return _drop(ImportRun.objects.all())


def import_now(
    *, by: Actor, file_name: str, content: bytes, full_list: bool, max_ended: int | None = None
) -> ImportRun:
    """Upload and confirm at once, for commands.

    `max_ended`: how many enrolments may end; without it the limit is `Plan.ends_many`. Raises
    UnusableFile, ManyEndedNotConfirmed or PlanChanged; then nothing changed.
    """
    run, plan = _draft(by, file_name, content, full_list)
    ending = plan.stopped + plan.withdrawn
    try:
        if plan.ends_many if max_ended is None else ending > max_ended:
            raise ManyEndedNotConfirmed(ending)
        return confirm(by=by, run_id=run.pk, confirm_many_ended=True, seen=plan.fingerprint)
    except (ManyEndedNotConfirmed, PlanChanged):
        drop(by=by, run_id=run.pk)
        raise


def _runs(by: Actor) -> QuerySet[ImportRun]:
    return ImportRun.objects.of(by.institution).filter(created_by=by.manager)


def _oldest_draft(now: datetime) -> datetime:
    return now - timedelta(minutes=settings.DRAFT_MINUTES)


def _drop(runs: QuerySet[ImportRun]) -> int:
    drafts = runs.filter(state=ImportRun.State.DRAFT)
    return drafts.update(state=ImportRun.State.DROPPED, sealed_rows="", problems=[])


def _count(run: ImportRun, plan: Plan) -> None:
    run.new = len(plan.new)
    run.changed = len(plan.changed)
    run.ended = len(plan.ended)
    run.unchanged = plan.unchanged
    run.problems = [asdict(problem) for problem in plan.problems]


def _applied(run: ImportRun, plan: Plan) -> ImportRun:
    _count(run, plan)
    run.state = ImportRun.State.APPLIED
    run.applied_at = timezone.now()
    run.sealed_rows = ""
    run.save()
    return run


# Applying a plan: a few statements for any number of rows ----------------------------------------


def _apply(plan: Plan, institution: Institution) -> None:
    _end(plan)
    _change(plan, institution)
    _create(plan.new, institution)


def _end(plan: Plan) -> None:
    for ends_on in {ending.ends_on for ending in plan.ended}:
        ids = [ending.enrolment_id for ending in plan.ended if ending.ends_on == ends_on]
        enrolments = Enrolment.objects.filter(pk__in=ids)
        if ends_on:
            enrolments.update(ends_on=ends_on)
        else:
            # Never begun: there is no day on which it could end.
            enrolments.delete()


def _change(plan: Plan, institution: Institution) -> None:
    """Upserts, many times faster than `bulk_update`; the rows are locked, so none comes back."""
    Student.objects.bulk_create(
        [Student(pk=e.student_id, **e.student) for e in plan.changing_students],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=STUDENT_FIELDS,
    )
    entries = [entry for entry in plan.changed if entry.enrolment_differences]
    Enrolment.objects.bulk_create(
        _enrolments(entries, institution),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=ENROLMENT_COLUMNS,
    )


def _create(entries: list[Entry], institution: Institution) -> None:
    newcomers = [entry for entry in entries if entry.student_id is None]
    students = Student.objects.bulk_create([Student(**entry.student) for entry in newcomers])
    ids = {entry.row: student.pk for entry, student in zip(newcomers, students, strict=True)}
    Enrolment.objects.bulk_create(_enrolments(entries, institution, ids))


def _enrolments(
    entries: list[Entry], institution: Institution, new_students: dict[int, int] | None = None
) -> list[Enrolment]:
    """The enrolments as they will be; `new_students` are the ids by row of who had none."""
    enrolments = [
        Enrolment(
            pk=entry.enrolment_id,
            institution=institution,
            student_id=entry.student_id or (new_students or {})[entry.row],
            **entry.enrolment,
        )
        for entry in entries
    ]
    for enrolment in enrolments:
        enrolment.fold_names()
    return enrolments
