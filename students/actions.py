"""Everything that changes who is enrolled where. Transactions begin and end here alone."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from schoolloket import vault
from schoolloket.clock import today
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager

from .applying import apply
from .importing.columns import Columns, find_columns
from .importing.plan import Plan
from .importing.planner import make_plan
from .importing.read import clean, read
from .importing.rows import ParsedFile, parse
from .importing.table import Table, without_numbers
from .models import Enrolment, ImportRun, Student, StudentEvent


class DraftGone(Exception):
    """The preview was dropped, ran out, or is not this manager's: there is nothing to confirm."""


class PlanChanged(Exception):
    """Since the preview something changed, so that the import would now do something else."""


class ManyEnded(Exception):
    """The import would end more enrolments than it may without asking; says so in Dutch."""


class NothingToRelease(Exception):
    """The pupil is in no other school that waits for this one, or this one has no say."""


# A draft ----------------------------------------------------------------------------------------


def upload(*, by: Actor, file_name: str, content: bytes, full_list: bool) -> ImportRun:
    """Read a file into a draft; nothing is imported yet.

    The rows are kept encrypted, without national numbers, until the draft is confirmed, dropped or
    DRAFT_MINUTES old. Raises UnusableFile, in Dutch, when the file as a whole is of no use.
    """
    drop_expired(timezone.now())
    table = without_numbers(read(content))
    run = _run(by, file_name, full_list=full_list)
    run.sealed_rows = vault.seal(table.to_text())
    run.save()
    return run


def _run(by: Actor, file_name: str, *, full_list: bool) -> ImportRun:
    now = timezone.now()
    return ImportRun(
        institution=by.institution,
        created_by=by.manager,
        created_at=now,
        last_action_at=now,
        file_name=clean(file_name)[:200],
        full_list=full_list,
    )


def opened(run: ImportRun) -> Table:
    """Return the rows of a draft. Raises DraftGone when it is one no longer."""
    if run.state != ImportRun.State.DRAFT or run.last_action_at < _oldest_draft(timezone.now()):
        raise DraftGone
    return Table.from_text(vault.unseal(run.sealed_rows))


def columns_of(run: ImportRun, table: Table) -> Columns:
    """Return which column is taken for what, as recognised and as the manager pointed out."""
    return find_columns(table.headings, run.columns)


def plan_of(run: ImportRun, table: Table) -> Plan:
    """Return what importing these rows would do today. Raises UnusableFile for a missing column."""
    return _plan(run, _parsed(run, table))


def _parsed(run: ImportRun, table: Table) -> ParsedFile:
    return parse(table, run.institution.number, today(), run.columns)


def _plan(run: ImportRun, parsed: ParsedFile) -> Plan:
    return make_plan(
        parsed,
        institution=run.institution,
        full_list=run.full_list,
        today=today(),
        choices=run.choices,
    )


def preview(run: ImportRun) -> Plan:
    """Return what confirming the draft would do now. Raises DraftGone, UnusableFile."""
    return plan_of(run, opened(run))


def point_out(*, by: Actor, run_id: int, columns: Mapping[str, int | None]) -> None:
    """Take these columns for these fields; answers to conflicts are asked anew. Raises DraftGone.

    `columns`: {"class_code": 4}, None for no column at all.
    """
    _change(by, run_id, columns=dict(columns), choices={})


def answer(*, by: Actor, run_id: int, choices: Mapping[str, str]) -> None:
    """Keep what the manager says about rows in conflict: {"12": "zonder"}. Raises DraftGone."""
    _change(by, run_id, choices=dict(choices))


def touch(*, by: Actor, run_id: int) -> None:
    """The manager is still at it: the draft's half hour begins anew (R2). Raises DraftGone."""
    _change(by, run_id)


def _change(by: Actor, run_id: int, **values: object) -> None:
    now = timezone.now()
    alive = _runs(by).filter(
        pk=run_id, state=ImportRun.State.DRAFT, last_action_at__gte=_oldest_draft(now)
    )
    if not alive.update(last_action_at=now, **values):
        raise DraftGone


def confirm(*, by: Actor, run_id: int, confirm_many_ended: bool, seen: str) -> ImportRun:
    """Apply the draft in one transaction, exactly as previewed; `seen` is that plan's fingerprint.

    Imports of one institution follow one another. Confirming twice changes nothing twice. Raises
    DraftGone, PlanChanged, or ManyEnded (`Plan.asks`); then nothing changed.
    """
    try:
        with transaction.atomic():
            return _confirm(by, run_id, confirm_many_ended, seen)
    except IntegrityError:
        # Another school took one of the new national numbers in the same second.
        raise PlanChanged from None


def _confirm(by: Actor, run_id: int, confirm_many_ended: bool, seen: str) -> ImportRun:
    _one_after_another(by.institution)
    run = _runs(by).filter(pk=run_id).first()
    if run is None:
        raise DraftGone
    if run.state == ImportRun.State.APPLIED:
        return run
    parsed = _parsed(run, opened(run))
    _lock_students(by.institution, parsed)
    plan = _plan(run, parsed)
    if plan.fingerprint != seen:
        raise PlanChanged
    if plan.asks and not confirm_many_ended:
        raise ManyEnded
    return _applied(by, run, plan)


def _one_after_another(institution: Institution) -> None:
    """Let the imports and saves of one school follow one another."""
    Institution.objects.select_for_update().get(pk=institution.pk)


