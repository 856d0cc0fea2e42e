"""End and delete what has expired."""

from datetime import datetime

from django.db import transaction

from accounts.portal import throttling
from accounts.portal.models import MailToken, PortalSession

from .mailed_links import LINK_LASTS


@transaction.atomic
def end_sessions_and_links() -> None:
    """End all sessions and mailed links: those of a backup may have been ended or used since."""
    PortalSession.objects.all().end()
    MailToken.objects.all().delete()


@transaction.atomic
def delete_expired(now: datetime) -> None:
    """Delete sessions that no page shows, and mailed links and counts whose time is over."""
    PortalSession.objects.filter(expires_at__lt=now).exclude(token_hash=None).end()
    PortalSession.objects.out_of_sight().delete()

    MailToken.objects.filter(expires_at__lt=now - LINK_LASTS).delete()
    throttling.delete_expired(now)
