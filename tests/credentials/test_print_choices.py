"""How a batch is printed: chosen on its page, and remembered for the school."""

from io import BytesIO
from zipfile import ZipFile

import pypdfium2
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from credentials.models import Batch, PrintChoices
from credentials.print_setup import PrintSetup
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager
from tests.desk_client import DeskClient
from tests.helpers import Enrol, GiveAccount
from tests.pages import desk, html, messages_on, text

from .helpers import Crowd, Prepare, Save, edited

pytestmark = pytest.mark.usefixtures("clock")

A4 = "leerid-a4.pdf"
L7160 = "leerid-stickers-l7160.pdf"
L7651 = "leerid-stickers-l7651.pdf"
CLASS_LIST = "leerid-klaslijst.pdf"
EXCEL = "leerid.xlsx"
AS_FIRST_SHOWN = [A4, L7160, "leerid-stickers-l7163.pdf", L7651, EXCEL]


@pytest.fixture
def wout(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    return give_account(enrol(brussel, "Wout", "Claes", class_code="6A"))


@pytest.fixture
def mila(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    return give_account(enrol(brussel, "Mila", "Maes", class_code="6B"))


def choose(client: Client, batch: Batch, **fields: object) -> HttpResponse:
    """Choose on the page of the batch: what is not given is as nobody touched it."""
    untouched: dict[str, object] = {
        "documents": AS_FIRST_SHOWN,
        "first_l7160": 1,
        "first_l7163": 1,
        "first_l7651": 1,
        "right": "0.0",
        "down": "0.0",
    }
    return client.post(desk("choose_printing", batch.pk), untouched | fields, follow=True)


def fetch(client: Client, batch: Batch, document: str = "zip", **fields: str) -> HttpResponse:
    return client.post(desk("download", batch.pk, document), fields)


def in_zip(client: Client, batch: Batch) -> list[str]:
    return ZipFile(BytesIO(fetch(client, batch).content)).namelist()


def pages(response: HttpResponse) -> int:
    return len(pypdfium2.PdfDocument(response.content))


def printing_of(batch: Batch) -> dict[str, object]:
    return vars(PrintSetup.of(Batch.objects.get(pk=batch.pk)).printing)


# Without a choice ------------------------------------------------------------------------------


def test_one_class_has_no_class_list_and_several_have_one(
    wout: Account, mila: Account, saved: Prepare, alice_client: Client
) -> None:
    assert in_zip(alice_client, saved(wout)) == AS_FIRST_SHOWN
    assert in_zip(alice_client, saved(wout, mila)) == [*AS_FIRST_SHOWN[:-1], CLASS_LIST, EXCEL]


def test_several_classes_each_begin_a_sheet(
    wout: Account, mila: Account, saved: Prepare, alice_client: Client
) -> None:
    assert pages(fetch(alice_client, saved(wout, mila), L7160)) == 2


# What was chosen -------------------------------------------------------------------------------


def test_the_zip_and_the_buttons_are_the_chosen_documents(
    wout: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(wout)
    page = choose(alice_client, batch, documents=[L7651, CLASS_LIST])
    assert "Zo wordt het afgedrukt." in messages_on(page)
    assert in_zip(alice_client, batch) == [L7651, CLASS_LIST]
    assert f'{desk("download", batch.pk, L7651)}"' in html(page)
    assert f'{desk("download", batch.pk, A4)}"' not in html(page)


def test_a_document_that_was_not_chosen_can_still_be_asked_for(
    wout: Account, saved: Prepare, alice_client: Client
) -> None:
    """Such as from the page in another window."""
    batch = saved(wout)
    choose(alice_client, batch, documents=[L7651])
    assert fetch(alice_client, batch, A4).status_code == 200


def test_the_first_free_label_is_where_the_stickers_begin(
    wout: Account, mila: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(wout, mila)
    choose(alice_client, batch, first_l7651=65)
    assert pages(fetch(alice_client, batch, L7651)) == 2
    assert printing_of(batch)["first_labels"] == {"L7160": 1, "L7163": 1, "L7651": 65}


def test_the_offset_reaches_the_paper(wout: Account, saved: Prepare, alice_client: Client) -> None:
    batch = saved(wout)
    before = fetch(alice_client, batch, L7160).content
    choose(alice_client, batch, right="2.5", down="-0.5")
    assert (printing_of(batch)["right"], printing_of(batch)["down"]) == (2.5, -0.5)
    assert fetch(alice_client, batch, L7160).content != before


def test_it_is_chosen_before_and_after_the_first_download(
    wout: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(wout)
    fetch(alice_client, batch)
    choose(alice_client, batch, documents=[A4])
    assert in_zip(alice_client, batch) == [A4]


def test_the_page_shows_what_was_chosen(
    wout: Account, saved: Prepare, alice_client: Client
) -> None:
    page = html(choose(alice_client, saved(wout), documents=[L7160], right="-1.5", first_l7160=4))
    assert '<option value="-1.5" selected>1,5 mm naar links</option>' in page
    assert page.count("checked") == 4
    assert 'aria-label="Eerste blad L7160: 1 van de 21 etiketten"' in page
    assert "Eerste blad L7651" not in page


def test_the_picture_shows_the_first_sheet(
    wout: Account, mila: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(wout, mila)
    assert 'Eerste blad L7160: 1 van de 21 etiketten"' in html(
        choose(alice_client, batch, page_per_class="on")
    )
    assert "Eerste blad L7160: 2 van de 21 etiketten" in html(choose(alice_client, batch))
    page = html(choose(alice_client, batch, first_l7160=21))
    assert 'Eerste blad L7160: 1 van de 21 etiketten"' in page


# Names on the paper ----------------------------------------------------------------------------


def test_a_name_that_the_face_lacks_is_named_with_its_spelling(
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    saved: Prepare,
    alice_client: Client,
) -> None:
    pupil = give_account(enrol(brussel, "დავით", "Claes"))
    page = text(alice_client.get(desk("batch_result", saved(pupil).pk)))
    assert "Anders gespeld op papier" in page
    assert "დავით Claes (staat er als davit Claes)" in page
    assert "Korter op de kleine stickers" not in page


def test_a_name_without_room_on_a_chosen_sticker_is_named_with_what_stands_there(
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    saved: Prepare,
    alice_client: Client,
) -> None:
    given = "Maximiliaan-Alexander Theodorus Emmanuel Ferdinand Maria Jozef Leopold Boudewijn"
    last_name = "De Schuyteneer-Vandenbroucke van den Abeele de Crombrugghe de Looringhe"
    pupil = give_account(enrol(brussel, given, last_name), username="maximiliaan-alexander.de")
    batch = saved(pupil)
    page = text(alice_client.get(desk("batch_result", batch.pk)))
    assert f"{given} {last_name} (staat er als " in page
    page = text(choose(alice_client, batch, documents=[A4, EXCEL]))
    assert "Korter op de kleine stickers" not in page


# What is remembered ----------------------------------------------------------------------------


def test_the_school_prints_its_next_batch_the_same_way(
    wout: Account, mila: Account, saved: Prepare, alice_client: Client
) -> None:
    choose(alice_client, saved(wout), documents=[L7651], right="1.0")
    batch = saved(mila)
    assert in_zip(alice_client, batch) == [L7651]
    assert printing_of(batch)["right"] == 1


def test_the_first_free_label_is_that_of_one_batch(
    wout: Account, mila: Account, saved: Prepare, alice_client: Client
) -> None:
    choose(alice_client, saved(wout), first_l7651=9)
    assert printing_of(saved(mila))["first_labels"] == {}


def test_what_goes_by_the_classes_does_so_until_it_is_chosen(
    wout: Account, mila: Account, saved: Prepare, alice_client: Client
) -> None:
    choose(alice_client, saved(wout))
    both = saved(wout, mila)
    assert CLASS_LIST in in_zip(alice_client, both)
    assert printing_of(both)["page_per_class"] is True

    choose(alice_client, both)
    both = saved(wout, mila)
    assert CLASS_LIST not in in_zip(alice_client, both)
    assert printing_of(both)["page_per_class"] is False


def test_a_single_edit_keeps_the_excel_of_the_other_batches(
    wout: Account,
    mila: Account,
    saved: Prepare,
    save: Save,
    alice_actor: Actor,
    alice_client: Client,
) -> None:
    single = save(edited(alice_actor, wout))
    choose(alice_client, single, documents=[A4])
    assert in_zip(alice_client, single) == [A4]
    assert in_zip(alice_client, saved(mila)) == [A4, EXCEL]


def test_a_batch_that_has_nothing_of_what_is_wanted_is_printed_on_a4(
    wout: Account,
    mila: Account,
    saved: Prepare,
    save: Save,
    alice_actor: Actor,
    alice_client: Client,
) -> None:
    choose(alice_client, saved(wout), documents=[EXCEL])
    assert in_zip(alice_client, save(edited(alice_actor, mila))) == [A4]


def test_another_school_chooses_for_itself(
    wout: Account, saved: Prepare, alice_client: Client, gent: Institution
) -> None:
    choose(alice_client, saved(wout), documents=[A4])
    assert [one.institution.number for one in PrintChoices.objects.all()] == ["999912"]


# Mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"documents": []}, "Kies minstens één document."),
        ({"documents": ["wachtwoorden.txt"]}, "Kies alleen documenten uit de lijst."),
        ({"first_l7160": 22}, "Kies een etiket van het blad: L7160 heeft er 21."),
        ({"first_l7160": 0}, "Kies een etiket van het blad: L7160 heeft er 21."),
        ({"first_l7651": "x"}, "Kies een etiket van het blad: L7651 heeft er 65."),
        ({"right": "50"}, "Kies een verschuiving van hoogstens 5 mm, in halve millimeters."),
        ({"down": "0.3"}, "Kies een verschuiving van hoogstens 5 mm, in halve millimeters."),
        ({"down": ""}, "Kies een verschuiving van hoogstens 5 mm, in halve millimeters."),
    ],
)
def test_a_choice_that_cannot_be_is_told_and_changes_nothing(
    wout: Account, saved: Prepare, alice_client: Client, fields: dict[str, object], message: str
) -> None:
    batch = saved(wout)
    page = choose(alice_client, batch, **fields)
    assert message in text(page)
    assert "<details open>" in html(page)
    assert not PrintChoices.objects.exists()
    batch.refresh_from_db()
    assert batch.first_labels == {}


def test_a_draft_and_another_schools_batch_have_no_choice(
    wout: Account,
    mila: Account,
    prepare: Prepare,
    saved: Prepare,
    alice_client: Client,
    bob: Manager,
) -> None:
    assert choose(alice_client, prepare(mila)).status_code == 404
    client = DeskClient()
    client.force_login(bob)
    foreign = desk("choose_printing", saved(wout).pk, number="999913")
    assert client.post(foreign, {"documents": [A4]}).status_code == 404
    assert not PrintChoices.objects.exists()


# What it costs ---------------------------------------------------------------------------------


def test_the_queries_of_a_download_do_not_grow_with_the_pupils(
    crowd: Crowd, saved: Prepare, alice_client: Client
) -> None:
    def queries(batch: Batch) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert fetch(alice_client, batch).status_code == 200
        return len(captured)

    few, many = saved(*crowd(2)), saved(*crowd(9))
    fetch(alice_client, few)
    assert queries(few) == queries(many)


# Open in the browser ---------------------------------------------------------------------------


def test_a_pdf_opens_in_the_browser_and_counts_as_a_download(
    wout: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(wout)
    shown = fetch(alice_client, batch, A4, open="")
    assert shown["Content-Disposition"] == f'inline; filename="{A4}"'
    assert "no-store" in shown["Cache-Control"]
    batch.refresh_from_db()
    assert batch.first_downloaded_at is not None
    assert fetch(alice_client, batch, A4)["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("document", ["zip", EXCEL])
def test_only_a_pdf_opens_in_the_browser(
    wout: Account, saved: Prepare, alice_client: Client, document: str
) -> None:
    answer = fetch(alice_client, saved(wout), document, open="")
    assert answer["Content-Disposition"].startswith("attachment")


# The test page ---------------------------------------------------------------------------------


def test_the_test_page_has_the_offset_of_the_school_and_no_secret(
    wout: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(wout)
    address = desk("label_test_page", "L7160")
    assert f'href="{address}"' in html(alice_client.get(desk("batch_result", batch.pk)))
    before = alice_client.get(address)
    choose(alice_client, batch, right="1.5")
    after = alice_client.get(address)
    assert after["Content-Disposition"].startswith("inline")
    printed = pypdfium2.PdfDocument(after.content)[0].get_textpage().get_text_range()
    assert "1,5 mm naar rechts" in " ".join(printed.split())
    assert before.content != after.content
    batch.refresh_from_db()
    assert batch.first_downloaded_at is None


def test_a_sheet_that_is_not_printed_has_no_test_page(alice_client: Client) -> None:
    assert alice_client.get(desk("label_test_page", "L9999")).status_code == 404
