"""The rows of a preview: their order, their menus, and the usernames of LeerIDs to be made."""

import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from accounts.models import Account, PasswordKind, Username
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.helpers import Enrol, GiveAccount
from tests.pages import Form, desk, html, messages_on, plain, press, text

from .bulk import start, the_batch
from .helpers import Prepare, Pupil, item_of, password_of, snapshot

pytestmark = pytest.mark.usefixtures("clock")
PICTURES = PasswordKind.PICTURES
UNSEEN = "Er is nog niets bewaard: wat je koos, staat nu in de rijen."


def key(pupil: Pupil) -> int:
    return item_of(the_batch(), pupil).pk


def username_in(page: HttpResponse, pupil: Pupil) -> str:
    """What the field of the pupil's row holds."""
    [typed] = Form(page).fields[f"username-{key(pupil)}"]
    return typed


# Order -----------------------------------------------------------------------------------------


def test_rows_stand_under_their_class_in_the_order_of_the_paper(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, alice_client: Client
) -> None:
    pupils = [("Bo", "Bos", "10A"), ("An", "As", "2B"), ("Zoë", "Zee", "2B"), ("Nel", "Nu", "")]
    page = start(
        alice_client,
        *[give_account(enrol(brussel, *one[:2], class_code=one[2])) for one in pupils],
    )
    headings = re.findall(
        r'<th scope="rowgroup".*?</th>|<th scope="row">.*?</th>', html(page), re.S
    )
    told = [plain(heading).partition(" (")[0] for heading in headings]
    assert told == [
        "Zonder klas 1 leerling",
        "Nel Nu",
        "2B 2 leerlingen",
        "An As",
        "Zoë Zee",
        "10A 1 leerling",
        "Bo Bos",
    ]


def test_linked_accounts_come_second_and_what_cannot_be_done_last(
    sam: Account,
    linked: Account,
    newcomer: Enrolment,
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    alice_actor: Actor,
    alice_client: Client,
) -> None:
    off = give_account(enrol(brussel, "Dirk", "Dicht"))
    Account.objects.filter(pk=off.pk).update(
        deactivated_at=timezone.now(), deactivated_by=alice_actor.manager
    )
    page = start(alice_client, off, newcomer, linked, sam)
    sections = re.findall(r'aria-labelledby="(\w+)-heading"', html(page))
    assert sections == ["renewed", "linked", "created", "impossible"]


def test_the_buttons_come_before_the_rows_and_annuleren_before_bewaren(
    sam: Account, alice_client: Client
) -> None:
    page = html(start(alice_client, sam))
    buttons = [page.index(button) for button in ('name="cancel"', 'name="save"', 'name="item"')]
    assert buttons == sorted(buttons)


# Menus -----------------------------------------------------------------------------------------


def test_another_kind_is_shown_before_it_is_saved(sam: Account, alice_client: Client) -> None:
    """R2: without JavaScript a menu may say something else than its row."""
    page, before = start(alice_client, sam), snapshot(sam)
    page = press(alice_client, page, "save", **{f"kind-{key(sam)}": "afbeeldingen"})
    assert UNSEEN in messages_on(page)
    assert snapshot(sam) == before
    assert item_of(the_batch(), sam).password_kind == PICTURES
    page = press(alice_client, page, "save")
    assert "1 leerling heeft nieuwe aanmeldgegevens" in text(page)


def test_ander_keeps_what_other_menus_say(
    sam: Account, newcomer: Enrolment, alice_client: Client
) -> None:
    page = start(alice_client, sam, newcomer)
    menu = {f"kind-{key(newcomer)}": "gevorderd"}
    before = password_of(the_batch(), sam)
    press(alice_client, page, "row", str(key(sam)), **menu)
    assert password_of(the_batch(), sam) != before
    assert item_of(the_batch(), newcomer).password_kind == PasswordKind.ADVANCED


def test_the_page_comes_back_to_the_row(sam: Account, alice_client: Client) -> None:
    start(alice_client, sam)
    posted = {"row": key(sam), "item": key(sam)}
    answer = alice_client.post(desk("preview_batch", the_batch().pk), posted)
    assert answer.url.endswith("#rij-1")


