"""A right from the provider lives as long as its claim, and in no other session (R13)."""

from datetime import timedelta

import pytest
from pytest_django import Settings
from time_machine import Traveller as Clock

from schoolloket.institutions.models import AccessEvent, Institution, Manager, Membership
from tests.desk_client import DeskClient
from tests.helpers import NOW
from tests.provider.provider import Claims, Provider

from .traveller import Traveller, join

pytestmark = pytest.mark.usefixtures("clock")

BRUSSEL = "/999912/leerlingen/"
GENT = "/999913/leerlingen/"
DESK, PROVIDER = Membership.Source.DESK, Membership.Source.PROVIDER
ROLE = "leerid_rol_3d"


def rights() -> list[tuple[str, str, str]]:
    """The name, school and source of each right."""
    found = Membership.objects.order_by("manager__name", "institution__number", "source")
    return [(one.manager.name, one.institution.number, one.source) for one in found]


# Which claims give a right ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "numbers"),
    [
        ({ROLE: ["LeerID-beheerder:999912"]}, ["999912"]),
        ({ROLE: ["LeerID-beheerder:999912", "LeerID-beheerder:999913"]}, ["999912", "999913"]),
        ({ROLE: "LeerID-beheerder:999913"}, ["999913"]),
        ({ROLE: ["LeerID-beheerder"], "vo_orgcode": "999912"}, ["999912"]),
        ({ROLE: ["LeerID-beheerder"], "vo_orgcode": 999912}, ["999912"]),
        # A role with a number is for that school, whatever the organisation is.
        ({ROLE: ["LeerID-beheerder:999913"], "vo_orgcode": "999912"}, ["999913"]),
        ({ROLE: ["LeerID-beheerder:999912", "LeerID-beheerder:999999"]}, ["999912"]),
    ],
)
@pytest.mark.usefixtures("brussel", "gent")
def test_a_role_gives_the_school_that_it_names(
    claims: Claims, numbers: list[str], traveller: Traveller, provider: Provider
) -> None:
    provider.person |= claims
    traveller.sign_in()
    found = Membership.objects.filter(source=PROVIDER, role=Membership.Role.MANAGER)
    assert list(found.order_by("institution__number").values_list("institution__number")) == [
        (number,) for number in numbers
    ]


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {ROLE: []},
        {ROLE: None},
        {ROLE: {"LeerID-beheerder:999912": True}},
        {ROLE: [["LeerID-beheerder:999912"]]},
        {ROLE: ["LeerID-beheerder"]},
        {ROLE: ["leerid-beheerder:999912"]},
        {ROLE: ["LeerID-beheerder:9999123"]},
        {ROLE: ["LeerID-beheerder:999912\n"]},
        {ROLE: ["LeerID-beheerder:٩٩٩٩١٢"]},
        {ROLE: ["LeerID-beheerder:"], "vo_orgcode": "999912"},
        {ROLE: ["Klashelper:999912"], "vo_orgcode": "999912"},
        {"another_claim": ["LeerID-beheerder:999912"]},
        {"vo_orgcode": "999912"},
        {ROLE: ["LeerID-beheerder"], "vo_orgcode": "OVO000001"},
        {ROLE: ["LeerID-beheerder"], "vo_orgcode": ["999912"]},
        {ROLE: ["LeerID-beheerder"], "vo_orgcode": "99991\0"},
    ],
)
@pytest.mark.usefixtures("brussel")
def test_anything_else_gives_nothing(
    claims: Claims, traveller: Traveller, provider: Provider
) -> None:
    provider.person |= claims
    assert traveller.sign_in().status_code == 403
    assert not Manager.objects.exists()


def test_the_deployment_says_which_claim_holds_the_roles(
    traveller: Traveller, provider: Provider, carla: Claims, settings: Settings
) -> None:
    carla["rollen"] = carla.pop(ROLE)
    provider.role_claim = "rollen"
    settings.SSO = provider.deployment()
    traveller.sign_in()
    assert traveller.status_of(BRUSSEL) == 200


# As long as the claim --------------------------------------------------------------------------


