"""What the pupils' side remembers: sessions, failed tries, and mailed links."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.db import connection, models
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import Account
from schoolloket.core.choices import ScreenChoices

SIGN_INS_SHOWN = 10


class PortalSessionQuerySet(models.QuerySet["PortalSession"]):
    def open(self, now: datetime) -> Self:
        """Sessions that still count: a renewal of the credentials ends them at once."""
        return self.filter(
            token_hash__isnull=False,
            expires_at__gt=now,
            version=F("account__credentials_version"),
        )

    def end(self) -> None:
        """End these sessions; that the pupil signed in stays known."""
        self.update(token_hash=None)

    def out_of_sight(self) -> Self:
        """Those that have ended, and are not among the last ten of their account."""
        newest_first = Window(RowNumber(), partition_by="account", order_by=["-created_at", "-pk"])
        older = self.annotate(rank=newest_first).filter(rank__gt=SIGN_INS_SHOWN)
        return self.filter(token_hash=None, pk__in=older.values("pk"))


class PortalSession(models.Model):
    """A pupil signed in on a device; the pupil sees the last ten.

    The cookie holds the token, this only its hash, and none once the session has ended.
    """

    token_hash = models.CharField(max_length=64, unique=True, null=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="portal_sessions")
    # The account's credentials_version at the sign-in.
    version = models.PositiveIntegerField()
    on_known_device = models.BooleanField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = PortalSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="portal_sessions_of_account")
        ]

    def __str__(self) -> str:
        return f"sessie {self.pk}"


class AttemptCountQuerySet(models.QuerySet["AttemptCount"]):
    """Both statements are written by hand: every sign-in runs them twice, and Django takes ten
    times as long to compose them as the database to run them.
    """

    def lock(self, keys: Iterable[str], now: float) -> list["AttemptCount"]:
        """Return the counts of these keys, new ones at 0, held until the transaction ends.

        Locked in the order of the keys: tries that share several have to give them in one order.
        """
        rows = [(key, 0, 0.0, now) for key in keys]
        with connection.cursor() as cursor:
            cursor.execute(*_upsert(rows, f"failures = known.failures RETURNING {_COLUMNS}"))
            return [
                AttemptCount(key=key, failures=failures, blocked_until=until, last_at=last)
                for key, failures, until, last in cursor
            ]

    def write(self, counts: Iterable["AttemptCount"]) -> None:
        """Write counts that are held."""
        rows = [(one.key, one.failures, one.blocked_until, one.last_at) for one in counts]
        kept = ("failures", "blocked_until", "last_at")
        with connection.cursor() as cursor:
            cursor.execute(*_upsert(rows, ", ".join(f"{name} = excluded.{name}" for name in kept)))


_COLUMNS = "key, failures, blocked_until, last_at"


def _upsert(rows: list[tuple[str, int, float, float]], update: str) -> tuple[str, list[Any]]:
    """Insert the rows, `update` those whose key is known: return the statement and its values."""
    places = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    statement = (
        f'INSERT INTO "portal_attemptcount" AS known ({_COLUMNS}) VALUES {places} '  # noqa: S608
        f"ON CONFLICT (key) DO UPDATE SET {update}"
    )
    return statement, [value for row in rows for value in row]


class AttemptCount(models.Model):
    """Failed tries in a row under one key; see `guessing`. A key holds no name, only a hash.

    Times are in seconds since 1970, as the statements above read and write them.
    """

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.PositiveIntegerField()
    blocked_until = models.FloatField()
    last_at = models.FloatField(db_index=True)

    objects = AttemptCountQuerySet.as_manager()

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

    class Purpose(ScreenChoices):
        LINK = "link", "E-mailadres koppelen"
        RESET = "reset", "Wachtwoord vergeten"

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=10, choices=Purpose.on_screen)
    account = models.ForeignKey(Account, models.CASCADE, related_name="mail_tokens")
    version = models.PositiveIntegerField()
    email = models.EmailField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    objects = MailTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.get_purpose_display()
