"""`leerid-a4.pdf`, as a teacher reads, copies and scans it."""

from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from django.conf import settings
from PIL import Image, ImageDraw

from credentials.rendering.a4 import render_a4
from credentials.rendering.cards import Card

from .samples import (
    ABDULGHANI,
    AURELIAN,
    LONGEST,
    LONGEST_PICTURES,
    LUCJA,
    MM,
    SUHEDA,
    fill_of,
    image,
    job,
    lines,
    pages,
    squeezed,
    texts,
)

KEEP_SAFE = "Bewaar dit blad op een veilige plek. Je wachtwoord is alleen van jou."
FOOT = "Basisschool De Zonnebloem (012345) Reeks 12 · 24 augustus 2026, 14.05 uur"


def test_each_student_has_a_page_in_the_order_of_the_job() -> None:
    pdf = render_a4(job(AURELIAN, SUHEDA, ABDULGHANI))
    assert pages(pdf) == 3
    assert [lines(pdf, page)[2] for page in range(3)] == [
        "Aurelian Appels",
        "Süheda Carabin",
        "Abdulghani Bogdan",
    ]


def test_a_page_reads_from_class_to_password() -> None:
    assert lines(render_a4(job(SUHEDA))) == [
        "4A",
        "4de leerjaar",
        "Süheda Carabin",
        "LeerID",
        "Aanmelden op",
        "https://leerid.voorbeeldschool.be/mijn",
        "/suheda.carabin",
        "Gebruikersnaam:",
        "suheda.carabin",
        "Wachtwoord:",
        "29ban9",
        KEEP_SAFE,
        FOOT,
    ]


def test_a_temporary_password_says_that_an_own_one_is_chosen() -> None:
    assert lines(render_a4(job(AURELIAN)))[-5:] == [
        "Tijdelijk wachtwoord:",
        "pgu9J7Zn",
        "Bij je eerste aanmelding kies je zelf een nieuw wachtwoord.",
        KEEP_SAFE,
        FOOT,
    ]


def test_a_picture_password_shows_numbered_pictures_with_their_names() -> None:
    pdf = render_a4(job(ABDULGHANI))
    shown = ["1", "vis", "2", "boom", "3", "huis", "4", "fiets"]
    assert lines(pdf)[-11:] == ["Wachtwoord:", *shown, KEEP_SAFE, FOOT]
    names = [picture.name for picture in ABDULGHANI.pictures]
    assert shown[1::2] == names


def test_each_of_the_four_pictures_is_drawn_in_its_frame() -> None:
    page = image(render_a4(job(ABDULGHANI)), dpi=72)
    for index in range(4):
        left, top = (31 + 39 * index + 3) * MM, (161 + 3) * MM
        inside = page.crop((int(left), int(top), int(left + 25 * MM), int(top + 25 * MM)))
        assert inside.getextrema()[0] < 200


def test_the_pictures_on_paper_are_those_of_the_screen() -> None:
    page = pypdfium2.PdfDocument(render_a4(job(ABDULGHANI)))[0]
    found = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4)
    drawn = [one.get_bitmap().to_pil().convert("RGB") for one in found]
    on_paper = [one for one in drawn if one.size == (256, 256)]  # the QR code is small

    files = [settings.BASE_DIR / "static" / one.static_path for one in ABDULGHANI.pictures]
    assert on_paper == [Image.open(file).convert("RGB") for file in files]


def test_a_picture_is_embedded_once_however_many_pages_show_it() -> None:
    one, ten = render_a4(job(ABDULGHANI)), render_a4(job(*[ABDULGHANI] * 10))
    assert one.count(b"/Subtype /Image") == ten.count(b"/Subtype /Image") == 4


@pytest.mark.parametrize("card", [SUHEDA, ABDULGHANI, LONGEST, LONGEST_PICTURES])
def test_the_qr_code_is_the_url_and_never_the_password(card: Card) -> None:
    codes = zxingcpp.read_barcodes(image(render_a4(job(card)), dpi=100))
    assert [code.text for code in codes] == [card.scanned_url]
    assert card.password not in codes[0].text


