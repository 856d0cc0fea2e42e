"""Notes every change of a manager and of a membership, wherever it is made.

Signals, since /beheer/, the sign-in library and Django's commands write these rows by themselves.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from . import actions
from .models import AccessEvent, Manager, Membership
from .requests import came_by_provider, current_author
from .sessions import SIGNED_IN_AT

Kind = AccessEvent.Kind

# Written by the sign-in itself: its moment, and a password that is hashed anew.
NO_CHANGE = ({"last_login"}, {"password"})


@receiver(user_logged_in)
def stamp_session(request: HttpRequest, **signal: Any) -> None:
    """Note in the session when it began: SESSION_HOURS later it ends."""
    request.session[SIGNED_IN_AT] = timezone.now().timestamp()


@receiver(user_logged_in)
def note_rights_seen(request: HttpRequest, user: Manager, **signal: Any) -> None:
    """Note the sign-in with each right that is still valid: an idle year ends the others (R13)."""
    actions.note_seen(manager=user, by_provider=came_by_provider(request, user))


@receiver(pre_save, sender=Manager)
def keep_what_was(instance: Manager, update_fields: Iterable[str] | None, **signal: Any) -> None:
    """Keep the manager's row as it is before the change."""
    instance.before = None
    if set(update_fields or ()) not in NO_CHANGE:
        instance.before = Manager.objects.filter(pk=instance.pk).first()


@receiver(post_save, sender=Manager)
def note_manager(instance: Manager, created: bool, raw: bool, **signal: Any) -> None:
    if raw:
        return
    if created:
        actions.note_new_manager(manager=instance, by=current_author())
    elif instance.before:
        actions.note_changes(before=instance.before, manager=instance, by=current_author())


@receiver(pre_save, sender=Membership)
def keep_right_that_was(instance: Membership, **signal: Any) -> None:
    """Keep the right's row as it is before the change."""
    instance.before = Membership.objects.filter(pk=instance.pk).first()


@receiver(post_save, sender=Membership)
def note_membership(instance: Membership, created: bool, raw: bool, **signal: Any) -> None:
    if raw:
        return
    if created:
        actions.note_membership(Kind.ADDED, membership=instance, by=current_author())
    elif instance.before:
        actions.note_last_day(before=instance.before, right=instance, by=current_author())


@receiver(post_delete, sender=Membership)
def note_membership_gone(
    instance: Membership, origin: Model | QuerySet[Any], **signal: Any
) -> None:
    """Note it, but not where the whole manager or institution is deleted: none is left to name."""
    model = type(origin)
    if isinstance(origin, QuerySet):
        model = origin.model
    if model is Membership:
        actions.note_membership(Kind.REMOVED, membership=instance, by=current_author())
