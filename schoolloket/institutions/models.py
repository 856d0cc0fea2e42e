"""Schools, their managers, who may enter which school, and the access log."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from schoolloket.core.append_only import AppendOnly, AppendOnlyQuerySet
from schoolloket.core.choices import ScreenChoices


class InstitutionQuerySet(models.QuerySet["Institution"]):
    def managed_by(self, manager: "Manager") -> Self:
        """The institutions that this manager may enter (R11)."""
        return self.filter(memberships__manager=manager)


class Institution(models.Model):
    """A school with its own desk."""

    number = models.CharField(
        "instellingsnummer",
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^\d{6}$", "Een instellingsnummer telt zes cijfers.")],
    )
    municipality = models.CharField("gemeente", max_length=100)
    name = models.CharField("naam", max_length=200)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = "instelling"
        verbose_name_plural = "instellingen"
        ordering = ["municipality", "name"]

    def __str__(self) -> str:
        return f"{self.municipality} - {self.name}"


class ManagerManager(BaseUserManager["Manager"]):
    """Makes managers, and finds them, by their e-mail address instead of a username."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Manager":
        """Create a manager; without a password one who cannot sign in yet.

        Raises ValidationError, for example where another manager has the e-mail address.
        """
        manager = self.model(email=email.strip().lower(), **fields)
        manager.set_password(password)
        manager.full_clean(exclude=["password"])
        manager.save(using=self._db)
        return manager

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Manager":
        """Create an operator, who may do everything in Django's admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Manager":
        """Return the manager with this e-mail address, in whatever capitals it was typed."""
        return self.get(email__iexact=username)


class Manager(AbstractBaseUser, PermissionsMixin):
    """A LeerID-beheerder, or an operator (`is_staff`), who signs in with an e-mail address."""

    email = models.EmailField("e-mailadres", unique=True)
    name = models.CharField("naam", max_length=150)
    is_active = models.BooleanField("actief", default=True)
    is_staff = models.BooleanField("operator (mag in het beheer)", default=False)
    date_joined = models.DateTimeField("toegevoegd op", default=timezone.now, editable=False)
    # Rises where all sessions of the manager have to end.
    session_version = models.PositiveIntegerField(default=1, editable=False)

    # The row as it was before the save that goes on; see `receivers`.
    before: "Manager | None" = None

    objects = ManagerManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "beheerder"
        verbose_name_plural = "beheerders"
        constraints = [models.UniqueConstraint(Lower("email"), name="manager_email_is_unique")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    def get_short_name(self) -> str:
        """Return what the admin greets an operator with."""
        return self.name

    def get_session_auth_hash(self) -> str:
        """Return what a session must match: what changes it ends every session."""
        credentials = f"{self.password}\n{self.email}\n{self.session_version}"
        return salted_hmac("institutions.session", credentials, algorithm="sha256").hexdigest()


class Membership(models.Model):
    """A manager works at the desk of an institution."""

    manager = models.ForeignKey(
        Manager, models.CASCADE, related_name="memberships", verbose_name="beheerder"
    )
    institution = models.ForeignKey(
        Institution, models.CASCADE, related_name="memberships", verbose_name="instelling"
    )

    class Meta:
        verbose_name = "toegang"
        verbose_name_plural = "toegangen"
        constraints = [
            models.UniqueConstraint(fields=["manager", "institution"], name="membership_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.manager} in {self.institution}"


class AccessEventQuerySet(AppendOnlyQuerySet):
    def of(self, institution: Institution) -> Self:
        """What was done at the desk of an institution, and the sign-ins of its managers."""
        managers = Manager.objects.filter(memberships__institution=institution)
        by_its_managers = Q(institution=None, manager__in=managers)
        return self.filter(Q(institution=institution) | by_its_managers)


class AccessEvent(AppendOnly):
    """A row of the access log: who came in, or could not, took passwords along, or got a right.

    Rows are added by `access_log.record`, and erased after a year by `access_log.erase_old`.
    """

    class Kind(ScreenChoices):
        SIGNED_IN = "signed_in", "Aangemeld"
        FAILED = "failed", "Aanmelding mislukt"
        SIGNED_OUT = "signed_out", "Afgemeld"
        SESSIONS_ENDED = "sessions_ended", "Overal afgemeld"
        RESET_ASKED = "reset_asked", "Nieuw wachtwoord gevraagd"
        RESET = "reset", "Wachtwoord gekozen met een gemailde link"
        PASSWORD_CHANGED = "password", "Wachtwoord gewijzigd"
        DOWNLOADED = "downloaded", "Reeks gedownload"
        DESTROYED = "destroyed", "Reeks vernietigd"
        CREATED = "created", "Beheerder toegevoegd"
        ACTIVATED = "activated", "Beheerder geactiveerd"
        DEACTIVATED = "deactivated", "Beheerder gedeactiveerd"
        EMAIL_CHANGED = "email", "E-mailadres gewijzigd"
        MADE_OPERATOR = "operator_on", "Operator geworden"
        NO_LONGER_OPERATOR = "operator_off", "Geen operator meer"
        MADE_SUPERUSER = "superuser_on", "Alle rechten gekregen"
        NO_LONGER_SUPERUSER = "superuser_off", "Niet langer alle rechten"
        ADDED = "added", "Toegang gekregen tot de instelling"
        REMOVED = "removed", "Toegang tot de instelling verloren"

    kind = models.CharField("gebeurtenis", max_length=16, choices=Kind.on_screen)
    at = models.DateTimeField("tijdstip", db_index=True)
    # Whom it is about; null for an e-mail address that is nobody's.
    manager = models.ForeignKey(
        Manager, models.PROTECT, null=True, related_name="access_events", verbose_name="beheerder"
    )
    # Who did it; null for a command and for who did not sign in.
    by = models.ForeignKey(
        Manager, models.PROTECT, null=True, related_name="+", verbose_name="door"
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, related_name="+", verbose_name="instelling"
    )
    ip_address = models.GenericIPAddressField("IP-adres", null=True)
    # A batch, or a masked e-mail address.
    detail = models.CharField("toelichting", max_length=300, blank=True)

    objects = AccessEventQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "toegang in het logboek"
        verbose_name_plural = "logboek van de toegang"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        at = timezone.localtime(self.at)
        return f"{self.get_kind_display()}, {at:%d/%m/%Y %H:%M}"


# One statement, so that attempts at the same moment are counted one after the other, and none waits
# for a lock longer than that.
_ADD_TO_TALLY = """
INSERT INTO institutions_tally AS known (key, number, ends_at) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET
    number = CASE WHEN known.ends_at <= %s THEN 1 ELSE known.number + 1 END,
    ends_at = CASE WHEN known.ends_at <= %s THEN excluded.ends_at ELSE known.ends_at END
