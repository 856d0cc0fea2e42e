"""An upload that is not confirmed yet: what its rows are, and what they would do."""

from functools import cached_property

from django.utils import timezone

from schoolloket.core import vault
from schoolloket.core.clock import today
from schoolloket.core.exceptions import ImportDraftGone, ImportDraftReplaced
from students.models import ImportRun
from students.school_years import SchoolYear

from .columns import Columns, find_columns
from .other_schools import refuse_other_list, told_of_other_schools
from .parsing import parse
from .plan import Plan
from .planner import make_plan
from .rows import ParsedFile
from .stored_cells import StoredCells


class Draft:
    """The draft of a run: its cells, its columns and its plan, each worked out once.

    Raises ImportDraftGone where the run is not, or no longer, a draft: ImportDraftReplaced where a
    newer file took its place.
    """

    def __init__(self, run: ImportRun) -> None:
        if run.state == ImportRun.State.REPLACED:
            raise ImportDraftReplaced
        if not run.is_alive(timezone.now()):
            raise ImportDraftGone
        self.run = run

    @cached_property
    def cells(self) -> StoredCells:
        """The cells as they were uploaded, without national numbers."""
        return StoredCells.from_text(vault.unseal(self.run.sealed_rows))

    @cached_property
    def columns(self) -> Columns:
        """The column of each field, as recognised and as the manager pointed them out."""
        oldest_year = SchoolYear.of(today()).begins
        return find_columns(self.cells.headings, self.run.columns, oldest_year=oldest_year)

    @cached_property
    def parsed(self) -> ParsedFile:
        """The rows as they are read today. Raises UnusableFile where the columns have problems."""
        return parse(self.cells, self.columns, self.run.institution.number, today())

    @cached_property
    def plan(self) -> Plan:
        """What confirming the draft would do today. Raises UnusableFile as `parsed` does."""
        return plan_of(self.run, self.parsed)


def plan_of(run: ImportRun, parsed: ParsedFile) -> Plan:
    """Return what importing these rows would do today.

    Raises OtherSchoolsList, which is an UnusableFile.
    """
    refuse_other_list(parsed.rows, run.institution, run.created_by)
    plan = make_plan(
        parsed,
        institution=run.institution,
        full_list=run.full_list,
        today=today(),
        answers=run.choices,
    )

    told = told_of_other_schools(parsed.rows)
    if told:
        plan.warnings.append(told)
    return plan
