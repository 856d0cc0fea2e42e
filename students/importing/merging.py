"""What the manager's answers do: a conflict stays on the page, two students who are one merge."""

from .claims import Claims
from .existing import ExistingRecords
from .matching import Answers, BadRow, NeedsAnswer, choices_between, student_of
from .plan import Choice, Conflict, Merge
from .rows import Row


def answered_conflicts(
    rows: list[Row], existing: ExistingRecords, claims: Claims, answers: Answers
) -> list[Conflict]:
    """Return the conflicts of these rows with the manager's answers, which may be changed.

    `rows`: as the file has them. To be called before the students are merged, since the conflict
    is gone after that.
    """
    conflicts = []
    for row in rows:
        if row.row not in answers:
            continue
        try:
            student_of(row, existing, claims, None)
        except NeedsAnswer as needed:
            conflicts.append(needed.conflict(row, answers[row.row]))
        except BadRow:
            continue

    return conflicts


def merge_students(rows: list[Row], existing: ExistingRecords, answers: Answers) -> list[Merge]:
    """Merge the student of the stamnummer with that of the number, where the manager says so.

    Changes `existing`: the rows are then matched with what the school will have. An answer that
    was not offered for a row does nothing.
    """
    merges = []
    for row in rows:
        if answers.get(row.row) != Choice.SAME:
            continue
        student = existing.by_hash.get(row.identity_hash)
        if student is None:
            continue
        holders = existing.holders(row)
        if Choice.SAME not in choices_between(row, student, holders):
            continue

        (holder,) = holders
        existing.merge(holder, student)
        merges.append(Merge(row.row, student_id=holder.pk, other_id=student.pk))

    return merges
