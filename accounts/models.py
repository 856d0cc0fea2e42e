"""The LeerID: one account per student, its usernames and its history."""

from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.utils import timezone

from schoolloket.core.append_only import AppendOnly
from schoolloket.core.choices import ScreenChoices
from schoolloket.institutions.models import Institution
from students.models import Enrolment, Student


class Status(ScreenChoices):
    """The status of a student's LeerID, as the desk shows it."""

    ACTIVE = "actief", "Actief"
    INACTIVE = "inactief", "Inactief"
    NONE = "geen-account", "Geen account"


class Kind(ScreenChoices):
    """The type of a LeerID."""

    BASIC = "basis", "Basis"
    ADVANCED = "gevorderd", "Gevorderd"


class PasswordKind(ScreenChoices):
    """The type of a password: how it is made, and how the pupil enters it (R7)."""

    WORD = "woord", "Basis wachtwoord"
    PICTURES = "afbeeldingen", "Afbeeldingswachtwoord"
    ADVANCED = "gevorderd", "Gevorderd wachtwoord"

    @property
    def account_kind(self) -> Kind:
        """The only type of LeerID that has such a password."""
        if self == PasswordKind.ADVANCED:
            return Kind.ADVANCED
        return Kind.BASIC


class SignInFailure(ScreenChoices):
    """Why a pupil did not get in. Only the school sees it."""

    WRONG = "wrong", "verkeerd wachtwoord"
    INACTIVE = "inactive", "het LeerID is inactief"
    WAITING = "waiting", "te veel pogingen, nog even wachten"


# This many failed sign-ins in a row are no typing errors any more.
HAMMERED_FROM = 10
# How long after the last failed sign-in the desk is told of them.
HAMMERED_UNTIL = timedelta(days=1)


class AccountQuerySet(models.QuerySet["Account"]):
    def active_on(self, day: date) -> Self:
        """The accounts that can sign in on that day (R9).

        Not deactivated by hand, and of a student whom a school has enrolled on that day or later.
        """
        enrolled = Enrolment.objects.running_or_ahead(day).filter(student=OuterRef("student"))
        return self.filter(Exists(enrolled), deactivated_at=None)

    def new_version(self, *, code_hash: str | Subquery = "", **fields: Any) -> int:
        """Change these fields and raise the version of the credentials.

        Sessions, mailed links, previews and waits of the old version end with it, so the failed
        sign-ins that the desk is shown are cleared as well. The code on the old sheet is void too;
        `code_hash` is that of the new sheet, if there is one. Returns the number of accounts.

        Every change of password, username, e-mail, type or status has to go through here.
        """
        return self.update(
            credentials_version=F("credentials_version") + 1,
            failed_sign_ins=0,
            last_failed_at=None,
            last_failure="",
            code_hash=code_hash,
            **fields,
        )

    def with_unused_password(self) -> Self:
        """The accounts whose pupil was given a password and has not signed in since."""
        given = AccountEvent.objects.filter(
            account=OuterRef("pk"),
            kind__in=AccountEvent.GAVE_A_PASSWORD,
        )
        given_since = given.filter(at__gt=OuterRef("last_sign_in_at"))
        unused = Q(Exists(given), last_sign_in_at=None) | Q(Exists(given_since))

        # A pupil who chose an own password through a mailed link has no use for the given one.
        not_replaced = Q(kind=Kind.BASIC) | Q(must_change_password=True)
        return self.filter(unused).filter(not_replaced)