RETURNING number
"""


class TallyQuerySet(models.QuerySet["Tally"]):
    def add(self, *parts: str, within: timedelta, now: datetime) -> int:
        """Count one more under these parts of a key; return how many there are in its window.

        A window begins with the first one and lasts `within`.
        """
        moment = now.timestamp()
        values: list[str | float] = [_key(parts), moment + within.total_seconds(), moment, moment]
        with connection.cursor() as cursor:
            cursor.execute(_ADD_TO_TALLY, values)
            number: int = cursor.fetchone()[0]
        return number

    def take_back(self, *parts: str) -> None:
        """Count one less."""
        self.filter(key=_key(parts), number__gt=0).update(number=F("number") - 1)

    def over(self, now: datetime) -> Self:
        """Those whose window has ended."""
        return self.filter(ends_at__lt=now.timestamp())


def _key(parts: tuple[str, ...]) -> str:
    """Return a hash of 64 characters, so that the table holds no e-mail or IP addresses."""
    digest = salted_hmac("institutions.tally", "\n".join(parts), algorithm="sha256")
    return digest.hexdigest()


class Tally(models.Model):
    """How often something happened in a window of time: failed attempts, mails, rows of the log."""

    key = models.CharField(max_length=64, primary_key=True)
    number = models.PositiveIntegerField()
    # In seconds since 1970, as the statement above reads and writes it.
    ends_at = models.FloatField(db_index=True)

    objects = TallyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.number} tot {self.ends_at}"
