"""Students and their enrolments, as the schools' administration packages have them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from schoolloket.core import clock
from schoolloket.core.choices import ScreenChoices
from schoolloket.core.text import fold
from schoolloket.institutions.models import Institution
from students.school_years import SchoolYear

# How long a school still sees the pupils who left (R11).
VISIBLE_AFTER_LEAVING = timedelta(days=365)


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
        """The enrolments in this institution: where every query of a desk starts (R11).

        For a helper those that run today in one of the classes of the right (R13).
        """
        here = self.filter(institution=institution)
        if institution.limited_to is None:
            return here
        return here.running(clock.today()).filter(class_code__in=institution.limited_to)

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

    def in_year(self, year: SchoolYear) -> Self:
        """Those with a day in this school year."""
        return self.filter(starts_on__lte=year.last_day, ends_on__gte=year.first_day)

    def leading(self, day: date, year: SchoolYear) -> Self:
        """One enrolment for each student of an institution: the one to show and to print.

        Of those that have not ended the one of this school year, the running one before one that
        lies ahead; where it has none, of any other year; else the last one that ended
        (docs/decisions/0045).
        """
        rivals = (
            Enrolment.objects.filter(
                institution=OuterRef("institution"),
                student=OuterRef("student"),
            )
            .annotate(rank=_rank(day, year))
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


def _rank(day: date, year: SchoolYear) -> Case:
    """Return the order in which enrolments lead; the lowest rank leads."""
    in_year = Q(starts_on__lte=year.last_day, ends_on__gte=year.first_day)
    running = Q(starts_on__lte=day, ends_on__gte=day)
    ahead = Q(starts_on__gt=day)

    return Case(
        When(running & in_year, then=Value(1)),
        When(ahead & in_year, then=Value(2)),
        When(running, then=Value(3)),
        When(ahead, then=Value(4)),
        default=Value(5),
    )


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
    def name_and_class(self) -> str:
        """The pupil as a warning names one: `Sam Smets (4B)`, or the name alone."""
        if not self.class_code:
            return self.full_name
        return f"{self.full_name} ({self.class_code})"

    @property
    def full_name(self) -> str:
        """The name as the school calls the pupil."""
        return f"{self.first_name} {self.last_name}"