def test_a_class_gets_another_kind_at_once(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, alice_client: Client
) -> None:
    """A gevorderd row stays gevorderd in a renewal, and it is said how many changed."""
    kim = give_account(enrol(brussel, "Kim", "Kast", class_code="4A"), PasswordKind.WORD)
    gerda = give_account(enrol(brussel, "Gerda", "Groot", class_code="4A"))
    page = start(alice_client, kim, gerda)
    assert Form(page).menus["kinds:vernieuwd:4A"] == ["", PasswordKind.WORD, PICTURES]
    choice = {"kinds:vernieuwd:4A": "afbeeldingen"}
    page = press(alice_client, page, "apply", "vernieuwd:4A", **choice)
    assert "1 leerling kreeg een andere soort wachtwoord." in messages_on(page)
    assert item_of(the_batch(), kim).password_kind == PICTURES
    assert item_of(the_batch(), gerda).password_kind == PasswordKind.ADVANCED


def test_a_class_without_a_choice_has_no_menu(charlie: Account, alice_client: Client) -> None:
    assert Form(start(alice_client, charlie)).menus == {}


def test_new_leerids_go_back_to_the_proposal(newcomer: Enrolment, alice_client: Client) -> None:
    page = start(alice_client, newcomer, purpose="create")
    scope = "nieuw:6EM"
    page = press(alice_client, page, "apply", scope, **{f"kinds:{scope}": "gevorderd"})
    assert item_of(the_batch(), newcomer).password_kind == PasswordKind.ADVANCED
    press(alice_client, page, "apply", scope, **{f"kinds:{scope}": "voorstel"})
    assert item_of(the_batch(), newcomer).password_kind == PasswordKind.WORD


@pytest.mark.parametrize("scope", ["", "alles", "oud:6EM"])
def test_an_unknown_class_or_part_changes_nothing(
    scope: str, newcomer: Enrolment, alice_client: Client
) -> None:
    start(alice_client, newcomer)
    before = list(the_batch().items.values())
    posted = {"apply": scope, f"kinds:{scope}": "gevorderd"}
    page = alice_client.post(desk("preview_batch", the_batch().pk), posted, follow=True)
    assert "Er is niets gewijzigd." in messages_on(page)
    assert list(the_batch().items.values()) == before


# Usernames of LeerIDs to be made (R6) ----------------------------------------------------------


def test_the_username_of_a_new_leerid_is_typed_in_its_row(
    newcomer: Enrolment, alice_client: Client
) -> None:
    page = start(alice_client, newcomer, purpose="create")
    password = password_of(the_batch(), newcomer)
    press(alice_client, page, "save", **{f"username-{key(newcomer)}": "noor"})
    assert Account.objects.get(student=newcomer.student_id).username == "noor"
    assert password_of(the_batch(), newcomer) == password


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Süheda C", "Gebruik 3 tot 64 tekens"),
        ("no", "Gebruik 3 tot 64 tekens"),
        ("n" * 65, "Gebruik 3 tot 64 tekens"),
        ("sam.smets", "al in gebruik. Wel vrij: sam.smets1"),
        ("noor.twee", "staat al in een andere rij. Wel vrij: noor.twee1"),
    ],
)
def test_a_username_that_will_not_do_is_told_at_its_row_and_nothing_is_saved(
    name: str,
    reason: str,
    sam: Account,
    brussel: Institution,
    enrol: Enrol,
    alice_client: Client,
) -> None:
    """What was typed stays, of the other rows too."""
    Username.objects.get_or_create(
        value="sam.smets", defaults={"stem": "sam.smets", "student": sam.student}
    )
    one, two = enrol(brussel, "Noor", "Een"), enrol(brussel, "Noor", "Twee")
    three = enrol(brussel, "Noor", "Drie")
    page = start(alice_client, sam, one, two, three)
    names = {f"username-{key(one)}": name, f"username-{key(three)}": "noor.derde"}
    ticks = [key(sam), key(one)]
    page = press(alice_client, page, "save", item=ticks, **names)
    assert page.status_code == 200
    assert the_batch().is_draft
    assert reason in text(page)
    assert "Er is niets bewaard. Verbeter eerst de gebruikersnaam van Noor Een (6EM)" in text(page)
    assert f'value="{escape(name)}"' in html(page)
    assert item_of(the_batch(), one).username == "noor.een"
    assert item_of(the_batch(), three).username == "noor.derde"
    assert sorted(Form(page).fields["item"]) == sorted(map(str, ticks))


