"""INGESCHREVEN LEERLINGEN: filter, search, sort, page, select."""

from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Account, PasswordKind
from schoolloket.institutions.models import Institution, Manager, Membership
from tests.helpers import NOW, Enrol, GiveAccount
from tests.pages import desk, html, text

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def pupils(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, alice: Manager
) -> dict[str, int]:
    """Three pupils of Brussel; the student's id by first name."""
    suheda = enrol(
        brussel, "Süheda", "Carabin", stamnummer="900", group="4de leerjaar", class_code="4A"
    )
    lukasz = enrol(brussel, "Łukasz", "Van den Broeck", stamnummer="1000")
    amani = enrol(brussel, "Amani", "O'Neill", stamnummer="20")
    give_account(suheda, PasswordKind.WORD)
    give_account(lukasz, username="lukasz.broeck7", deactivated_at=NOW, deactivated_by=alice)
    return {row.first_name: row.student_id for row in (suheda, lukasz, amani)}


def stamnummers(client: Client, **query: str) -> list[str]:
    page = client.get(desk("students"), query).context["table"].page
    return [row.stamnummer for row in page]


@pytest.mark.usefixtures("pupils")
@pytest.mark.parametrize(
    "query",
    ["suheda", "SÜHEDA", "carabin suh", "suh carabin", "900", "suheda.carabin"],
)
def test_search_finds_words_in_any_order_without_accents_or_capitals(
    alice_client: Client, query: str
) -> None:
    assert stamnummers(alice_client, zoek=query) == ["900"]


@pytest.mark.usefixtures("pupils")
@pytest.mark.parametrize(
    ("query", "found"), [("broeck lukasz", ["1000"]), ("broeck7", ["1000"]), ("xyz", []), ("%", [])]
)
def test_search_also_finds_letters_of_other_alphabets_and_usernames(
    alice_client: Client, query: str, found: list[str]
) -> None:
    assert stamnummers(alice_client, zoek=query) == found


@pytest.mark.usefixtures("pupils")
@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("groep", "4de leerjaar", ["900"]),
        ("klas", "6EM", ["20", "1000"]),
        ("status", "actief", ["900"]),
        ("status", "inactief", ["1000"]),
        ("status", "geen-account", ["20"]),
        ("type", "basis", ["900"]),
        ("type", "gevorderd", ["1000"]),
    ],
)
def test_a_filter_keeps_the_rows_that_fit(
    alice_client: Client, name: str, value: str, found: list[str]
) -> None:
    assert stamnummers(alice_client, **{name: value}) == found


@pytest.mark.usefixtures("pupils")
@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("naam", ["900", "20", "1000"]),
        ("-naam", ["1000", "20", "900"]),
        ("voornaam", ["20", "1000", "900"]),
        ("stamnummer", ["20", "900", "1000"]),
        ("klas", ["900", "20", "1000"]),
        ("nonsense", ["900", "20", "1000"]),
    ],
)
def test_names_sort_without_accents_and_stamnummers_as_numbers(
    alice_client: Client, order: str, found: list[str]
) -> None:
    assert stamnummers(alice_client, sorteer=order) == found


@pytest.mark.usefixtures("pupils")
@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "9" * 30])
def test_a_page_that_does_not_exist_is_answered_with_one_that_does(
    alice_client: Client, number: str
) -> None:
    assert len(stamnummers(alice_client, pagina=number, per="7")) == 3


@pytest.mark.usefixtures("pupils")
def test_the_heading_has_the_count(alice_client: Client) -> None:
    assert "Totaal aantal rijen: 3" in text(alice_client.get(desk("students")))


def test_the_one_click_selects_exactly_the_pupils_who_match_the_filter(
    alice_client: Client, pupils: dict[str, int]
) -> None:
    answer = alice_client.get(desk("selection"), {"klas": "6EM"}).json()
    assert set(answer["students"]) == {str(pupils["Łukasz"]), str(pupils["Amani"])}