@pytest.mark.parametrize("card", [LONGEST, LONGEST_PICTURES, LUCJA])
def test_nothing_of_a_long_text_is_cut(card: Card) -> None:
    # A viewer copies the hyphen at the end of a line as U+FFFE.
    printed = squeezed(render_a4(job(card))).replace("\ufffe", "-")
    for text in (card.full_name, card.administrative_group, card.sign_in_url, card.username):
        assert "".join(text.split()) in printed


def test_the_longest_texts_stay_legible() -> None:
    assert min(size for _, size, _ in texts(render_a4(job(LONGEST)))) >= 8


@pytest.mark.parametrize("card", [LONGEST, LONGEST_PICTURES])
def test_the_margins_stay_white(card: Card) -> None:
    page = image(render_a4(job(card)), dpi=72)
    ImageDraw.Draw(page).rectangle((21 * MM, 15 * MM, 189 * MM, 285 * MM), fill=255)
    assert page.getextrema() == (255, 255)


def test_every_face_is_embedded_and_the_password_has_the_unmistakable_one() -> None:
    found = texts(render_a4(job(SUHEDA)))
    assert all(embedded for _, _, embedded in found)
    assert {face for face, _, _ in found} == {
        "NotoSans-Regular",
        "NotoSans-Bold",
        "DejaVuSansMono-Bold",
    }
    assert ("DejaVuSansMono-Bold", 38, True) in found


@pytest.mark.parametrize(
    ("first_name", "official_name", "printed"),
    [
        ("محمد", "Mohammed Ali", "Mohammed Ali"),
        ("محمد", "", "mhmd Carabin"),
        ("محمد", "محمد علي", "mhmd Carabin"),
        ("Süheda", "Suheda Carabin", "Süheda Carabin"),
    ],
)
def test_the_official_name_stands_for_one_that_no_face_has(
    first_name: str, official_name: str, printed: str
) -> None:
    card = replace(SUHEDA, first_name=first_name, official_name=official_name)
    assert lines(render_a4(job(card)))[2] == printed


@pytest.mark.parametrize("name", ["\ue0f0", "\u200b", ""])
def test_a_card_is_never_without_a_name(name: str) -> None:
    card = replace(SUHEDA, first_name=name, last_name="")
    assert lines(render_a4(job(card))).count("suheda.carabin") == 2


def test_a_name_in_another_script_is_printed_folded() -> None:
    card = replace(SUHEDA, first_name="محمد", last_name="王")
    assert lines(render_a4(job(card)))[2] == "mhmd Wang"


def test_a_student_without_class_or_group_has_a_page_too() -> None:
    card = replace(SUHEDA, class_code="", administrative_group="")
    assert lines(render_a4(job(card)))[0] == "Süheda Carabin"


def test_a_job_without_cards_is_still_a_pdf() -> None:
    assert pages(render_a4(job())) == 1


def test_the_file_says_what_it_is_and_holds_no_password_about_itself() -> None:
    pdf = render_a4(job(SUHEDA))
    about = pypdfium2.PdfDocument(pdf).get_metadata_dict()
    assert about["Title"] == "LeerID aanmeldgegevens"
    assert about["Author"] == "Basisschool De Zonnebloem"
    assert about["Subject"] == "Reeks 12"
    assert not any(SUHEDA.password in value for value in about.values())
    assert about["CreationDate"] == "D:20260824140500+02'00'"
    assert b"/Lang (nl-BE)" in pdf


def test_the_file_asks_for_its_own_size_and_one_side() -> None:
    pdf = render_a4(job(SUHEDA))
    for wish in (b"/PrintScaling /None", b"/Duplex /Simplex", b"/DisplayDocTitle true"):
        assert wish in pdf


@pytest.mark.parametrize("card", [SUHEDA, AURELIAN, ABDULGHANI])
def test_all_text_is_black_or_white_on_black(card: Card) -> None:
    [page] = pypdfium2.PdfDocument(render_a4(job(card)))
    inks = {
        fill_of(found) for found in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=4)
    }
    assert inks <= {(0, 0, 0), (255, 255, 255)}
