"""Rights: by which membership a manager is in a school, and which pages a helper has (R11, R13)."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from schoolloket.core import clock
from schoolloket.core.exceptions import NoLongerHere

from .actors import Actor
from .models import Institution, Manager, Membership
from .requests import DeskRequest, came_by_provider

View = Callable[..., Any]


def rights_of(request: DeskRequest) -> QuerySet[Membership]:
    """Return the rights that the manager of this session has today, with their institutions."""
    mine = Membership.objects.filter(manager=request.user).select_related("institution")
    counting = mine.counting(by_provider=came_by_provider(request, request.user))
    return counting.valid_on(clock.today())


def right_in(number: str, request: DeskRequest) -> Membership | None:
    """Return the right to the institution with this number, None where there is none.

    Of two, one from a provider and one of the desk, that of a LeerID-beheerder comes first.
    """
    # `beheerder` comes before `klashelper`.
    right = rights_of(request).filter(institution__number=number).order_by("role").first()
    if right and right.is_helper:
        right.institution.limited_to = frozenset(right.classes)
    return right


def institution_now(by: Actor) -> Institution:
    """Return the school as `by` may see it at this moment: asked in the transaction of a save.

    Raises NoLongerHere where a helper's right ended since the request began (R13).
    """
    if by.right is None or not by.is_helper:
        return by.institution

    valid = Membership.objects.filter(pk=by.right.pk).valid_on(clock.today())
    right = valid.select_related("institution").first()
    if right is None:
        raise NoLongerHere
    right.institution.limited_to = frozenset(right.classes)
    return right.institution


def beheerders_of(institutions: QuerySet[Institution] | list[Institution]) -> QuerySet[Manager]:
    """Return who is a LeerID-beheerder of one of these schools today."""
    rights = Membership.objects.filter(
        institution__in=institutions, role=Membership.Role.MANAGER
    ).valid_on(clock.today())
    return Manager.objects.filter(is_active=True, pk__in=rights.values("manager"))


def for_helpers(view: View) -> View:
    """Open a view of the desk to helpers too: it shows and does what they may, and no more."""
    view.for_helpers = True  # type: ignore[attr-defined]
    return view


def is_for_helpers(view: View) -> bool:
    return getattr(view, "for_helpers", False)
