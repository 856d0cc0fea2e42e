"""Before a change of rights or of the own address the provider asks again who it is (R14)."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from time_machine import Traveller as Clock

from schoolloket.institutions.models import Manager, Membership
from tests.pages import messages_on, text
from tests.provider.provider import Claims, Provider

from .traveller import Traveller

pytestmark = pytest.mark.usefixtures("clock")

PAGE = "/aanmelden/mijn/e-mail/"


@pytest.fixture
def later(traveller: Traveller, carla: Claims, clock: Clock) -> Traveller:
    """Carla signed in a quarter of an hour ago."""
    traveller.sign_in()
    clock.shift(timedelta(minutes=15))
    return traveller


def go(traveller: Traveller, page: str = PAGE) -> str:
    """Ask the page; return the address at the provider to which it leads."""
    asked = traveller.client.get(page)
    assert asked.url.startswith("/aanmelden/bevestigen/?next=")
    return str(traveller.client.get(asked.url).url)


def test_just_after_the_sign_in_nothing_is_asked(traveller: Traveller, carla: Claims) -> None:
    traveller.sign_in()
    page = traveller.client.get(PAGE)
    assert page.status_code == 200
    # Carla has no address yet, and the page makes up none.
    assert "Je e-mailadres is nu" not in text(page)


def test_the_provider_asks_again_and_leads_back(later: Traveller, provider: Provider) -> None:
    back = later.visit(go(later))
    assert (provider.asked[-1]["prompt"], provider.asked[-1]["max_age"]) == ("login", "0")
    assert later.come_back(back).url == PAGE
    assert later.status_of(PAGE) == 200


def test_it_is_no_new_sign_in(later: Traveller, clock: Clock) -> None:
    """The eight hours go on from the first one."""
    began = later.client.session["signed_in_at"]
    later.come_back(later.visit(go(later)))
    assert later.client.session["signed_in_at"] == began


def test_an_answer_of_before_proves_nothing(later: Traveller, provider: Provider) -> None:
    provider.lies = {"auth_time": time.time() - 31}
    later.come_back(later.visit(go(later)))
    assert later.client.get(PAGE).status_code == 302


def test_somebody_else_proves_nothing(later: Traveller, provider: Provider) -> None:
    provider.person = provider.person | {"sub": "s-dirk", "given_name": "Dirk"}
    answer = later.come_back(later.visit(go(later)))
    assert "is niet gelukt" in messages_on(later.client.get(answer.url, follow=True))
    assert later.client.get(PAGE).status_code == 302
    assert Manager.objects.count() == 1


def test_a_claim_that_is_gone_takes_the_right_at_once(later: Traveller, carla: Claims) -> None:
    carla["leerid_rol_3d"] = []
    later.come_back(later.visit(go(later)))
    assert not Membership.objects.exists()
    assert later.status_of("/999912/leerlingen/") == 404


def test_a_factor_of_ours_is_added_only_to_who_proved_it_again(later: Traveller) -> None:
    """A desk left open does not give a passer-by a way in."""
    back = later.visit(go(later, "/aanmelden/mijn/app/"))
    assert not Authenticator.objects.exists()
    assert later.come_back(back).url == "/aanmelden/mijn/app/"
    assert later.status_of("/aanmelden/mijn/app/") == 200
