"""Text is read by evidence: names come back as they were, or the preview asks about them."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from students.importing import limits
from students.importing.cleaning import clean
from students.importing.decoding import decode
from tests.students.helpers import csv_file, pupil, read_here

FLEMISH = [
    "Zoë",
    "Noémie",
    "Björn",
    "Daniël",
    "Joëlle",
    "Anaïs",
    "Loïc",
    "François",
    "Hélène",
    "Jürgen",
    "Süheda",
    "Özgür",
]
LANGUAGES = {
    "Flemish": FLEMISH,
    "French": [
        "Élise",
        "Chloé",
        "Benoît",
        "Jérôme",
        "Cédric",
        "Océane",
        "Maëlle",
        "Thérèse",
        "Françoise",
        "Gérard",
    ],
    "German": ["Jäger", "Müller", "Schäfer", "Böhm", "Günther", "Köhler", "Weiß", "Björn"],
    "Spanish": ["María", "Martín", "Lucía", "Núñez", "Sofía", "Raúl", "José", "Íñigo"],
    "Portuguese": ["João", "Conceição", "Simões", "Antônio", "Inês", "Luís", "José"],
    "Swedish": ["Åsa", "Björn", "Göran", "Märta", "Sjöberg", "Håkan"],
}
WIDER = {
    "Turkish": ["Şükrü", "Yıldız", "Kağan", "Çelik", "Öztürk", "İpek", "Güneş"],
    "Polish": ["Łukasz", "Małgorzata", "Wójcik", "Zieliński", "Święty", "Żaneta"],
    "Vietnamese": ["Nguyễn", "Thị", "Hoàng", "Đặng", "Phạm"],
    "Russian": ["Мария", "Алексей", "Юлия"],
    "Arabic": ["محمد", "فاطمة"],
    "Azerbaijani": ["Məmməd", "Əliyev", "Nazimə"],
}
OLD = {"mac-roman": "Mac Roman", "cp850": "codepagina 850"}


def text_of(names: list[str]) -> str:
    lines = [f"{number};{name};6A\r\n" for number, name in enumerate(names, start=1000)]
    return "Stamnummer;Voornaam;Klas\r\n" + "".join(lines)


@pytest.mark.parametrize("language", [*LANGUAGES, *WIDER])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_certain(language: str, encoding: str) -> None:
    text = text_of((LANGUAGES | WIDER)[language])
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.warnings) == (text, ())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("change", [str, str.upper])
def test_ordinary_windows_1252_raises_no_alarm(language: str, change: type[str]) -> None:
    text = text_of([change(name) for name in LANGUAGES[language]])
    decoded = decode(text.encode("cp1252"))
    assert (decoded.text, decoded.warnings) == (text, ())


@pytest.mark.parametrize("encoding", OLD)
@pytest.mark.parametrize("language", ["Flemish", "French", "Spanish"])
def test_an_old_encoding_is_read_and_asked_about(encoding: str, language: str) -> None:
    text = text_of(LANGUAGES[language])
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert f"We lazen het als {OLD[encoding]}. Klopt dit: " in decoded.warnings[0]


def test_at_most_five_names_are_shown() -> None:
    warning = decode(text_of(FLEMISH).encode("mac-roman")).warnings[0]
    shown = re.findall(r"Klopt dit: (.*?)\?", warning)[0].split(", ")
    assert len(shown) == 5
    assert set(shown) <= set(FLEMISH)


@pytest.mark.parametrize("misread_as", ["cp1252", "mac-roman", "cp850", "latin-1"])
@pytest.mark.parametrize("times", [1, 2])
def test_utf_8_that_was_encoded_again_is_put_back(misread_as: str, times: int) -> None:
    text = text_of(FLEMISH)
    content = text.encode()
    for _ in range(times):
        content = content.decode(misread_as, "ignore").encode()
    decoded = decode(content)
    assert decoded.text == text
    assert "Klopt dit: Zoë, Noémie" in decoded.warnings[0]


def test_lines_of_old_macs_speak_for_their_encoding() -> None:
    text = "Stamnummer;Voornaam\r1;Björn\r"
    decoded = decode(text.encode("mac-roman"))
    assert "Björn" in decoded.text
    assert "Mac Roman. Klopt dit: Björn?" in decoded.warnings[0]


def test_an_apostrophe_of_a_mac_is_no_armenian_letter() -> None:
    decoded = decode("Stamnummer;Naam\n1;L\u2019Église\n".encode("mac-roman"))
    assert "L\u2019Église" in decoded.text
    assert decoded.warnings


def test_parts_in_two_encodings_are_read_and_asked_about() -> None:
    decoded = decode("Naam\nSüheda\n".encode() + "Zoë\n".encode("cp1252"))
    assert decoded.text == "Naam\nSüheda\nZoë\n"
    assert "UTF-8 en Windows-1252. Klopt dit: Zoë?" in decoded.warnings[0]


@pytest.mark.parametrize("name", ["Zo\ufffd", "Zoï¿½"])
def test_lost_letters_stay_lost(name: str) -> None:
    assert "Zo\ufffd" in decode(text_of([name, "Noémie"]).encode()).text


def test_genuine_signs_are_not_put_back() -> None:
    text = text_of(["“MALMÖ”", "D\u2019Étoile", "«CAFÉ»"])
    assert decode(text.encode()).text == text


NAMES = st.lists(
    st.sampled_from([name for names in LANGUAGES.values() for name in names]), min_size=6
)


@settings(deadline=None, max_examples=100)
@given(NAMES, st.sampled_from(["utf-8", "utf-16", "cp1252", "mac-roman", "cp850"]))
def test_names_come_back_or_the_reading_is_shown(names: list[str], encoding: str) -> None:
    text = text_of(names)
    decoded = decode(text.encode(encoding))
    assert decoded.text == text or "Klopt dit: " in decoded.warnings[0]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_text(content: bytes) -> None:
    decode(content).text.encode()


# Cells ------------------------------------------------------------------------------------------


def test_what_nobody_sees_is_gone() -> None:
    hidden = "\xad\u2060\u200d\u200c\ufeff\ufe0f\U000e0041\u3164\u034f\u180e"
    assert clean(f"Zo{hidden}e\u0308") == "Zoë"
    for number in range(0x110000):
        if unicodedata.category(chr(number)) == "Cf":
            assert clean(f"a{chr(number)}b") == "ab", hex(number)


def test_every_blank_is_one_blank() -> None:
    assert clean("\u2003De\xa0\u202f Smet\u2800") == "De Smet"


def test_a_letter_that_one_program_knows_is_lost() -> None:
    assert clean("Zo\uf8ff") == "Zo\ufffd"


@pytest.mark.parametrize("text", ["e" + "\u0316\u0301" * 2_000, "\u0958" * 5_000])
def test_composing_keeps_the_limit_of_a_cell(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= limits.CELL
    assert unicodedata.is_normalized("NFC", cleaned)


# Delimiters -------------------------------------------------------------------------------------


def test_the_hint_for_excel_is_no_row() -> None:
    file = read_here(b"sep=;\r\nStamnummer;Naam\r\n1;a\r\n")
    assert (file.headings, file.rows) == (("Stamnummer", "Naam"), [(2, ("1", "a"))])


def test_rows_that_are_quoted_as_one_cell() -> None:
    lines = csv_file([pupil(1, last_name="Claeys; jr")]).decode().splitlines()
    packed = "\n".join('"' + line.replace('"', '""') + '"' for line in lines) + "\n"
    assert read_here(packed.encode()) == read_here(csv_file([pupil(1, last_name="Claeys; jr")]))
