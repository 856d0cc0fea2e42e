"""Students and their enrolments, as the schools' administration packages have them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from schoolloket.core.append_only import AppendOnly, AppendOnlyQuerySet
from schoolloket.core.choices import ScreenChoices
from schoolloket.core.text import counted, fold
from schoolloket.institutions.models import Institution

# How long a school still sees the pupils who left (R11).
VISIBLE_AFTER_LEAVING = timedelta(days=365)
SUMMER_HOLIDAYS = (7, 8)


class StudentQuerySet(models.QuerySet["Student"]):
    def with_merged(self, student_ids: Iterable[int]) -> Self:
        """These students, and those who were merged into one of them."""
        ids = list(student_ids)
        return self.filter(Q(pk__in=ids) | Q(merged_into__in=ids))


class Student(models.Model):
    """A person, enrolled in one or more institutions over time.

    The national number itself is never kept: `identity_hash` is a keyed hash of number and birth
    date, for matching only (docs/rules.md, Import).
    """

    class Sex(ScreenChoices):
        MALE = "M", "M"
        FEMALE = "V", "V"
        OTHER = "X", "X"

    class OfficialData(ScreenChoices):
        """Whether official data are available, or the reason why not."""

        AVAILABLE = "available", "Beschikbaar"
        NUMBER_MISSING = (
            "missing",
            "Er staat geen rijksregister- of bisnummer in het leerlingadministratiepakket.",
        )
        NUMBER_INVALID = (
            "invalid",
            "Het rijksregister- of bisnummer in het leerlingadministratiepakket is ongeldig.",
        )
        NOT_RECEIVED = "pending", "De officiële gegevens zijn nog niet ontvangen."

    identity_hash = models.CharField(max_length=64, null=True, db_index=True, editable=False)
    # Another student had this number and birth date already, under another name: until an operator
    # decides, neither is taken for the other. The later one is disputed (`IdentityConflict`).
    is_disputed = models.BooleanField(default=False, editable=False)
    # Set when an operator found that both are one: this row then keeps its history and nothing
    # else, and all enrolments are those of the other, who was not merged into a third one:
    # `students.actions.unite` keeps it so.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged", editable=False
    )
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=1, choices=Sex.on_screen, blank=True)
    official_data = models.CharField(max_length=10, choices=OfficialData.on_screen)
    official_first_name = models.CharField(max_length=200, blank=True)
    official_last_name = models.CharField(max_length=200, blank=True)

    objects = StudentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_student_per_identity",
                fields=["identity_hash"],
                condition=Q(is_disputed=False),
            ),
            models.CheckConstraint(
                name="official_names_only_with_a_valid_number",
                condition=Q(official_first_name="", official_last_name="")
                | Q(official_data="available", identity_hash__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"leerling {self.pk}"


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Enrolments by place and time; a `day` is one of Europe/Brussels (`core.clock.today`)."""

    def of(self, institution: Institution) -> Self:
        """The enrolments in this institution: where every query of a desk starts (R11)."""
        return self.filter(institution=institution)

    def running_or_ahead(self, day: date) -> Self:
        """Those that have not ended on this day."""
        return self.filter(ends_on__gte=day)

    def ahead(self, day: date) -> Self:
        """Those that have not begun on this day."""
        return self.filter(starts_on__gt=day)

    def running(self, day: date) -> Self:
        """Those on whose first day, last day or a day between them this is."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def visible_on(self, day: date) -> Self:
        """Those enrolled, and those who left in the last 365 days (R11)."""
        return self.filter(ends_on__gte=day - VISIBLE_AFTER_LEAVING)

    def leading_on(self, day: date) -> Self:
        """One enrolment for each student of an institution: the one to show and to print.

        The running one; during the summer holidays the one that lies ahead, since by then the
        class lists of next year count; else the last one that ended (docs/decisions/0004).
        """
        rivals = (
            Enrolment.objects.filter(
                institution=OuterRef("institution"),
                student=OuterRef("student"),
            )
            .annotate(rank=_rank(day))
            .order_by("rank", "-starts_on", "-pk")
        )
        return self.filter(pk=Subquery(rivals.values("pk")[:1]))

    def with_next(self, day: date) -> Self:
        """Annotate the next enrolment in the same school: `next_starts_on`, `next_class_code`."""
        ahead = (
            Enrolment.objects.filter(
                institution=OuterRef("institution"),
                student=OuterRef("student"),
                starts_on__gt=day,
            )
            .exclude(pk=OuterRef("pk"))
            .order_by("starts_on")
        )

        return self.annotate(
            next_starts_on=Subquery(ahead.values("starts_on")[:1]),
            next_class_code=Subquery(ahead.values("class_code")[:1]),
        )

    def held_on(self, day: date) -> Self:
        """Those whose pupil joined another school earlier, is still enrolled there and was not
        released. The other school has the say over the LeerID (R11, docs/decisions/0012).
        """
        earlier = _elsewhere(day).filter(joined_at__lt=OuterRef("joined_at"))
        return self.running_or_ahead(day).filter(Exists(earlier), released_at=None)

    def holding_on(self, day: date) -> Self:
        """Those because of which the pupil's later enrolment in another school is held (R11)."""
        later = _elsewhere(day).filter(joined_at__gt=OuterRef("joined_at"), released_at=None)
        held = self.model.objects.held_on(day)
        return self.running_or_ahead(day).filter(Exists(later)).exclude(pk__in=held.values("pk"))

    def with_last_day(self) -> Self:
        """Annotate `last_day`: the end of the student's last enrolment in any institution (R9)."""
        enrolments = Enrolment.objects.filter(student=OuterRef("student")).order_by("-ends_on")
        return self.annotate(last_day=Subquery(enrolments.values("ends_on")[:1]))

    def for_the_last_time_on(self, day: date) -> Self:
        """Those that end that day while the student has no later one in any institution."""
        later = Enrolment.objects.filter(student=OuterRef("student"), ends_on__gt=day)
        return self.filter(~Exists(later), ends_on=day)

    def leaving_by(self, day: date) -> Self:
        """Those without an enrolment in the same school after that day."""
        later = Enrolment.objects.filter(
            institution=OuterRef("institution"),
            student=OuterRef("student"),
            ends_on__gt=day,
        )
        return self.filter(~Exists(later))


