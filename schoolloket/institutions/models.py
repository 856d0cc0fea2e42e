"""Schools, the managers of their desks, and which manager may enter which school."""

from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


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
