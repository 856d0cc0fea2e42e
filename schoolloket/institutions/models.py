"""Schools, their managers, who may enter which school, and the access log."""

from datetime import date, datetime, timedelta
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
from schoolloket.core.clock import months_before

# A right ends where its manager did not sign in for so many months (R13).
IDLE_MONTHS = 12


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

    # No column: the classes to which whoever looks at the school is limited, None for all of it.
    # `rights` sets it, and every query of pupils starts from it (R13).
    limited_to: frozenset[str] | None = None

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

    # Null for somebody who comes in through an organisation's sign-in that gives no address.
    email = models.EmailField("e-mailadres", unique=True, null=True)
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
        if self.email is not None:
            self.email = self.email.strip().lower()

    def end_sessions(self) -> None:
        """Sign the manager out in every browser; the access log is the caller's."""
        # Not saved: a save would be noted as a change of rights.
        Manager.objects.filter(pk=self.pk).update(session_version=F("session_version") + 1)

    def get_short_name(self) -> str:
        """Return what the admin greets an operator with."""
        return self.name

    def get_session_auth_hash(self) -> str:
        """Return what a session must match: what changes it ends every session."""
        credentials = f"{self.password}\n{self.email}\n{self.session_version}"
        return salted_hmac("institutions.session", credentials, algorithm="sha256").hexdigest()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def valid_on(self, day: date) -> Self:
        """Those whose last day has not passed, and that were used in the last year (R13)."""
        used_since = months_before(day, IDLE_MONTHS)
        used = Q(seen_at__date__gte=used_since) | Q(seen_at=None, given_at__date__gte=used_since)
        not_over = Q(ends_on=None) | Q(ends_on__gte=day)
        return self.filter(used, not_over)

    def counting(self, *, by_provider: bool) -> Self:
        """Those that count in a session.

        `by_provider`: whether its manager came in through the organisation's own sign-in. What that
        gives counts in no other session.
        """
        if by_provider:
            return self
        return self.filter(source=Membership.Source.DESK)


class Membership(models.Model):
    """A right: a manager works at the desk of an institution (R11, R13)."""

    class Role(ScreenChoices):
        MANAGER = "beheerder", "LeerID-beheerder"
        HELPER = "klashelper", "Klashelper"

    class Source(ScreenChoices):
        """Who gave it: somebody at a desk or in `/beheer/`, or a provider's claim."""

        DESK = "loket", "Gegeven in het Schoolloket"
        PROVIDER = "provider", "Via de aanmelding van je organisatie"

    manager = models.ForeignKey(
        Manager, models.CASCADE, related_name="memberships", verbose_name="beheerder"
    )
    institution = models.ForeignKey(
        Institution, models.CASCADE, related_name="memberships", verbose_name="instelling"
    )
    role = models.CharField("rol", max_length=12, choices=Role.on_screen, default=Role.MANAGER)
    source = models.CharField(
        max_length=8, choices=Source.on_screen, default=Source.DESK, editable=False
    )
    # Of a helper: the codes of the classes, and the school year in which they are meant.
    classes = models.JSONField("klassen", default=list, blank=True)
    school_year = models.PositiveSmallIntegerField("schooljaar", null=True, blank=True)
    # The last day; null for a right that ends with an idle year only.
    ends_on = models.DateField("tot en met", null=True, blank=True)
    given_at = models.DateTimeField(default=timezone.now, editable=False)
    # The last sign-in at which the right was still valid, so that none revives one that was not.
    seen_at = models.DateTimeField(null=True, editable=False)

    # The row as it was before the save that goes on; see `receivers`.
    before: "Membership | None" = None

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "toegang"
        verbose_name_plural = "toegangen"
        constraints = [
            models.UniqueConstraint(
                fields=["manager", "institution", "source"], name="one_right_of_a_source"
            ),
            models.CheckConstraint(
                name="a_helper_has_a_school_year_and_a_last_day",
                condition=Q(role="beheerder", school_year=None)
                | Q(role="klashelper", school_year__isnull=False, ends_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager} in {self.institution}"

    @property
    def is_helper(self) -> bool:
        """Whether it opens some classes only (R13)."""
        return self.role == Membership.Role.HELPER

    @property
    def is_by_provider(self) -> bool:
        """Whether it follows the claims of the organisation's own sign-in."""
        return self.source == Membership.Source.PROVIDER


class Invitation(models.Model):
    """A right that waits for somebody to accept it with the link in a mail.

    Gone once it was accepted, withdrawn or replaced: the access log tells of it.
    """

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=12, choices=Membership.Role.on_screen)
    classes = models.JSONField(default=list)
    school_year = models.PositiveSmallIntegerField(null=True)
    ends_on = models.DateField(null=True)
    invited_at = models.DateTimeField()
    # Null for a command.
    invited_by = models.ForeignKey(Manager, models.CASCADE, null=True, related_name="+")
    # The SHA-256 of the token in the link, and until when the link works.
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    # Null until the mail server took the mail.
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "uitnodiging"
        verbose_name_plural = "uitnodigingen"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "email"], name="one_invitation_for_an_address"
            )
        ]

    def __str__(self) -> str:
        return f"uitnodiging {self.pk}"

    @property
    def has_expired(self) -> bool:
        """Whether its link no longer works."""
        return self.expires_at <= timezone.now()


class AccessEventQuerySet(AppendOnlyQuerySet):
    def of(self, institution: Institution) -> Self:
        """What was done at the desk of an institution, and the sign-ins of its managers."""
        managers = Manager.objects.filter(memberships__institution=institution)
        by_its_managers = Q(institution=None, manager__in=managers)
        return self.filter(Q(institution=institution) | by_its_managers)

    def about(self, manager: Manager) -> Self:
        """What this manager did, and what was done to the manager's access."""
        return self.filter(Q(manager=manager) | Q(by=manager))


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
        INVITED = "invited", "Uitgenodigd"
        INVITATION_WITHDRAWN = "uninvited", "Uitnodiging ingetrokken"
        ADDED = "added", "Toegang gekregen tot de instelling"
        RIGHT_CHANGED = "right", "Toegang gewijzigd"
        REMOVED = "removed", "Toegang tot de instelling verloren"
        CODE_FAILED = "code_failed", "Tweede stap mislukt"
        FACTOR_ADDED = "factor_added", "Tweede stap toegevoegd"
        FACTOR_REMOVED = "factor_removed", "Tweede stap verwijderd"
        CODES_RENEWED = "codes", "Nieuwe herstelcodes gemaakt"
        FACTOR_RESET = "factor_reset", "Tweede stap gewist: verloren"
        ENROLMENT_ASKED = "enrolment", "Link voor de tweede stap gemaild"
        JOINED = "joined", "Gekoppeld aan de aanmelding van de organisatie"
        PARTED = "parted", "Losgekoppeld van de aanmelding van de organisatie"

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
    # A batch, a masked e-mail address, a role with its classes, or a reason.
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
