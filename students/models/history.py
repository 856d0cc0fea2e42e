"""What happened to students and enrolments: added to, never changed (R10)."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from schoolloket.core.append_only import AppendOnly, AppendOnlyQuerySet
from schoolloket.core.choices import ScreenChoices
from schoolloket.institutions.models import Institution

from .enrolments import Student


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