class Account(models.Model):
    """A LeerID. Follows the student to the next school."""

    student = models.OneToOneField(Student, models.PROTECT, related_name="account")
    username = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.on_screen)
    password_kind = models.CharField(max_length=12, choices=PasswordKind.on_screen)
    # The hash, with the id of its pepper key (R5). Renewed without a new version at a sign-in.
    password = models.CharField(max_length=200)
    # The SHA-256 of the code in the QR code of the present sheet; empty where there is none.
    code_hash = models.CharField(max_length=64, blank=True, default="")
    must_change_password = models.BooleanField(default=False)
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField()
    last_sign_in_at = models.DateTimeField(null=True)
    deactivated_at = models.DateTimeField(null=True)
    deactivated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # The failed sign-ins since the last one that succeeded, and why the last one failed.
    failed_sign_ins = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField(null=True)
    last_failure = models.CharField(max_length=10, choices=SignInFailure.on_screen, blank=True)
    # Rises with every change of password, username, e-mail, type or status, not with a sign-in: a
    # session, mailed link or preview of an older version shows by it that the account changed.
    credentials_version = models.PositiveIntegerField(default=1)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="username_is_lower_case", condition=Q(username=Lower("username"))
            ),
            models.CheckConstraint(
                name="password_kind_fits_the_kind",
                condition=Q(kind="gevorderd", password_kind__in=["gevorderd"])
                | Q(kind="basis", password_kind__in=["woord", "afbeeldingen"]),
            ),
            models.CheckConstraint(
                name="only_advanced_has_email_or_temporary_password",
                condition=Q(kind="gevorderd") | Q(email="", must_change_password=False),
            ),
            models.CheckConstraint(
                name="deactivated_at_and_by_together",
                condition=Q(deactivated_at=None, deactivated_by=None)
                | Q(deactivated_at__isnull=False, deactivated_by__isnull=False),
            ),
            models.CheckConstraint(name="account_has_a_hash", condition=~Q(password="")),
        ]

    def __str__(self) -> str:
        return f"LeerID {self.pk}"

    @property
    def is_linked(self) -> bool:
        """Whether the pupil linked an e-mail address and so took over the password (R1)."""
        return bool(self.email)

    @property
    def is_hammered(self) -> bool:
        """Whether somebody seems to be guessing the password, now or in the last day."""
        if self.last_failed_at is None:
            return False
        is_recent = self.last_failed_at > timezone.now() - HAMMERED_UNTIL
        return is_recent and self.failed_sign_ins >= HAMMERED_FROM

    @property
    def has_own_password(self) -> bool:
        """Whether the pupil chose the password (R8)."""
        return self.kind == Kind.ADVANCED and not self.must_change_password

    def as_hashed(self, typed: str) -> str:
        """Return a typed password as it is hashed (R7).

        A word's case is ignored, and a zero in it is the letter o: its digits are 2 to 9.
        """
        if self.password_kind == PasswordKind.WORD:
            return typed.casefold().replace("0", "o")
        return typed


class Username(models.Model):
    """A username that was given once, and is never given to another student (R6)."""

    value = models.CharField(primary_key=True, max_length=64)
    # The username without the digits at its end: `jan.peeters` and `jan.peeters1` share one.
    stem = models.CharField(max_length=64, db_index=True)
    # Null once the student's data were erased (R12); the username stays taken.
    student = models.ForeignKey(
        Student, models.SET_NULL, null=True, related_name="usernames", db_index=True
    )

    def __str__(self) -> str:
        return self.value


class AccountEvent(AppendOnly):
    """A change of a LeerID or another event: who, when and from where (R10)."""

    class Kind(ScreenChoices):
        CREATED = "created", "LeerID aangemaakt"
        RENEWED = "renewed", "Wachtwoord vernieuwd"
        CHANGED = "changed", "Aanmeldgegevens aangepast"
        EMAIL_LINKED = "linked", "E-mailadres gekoppeld"
        EMAIL_CHANGED = "relinked", "E-mailadres gewijzigd"
        CONVERTED = "converted", "Type gewijzigd"
        ACTIVATED = "activated", "LeerID geactiveerd"
        DEACTIVATED = "deactivated", "LeerID gedeactiveerd"
        OWN_PASSWORD = "own", "Eigen wachtwoord gekozen"
        SLOWED = "slowed", "Veel mislukte aanmeldingen, vertraagd"
        EXPORTED = "exported", "Gegevens opgevraagd"
        UNITED = "united", "LeerID samengevoegd: dit oudste LeerID blijft"
        ENDED = "ended", "LeerID beëindigd: het oudste LeerID van de leerling blijft"

    # After these the pupil has a password from the school.
    GAVE_A_PASSWORD = (Kind.CREATED, Kind.RENEWED, Kind.CHANGED, Kind.CONVERTED)

    account = models.ForeignKey(Account, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.on_screen)
    at = models.DateTimeField()
    # Null for a command and for the pupil; `by_pupil` is True for the pupil alone.
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    by_pupil = models.BooleanField(default=False)
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")
    ip_address = models.GenericIPAddressField(null=True)
    # The events of one operation share it; a batch keeps that of its save.
    operation_id = models.UUIDField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_event_per_operation_and_account", fields=["operation_id", "account"]
            )
        ]
        indexes = [models.Index(fields=["account", "-at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class FieldChange(AppendOnly):
    """The old and the new value of a field in an event: no password, e-mail masked (R10)."""

    class Field(ScreenChoices):
        USERNAME = "username", "Gebruikersnaam"
        KIND = "kind", "Type"
        PASSWORD = "password", "Wachtwoord"
        PASSWORD_KIND = "password_kind", "Wachtwoord type"
        EMAIL = "email", "E-mailadres"
        STATUS = "status", "Account status"

    event = models.ForeignKey(AccountEvent, models.PROTECT, related_name="changes")
    field = models.CharField(max_length=20, choices=Field.on_screen)
    old = models.CharField(max_length=254, blank=True)
    new = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.get_field_display()
