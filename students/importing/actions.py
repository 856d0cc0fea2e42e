"""Import a list: upload, answer, confirm; or at once, for commands. Transactions begin here."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from schoolloket.core import vault
from schoolloket.core.clock import today
from schoolloket.core.exceptions import (
    ImportDraftGone,
    ManyEnded,
    ManyEndedAtOnce,
    NothingGood,
    PlanChanged,
)
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager
from students.models import (
    Enrolment,
    ImportRun,
    ImportRunQuerySet,
    NumberClaim,
    Student,
    StudentEvent,
)
from students.school_years import SchoolYear

from . import limits
from .apply import apply
from .bad_rows import not_a_full_list
from .claims import oldest_counted
from .columns import find_columns
from .draft import Draft, plan_of
from .parsing import parse
from .plan import Plan
from .reading.cleaning import clean
from .reading.reader import read
from .recognition import recognise
from .rows import ParsedFile
from .stored_cells import StoredCells, without_numbers


def upload(*, by: Actor, file_name: str, content: bytes, full_list: bool) -> ImportRun:
    """Read a file into a draft; nothing is imported yet.

    The rows are kept encrypted, without national numbers, until the draft is confirmed or dropped,
    left alone for DRAFT_MINUTES, or replaced by the next upload of the manager in this institution.
    Raises UnusableFile when the file as a whole is of no use.
    """
    drop_expired(timezone.now())

    cells = _cells_of(content)
    run = _new_run(by, file_name, full_list=full_list)
    run.sealed_rows = vault.seal(cells.to_text())
    _replace(by, run)
    return run


@transaction.atomic
def _replace(by: Actor, run: ImportRun) -> None:
    """Save the draft in the place of the one that the manager had in this institution."""
    if by.manager:
        # Of two uploads at once one waits here, and replaces the other's draft.
        Manager.objects.select_for_update(no_key=True).get(pk=by.manager.pk)

    _forget(_runs(by), ImportRun.State.REPLACED)
    run.save()


def _new_run(by: Actor, file_name: str, *, full_list: bool) -> ImportRun:
    """Return a run that is not saved yet; the file's name comes from the browser."""
    now = timezone.now()
    return ImportRun(
        institution=by.institution,
        created_by=by.manager,
        created_at=now,
        last_action_at=now,
        file_name=clean(file_name)[:200],
        full_list=full_list,
    )


def set_columns(*, by: Actor, run_id: int, columns: Mapping[str, int | None]) -> None:
    """Take these columns for these fields; conflicts have to be answered anew.

    `columns`: the place of the column by field, from 0, None for no column at all:
    {"class_code": 4}. Raises ImportDraftGone.
    """
    _change(by, run_id, columns=dict(columns), choices={})


@transaction.atomic
def answer(*, by: Actor, run_id: int, answers: Mapping[str, str]) -> None:
    """Keep the manager's answers about rows in conflict, beside those about other rows.

    `answers`: a Choice by row number, "" to take an answer back: {"12": "zonder", "13": ""}. Raises
    ImportDraftGone.
    """
    drafts = _runs(by).alive(timezone.now()).filter(pk=run_id)
    run = drafts.select_for_update(no_key=True).only("choices").first()
    if run is None:
        raise ImportDraftGone

    all_answers = run.choices | dict(answers)
    choices = {row: choice for row, choice in all_answers.items() if choice}
    _change(by, run_id, choices=choices)


def touch(*, by: Actor, run_id: int) -> None:
    """Let the draft's DRAFT_MINUTES begin anew, since the manager is still working on it (R2).

    Raises ImportDraftGone.
    """
    _change(by, run_id)


def _change(by: Actor, run_id: int, **values: object) -> None:
    """Set these fields of a draft and the moment of the manager's last action."""
    now = timezone.now()
    drafts = _runs(by).alive(now).filter(pk=run_id)
    if not drafts.update(last_action_at=now, **values):
        raise ImportDraftGone


