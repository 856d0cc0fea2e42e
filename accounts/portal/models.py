"""What Mijn LeerID stores: sessions, counts of failed attempts, and mailed links."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.db import connection, models
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import Account
from schoolloket.core.choices import ScreenChoices

# The last sign-ins that a pupil sees; older sessions are deleted once they ended.
SIGN_INS_SHOWN = 10

_COLUMNS = "key, failures, blocked_until, last_at"
_KEEP = f"failures = known.failures RETURNING {_COLUMNS}"
_OVERWRITE = (
    "failures = excluded.failures, blocked_until = excluded.blocked_until, "
    "last_at = excluded.last_at"
)


class PortalSessionQuerySet(models.QuerySet["PortalSession"]):
    def open(self, now: datetime) -> Self:
        """Sessions that are open: a new version of the credentials ends them at once."""
        return self.filter(
            token_hash__isnull=False,
            expires_at__gt=now,
            version=F("account__credentials_version"),
        )

    def end(self) -> None:
        """End these sessions; the pupil still sees that there was a sign-in."""
        self.update(token_hash=None)

    def out_of_sight(self) -> Self:
        """Sessions that have ended and are not among the last ten of their account."""
        newest_first = Window(RowNumber(), partition_by="account", order_by=["-created_at", "-pk"])
        older = self.annotate(rank=newest_first).filter(rank__gt=SIGN_INS_SHOWN)
        return self.filter(token_hash=None, pk__in=older.values("pk"))


class PortalSession(models.Model):
    """A sign-in of a pupil on a device, and the session that it opened.

    The cookie holds the token; the row only its hash, and none once the session has ended.
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
    """The counts of attempts to sign in.

    The statements are written by hand: every sign-in runs them twice, and Django takes ten times as
    long to compose them as the database to run them.
    """

    def read(self, keys: list[str]) -> dict[str, "AttemptCount"]:
        """Return the counts by key, those without a row at 0; writes and locks nothing."""
        places = ", ".join(["%s"] * len(keys))
        statement = f'SELECT {_COLUMNS} FROM "portal_attemptcount" WHERE key IN ({places})'  # noqa: S608

        counts = {key: AttemptCount(key, 0, 0.0, 0.0) for key in keys}
        with connection.cursor() as cursor:
            cursor.execute(statement, keys)
            for key, failures, blocked_until, last_at in cursor:
                counts[key] = AttemptCount(key, failures, blocked_until, last_at)
        return counts

    def lock(self, keys: Iterable[str], now: float) -> dict[str, "AttemptCount"]:
        """Return the counts by key, new ones at 0, locked until the transaction ends.

        Rows are locked in the order of `keys`. Attempts that share several keys must give them in
        one order, or they would wait for each other.
        """
        rows = [(key, 0, 0.0, now) for key in keys]
        statement, values = _upsert(rows, _KEEP)

        counts = {}
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            for key, failures, blocked_until, last_at in cursor:
                counts[key] = AttemptCount(key, failures, blocked_until, last_at)
        return counts

    def write(self, counts: Iterable["AttemptCount"]) -> None:
        """Write counts that `lock` returned, in the same transaction."""
        rows = [(one.key, one.failures, one.blocked_until, one.last_at) for one in counts]
        statement, values = _upsert(rows, _OVERWRITE)
        with connection.cursor() as cursor:
            cursor.execute(statement, values)


def _upsert(rows: list[tuple[str, int, float, float]], update: str) -> tuple[str, list[Any]]:
    """Insert the rows, and update those whose key is known; return the statement and its values."""
    places = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    statement = (
        f'INSERT INTO "portal_attemptcount" AS known ({_COLUMNS}) VALUES {places} '  # noqa: S608
        f"ON CONFLICT (key) DO UPDATE SET {update}"
    )

    values: list[Any] = []
    for row in rows:
        values.extend(row)
    return statement, values


class AttemptCount(models.Model):
    """Failed attempts in a row under one key, which is a hash and holds no name; see `throttling`.

    `failures` is below zero where successes made room for failures to come.
    Times are in seconds since 1970, as the statements above read and write them.
    """

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.IntegerField()
    blocked_until = models.FloatField()
    last_at = models.FloatField(db_index=True)

    objects = AttemptCountQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.failures} pogingen"


class MailTokenQuerySet(models.QuerySet["MailToken"]):
    def open(self, purpose: "MailToken.Purpose", now: datetime) -> Self:
        """Links that still work: not used, not expired, of the present version of credentials."""
        return self.filter(
            purpose=purpose,
            used_at=None,
            expires_at__gt=now,
            version=F("account__credentials_version"),
        )


class MailToken(models.Model):
    """A link that was mailed, to be used once. The row holds only the hash of its token."""

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
