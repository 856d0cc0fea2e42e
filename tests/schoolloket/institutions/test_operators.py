"""What operators do in `/beheer/`: freshly proven, with reasons, and nothing of a school's data."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client

from schoolloket.institutions.models import (
    AccessEvent,
    Institution,
    Invitation,
    Manager,
    Membership,
)
from schoolloket.institutions.second_factor.factors import factors_of
from students.models import Enrolment
from tests.desk_client import DeskClient
from tests.helpers import Enrol, helper_of, invitation_to
from tests.pages import html, text
from tests.second_step import give_app

BEHEER = "/beheer/institutions"
INVITE = f"{BEHEER}/invitation/add/"
PROVE = "/aanmelden/bevestigen/"
Role = Membership.Role


def form_of(manager: Manager, **more: str) -> dict[str, str]:
    """The form of a manager with a single new right, or none."""
    fields = {
        "email": str(manager.email),
        "name": manager.name,
        "is_active": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    return fields | more


# Freshly proven --------------------------------------------------------------------------------


def test_a_password_alone_opens_nothing_of_beheer(operator: Manager) -> None:
    client = DeskClient()
    client.sign_in_with_password_alone(operator)
    for page in ("/beheer/", f"{BEHEER}/institution/", INVITE):
        assert client.get(page).url == "/aanmelden/tweede-stap/"


def test_a_change_of_rights_asks_again_who_it_is(
    clock: time_machine.Traveller, operator_client: DeskClient, alice: Manager
) -> None:
    give_app(alice)
    clock.shift(timedelta(minutes=11))
    for page in (
        f"{BEHEER}/manager/{alice.pk}/change/",
        f"{BEHEER}/manager/{alice.pk}/password/",
        f"{BEHEER}/manager/{alice.pk}/delete/",
        f"{BEHEER}/manager/{alice.pk}/tweede-stap/",
        f"{BEHEER}/institution/add/",
        INVITE,
    ):
        assert operator_client.get(page).url.startswith(PROVE), page
        assert operator_client.post(page, {"reason": "kwijt"}).url.startswith(PROVE), page
    assert factors_of(alice).exists()


def test_what_is_done_with_ticked_rows_asks_again_too(
    clock: time_machine.Traveller, operator_client: DeskClient, brussel: Institution
) -> None:
    invitation = invitation_to(brussel)
    clock.shift(timedelta(minutes=11))
    answer = act(operator_client, "withdraw", invitation)
    assert answer.url.startswith(PROVE)
    assert Invitation.objects.exists()


def test_lists_do_not_ask(
    clock: time_machine.Traveller, operator_client: DeskClient, brussel: Institution
) -> None:
    clock.shift(timedelta(minutes=11))
    for name in ("manager", "institution", "invitation"):
        assert operator_client.get(f"{BEHEER}/{name}/").status_code == 200


# A lost second step ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_lost_second_step_is_erased_with_a_reason(
    operator: Manager, operator_client: DeskClient, alice: Manager
) -> None:
    give_app(alice)
    page = f"{BEHEER}/manager/{alice.pk}/tweede-stap/"
    assert "Geef een reden" in text(operator_client.post(page, {"reason": " "}))
    assert factors_of(alice).exists()

    answer = operator_client.post(page, {"reason": "telefoon verloren"}, follow=True)
    assert "Alice krijgt een mail" in text(answer)
    assert not factors_of(alice).exists()
    event = AccessEvent.objects.get(kind=AccessEvent.Kind.FACTOR_RESET)
    assert (event.manager, event.by, event.detail) == (alice, operator, "telefoon verloren")
    assert "/aanmelden/tweede-stap/" in str(mail.outbox[-1].body)


def test_no_operator_erases_the_own_second_step(
    operator: Manager, operator_client: DeskClient
) -> None:
    give_app(operator)
    operator_client.force_login(operator)
    page = f"{BEHEER}/manager/{operator.pk}/tweede-stap/"
    answer = operator_client.post(page, {"reason": "telefoon verloren"}, follow=True)
    assert "Dit kun je niet voor jezelf doen." in text(answer)
    assert factors_of(operator).exists()


# Rights ----------------------------------------------------------------------------------------


def right_in(institution: Institution, manager: Manager) -> dict[str, str]:
    return {
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-manager": str(manager.pk),
        "memberships-0-institution": str(institution.pk),
        "memberships-0-role": Role.HELPER,
    }


def test_a_right_given_by_hand_is_a_beheerders(
    operator_client: DeskClient, alice: Manager, gent: Institution
) -> None:
    answer = operator_client.post(
        f"{BEHEER}/manager/{alice.pk}/change/", form_of(alice, **right_in(gent, alice))
    )
    assert answer.status_code == 302
    assert Membership.objects.get(manager=alice, institution=gent).role == Role.MANAGER


def test_a_second_right_in_the_same_school_is_refused(
    operator_client: DeskClient, alice: Manager, brussel: Institution
) -> None:
    right = Membership.objects.get(manager=alice)
    twice = right_in(brussel, alice) | {
        "memberships-TOTAL_FORMS": "2",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(right.pk),
        "memberships-1-manager": str(alice.pk),
        "memberships-1-institution": str(brussel.pk),
    }
    answer = operator_client.post(f"{BEHEER}/manager/{alice.pk}/change/", form_of(alice, **twice))
    assert "twee keer dezelfde beheerder" in text(answer)
    assert Membership.objects.filter(manager=alice).count() == 1


def test_the_right_of_a_helper_keeps_a_last_day(
    operator_client: DeskClient, alice: Manager, brussel: Institution
) -> None:
    right = Membership.objects.get(manager=alice)
    right.role, right.school_year = Role.HELPER, 2026
    right.ends_on = date(2027, 8, 31)
    right.save()
    existing = right_in(brussel, alice) | {
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(right.pk),
    }
    answer = operator_client.post(
        f"{BEHEER}/manager/{alice.pk}/change/", form_of(alice, **existing)
    )
    assert "De toegang van een klashelper heeft een laatste dag." in text(answer)


def change_right(client: Client, right: Membership, **fields: str) -> object:
    """Save the one right of a manager, at the manager's page."""
    posted = right_in(right.institution, right.manager) | {
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(right.pk),
    }
    named = {f"memberships-0-{name}": value for name, value in fields.items()}
    form = form_of(right.manager, **(posted | named))
    return client.post(f"{BEHEER}/manager/{right.manager.pk}/change/", form)