def confirm(*, by: Actor, run_id: int, confirm_many_ended: bool, seen: str) -> ImportRun:
    """Apply the draft in one transaction, exactly as previewed; `seen` is that plan's fingerprint.

    Imports of one institution follow one another. Confirming twice changes nothing twice. Raises
    ImportDraftGone, PlanChanged, NothingGood, UnusableFile (`Draft.plan`), or ManyEnded
    (`Plan.asks`); then nothing changed.
    """
    return _in_one_transaction(lambda: _confirm(by, run_id, confirm_many_ended, seen))


def _in_one_transaction(import_run: Callable[[], ImportRun]) -> ImportRun:
    """Call this in a transaction; once more where it failed for a number of the same second.

    Two schools may bring one new number at once. The second one waits, fails, and then finds the
    student of the first as in any other second. Raises PlanChanged where it fails again.
    """
    try:
        with transaction.atomic():
            return import_run()
    except IntegrityError:
        pass

    try:
        with transaction.atomic():
            return import_run()
    except IntegrityError:
        raise PlanChanged from None


def _confirm(by: Actor, run_id: int, confirm_many_ended: bool, seen: str) -> ImportRun:
    """Apply the draft inside the transaction of `confirm`."""
    _one_after_another(by.institution)
    run = _runs(by).select_related("institution", "created_by").filter(pk=run_id).first()
    if run is None:
        raise ImportDraftGone
    if run.state == ImportRun.State.APPLIED:
        return run

    draft = Draft(run)
    _lock_students(by.institution, draft.parsed)
    # Only now: the plan is made of the students as they are while they are locked.
    plan = draft.plan

    if plan.fingerprint != seen:
        raise PlanChanged
    if plan.is_empty:
        raise NothingGood
    if plan.asks and not confirm_many_ended:
        raise ManyEnded

    return _applied(by, run, plan)


def _one_after_another(institution: Institution) -> None:
    """Let the imports and saves of one school follow one another."""
    Institution.objects.select_for_update().get(pk=institution.pk)


def _lock_students(institution: Institution, parsed: ParsedFile) -> None:
    """Lock the students whom the file may be about, so that nobody erases them.

    Those of other schools too, and all in one order: two schools that take over each other's
    pupils never wait in a circle.
    """
    if not connection.features.has_select_for_update:
        return  # SQLite: the transaction is the lock

    own = Enrolment.objects.of(institution).values("student")
    withdrawn = StudentEvent.objects.filter(institution=institution).values("student")
    students = Student.objects.filter(
        Q(pk__in=own) | Q(pk__in=withdrawn) | Q(identity_hash__in=parsed.hashes)
    ).order_by("pk")
    list(students.select_for_update(no_key=True).values_list("pk", flat=True))


def _applied(by: Actor, run: ImportRun, plan: Plan) -> ImportRun:
    """Apply the plan and keep its counts; return the run, which keeps no rows any more."""
    now = timezone.now()
    plan = recognise(plan, by.institution, today())
    apply(plan, by=by, at=now)

    _count(run, plan)
    run.state = ImportRun.State.APPLIED
    run.applied_at = now
    run.sealed_rows = ""
    run.save()
    return run


def _count(run: ImportRun, plan: Plan) -> None:
    """Copy the plan's counts, problems and remarks to the run, for the log of imports.

    The first limits.KEPT rows of each: a school's pages read them again and again.
    """
    run.new = len(plan.new)
    run.changed = len(plan.changed)
    run.ended = len(plan.ended)
    run.unchanged = plan.unchanged
    run.recognised = plan.recognised
    run.warnings = plan.warnings
    run.withheld = plan.withheld
    run.problems = [problem.as_json() for problem in plan.problems[: limits.KEPT]]
    run.remarks = [remark.as_json() for remark in plan.remarks[: limits.KEPT]]
    run.problem_count = len(plan.problems)
    run.remark_count = len(plan.remarks)


def drop(*, by: Actor, run_id: int) -> bool:
    """Forget a draft and its rows; return False when it was applied or dropped before."""
    return _forget(_runs(by).filter(pk=run_id), ImportRun.State.DROPPED) > 0