def test_a_coming_enrolment_is_marked(
    alice_client: Client, brussel: Institution, enrol: Enrol
) -> None:
    enrol(brussel, starts_on=date(2027, 9, 1), ends_on=date(2028, 8, 31))
    assert "vanaf 1 september 2027" in text(alice_client.get(desk("students")))


def test_pupils_who_left_have_a_list_of_their_own_to_read_only(
    alice_client: Client, brussel: Institution, enrol: Enrol
) -> None:
    enrol(brussel, stamnummer="7", ends_on=date(2026, 10, 1))
    assert stamnummers(alice_client) == []
    assert stamnummers(alice_client, lijst="uitgeschreven") == ["7"]
    page = alice_client.get(desk("students"), {"lijst": "uitgeschreven"})
    assert 'type="checkbox"' not in page.content.decode()


@pytest.mark.usefixtures("pupils")
def test_the_excel_holds_the_filtered_list_as_text_and_no_password(alice_client: Client) -> None:
    answer = alice_client.get(desk("students_workbook"), {"klas": "4A"})
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[0][:3] == ("Stamnummer", "Voornaam", "Naam")
    assert rows[1:] == [
        (
            "900",
            "Süheda",
            "Carabin",
            "4A",
            "4de leerjaar",
            "Actief",
            "Basis",
            "suheda.carabin",
            "Basis wachtwoord",
            "Nog niet aangemeld",
            "2026-2027",
        )
    ]


def test_no_text_becomes_a_formula_in_the_excel(
    alice_client: Client, brussel: Institution, enrol: Enrol
) -> None:
    enrol(brussel, "=1+1", "@SUM(A1)")
    answer = alice_client.get(desk("students_workbook"))
    cell = load_workbook(BytesIO(answer.content)).active["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.usefixtures("pupils")
def test_the_last_sign_in_is_a_column_that_sorts(alice_client: Client) -> None:
    Account.objects.filter(username="suheda.carabin").update(last_sign_in_at=NOW)
    page = text(alice_client.get(desk("students")))
    assert "23 nov 2026" in page
    assert "nog nooit" in page
    # Who has no LeerID has nothing to sign in with, and comes with those who never did.
    assert stamnummers(alice_client, sorteer="aanmelding") == ["20", "1000", "900"]
    assert stamnummers(alice_client, sorteer="-aanmelding") == ["900", "20", "1000"]


@pytest.mark.usefixtures("pupils")
def test_the_whole_name_opens_the_pupil_with_one_stop_for_the_keyboard(
    alice_client: Client, pupils: dict[str, int]
) -> None:
    page = html(alice_client.get(desk("students")))
    url = desk("student", pupils["Süheda"])
    assert f'<a href="{url}" tabindex="-1">Süheda</a>' in page
    assert f'<a href="{url}">Carabin</a>' in page


def test_the_tabs_of_two_schools_have_different_titles(
    alice: Manager, gent: Institution, client: Client
) -> None:
    Membership.objects.create(manager=alice, institution=gent)
    client.force_login(alice)
    titles = set()
    for number in ("999912", "999913"):
        page = html(client.get(desk("students", number=number)))
        title = page.partition("<title>")[2].partition("</title>")[0]
        titles.add(" ".join(title.split()))
    assert titles == {
        "Leerlingen · TEST School 2 (2) 999912 · LeerID Schoolloket",
        "Leerlingen · TEST School 7 (1) 999913 · LeerID Schoolloket",
    }


@pytest.mark.parametrize("number", [3, 30])
def test_the_queries_do_not_grow_with_the_rows(
    alice_client: Client,
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    django_assert_num_queries: object,
    number: int,
) -> None:
    for n in range(number):
        give_account(enrol(brussel, f"Leerling{n}"))
    alice_client.get(desk("students"))
    with django_assert_num_queries(7):  # type: ignore[operator]
        alice_client.get(desk("students"))
