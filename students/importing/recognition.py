"""Who the new pupils are: asked at the confirmation, in its transaction, and never before (R11).

A pupil of another school is recognised by number and birth date together with the last name, and
so is a former pupil whom this school may see no more. Where the name does not agree the pupil stays
another student, whose number is disputed until an operator decides. What the importing school sees
of that is what it sees of any new pupil, and so are the statements.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter

from django.db.models import Exists, OuterRef, Q, QuerySet

from schoolloket.core.text import fold_name
from schoolloket.institutions.models import Institution
from students.models import IdentityConflict, Student

from .claims import in_slices
from .existing import STUDENT_COLUMNS, ExistingStudent
from .plan import STUDENT_FIELDS, Entry, Merge, Plan, differences


def recognise(plan: Plan, institution: Institution, today: date) -> Plan:
    """Return the plan with the students as they are known, who must be locked.

    The number of queries is constant but for one for each 10,000 new numbers, and depends on the
    file and the school's own pupils alone.
    """
    people = _People(plan, institution, today)
    recognition = _Recognition(people, today)
    new = list(map(recognition.settled, plan.new))
    changed = list(map(recognition.settled, plan.changed))
    answered = [replace(merge, empties=people.is_free(merge.student_id)) for merge in plan.merges]

    joining = sum(entry.joins for entry in new)
    return replace(
        plan,
        new=new,
        changed=changed,
        merges=answered + recognition.merges,
        recognised=joining + len(recognition.merges),
    )


@dataclass
class _Person:
    """A student as stored, and what tells whether a row is about him or her.

    `institutions`: the ids of those where the student is or was enrolled. `is_elsewhere`: enrolled
    in another school than the importing one, now or later. `is_bare`: no LeerID, no conflict and
    no merged student depends on it.
    """

    student: ExistingStudent
    is_bare: bool
    last_names: set[str]
    institutions: set[int] = field(default_factory=set)
    is_elsewhere: bool = False


class _People:
    """The students who have the numbers that are new here, and those of the school in doubt."""

    def __init__(self, plan: Plan, institution: Institution, today: date) -> None:
        self.institution = institution
        self._today = today
        self.by_id: dict[int, _Person] = {}
        self.by_hash: dict[str, list[_Person]] = defaultdict(list)

        hashes: set[str] = set()
        ids: set[int | None] = {merge.student_id for merge in plan.merges}
        for entry in plan.new + plan.changed:
            if entry.claim:
                hashes.add(entry.claim.identity_hash)
            if entry.is_in_doubt:
                ids.add(entry.student_id)
            ids.add(entry.former_id)
        self._read(hashes, set(filter(None, ids)))

    def _read(self, hashes: Collection[str], ids: Collection[int]) -> None:
        """Read the students with these hashes, and those with these ids."""
        students = Student.objects.filter(merged_into=None)
        for some in in_slices(hashes):
            self._keep(students.filter(identity_hash__in=some))
        self._keep(students.filter(pk__in=ids))

        in_order = attrgetter("student.is_disputed", "student.pk")
        for person in sorted(self.by_id.values(), key=in_order):
            if person.student.identity_hash:
                self.by_hash[person.student.identity_hash].append(person)

    def _keep(self, students: QuerySet[Student]) -> None:
        """Keep the students with their names and schools: one query, whether there are any."""
        conflicts = IdentityConflict.objects.filter(
            Q(student=OuterRef("pk")) | Q(other=OuterRef("pk"))
        )
        merged = Student.objects.filter(merged_into=OuterRef("pk"))
        is_bare = Q(account=None) & ~Exists(conflicts) & ~Exists(merged)

        width = len(STUDENT_COLUMNS)
        stored = students.annotate(is_bare=is_bare).values_list(
            *STUDENT_COLUMNS,
            "is_bare",
            "enrolments__institution",
            "enrolments__last_name_key",
            "enrolments__ends_on",
        )
        for values in stored:
            student = ExistingStudent(*values[:width])
            is_bare_student, *enrolment = values[width:]
            if student.pk not in self.by_id:
                last_names = _folded(student.official_last_name)
                self.by_id[student.pk] = _Person(student, is_bare_student, last_names)
            self._keep_enrolment(self.by_id[student.pk], *enrolment)

    def _keep_enrolment(
        self, person: _Person, institution: int | None, last_name: str, ends_on: date
    ) -> None:
        """Keep what an enrolment tells of the student; `institution` is None without one."""
        if institution is None:
            return

        person.last_names |= _folded(last_name)
        person.institutions.add(institution)
        if institution != self.institution.pk and ends_on >= self._today:
            person.is_elsewhere = True

    def is_free(self, student_id: int) -> bool:
        """Return whether nothing is left of the student without the enrolments here."""
        person = self.by_id[student_id]
        return person.is_bare and person.institutions <= {self.institution.pk}


class _Recognition:
    """Finds for each entry whom it is about; nobody is found twice.

    `merges`: the students of this school who are the student of another one.
    """

    def __init__(self, people: _People, today: date) -> None:
        self.merges: list[Merge] = []
        self._people = people
        self._today = today
        self._found: set[int] = set()

    def settled(self, entry: Entry) -> Entry:
        """Return the entry with the student whom it is about."""
        if entry.student_id is None:
            return self._settled_newcomer(entry)
        if entry.is_in_doubt:
            return self._settled_own(entry, entry.student_id)
        return entry

    def _settled_newcomer(self, entry: Entry) -> Entry:
        """Return the entry of a pupil who is new here: known elsewhere, known of old, or new."""
        person = self._of_that_number(entry) or self._former(entry)
        if person is None:
            return replace(entry, is_disputed=self._is_disputed(entry, None))

        self._found.add(person.student.pk)
        here = {self._people.institution.pk}
        joins = person.institutions != here
        entry = replace(entry, student_id=person.student.pk, joins=joins, returns=not joins)
        return self._compared(entry, person)

    def _settled_own(self, entry: Entry, student_id: int) -> Entry:
        """Return the entry of a pupil of this school, who is hidden or has another number now."""
        own = self._people.by_id[student_id]
        person = self._of_that_number(entry)
        if person and self._people.is_free(student_id):
            self._found.add(person.student.pk)
            merge = Merge(entry.row, student_id, person.student.pk, empties=True)
            self.merges.append(merge)
            return self._compared(replace(entry, student_id=person.student.pk), person)

        if entry.is_hidden:
            return self._compared(entry, own)
        return replace(entry, is_disputed=self._is_disputed(entry, own))

    def _of_that_number(self, entry: Entry) -> _Person | None:
        """Return the student elsewhere who has the entry's new number and last name, if any."""
        if entry.claim is None:
            return None

        for person in self._people.by_hash.get(entry.claim.identity_hash, []):
            student_id = person.student.pk
            if student_id in self._found:
                continue
            if student_id == entry.student_id:
                continue
            if student_id == entry.former_id or person.last_names & _last_names(entry):
                return person
        return None

    def _former(self, entry: Entry) -> _Person | None:
        """Return the hidden student who had the entry's stamnummer, unless it is another pupil.

        A stamnummer that is free again may be given to anybody.
        """
        if entry.former_id is None:
            return None
        if entry.former_id in self._found:
            return None

        person = self._people.by_id.get(entry.former_id)
        if person is None:
            return None
        if person.student.was_born_on_another_day(entry.student["birth_date"]):
            return None
        if person.last_names and not person.last_names & _last_names(entry):
            return None
        return person

    def _compared(self, entry: Entry, person: _Person) -> Entry:
        """Return the entry with what it changes of the student, if this school has the say (R11).

        It has none over a pupil who is enrolled in another school too: that one was first.
        """
        stored = {name: getattr(person.student, name) for name in STUDENT_FIELDS}
        has_the_say = entry.enrolment["ends_on"] >= self._today and not person.is_elsewhere
        if not has_the_say or person.student.was_born_on_another_day(entry.student["birth_date"]):
            is_disputed = person.student.is_disputed
            return replace(entry, student=stored, student_differences=(), is_disputed=is_disputed)

        becomes = stored | {name: entry.student[name] for name in entry.said}
        entry = replace(
            entry, student=becomes, student_differences=differences(person.student, becomes)
        )
        return replace(entry, is_disputed=self._is_disputed(entry, person))

    def _is_disputed(self, entry: Entry, person: _Person | None) -> bool:
        """Return whether another student has the number that the entry gives this one.

        `person`: the student so far, None for a new one.
        """
        number = entry.student["identity_hash"]
        if person and person.student.identity_hash == number:
            return person.student.is_disputed

        others = self._people.by_hash.get(number, [])
        return not all(other.student.is_disputed for other in others)


def _last_names(entry: Entry) -> set[str]:
    """Return the last name of the row and its official one, folded.

    Not an official one from before: `Claims` counts the numbers for what the row says.
    """
    names = [entry.enrolment["last_name"]]
    if "official_last_name" in entry.said:
        names.append(entry.student["official_last_name"])
    return _folded(*names)


def _folded(*names: str) -> set[str]:
    """Return the names folded; one without letters is nobody's."""
    return set(map(fold_name, names)) - {""}