def test_two_rows_cannot_take_one_username(
    brussel: Institution, enrol: Enrol, alice_client: Client
) -> None:
    one, two = enrol(brussel, "Noor", "Een"), enrol(brussel, "Noor", "Twee")
    page = start(alice_client, one, two, purpose="create")
    names = {f"username-{key(one)}": "noor", f"username-{key(two)}": "noor"}
    page = press(alice_client, page, "save", **names)
    assert text(page).count("staat al in een andere rij. Wel vrij: noor") == 2
    assert the_batch().is_draft


def test_two_rows_may_exchange_their_usernames(
    brussel: Institution, enrol: Enrol, alice_client: Client
) -> None:
    one, two = enrol(brussel, "Noor", "Een"), enrol(brussel, "Noor", "Twee")
    page = start(alice_client, one, two, purpose="create")
    names = {f"username-{key(one)}": "noor.twee", f"username-{key(two)}": "noor.een"}
    press(alice_client, page, "save", **names)
    assert Account.objects.get(student=one.student_id).username == "noor.twee"


def test_an_empty_field_returns_to_the_proposal_which_is_shown_before_it_is_saved(
    newcomer: Enrolment, alice_client: Client
) -> None:
    """R2."""
    page = start(alice_client, newcomer, purpose="create")
    page = press(alice_client, page, "keep", **{f"username-{key(newcomer)}": "noor"})
    assert username_in(page, newcomer) == "noor"
    page = press(alice_client, page, "save", **{f"username-{key(newcomer)}": ""})
    assert UNSEEN in messages_on(page)
    assert username_in(page, newcomer) == "noor.nieuwkomer"


def test_the_proposal_is_free_in_the_preview_too(
    brussel: Institution, enrol: Enrol, alice_client: Client
) -> None:
    one, two = enrol(brussel, "Noor", "Een"), enrol(brussel, "Noor", "Een")
    page = start(alice_client, one, two, purpose="create")
    page = press(alice_client, page, "keep", **{f"username-{key(two)}": ""})
    assert (username_in(page, one), username_in(page, two)) == ("noor.een", "noor.een1")


def test_a_username_of_a_row_that_is_gone_is_refused(
    newcomer: Enrolment, alice_client: Client
) -> None:
    start(alice_client, newcomer)
    posted = {"keep": "", "username-99999": "noor"}
    page = alice_client.post(desk("preview_batch", the_batch().pk), posted, follow=True)
    assert "Het voorbeeld is intussen gewijzigd" in messages_on(page)


@pytest.mark.parametrize("field", ["username-abc", "username-", "kind-1;2", "kind-²"])
def test_unreadable_fields_are_refused(
    field: str, newcomer: Enrolment, alice_client: Client
) -> None:
    start(alice_client, newcomer)
    before = list(the_batch().items.values())
    posted = {"keep": "", "item": key(newcomer), field: "woord"}
    page = alice_client.post(desk("preview_batch", the_batch().pk), posted, follow=True)
    assert "Het voorbeeld is intussen gewijzigd" in messages_on(page)
    assert list(the_batch().items.values()) == before


# Fast by shape ---------------------------------------------------------------------------------


def test_statements_of_typed_usernames_do_not_grow_with_the_rows(
    brussel: Institution,
    enrol: Enrol,
    prepare: Prepare,
    alice_client: Client,
) -> None:
    def statements(size: int) -> int:
        newcomers = [enrol(brussel, f"Noor{size}", f"N{number}") for number in range(size)]
        batch = prepare(*newcomers)
        names = {
            f"username-{item_of(batch, pupil).pk}": name
            for pupil, name in zip(newcomers, ["", "Fout!", "noor"] * size, strict=False)
        }
        with CaptureQueriesContext(connection) as queries:
            alice_client.post(desk("preview_batch", batch.pk), {"keep": ""} | names)
        return len(queries)

    statements(3)
    assert statements(3) == statements(12)
