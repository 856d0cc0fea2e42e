"""Second factors: an authenticator app, and passkeys. Recovery codes come with the first one."""

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from schoolloket.institutions.models import Manager

Type = Authenticator.Type


def factors_of(manager: Manager) -> QuerySet[Authenticator]:
    """Return the factors with which the manager signs in, recovery codes left out."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=manager)
    return found.exclude(type=Type.RECOVERY_CODES)


def codes_left(manager: Manager) -> int | None:
    """Return how many recovery codes were not used yet; None where there never were any."""
    codes = Authenticator.objects.filter(user=manager, type=Type.RECOVERY_CODES).first()
    if codes is None:
        return None
    used: int = codes.data["used_mask"]
    count: int = app_settings.RECOVERY_CODE_COUNT
    return count - used.bit_count()