def test_another_last_day_is_in_the_log(
    operator: Manager, operator_client: DeskClient, alice: Manager
) -> None:
    right = Membership.objects.get(manager=alice)
    change_right(operator_client, right, ends_on="2027-06-30")
    change_right(operator_client, right, ends_on="2027-06-30")
    event = AccessEvent.objects.get(kind=AccessEvent.Kind.RIGHT_CHANGED)
    assert (event.manager, event.by, event.institution) == (alice, operator, right.institution)
    assert event.detail == "zonder laatste dag → tot en met 30/06/2027"


def test_a_right_that_was_given_moves_to_no_other_school(
    operator_client: DeskClient, alice: Manager, brussel: Institution, gent: Institution
) -> None:
    right = Membership.objects.get(manager=alice)
    change_right(operator_client, right, institution=str(gent.pk), ends_on="2027-06-30")
    assert Membership.objects.get(manager=alice).institution == brussel


def test_the_right_of_a_helper_ends_with_its_school_year(
    operator_client: DeskClient, brussel: Institution
) -> None:
    right = Membership.objects.get(manager=helper_of(brussel, "Hilde", ["6A"]))
    answer = change_right(operator_client, right, ends_on="2027-09-01")
    assert "Voor een klashelper ten laatste op 31/08/2027." in text(answer)
    right.refresh_from_db()
    assert right.ends_on == date(2027, 8, 31)