def drop_expired(now: datetime) -> int:
    """Forget the drafts left alone for DRAFT_MINUTES; return how many there were."""
    expired = ImportRun.objects.expired(now)
    # Called at every request of the desk, which writes only where there is something to drop.
    if not expired.exists():
        return 0

    return _forget(expired, ImportRun.State.DROPPED)


def drop_pending() -> int:
    """Forget every draft, whatever its age, after a backup was put back; return how many."""
    return _forget(ImportRun.objects.all(), ImportRun.State.DROPPED)


def _runs(by: Actor) -> ImportRunQuerySet:
    """Return this manager's own runs in this institution."""
    return ImportRun.objects.of(by.institution).filter(created_by=by.manager)


def _forget(runs: ImportRunQuerySet, state: ImportRun.State) -> int:
    """Forget the rows of the drafts among these runs; return how many there were."""
    return runs.drafts().update(state=state, sealed_rows="")


def _cells_of(content: bytes) -> StoredCells:
    """Read a file, without national numbers. Raises UnusableFile."""
    return not_a_full_list(without_numbers(read(content)))


def read_file(by: Actor, content: bytes) -> ParsedFile:
    """Read a file for `dry_run` or `import_now`. Raises UnusableFile."""
    cells = _cells_of(content)
    columns = find_columns(cells.headings, oldest_year=SchoolYear.of(today()).begins)
    return parse(cells, columns, by.institution.number, today())


def dry_run(
    *, by: Actor, file_name: str, parsed: ParsedFile, full_list: bool, max_ended: int | None = None
) -> ImportRun:
    """Return the run that `import_now` would leave; nothing is written, this run neither.

    Raises UnusableFile as `import_now` would.
    """
    run = _new_run(by, file_name, full_list=full_list)
    plan = plan_of(run, parsed)
    _count(run, plan)
    run.error = _why_not(plan, max_ended)
    return run


def import_now(
    *, by: Actor, file_name: str, parsed: ParsedFile, full_list: bool, max_ended: int | None = None
) -> ImportRun:
    """Import at once, in one transaction, for commands; return the run.

    One that imported nothing has the reason in its `error`: no row is good, or more ends than may.
    `max_ended`: how many enrolments may end before their own end date; without it `Plan.asks` is
    the limit. Raises UnusableFile for the list of another school, and PlanChanged; then nothing
    changed and no run is kept.
    """

    def import_run() -> ImportRun:
        _one_after_another(by.institution)
        _lock_students(by.institution, parsed)

        run = _new_run(by, file_name, full_list=full_list)
        plan = plan_of(run, parsed)
        error = _why_not(plan, max_ended)
        if not error:
            return _applied(by, run, plan)

        _count(run, plan)
        return _failed(run, error)

    return _in_one_transaction(import_run)


def not_imported(
    *, by: Actor, file_name: str, full_list: bool, error: str, dry_run: bool
) -> ImportRun:
    """Keep that a command imported nothing, and why, in Dutch; a dry run is not kept."""
    run = _new_run(by, file_name, full_list=full_list)
    if not dry_run:
        return _failed(run, error)

    run.error = error
    return run


def _failed(run: ImportRun, error: str) -> ImportRun:
    """Save a run that imported nothing."""
    run.state = ImportRun.State.FAILED
    run.error = error
    run.save()
    return run


def _why_not(plan: Plan, max_ended: int | None) -> str:
    """Return why a command may not apply the plan, "" where it may."""
    if plan.is_empty:
        return NothingGood.message

    ending = plan.stopped + plan.withdrawn
    too_many = plan.asks
    if max_ended is not None:
        too_many = ending > max_ended
    if too_many:
        return str(ManyEndedAtOnce(ending, plan.running + plan.ahead, cut_off=plan.cut_off))
    return ""


def drop_old_claims() -> int:
    """Forget the numbers that files claimed longer than a year ago; return how many."""
    old = NumberClaim.objects.filter(at__lt=oldest_counted(timezone.now()))
    dropped, _ = old.delete()
    return dropped