def test_a_claim_that_is_gone_takes_the_right_at_the_next_sign_in(
    traveller: Traveller, carla: Claims
) -> None:
    traveller.sign_in()
    assert traveller.status_of(BRUSSEL) == 200
    carla[ROLE] = []
    traveller.sign_in()
    assert traveller.is_signed_in()
    assert traveller.status_of(BRUSSEL) == 404
    assert AccessEvent.objects.filter(kind="removed", institution__number="999912").count() == 1


def test_another_claim_gives_another_school(
    traveller: Traveller, carla: Claims, gent: Institution
) -> None:
    traveller.sign_in()
    carla[ROLE] = ["LeerID-beheerder:999913"]
    traveller.sign_in()
    assert (traveller.status_of(BRUSSEL), traveller.status_of(GENT)) == (404, 200)


def test_the_same_claims_change_nothing(traveller: Traveller, carla: Claims) -> None:
    traveller.sign_in()
    before = Membership.objects.get().pk
    traveller.sign_in()
    assert Membership.objects.get().pk == before
    assert AccessEvent.objects.filter(kind="added").count() == 1


def test_a_running_session_ends_after_eight_hours(
    traveller: Traveller, carla: Claims, clock: Clock
) -> None:
    traveller.sign_in()
    carla[ROLE] = []
    for _ in range(31):
        clock.shift(timedelta(minutes=15))
        assert traveller.status_of(BRUSSEL) == 200
    clock.shift(timedelta(minutes=15))
    assert traveller.client.get(BRUSSEL).url == f"/aanmelden/?next={BRUSSEL}"


def test_a_session_by_password_still_lasts_twelve_hours(
    alice: Manager, alice_client: DeskClient, clock: Clock
) -> None:
    for _ in range(47):
        clock.shift(timedelta(minutes=15))
        assert alice_client.get(BRUSSEL).status_code == 200
    clock.shift(timedelta(minutes=15))
    assert alice_client.get(BRUSSEL).status_code == 302


def test_a_sign_in_through_the_provider_is_a_use_of_every_right(
    alice: Manager, traveller: Traveller, provider: Provider, gent: Institution
) -> None:
    join(alice, provider)
    provider.person[ROLE] = ["LeerID-beheerder:999913"]
    traveller.sign_in()
    assert {one.seen_at for one in Membership.objects.filter(manager=alice)} == {NOW}


def test_a_year_away_does_not_end_a_right_that_is_still_claimed(
    traveller: Traveller, carla: Claims, clock: Clock
) -> None:
    traveller.sign_in()
    clock.shift(timedelta(days=400))
    traveller.sign_in()
    assert traveller.status_of(BRUSSEL) == 200


# And nowhere else ------------------------------------------------------------------------------


def test_a_session_by_password_has_no_right_from_the_provider(
    alice: Manager,
    traveller: Traveller,
    provider: Provider,
    gent: Institution,
    settings: Settings,
) -> None:
    join(alice, provider)
    provider.person[ROLE] = ["LeerID-beheerder:999913"]
    traveller.sign_in()
    assert (traveller.status_of(BRUSSEL), traveller.status_of(GENT)) == (200, 200)

    settings.SECOND_FACTOR = "offered"
    by_password, by_factor = DeskClient(), DeskClient()
    by_password.sign_in_with_password_alone(alice)
    by_factor.force_login(alice)
    for client in (by_password, by_factor):
        assert client.get(BRUSSEL).status_code == 200
        assert client.get(GENT).status_code == 404


def test_what_the_desk_gave_is_never_touched(
    alice: Manager, bob: Manager, traveller: Traveller, provider: Provider
) -> None:
    join(alice, provider)
    traveller.sign_in()
    assert rights() == [("Alice", "999912", DESK), ("Bob", "999913", DESK)]
    provider.person[ROLE] = ["LeerID-beheerder:999912"]
    traveller.sign_in()
    assert ("Alice", "999912", PROVIDER) in rights()
    provider.person[ROLE] = []
    traveller.sign_in()
    assert rights() == [("Alice", "999912", DESK), ("Bob", "999913", DESK)]
