"""Who works at a school's desk, as the page Toegang shows it (R13)."""

from dataclasses import dataclass
from datetime import date

from allauth.mfa.models import Authenticator
from django.utils import formats

from schoolloket.institutions.models import IDLE_MONTHS, Institution, Manager, Membership

from .grants import Grant

NO_FACTOR = "Nog geen"
BY_PROVIDER = "Via de organisatie"
FACTORS = {
    Authenticator.Type.TOTP: "App",
    Authenticator.Type.WEBAUTHN: "Toegangssleutel",
}


@dataclass(frozen=True)
class Person:
    """A right, and what the page says of who has it. `ended`: why it opens nothing, or nothing."""

    right: Membership
    grant: Grant
    factor: str
    ended: str
    is_me: bool

    @property
    def can_change(self) -> bool:
        """Whether the viewer may change the right: not the own one, nor a provider's."""
        return not self.is_me and not self.right.is_by_provider

    @property
    def can_lose_factor(self) -> bool:
        """Whether the viewer may erase the factor: of somebody else, who works here today."""
        return not self.is_me and not self.ended and self.factor not in (NO_FACTOR, BY_PROVIDER)


def people_of(institution: Institution, viewer: Manager, day: date) -> list[Person]:
    """Return everybody with a right in the school, ended ones too, by name."""
    here = Membership.objects.filter(institution=institution)
    rights = list(here.select_related("manager").order_by("manager__name", "pk"))
    valid = set(here.valid_on(day).values_list("pk", flat=True))
    factors = _factors_of([right.manager_id for right in rights])
    return [
        Person(
            right=right,
            grant=Grant.of(right),
            factor=_factor(right, factors.get(right.manager_id, [])),
            ended=_ended(right, day, is_valid=right.pk in valid),
            is_me=right.manager_id == viewer.pk,
        )
        for right in rights
    ]


def _factors_of(manager_ids: list[int]) -> dict[int, list[str]]:
    """Return id of the manager -> the kinds of factors, recovery codes left out."""
    found: dict[int, list[str]] = {}
    rows = Authenticator.objects.filter(user__in=manager_ids, type__in=FACTORS)
    for manager_id, kind in rows.order_by("type").values_list("user", "type").distinct():
        found.setdefault(manager_id, []).append(kind)
    return found


def _factor(right: Membership, kinds: list[str]) -> str:
    if right.is_by_provider:
        return BY_PROVIDER
    if not kinds:
        return NO_FACTOR
    return ", ".join(FACTORS[Authenticator.Type(kind)] for kind in kinds)


def _ended(right: Membership, day: date, *, is_valid: bool) -> str:
    """Return why the right opens nothing on this day; an empty text where it does."""
    if not right.manager.is_active:
        return "Niet actief"
    if right.ends_on and right.ends_on < day:
        return f"Geëindigd op {formats.date_format(right.ends_on, 'j F Y')}"
    if not is_valid:
        return f"Geëindigd: {IDLE_MONTHS} maanden niet aangemeld"
    return ""
