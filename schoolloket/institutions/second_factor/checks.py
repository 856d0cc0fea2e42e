"""What `manage.py check` says of second factors: with `--deploy`, and with `--database default`."""

import hashlib
from collections.abc import Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connection


@checks.register(checks.Tags.security, deploy=True)
def check_required(**_: Any) -> list[checks.CheckMessage]:
    """Refuse a desk that opens with a password alone (R14)."""
    if settings.SECOND_FACTOR == "required":
        return []
    return [
        checks.Error(
            "SECOND_FACTOR is not `required`: a stolen password opens the desk.",
            hint="Only a demo offers the second factor without asking for it.",
            id="institutions.E001",
        )
    ]


@checks.register(checks.Tags.database)
def check_passkeys(*, databases: Sequence[str] | None, **_: Any) -> list[checks.CheckMessage]:
    """Name how many passkeys were made for another host than that of DESK_URL: they are dead."""
    if DEFAULT_DB_ALIAS not in (databases or []) or not _has_tables():
        return []

    ours = hashlib.sha256(settings.DESK.host.encode()).digest()
    passkeys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
    dead = [one for one in passkeys if one.wrap().authenticator_data.rp_id_hash != ours]
    if not dead:
        return []
    return [
        checks.Warning(
            f"{len(dead)} passkeys were made for another host than {settings.DESK.host}, that of "
            "DESK_URL, and sign nobody in.",
            hint="Their managers sign in with an app or a recovery code, or get a new link: "
            "docs/operations.md, Change the address of the desk.",
            id="institutions.W001",
        )
    ]


def _has_tables() -> bool:
    """Whether the database was migrated at all."""
    return Authenticator._meta.db_table in connection.introspection.table_names()
