"""Notes every join of a manager with a subject of the provider, wherever it is made or parted.

Signals, since `/beheer/` writes these rows by itself.
"""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from schoolloket.institutions.requests import current_author

from . import actions


@receiver(post_save, sender=SocialAccount)
def note_joined(instance: SocialAccount, created: bool, raw: bool, **signal: Any) -> None:
    if created and not raw:
        actions.note_joined(manager=instance.user, by=current_author())


@receiver(post_delete, sender=SocialAccount)
def note_parted(instance: SocialAccount, origin: Model | QuerySet[Any], **signal: Any) -> None:
    """Note it, but not where the whole manager is deleted: none is left to name."""
    model = getattr(origin, "model", type(origin))
    if model is SocialAccount:
        actions.note_parted(manager=instance.user, by=current_author())
