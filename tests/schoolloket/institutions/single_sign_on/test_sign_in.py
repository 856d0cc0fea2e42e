"""Who comes in through the organisation's own sign-in: known by subject, never by e-mail (R13)."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from time_machine import Traveller as Clock

from schoolloket.core.exceptions import SubjectTaken
from schoolloket.institutions import actions as managers
from schoolloket.institutions.models import AccessEvent, Manager, Membership
from schoolloket.institutions.single_sign_on import actions
from schoolloket.institutions.single_sign_on import claims as claims_of_provider
from tests.pages import messages_on, text
from tests.provider.provider import Claims, Provider

from .traveller import Traveller, join

pytestmark = pytest.mark.usefixtures("clock")

LIST = "/999912/leerlingen/"


# Without a provider ----------------------------------------------------------------------------


def test_without_a_provider_there_is_no_button_and_no_page(client: Client, db: None) -> None:
    assert "organisatie" not in client.get("/aanmelden/").content.decode()
    assert client.post("/aanmelden/organisatie/").status_code == 404
    assert client.get("/aanmelden/organisatie/terug/").status_code == 404


def test_the_button_names_the_provider(client: Client, provider: Provider) -> None:
    assert "Aanmelden via ACM/IDM" in text(client.get("/aanmelden/"))


def test_a_link_of_another_site_signs_nobody_in(client: Client, provider: Provider) -> None:
    assert client.get("/aanmelden/organisatie/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/aanmelden/organisatie/").status_code == 403


# Somebody new ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("carla")
def test_somebody_new_with_a_role_gets_an_account_and_the_school(traveller: Traveller) -> None:
    assert traveller.sign_in().status_code == 302
    manager = Manager.objects.get()
    assert (manager.name, manager.email) == ("Carla Claes", None)
    assert not manager.has_usable_password()
    assert traveller.status_of(LIST) == 200


@pytest.mark.usefixtures("carla")
def test_the_sign_in_leads_to_the_page_that_was_asked(traveller: Traveller) -> None:
    assert traveller.sign_in(page="/999912/import/")["Location"] == "/999912/import/"


@pytest.mark.usefixtures("carla")
def test_the_sign_in_leads_to_no_other_site(traveller: Traveller) -> None:
    assert traveller.sign_in(page="https://elders.test/")["Location"] == "/"


@pytest.mark.usefixtures("carla")
def test_an_account_its_right_and_the_sign_in_are_in_the_log(traveller: Traveller) -> None:
    traveller.sign_in()
    events = AccessEvent.objects.order_by("pk")
    assert [event.kind for event in events] == ["created", "joined", "added", "signed_in"]
    assert events.last().detail == "via de organisatie"


def test_nothing_is_kept_of_what_the_provider_tells(traveller: Traveller, carla: Claims) -> None:
    carla["rrn"] = "10111225716"
    carla["email"] = "carla@school.test"
    traveller.sign_in()
    traveller.sign_in()
    assert SocialAccount.objects.get().extra_data == {}


def test_somebody_without_a_role_here_gets_no_account(traveller: Traveller, carla: Claims) -> None:
    carla["leerid_rol_3d"] = ["LeerID-beheerder:999999", "Directeur:999912"]
    answer = traveller.sign_in()
    assert answer.status_code == 403
    assert "daar ben je geen LeerID-beheerder van een school" in text(answer)
    assert not Manager.objects.exists()
    assert AccessEvent.objects.get().kind == "failed"


@pytest.mark.usefixtures("carla")
def test_one_subject_becomes_one_manager(provider: Provider) -> None:
    """Two sign-ins at the same moment both find none."""
    numbers = {"999912"}
    actions.make_manager(subject="s-carla", name="Carla", numbers=numbers)
    with pytest.raises(SubjectTaken):
        actions.make_manager(subject="s-carla", name="Carla", numbers=numbers)
    assert Manager.objects.count() == 1


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"given_name": "Carla\r\n\0", "family_name": "\u202eClaes "}, "Carla Claes"),
        ({"given_name": None, "family_name": None, "name": "Carla C."}, "Carla C."),
        ({"given_name": "", "family_name": "", "name": None}, "Zonder naam"),
        ({"given_name": "a" * 300}, "a" * 150),
    ],
)
def test_an_odd_name_becomes_one_line(
    claims: Claims, name: str, traveller: Traveller, carla: Claims
) -> None:
    carla |= claims
    traveller.sign_in()
    assert Manager.objects.get().name == name


@pytest.mark.usefixtures("provider")
def test_half_a_character_in_a_name_is_left_out() -> None:
    """JSON can hold one, no database can."""
    read = claims_of_provider.read({"sub": "s-carla", "nonce": "n", "name": "Carla\ud800"})
    assert read.name == "Carla"


def test_a_subject_that_no_database_takes_is_refused(traveller: Traveller, carla: Claims) -> None:
    for subject in ("", "a\0b", "x" * 300, 12):
        carla["sub"] = subject
        assert traveller.sign_in().url == "/aanmelden/"
    assert not Manager.objects.exists()


# Somebody who is known -------------------------------------------------------------------------


def test_an_asserted_e_mail_address_opens_nobodys_account(
    alice: Manager, traveller: Traveller, carla: Claims
) -> None:
    carla |= {"email": alice.email, "email_verified": True, "leerid_rol_3d": []}
    assert traveller.sign_in().status_code == 403
    assert not traveller.is_signed_in()
    assert not SocialAccount.objects.exists()


def test_an_asserted_e_mail_address_is_not_taken_over_either(
    alice: Manager, traveller: Traveller, carla: Claims
) -> None:
    carla |= {"email": alice.email, "email_verified": True}
    traveller.sign_in()
    newcomer = SocialAccount.objects.get().user
    assert newcomer != alice
    assert newcomer.email is None


def test_a_joined_subject_opens_the_account_of_the_manager(
    alice: Manager, traveller: Traveller, provider: Provider
) -> None:
    join(alice, provider)
    traveller.sign_in()
    assert traveller.client.session["_auth_user_id"] == str(alice.pk)
    assert traveller.status_of(LIST) == 200


def test_the_subject_of_another_issuer_is_somebody_else(
    alice: Manager, traveller: Traveller, provider: Provider
) -> None:
    SocialAccount.objects.create(user=alice, provider="https://elders.test", uid="s-carla")
    assert traveller.sign_in().status_code == 403


def test_an_inactive_manager_does_not_come_in(
    alice: Manager, traveller: Traveller, carla: Claims, provider: Provider
) -> None:
    join(alice, provider)
    Manager.objects.update(is_active=False)
    assert traveller.sign_in().url == "/aanmelden/inactief/"
    assert not traveller.is_signed_in()
    assert not Membership.objects.filter(source="provider").exists()
    assert AccessEvent.objects.filter(kind="failed", manager=alice).count() == 1


def test_a_manager_of_the_organisation_needs_no_factor_of_ours(
    alice: Manager, traveller: Traveller, provider: Provider, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "required"
    join(alice, provider)
    traveller.sign_in()
    assert traveller.status_of(LIST) == 200


def test_a_factor_of_ours_is_not_asked_on_top(
    alice: Manager, traveller: Traveller, provider: Provider
) -> None:
    Authenticator.objects.create(user=alice, type="totp", data={})
    join(alice, provider)
    assert traveller.sign_in()["Location"] == "/"


# No password beside it -------------------------------------------------------------------------


@pytest.mark.usefixtures("carla")
def test_a_manager_of_the_organisation_makes_no_password(traveller: Traveller) -> None:
    traveller.sign_in()
    manager = Manager.objects.get()
    page = traveller.client.get("/aanmelden/wachtwoord/", follow=True)
    assert "Je hebt hier geen wachtwoord" in messages_on(page)
    assert traveller.status_of("/aanmelden/wachtwoord/zetten/") == 404

    Manager.objects.update(email="carla@school.test")
    managers.request_reset(email="carla@school.test", ip_address="127.0.0.1")
    assert not mail.outbox
    manager.refresh_from_db()
    assert not manager.has_usable_password()


def test_who_has_a_password_still_resets_it(alice: Manager) -> None:
    managers.request_reset(email="alice@school.test", ip_address="127.0.0.1")
    assert len(mail.outbox) == 1


# What goes wrong at the provider ---------------------------------------------------------------


def test_who_gives_up_at_the_provider_reads_so(traveller: Traveller, provider: Provider) -> None:
    provider.error = "access_denied"
    traveller.sign_in()
    page = traveller.client.get("/aanmelden/")
    assert "De aanmelding via ACM/IDM is afgebroken." in messages_on(page)
    event = AccessEvent.objects.get()
    assert (event.kind, event.manager, event.detail) == ("failed", None, "")


def test_an_error_of_the_provider_is_a_message(traveller: Traveller, provider: Provider) -> None:
    provider.error = "server_error"
    traveller.sign_in()
    assert "is niet gelukt" in messages_on(traveller.client.get("/aanmelden/"))


def test_a_provider_that_is_down_is_a_message_and_asked_once(
    traveller: Traveller, provider: Provider
) -> None:
    provider.down = True
    for _ in range(3):
        assert traveller.leave() == "/aanmelden/"
        page = traveller.client.get("/aanmelden/")
        assert "ACM/IDM antwoordt nu niet." in messages_on(page)
    assert len(provider.requests) == 1


def test_a_provider_that_falls_silent_on_the_way_is_a_message(
    traveller: Traveller, provider: Provider
) -> None:
    for is_known in (True, False):
        back = traveller.visit(traveller.leave())
        provider.down = True
        if not is_known:
            cache.clear()
        assert traveller.come_back(back).url == "/aanmelden/"
        provider.down = False


@pytest.mark.parametrize("answer", [[], 5, "x", {}, {"access_token": "a"}, {"id_token": "a.b.c"}])
def test_an_answer_that_is_no_token_is_a_message(
    answer: object, traveller: Traveller, provider: Provider
) -> None:
    provider.exchange = lambda posted: answer  # type: ignore[assignment, method-assign, return-value]
    assert traveller.sign_in().url == "/aanmelden/"


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": "x"}, {"keys": [5]}, [], "x"])
def test_keys_that_are_none_are_a_message(
    keys: object, traveller: Traveller, provider: Provider
) -> None:
    provider.keys = lambda: keys  # type: ignore[assignment, method-assign, return-value]
    assert traveller.sign_in().url == "/aanmelden/"


@pytest.mark.usefixtures("carla")
def test_a_provider_that_was_down_is_asked_again_later(
    traveller: Traveller, provider: Provider, clock: Clock
) -> None:
    provider.down = True
    traveller.leave()
    provider.down = False
    clock.shift(31)
    traveller.sign_in()
    assert traveller.is_signed_in()


def test_what_the_provider_publishes_is_asked_once_an_hour(
    traveller: Traveller, provider: Provider, carla: Claims
) -> None:
    for _ in range(3):
        Traveller().sign_in()
    assert provider.requests.count("/.well-known/openid-configuration") == 1
    assert provider.requests.count("/keys") == 1


@pytest.mark.parametrize(
    "published",
    [
        {"issuer": "https://elders.test"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_publishes_something_else_is_not_used(
    published: Claims, traveller: Traveller, provider: Provider
) -> None:
    true = provider.configuration()
    provider.configuration = lambda: true | published  # type: ignore[method-assign]
    assert traveller.leave() == "/aanmelden/"


# The way back ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("carla")
def test_an_answer_works_once(traveller: Traveller) -> None:
    back = traveller.visit(traveller.leave())
    traveller.come_back(back)
    assert traveller.is_signed_in()
    traveller.client.post("/aanmelden/afmelden/")
    assert traveller.come_back(back).url == "/aanmelden/"
    assert not traveller.is_signed_in()


@pytest.mark.usefixtures("carla")
def test_an_answer_works_in_its_own_browser_only(traveller: Traveller, provider: Provider) -> None:
    back = traveller.visit(traveller.leave())
    other = Traveller()
    assert other.come_back(back).url == "/aanmelden/"
    assert not other.is_signed_in()


@pytest.mark.usefixtures("carla")
def test_a_code_of_another_browser_is_worth_nothing(traveller: Traveller) -> None:
    """The code of an attacker's sign-in, with the state of the victim's."""
    attacker = Traveller()
    code = attacker.visit(attacker.leave()).split("code=")[1]
    mine = traveller.visit(traveller.leave()).split("code=")[0]
    assert traveller.come_back(f"{mine}code={code}").url == "/aanmelden/"
    assert not traveller.is_signed_in()


@pytest.mark.usefixtures("carla")
def test_the_desk_asks_for_a_code_with_pkce_and_no_e_mail_address(
    traveller: Traveller, provider: Provider
) -> None:
    traveller.sign_in()
    asked = provider.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "profile"}
    assert asked["redirect_uri"] == "http://localhost:8000/aanmelden/organisatie/terug/"
    assert len(asked["nonce"]) >= 40
