"""The own password: forced after a temporary one, validated, changed, seen at the desk (R8)."""

from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.contrib.auth.hashers import check_password
from django.http import HttpResponse
from django.test import Client

from accounts.models import Account, AccountEvent
from accounts.portal import forms
from schoolloket.institutions.actors import Actor
from students.models import Student
from tests.helpers import Enrol
from tests.pages import html, text

from .helpers import (
    EMAIL,
    HOME,
    NEW,
    OWN,
    PASSWORD,
    SIGN_IN,
    SIGN_OUT,
    TEMPORARY,
    WORD,
    device,
    gets_in,
    is_signed_in,
    renew,
    routes,
    signed_in,
    without_csrf,
)

pytestmark = pytest.mark.usefixtures("clock")

# The pages that anybody may open, signed in or not.
PUBLIC = {
    "sign_in",
    "sign_in_as",
    "forgotten",
    "open_link",
    "confirm_link",
    "open_reset",
    "reset",
}


@pytest.fixture
def tess(temporary: Account) -> Client:
    """Signed in with a temporary password."""
    return signed_in(temporary.username, TEMPORARY)


@pytest.fixture
def otto(own: Account) -> Client:
    """Signed in with an own password."""
    return signed_in(own.username, OWN)


def choose(client: Client, password: str, old: str | None = None) -> HttpResponse:
    fields = {"password": password} | ({} if old is None else {"old": old})
    return client.post(PASSWORD, fields)


# After a temporary password --------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(routes()))
def test_temporary_password_opens_nothing_but_the_choice(
    tess: Client, name: str, method: str
) -> None:
    response = getattr(tess, method)(routes()[name])
    if name == "password":
        assert "Kies je eigen wachtwoord" in text(response)
    elif name == "sign_out" and method == "post":
        assert response.url == SIGN_IN
    elif name in PUBLIC:
        anybody = getattr(device(), method)(routes()[name])
        assert response.status_code == anybody.status_code
        assert "Dag Tess!" not in text(response)
    else:
        assert (response.status_code, response.headers.get("Location")) in [
            (302, PASSWORD),
            (405, None),
        ]


@pytest.mark.usefixtures("temporary")
def test_choice_opens_the_rest_and_offers_to_link_an_email(tess: Client) -> None:
    assert choose(tess, NEW).url == EMAIL
    offer = tess.get(EMAIL)
    assert "Je nieuwe wachtwoord is bewaard." in text(offer)
    assert f'href="{HOME}">Niet nu</a>' in html(offer)
    assert "Dag Tess!" in text(tess.get(HOME))


def test_own_password_signs_in_and_the_temporary_one_no_more(
    tess: Client, temporary: Account
) -> None:
    choose(tess, NEW)
    assert not gets_in(device(), temporary.username, TEMPORARY)
    assert gets_in(device(), temporary.username, NEW)
    temporary.refresh_from_db()
    assert (temporary.must_change_password, temporary.credentials_version) == (False, 2)


def test_renewal_makes_the_pupil_choose_again(
    otto: Client, own: Account, alice_actor: Actor
) -> None:
    renew(alice_actor, own)
    own.refresh_from_db()
    assert own.must_change_password
    assert not is_signed_in(otto)


def test_linked_pupil_who_had_to_choose_again_is_not_asked_for_an_email(linked: Account) -> None:
    Account.objects.update(must_change_password=True)
    assert choose(signed_in(linked.username, OWN), NEW).url == HOME


# Validation ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "verplicht"),
        ("kort", "minstens 10 tekens"),
        ("negen vaa", "minstens 10 tekens"),
        # Blanks at the ends do not count.
        ("   negen    ", "minstens 10 tekens"),
        # A ligature counts as one character before NFKC and two after it: here 4 and 8.
        ("\ufb00" * 4, "minstens 10 tekens"),
        ("lang " * 26, "hoogstens 128 tekens"),
        ("1234567890", "veel mensen"),
        ("qwertyuiop", "veel mensen"),
        ("wachtwoord2026!", "veel mensen"),
        ("football2026!", "veel mensen"),
        ("mijnpaswoord1", "veel mensen"),
        ("Wáchtwóórd123", "veel mensen"),
        ("aaaaaaaaaaaa", "veel mensen"),
        ("abababababab", "veel mensen"),
        ("ik ben tess zelf", "je naam"),
        ("tijdelijk maar niet lang", "je naam"),
        ("TESS.TIJDELIJK", "je naam"),
        ("T\u00e9ss is de beste", "je naam"),
        # Full-width letters are the same letters.
        ("\uff34\uff45\uff53\uff53 is de beste", "je naam"),
    ],
)
def test_weak_password_is_refused(
    tess: Client, temporary: Account, password: str, why: str
) -> None:
    response = choose(tess, password)
    assert why in text(response)
    temporary.refresh_from_db()
    assert (temporary.credentials_version, temporary.must_change_password) == (1, True)


@pytest.mark.parametrize(
    "password", ["tien teken", "acht paarse olifanten", "zzz yyy xxx www", "é" * 4 + "àèùôîâ"]
)
def test_any_characters_are_accepted(tess: Client, password: str) -> None:
    assert choose(tess, password).status_code == 302


def test_names_of_every_enrolment_count(tess: Client, temporary: Account, enrol: Enrol) -> None:
    institution = temporary.student.enrolments.get().institution
    enrol(institution, "Tess", "van den Broecke", student=temporary.student)
    assert "je naam" in text(choose(tess, "broecke en meer"))


def test_official_names_count(tess: Client) -> None:
    Student.objects.update(
        official_data=Student.OfficialData.AVAILABLE,
        identity_hash="x",
        official_first_name="Thérèse",
    )
    assert "je naam" in text(choose(tess, "therese en meer"))


