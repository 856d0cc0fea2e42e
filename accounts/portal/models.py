"""What the pupils' side remembers: sessions, sign-ins, tries, and mailed links."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F

from accounts.models import Account


class PortalSessionQuerySet(models.QuerySet["PortalSession"]):
    def open(self, now: datetime) -> Self:
        """Sessions that still count: a renewal of the credentials ends them at once."""
        return self.filter(expires_at__gt=now, version=F("account__credentials_version"))


class PortalSession(models.Model):
    """A pupil is signed in on a device. The cookie holds the token, this only its hash."""

    token_hash = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="portal_sessions")
    # The account's credentials_version at the sign-in.
    version = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = PortalSessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"sessie {self.pk}"


class SignIn(models.Model):
    """A pupil signed in; the pupil sees the last ten."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField()
    on_known_device = models.BooleanField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["account", "-at"])]

    def __str__(self) -> str:
        return f"aanmelding {self.at:%Y-%m-%d %H:%M}"


class Tries(models.Model):
    """Failed tries in a row under one key; see `guessing`. A key holds no name, only a hash."""

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.failures} pogingen"


class MailTokenQuerySet(models.QuerySet["MailToken"]):
    def open(self, purpose: "MailToken.Purpose", now: datetime) -> Self:
        """Links that still work: not used, not too old, of the credentials as they are now."""
        return self.filter(
            purpose=purpose,
            used_at=None,
            expires_at__gt=now,
            version=F("account__credentials_version"),
        )


class MailToken(models.Model):
    """A link that was mailed, to be used once. Only the token's hash is kept."""

    class Purpose(models.TextChoices):
        LINK = "link", "E-mailadres koppelen"
        RESET = "reset", "Wachtwoord vergeten"

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=10, choices=Purpose)
    account = models.ForeignKey(Account, models.CASCADE, related_name="mail_tokens")
    version = models.PositiveIntegerField()
    email = models.EmailField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    objects = MailTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.get_purpose_display()