# What stays ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_school_with_pupils_is_not_deleted(
    operator_client: DeskClient, brussel: Institution, enrol: Enrol, method: str
) -> None:
    enrol(brussel, "Süheda", "Carabin")
    page = f"{BEHEER}/institution/{brussel.pk}/delete/"
    answer = getattr(operator_client, method)(page, {"post": "yes"}, follow=True)
    assert "Deze instelling heeft leerlingen" in text(answer)
    assert "Carabin" not in html(answer)
    assert Enrolment.objects.exists()


def test_a_manager_in_the_log_is_not_deleted(operator_client: DeskClient, alice: Manager) -> None:
    page = f"{BEHEER}/manager/{alice.pk}/delete/"
    answer = operator_client.post(page, {"post": "yes"}, follow=True)
    assert "Neem het vinkje bij Actief weg" in text(answer)
    assert Manager.objects.filter(pk=alice.pk).exists()


def test_a_school_by_mistake_is_deleted(operator_client: DeskClient, gent: Institution) -> None:
    operator_client.post(f"{BEHEER}/institution/{gent.pk}/delete/", {"post": "yes"})
    assert not Institution.objects.exists()


# Invitations -----------------------------------------------------------------------------------


def act(client: Client, action: str, invitation: Invitation) -> object:
    ticked = {"action": action, "_selected_action": str(invitation.pk)}
    return client.post(f"{BEHEER}/invitation/", ticked)


@pytest.mark.django_db(transaction=True)
def test_an_operator_invites_a_beheerder(
    operator: Manager, operator_client: DeskClient, brussel: Institution
) -> None:
    fields = {"institution": str(brussel.pk), "email": "Dirk@school.test"}
    answer = operator_client.post(INVITE, fields, follow=True)
    assert "De uitnodiging voor Dirk@school.test is onderweg." in text(answer)
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("dirk@school.test", Role.MANAGER)
    assert invitation.invited_by == operator
    [mailed] = [one for one in mail.outbox if one.to == ["dirk@school.test"]]
    token = str(mailed.body).split("/uitnodiging/")[1].split("/")[0]
    shown = html(operator_client.get(f"{BEHEER}/invitation/"))
    assert token not in shown
    assert invitation.token_hash not in shown


def test_who_works_there_is_not_invited_by_an_operator(
    operator_client: DeskClient, brussel: Institution, alice: Manager
) -> None:
    fields = {"institution": str(brussel.pk), "email": str(alice.email)}
    assert "werkt al in dit loket" in text(operator_client.post(INVITE, fields))


def test_an_invitation_is_sent_again_and_withdrawn(
    operator_client: DeskClient, brussel: Institution
) -> None:
    invitation = invitation_to(brussel)
    act(operator_client, "send_again", invitation)
    again = Invitation.objects.get()
    assert again.token_hash != invitation.token_hash
    act(operator_client, "withdraw", invitation)
    assert not Invitation.objects.exists()


# Nothing of a school's data --------------------------------------------------------------------


def test_no_list_and_no_first_page_names_a_pupil(
    operator: Manager, operator_client: DeskClient, brussel: Institution, enrol: Enrol
) -> None:
    enrolment = enrol(brussel, "Süheda", "Carabin")
    LogEntry.objects.create(
        user=operator, object_id=str(enrolment.pk), object_repr=str(enrolment), action_flag=2
    )
    first = operator_client.get("/beheer/")
    for link in (
        "/beheer/",
        *(f"{BEHEER}/{name}/" for name in ("institution", "manager", "invitation", "accessevent")),
        "/beheer/students/enrolment/",
        "/beheer/students/identityconflict/",
        "/beheer/identity/formerdata/",
    ):
        assert f'href="{link}"' in html(first)
        assert "Carabin" not in html(operator_client.get(link))