@pytest.mark.usefixtures("temporary")
def test_blanks_and_composition_do_not_matter_at_the_next_sign_in(tess: Client) -> None:
    choose(tess, "  cafe\u0301 de paris ")
    assert gets_in(device(), "tess.tijdelijk", "caf\u00e9 de paris")


def test_old_password_is_refused_also_after_a_reset_to_a_temporary_one(linked: Account) -> None:
    Account.objects.update(must_change_password=True)
    assert "Dat is je oude wachtwoord" in text(choose(signed_in(linked.username, OWN), OWN))


@pytest.mark.usefixtures("own")
def test_strength_and_show_are_offered(otto: Client) -> None:
    page = html(otto.get(PASSWORD))
    for part in ('minlength="10"', "data-strength-meter", 'data-shows="id_password"'):
        assert part in page


def test_password_is_never_repeated_on_the_page(tess: Client) -> None:
    assert "tess is de beste" not in html(choose(tess, "tess is de beste"))


# A change later --------------------------------------------------------------------------------


def test_change_asks_the_old_password(otto: Client, own: Account) -> None:
    assert "Dit veld is verplicht" in text(choose(otto, NEW))
    assert "Dat is niet je wachtwoord" in text(choose(otto, NEW, old="iets anders"))
    own.refresh_from_db()
    assert check_password(OWN, own.password)
    assert choose(otto, NEW, old=OWN).url == HOME
    own.refresh_from_db()
    assert check_password(NEW, own.password)


@pytest.mark.usefixtures("own")
def test_change_to_the_same_password_is_refused(otto: Client) -> None:
    assert "Dat is je oude wachtwoord" in text(choose(otto, OWN, old=OWN))


def test_guesses_of_the_old_password_are_limited(
    otto: Client, own: Account, clock: time_machine.Traveller
) -> None:
    for _ in range(5):
        choose(otto, NEW, old="iets anders")
    assert "Dat is niet je wachtwoord" in text(choose(otto, NEW, old=OWN))
    clock.shift(timedelta(seconds=15))
    assert choose(otto, NEW, old=OWN).url == HOME
    own.refresh_from_db()
    assert own.credentials_version == 2


def test_desk_sees_a_wrong_old_password(otto: Client, own: Account, alice_client: Client) -> None:
    choose(otto, NEW, old="iets anders")
    desk = text(alice_client.get(f"/999912/leerlingen/{own.student_id}/"))
    assert "23 november 2026 10:00 verkeerd wachtwoord" in desk


@pytest.mark.usefixtures("own")
def test_new_password_field_reveals_nothing_of_the_old_one(otto: Client) -> None:
    """Otherwise anybody at an open device could guess the old password without a limit."""
    wrong = without_csrf(choose(otto, "geraden maar fout", old="x"))
    right = without_csrf(choose(otto, OWN, old="x"))
    assert wrong == right


def test_right_old_password_is_no_failed_sign_in(
    otto: Client, own: Account, alice_client: Client
) -> None:
    choose(otto, NEW, old=OWN)
    own.refresh_from_db()
    assert (own.failed_sign_ins, own.last_failed_at, own.last_failure) == (0, None, "")


def test_change_ends_the_other_sessions_and_keeps_this_one(otto: Client, own: Account) -> None:
    phone = signed_in(own.username, OWN)
    choose(otto, NEW, old=OWN)
    assert (is_signed_in(otto), is_signed_in(phone)) == (True, False)


def test_renewal_at_the_very_moment_wins(otto: Client, own: Account, alice_actor: Actor) -> None:
    validate = forms.validate_own_password

    def validate_and_renew(*given: object) -> None:
        validate(*given)
        renew(alice_actor, own)

    Account.objects.filter(pk=own.pk).update(must_change_password=True)
    with patch.object(forms, "validate_own_password", validate_and_renew):
        assert choose(otto, NEW).url == SIGN_IN
    own.refresh_from_db()
    assert not check_password(NEW, own.password)
    assert not is_signed_in(otto)


# The history -----------------------------------------------------------------------------------


def test_desk_sees_that_the_pupil_chose_a_password_and_never_which(
    tess: Client, temporary: Account, alice_client: Client
) -> None:
    choose(tess, NEW)
    event = AccountEvent.objects.get()
    assert (event.kind, event.by_pupil, event.manager) == (
        AccountEvent.Kind.OWN_PASSWORD,
        True,
        None,
    )
    assert [(change.field, change.old, change.new) for change in event.changes.all()] == [
        ("password", "", "")
    ]
    desk = f"/999912/leerlingen/{temporary.student_id}/"
    history = text(alice_client.get(f"{desk}historiek/"))
    assert "Eigen wachtwoord gekozen" in history
    assert "De leerling" in history
    assert "10.0.0.1" not in history
    assert "De leerling koos zelf een wachtwoord" in text(alice_client.get(desk))


# Basic LeerIDs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [PASSWORD, EMAIL])
def test_basic_account_changes_nothing_itself(word: Account, page: str) -> None:
    wout = signed_in(word.username, WORD)
    given = {"password": NEW, "old": WORD, "email": "wout@voorbeeld.be"}
    assert wout.get(page).url == HOME
    assert wout.post(page, given).url == HOME
    word.refresh_from_db()
    assert (word.credentials_version, word.email) == (1, "")
    assert check_password(WORD, word.password)
    home = html(wout.get(HOME))
    assert PASSWORD not in home
    assert EMAIL not in home


@pytest.mark.usefixtures("temporary")
def test_session_of_a_temporary_password_can_be_ended(tess: Client) -> None:
    assert tess.post(SIGN_OUT).url == SIGN_IN
    assert not is_signed_in(tess)