def _lock_students(institution: Institution, parsed: ParsedFile) -> None:
    """Lock whom the file may be about, those of other schools too, so that nobody erases them.

    All in one order: two schools that take over each other's pupils never wait in a circle.
    """
    if not connection.features.has_select_for_update:
        return  # SQLite: the transaction is the lock
    own = Enrolment.objects.of(institution).values("student")
    withdrawn = StudentEvent.objects.filter(institution=institution).values("student")
    hashes = {row.identity_hash for row in parsed.rows if row.identity_hash}
    students = Student.objects.filter(
        Q(pk__in=own) | Q(pk__in=withdrawn) | Q(identity_hash__in=hashes)
    ).order_by("pk")
    list(students.select_for_update(no_key=True).values_list("pk", flat=True))


def _applied(by: Actor, run: ImportRun, plan: Plan) -> ImportRun:
    now = timezone.now()
    apply(plan, by=by, at=now)
    _count(run, plan)
    run.state = ImportRun.State.APPLIED
    run.applied_at = now
    run.sealed_rows = ""
    run.save()
    return run


def _count(run: ImportRun, plan: Plan) -> None:
    run.new = len(plan.new)
    run.changed = len(plan.changed)
    run.ended = len(plan.ended)
    run.unchanged = plan.unchanged
    run.problems = [asdict(problem) for problem in plan.problems]
    run.remarks = [asdict(remark) for remark in plan.remarks]


def drop(*, by: Actor, run_id: int) -> bool:
    """Forget a draft and its rows; return False when it was applied or dropped before."""
    return _drop(_runs(by).filter(pk=run_id)) > 0


def drop_expired(now: datetime) -> int:
    """Forget the drafts left alone for DRAFT_MINUTES; return how many there were."""
    drafts = ImportRun.objects.filter(state=ImportRun.State.DRAFT)
    expired = drafts.filter(last_action_at__lt=_oldest_draft(now))
    # Asked at every request of the desk: only where there are some is anything written.
    return _drop(expired) if expired.exists() else 0


def drop_pending() -> int:
    """Forget every draft, whatever its age, after a backup was put back; return how many."""
    return _drop(ImportRun.objects.all())


def _runs(by: Actor) -> QuerySet[ImportRun]:
    return ImportRun.objects.of(by.institution).filter(created_by=by.manager)


def _oldest_draft(now: datetime) -> datetime:
    return now - timedelta(minutes=settings.DRAFT_MINUTES)


def _drop(runs: QuerySet[ImportRun]) -> int:
    drafts = runs.filter(state=ImportRun.State.DRAFT)
    return drafts.update(state=ImportRun.State.DROPPED, sealed_rows="")


# At once ----------------------------------------------------------------------------------------


def read_file(by: Actor, content: bytes) -> ParsedFile:
    """Read a file for one of the two below. Raises UnusableFile."""
    return parse(without_numbers(read(content)), by.institution.number, today())


def try_out(
    *, by: Actor, file_name: str, parsed: ParsedFile, full_list: bool, max_ended: int | None = None
) -> ImportRun:
    """Return what importing would count and say; nothing is written, this run neither.

    Raises ManyEnded as `import_now` would.
    """
    run = _run(by, file_name, full_list=full_list)
    plan = _plan(run, parsed)
    _refuse_many_ended(plan, max_ended)
    _count(run, plan)
    return run


def import_now(
    *, by: Actor, file_name: str, parsed: ParsedFile, full_list: bool, max_ended: int | None = None
) -> ImportRun:
    """Apply at once, in one transaction, for commands.

    `max_ended`: how many enrolments may end; without it `Plan.asks` is the limit. Raises ManyEnded
    or PlanChanged; then nothing changed.
    """
    try:
        with transaction.atomic():
            _one_after_another(by.institution)
            _lock_students(by.institution, parsed)
            run = _run(by, file_name, full_list=full_list)
            plan = _plan(run, parsed)
            _refuse_many_ended(plan, max_ended)
            return _applied(by, run, plan)
    except IntegrityError:
        raise PlanChanged from None


def _refuse_many_ended(plan: Plan, max_ended: int | None) -> None:
    ending = plan.stopped + plan.withdrawn
    if plan.asks if max_ended is None else ending > max_ended:
        cut_off = "Het bestand stopt midden in een regel. " if plan.cut_off else ""
        raise ManyEnded(
            f"{cut_off}Deze lijst zou {ending} van de {plan.running + plan.ahead} inschrijvingen "
            "beëindigen voor hun eigen einddatum. Er is niets ingelezen. Klopt de lijst, geef dan "
            f"--max-ended {ending} mee."
        )


# Two schools at once ----------------------------------------------------------------------------


@transaction.atomic
def release(*, by: Actor, student_id: int) -> None:
    """Let the schools where this pupil was enrolled later change the sign-in data too (R11).

    Raises NothingToRelease where no school waits, or this one waits itself.
    """
    list(Student.objects.select_for_update(no_key=True).filter(pk=student_id))
    enrolments = Enrolment.objects.filter(student=student_id)
    if not enrolments.of(by.institution).holding_on(today()).exists():
        raise NothingToRelease
    waiting = enrolments.exclude(institution=by.institution)
    told = {"institution": by.institution, "manager": by.manager, "ip_address": by.ip_address}
    _release(waiting, **told)


@transaction.atomic
def release_as_operator(*, by: Manager, enrolments: QuerySet[Enrolment]) -> int:
    """Release these, whatever the other school says; return how many were waiting."""
    return _release(enrolments, manager=by)


def _release(enrolments: QuerySet[Enrolment], **told: Any) -> int:
    now = timezone.now()
    held = list(Enrolment.objects.held_on(today()).filter(pk__in=enrolments.values("pk")))
    Enrolment.objects.filter(pk__in=[enrolment.pk for enrolment in held]).update(released_at=now)
    StudentEvent.objects.bulk_create(
        StudentEvent(student_id=student_id, kind=StudentEvent.Kind.RELEASED, at=now, **told)
        for student_id in {enrolment.student_id for enrolment in held}
    )
    return len(held)