def _elsewhere(day: date) -> EnrolmentQuerySet:
    """Return the same student's enrolments in other institutions, running or ahead."""
    return (
        Enrolment.objects.running_or_ahead(day)
        .filter(student=OuterRef("student"))
        .exclude(institution=OuterRef("institution"))
    )


def _rank(day: date) -> Case:
    """Return the order in which enrolments lead; the lowest rank leads."""
    rank_ahead = 2
    if day.month in SUMMER_HOLIDAYS:
        rank_ahead = 0

    running = When(Q(starts_on__lte=day, ends_on__gte=day), then=Value(1))
    ahead = When(starts_on__gt=day, then=Value(rank_ahead))
    return Case(running, ahead, default=Value(3))


class Enrolment(models.Model):
    """A student in one institution from a date to a date, both inclusive, Europe/Brussels."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="enrolments")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="enrolments")
    stamnummer = models.CharField(max_length=20)
    first_name = models.CharField("voornaam", max_length=200)
    last_name = models.CharField("naam", max_length=200)
    administrative_group = models.CharField("administratieve groep", max_length=200, blank=True)
    class_code = models.CharField("klas", max_length=50, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    # Since when the pupil has been enrolled here without a break, as our imports saw it: of two
    # schools, the one that joined first has the say over the LeerID, until it releases it (R11).
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    released_at = models.DateTimeField("vrijgegeven op", null=True, blank=True)
    # Folded, so that the list sorts and searches without accents and capitals.
    first_name_key = models.CharField(max_length=800, editable=False)
    last_name_key = models.CharField(max_length=800, editable=False)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = "wachtende inschrijving"
        verbose_name_plural = "wachtende inschrijvingen"
        constraints = [
            models.CheckConstraint(
                name="enrolment_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.UniqueConstraint(
                name="one_enrolment_per_start",
                fields=["institution", "stamnummer", "starts_on"],
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "student"]),
            models.Index(fields=["institution", "last_name_key", "first_name_key"]),
            models.Index(fields=["student", "ends_on"]),
        ]

    def __str__(self) -> str:
        return f"inschrijving {self.stamnummer} in {self.institution_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fold_names()
        super().save(*args, **kwargs)

    def fold_names(self) -> None:
        """Set the folded names. To be called before writing in bulk, which calls no save()."""
        self.first_name_key = fold(self.first_name)
        self.last_name_key = fold(self.last_name)

    @property
    def name_and_number(self) -> str:
        """The pupil as pages name one: `Charlie Peeters (10001)`."""
        return f"{self.full_name} ({self.stamnummer})"

    @property
    def full_name(self) -> str:
        """The name as the school calls the pupil."""
        return f"{self.first_name} {self.last_name}"


class StudentEventQuerySet(AppendOnlyQuerySet):
    def readable_by(self, institution: Institution) -> Self:
        """The events that a school may read: its own, and what concerns every school (R11)."""
        of_all = Q(kind__in=StudentEvent.OF_ALL_SCHOOLS)
        return self.filter(Q(institution=institution) | of_all)


class StudentEvent(AppendOnly):
    """Something that happened to a pupil's enrolment, with who did it, when and from where (R10).

    `old` and `new` are class codes, or the stamnummer of an enrolment that never began.
    """

    class Kind(ScreenChoices):
        CLASS = "class", "Klas gewijzigd"
        JOINED = "joined", "Ingeschreven, al bekend van een andere instelling"
        ENDED = "ended", "Uitgeschreven: niet meer op de lijst"
        REVIVED = "revived", "Opnieuw ingeschreven"
        WITHDRAWN = "withdrawn", "Inschrijving gaat niet door: niet meer op de lijst"
        MERGED = "merged", "Bij de import als dezelfde leerling herkend"
        RELEASED = "released", "Vrijgegeven voor een andere instelling"
        DATA = "data", "Officiële gegevens gewijzigd"
        RESTORED = "restored", "Vroegere officiële gegevens teruggezet"
        UNITED = "united", "Samengevoegd met een andere inschrijving van dezelfde leerling"
        PARTED = (
            "parted",
            "Het nummer is van een andere leerling en is weggenomen: kijk het na in het "
            "leerlingadministratiepakket",
        )

    # What happens to the person, and not to one school's enrolment, every school may read.
    OF_ALL_SCHOOLS = (
        Kind.JOINED,
        Kind.MERGED,
        Kind.RELEASED,
        Kind.DATA,
        Kind.RESTORED,
        Kind.UNITED,
        Kind.PARTED,
    )

    student = models.ForeignKey(Student, models.PROTECT, related_name="events")
    # Empty for an event made by an operator.
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.on_screen)
    at = models.DateTimeField()
    # Empty for an import by a command.
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ip_address = models.GenericIPAddressField(null=True)
    old = models.CharField(max_length=50, blank=True)
    new = models.CharField(max_length=50, blank=True)

    objects = StudentEventQuerySet.as_manager()  # type: ignore[misc]  # a narrower manager

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["student", "-at"]),
            models.Index(fields=["institution", "kind"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class StudentFieldChange(AppendOnly):
    """The old and the new value of a student's field in an event, so that it can be put back (R11).

    Values are texts: dates as 2010-11-07, the number only as its keyed hash, which no page shows.
    """

    class Field(ScreenChoices):
        IDENTITY_HASH = "identity_hash", "Rijksregister- of bisnummer"
        BIRTH_DATE = "birth_date", "Geboortedatum"
        SEX = "sex", "Geslacht"
        OFFICIAL_DATA = "official_data", "Officiële gegevens"
        OFFICIAL_FIRST_NAME = "official_first_name", "Officiële voornaam"
        OFFICIAL_LAST_NAME = "official_last_name", "Officiële naam"

    event = models.ForeignKey(StudentEvent, models.PROTECT, related_name="changes")
    field = models.CharField(max_length=20, choices=Field.on_screen)
    old = models.CharField(max_length=200, blank=True)
    new = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.get_field_display()

    @staticmethod
    def text_of(value: object) -> str:
        """Return a value of a student as `old` and `new` keep it: 2010-11-07, "" for none."""
        if value is None:
            return ""
        if isinstance(value, date):
            return value.isoformat()
        return str(value)


class IdentityConflictQuerySet(models.QuerySet["IdentityConflict"]):
    def open(self) -> Self:
        """Those that an operator has yet to decide."""
        return self.filter(outcome=IdentityConflict.Outcome.OPEN)


class IdentityConflict(models.Model):
    """Two students with one national number and birth date but different names (R11).

    An operator decides whether they are one. `student` came later, `other` was known already;
    `institution` is the one whose import brought `student`.
    """

    class Outcome(ScreenChoices):
        OPEN = "open", "Te beslissen"
        MERGED = "merged", "Samengevoegd: één en dezelfde leerling"
        DIFFERENT = "different", "Twee verschillende leerlingen"

    student = models.ForeignKey(Student, models.PROTECT, related_name="conflicts")
    other = models.ForeignKey(Student, models.PROTECT, related_name="conflicts_as_other")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.on_screen, default=Outcome.OPEN)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = IdentityConflictQuerySet.as_manager()

    class Meta:
        verbose_name = "twijfel over wie het is"
        verbose_name_plural = "twijfels over wie het is"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="one_conflict_per_pair", fields=["student", "other"]),
            models.CheckConstraint(
                name="settled_conflict_has_its_time",
                condition=Q(outcome="open", settled_at=None)
                | ~Q(outcome="open") & Q(settled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} en {self.other}"


class NumberClaim(models.Model):
    """A name and birth date for which an institution's file had a number, all as keyed hashes.

    Several numbers for one name and birth date within a year are guesses, and so are many for one
    last name and birth date, which has rows of its own here (R11).
    """

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="+")
    person_hash = models.CharField(max_length=64)
    identity_hash = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_claim_per_number",
                fields=["institution", "person_hash", "identity_hash"],
            )
        ]

    def __str__(self) -> str:
        return f"opgave {self.pk}"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def of(self, institution: Institution) -> Self:
        """The runs of this institution."""
        return self.filter(institution=institution)

    def applied(self) -> Self:
        """Those that were confirmed."""
        return self.filter(state=ImportRun.State.APPLIED)

    def finished(self) -> Self:
        """Those that were confirmed, and those of a command that imported nothing."""
        return self.filter(state__in=[ImportRun.State.APPLIED, ImportRun.State.FAILED])

    def drafts(self) -> Self:
        """Those that are neither confirmed nor dropped, whatever their age."""
        return self.filter(state=ImportRun.State.DRAFT)

    def alive(self, now: datetime) -> Self:
        """Drafts whose manager did something less than DRAFT_MINUTES ago (R2)."""
        return self.drafts().filter(last_action_at__gte=_oldest_action(now))

    def expired(self, now: datetime) -> Self:
        """Drafts whose manager did nothing for DRAFT_MINUTES."""
        return self.drafts().filter(last_action_at__lt=_oldest_action(now))


def told_of_withheld(withheld: int) -> str:
    """Return how many pupils a list does not name and does not end either; "" for none."""
    return counted(
        withheld,
        "leerling staat niet in de lijst en blijft toch ingeschreven",
        "leerlingen staan niet in de lijst en blijven toch ingeschreven",
    )


def _oldest_action(now: datetime) -> datetime:
    """Return the moment before which the last action on a draft was too long ago."""
    return now - timedelta(minutes=settings.DRAFT_MINUTES)


class ImportRun(models.Model):
    """One upload: a draft with its preview, then what was applied, by whom and when."""

    class State(ScreenChoices):
        DRAFT = "draft", "Voorbeeld"
        APPLIED = "applied", "Ingelezen"
        DROPPED = "dropped", "Niet ingelezen"
        REPLACED = "replaced", "Vervangen door een nieuwer bestand"
        FAILED = "failed", "Mislukt"

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="import_runs")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.on_screen, default=State.DRAFT)
    file_name = models.CharField(max_length=200)
    full_list = models.BooleanField()
    # DRAFT_MINUTES count from the manager's last action (R2).
    last_action_at = models.DateTimeField(default=timezone.now)
    # The columns that the manager pointed out: {"class_code": 4}, null for no column; and the
    # answers about rows in conflict: {"12": "zonder"}.
    columns = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    # The rows of a draft, sealed by the vault; empty as soon as it is applied or dropped.
    sealed_rows = models.TextField(blank=True)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    # How many pupils of other schools were recognised when the run was applied (R11).
    recognised = models.PositiveIntegerField(default=0)
    # [{"row": 12, "reason": "..."}], without the rows' own data. Remarks are about rows that do
    # not count, since a later one of the same pupil does, or that say what they may not change. The
    # first ones are kept; the counts are of all.
    problems = models.JSONField(default=list)
    remarks = models.JSONField(default=list)
    # What somebody has to look at in the file as a whole, in Dutch: ["..."]; and how many
    # enrolments a full list did not name nor end, since it may not name all pupils.
    warnings = models.JSONField(default=list)
    withheld = models.PositiveIntegerField(default=0)
    # Why a command imported nothing, in Dutch; its counts are then what it would have done.
    error = models.TextField(blank=True, default="")
    problem_count = models.PositiveIntegerField(default=0)
    remark_count = models.PositiveIntegerField(default=0)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="only_a_draft_import_keeps_rows",
                condition=Q(state="draft") | Q(sealed_rows=""),
            ),
            models.CheckConstraint(
                name="an_applied_import_has_its_time",
                condition=Q(state="applied", applied_at__isnull=False)
                | ~Q(state="applied") & Q(applied_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_failed_import_has_its_reason",
                condition=Q(state="failed") & ~Q(error="") | ~Q(state="failed") & Q(error=""),
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk} van {self.institution_id}"

    @property
    def told_of_recognised(self) -> str:
        """How many pupils of other schools were recognised, as pages tell it; "" for none."""
        return counted(
            self.recognised,
            "leerling bracht het LeerID mee",
            "leerlingen brachten hun LeerID mee",
        )

    @property
    def told_of_withheld(self) -> str:
        """How many pupils the list did not name and did not end either; "" for none."""
        return told_of_withheld(self.withheld)

    @property
    def has_many_problems(self) -> bool:
        """Whether more than a tenth of the rows that count is bad."""
        rows = self.new + self.changed + self.unchanged + self.problem_count
        return 10 * self.problem_count > rows

    @property
    def needs_a_look(self) -> bool:
        """Whether somebody has to look at what was imported."""
        return bool(self.warnings) or self.withheld > 0 or self.has_many_problems

    def is_alive(self, now: datetime) -> bool:
        """Return whether it is a draft that may still be confirmed (R2)."""
        if self.state != self.State.DRAFT:
            return False
        return self.last_action_at >= _oldest_action(now)
