"""An operator joins a subject of the provider with a manager, and parts them (R13)."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from schoolloket.institutions.models import AccessEvent, Institution, Manager, Membership
from tests.desk_client import signed_in_as
from tests.helpers import PASSWORD
from tests.pages import text
from tests.provider.provider import Claims, Provider

from .traveller import Traveller, join

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def operator_client(db: None) -> Client:
    operator = Manager.objects.create_superuser("op@loket.test", PASSWORD, name="Op")
    return signed_in_as(operator)


def save(client: Client, manager: Manager, **rows: str) -> HttpResponse:
    """Save the manager's page in the admin, with these rows of the organisation's sign-in."""
    initial = str(SocialAccount.objects.filter(user=manager).count())
    total = str(max(int(initial), int("socialaccount_set-0-uid" in rows)))
    posted = {
        "name": manager.name,
        "email": manager.email or "",
        "is_active": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
        "socialaccount_set-TOTAL_FORMS": total,
        "socialaccount_set-INITIAL_FORMS": initial,
    }
    return client.post(page_of(manager), posted | rows)


def page_of(manager: Manager) -> str:
    return f"/beheer/institutions/manager/{manager.pk}/change/"


def test_an_operator_joins_a_subject(
    operator_client: Client,
    alice: Manager,
    traveller: Traveller,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = save(operator_client, alice, **{"socialaccount_set-0-uid": "s-carla"})
    assert answer.status_code == 302
    event = AccessEvent.objects.get(kind="joined")
    assert (event.manager, event.by.name, event.detail) == (alice, "Op", "")
    assert [message.to for message in mail.outbox] == [[alice.email]]
    assert "gekoppeld aan de aanmelding van je organisatie" in mail.outbox[0].body
    traveller.sign_in()
    assert traveller.status_of("/999912/leerlingen/") == 200


def test_an_operator_parts_them_and_the_session_ends(
    operator_client: Client, alice: Manager, traveller: Traveller, provider: Provider
) -> None:
    account = join(alice, provider)
    provider.person["leerid_rol_3d"] = "LeerID-beheerder:999912"
    traveller.sign_in()
    save(
        operator_client,
        alice,
        **{
            "socialaccount_set-0-id": str(account.pk),
            "socialaccount_set-0-user": str(alice.pk),
            "socialaccount_set-0-DELETE": "on",
        },
    )
    assert not SocialAccount.objects.exists()
    assert not Membership.objects.filter(source="provider").exists()
    assert Membership.objects.filter(manager=alice, source="loket").exists()
    assert AccessEvent.objects.get(kind="parted").by.name == "Op"
    assert traveller.status_of("/999912/leerlingen/") == 302


@pytest.mark.parametrize("whole", ["row", "rows"])
def test_a_manager_who_is_deleted_leaves_nothing(
    whole: str, traveller: Traveller, carla: Claims
) -> None:
    """A year later, when the access log no longer names him or her."""
    traveller.sign_in()
    AccessEvent.objects.all().erase()
    manager = Manager.objects.get()
    if whole == "row":
        manager.delete()
    else:
        Manager.objects.filter(pk=manager.pk).delete()
    assert not SocialAccount.objects.exists()
    assert not AccessEvent.objects.exists()


def test_a_subject_is_of_one_manager(
    operator_client: Client, alice: Manager, bob: Manager, provider: Provider
) -> None:
    join(bob, provider)
    answer = save(operator_client, alice, **{"socialaccount_set-0-uid": "s-carla"})
    assert "Dit kenmerk hoort al bij een andere beheerder." in text(answer)
    assert SocialAccount.objects.get().user == bob


def test_what_is_no_subject_is_refused(
    operator_client: Client, alice: Manager, provider: Provider
) -> None:
    answer = save(operator_client, alice, **{"socialaccount_set-0-uid": "s carlá"})
    assert "Dit is geen kenmerk van de aanmelddienst" in text(answer)
    assert not SocialAccount.objects.exists()


def test_who_has_no_e_mail_address_can_be_saved_without(
    operator_client: Client, traveller: Traveller, carla: Claims
) -> None:
    traveller.sign_in()
    manager = Manager.objects.get(email=None)
    manager.name = "Carla C."
    assert save(operator_client, manager).status_code == 302
    assert Manager.objects.get(pk=manager.pk).name == "Carla C."


def test_who_has_an_e_mail_address_keeps_one(
    operator_client: Client, alice: Manager, provider: Provider
) -> None:
    alice.email = None
    save(operator_client, alice)
    assert Manager.objects.get(pk=alice.pk).email == "alice@school.test"


def test_without_a_provider_the_page_asks_for_no_subject(
    operator_client: Client, alice: Manager, brussel: Institution
) -> None:
    assert "aanmelddienst" not in text(operator_client.get(page_of(alice)))
