"""Text is read by evidence: names come back as they were, or the preview asks about them."""

import re
import unicodedata
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from students.importing import limits
from students.importing.findings import Findings, findings_from_json
from students.importing.reading.cleaning import clean
from students.importing.reading.decoding import Decoded, decode
from students.importing.reading.letters import fit
from students.importing.reading.reader import read
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
    assert decoded == Decoded(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("change", [str, str.upper])
def test_ordinary_windows_1252_raises_no_alarm(language: str, change: type[str]) -> None:
    text = text_of([change(name) for name in LANGUAGES[language]])
    decoded = decode(text.encode("cp1252"))
    assert decoded == Decoded(text)


@pytest.mark.parametrize("encoding", OLD)
@pytest.mark.parametrize("language", ["Flemish", "French", "Spanish"])
def test_an_old_encoding_is_read_and_asked_about(encoding: str, language: str) -> None:
    text = text_of(LANGUAGES[language])
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert f"We lazen het als {OLD[encoding]}. " in decoded.warnings[0]
    assert decoded.questions[0].startswith("Klopt dit: ")


def test_at_most_five_names_are_shown() -> None:
    (question,) = decode(text_of(FLEMISH).encode("mac-roman")).questions
    shown = re.findall(r"Klopt dit: (.*?)\?", question)[0].split(", ")
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
    assert "dubbel omgezet" in decoded.warnings[0]
    assert decoded.questions[0].startswith("Klopt dit: Zoë, Noémie")


def test_lines_of_old_macs_speak_for_their_encoding() -> None:
    text = "Stamnummer;Voornaam\r1;Björn\r"
    decoded = decode(text.encode("mac-roman"))
    assert "Björn" in decoded.text
    assert "Mac Roman" in decoded.warnings[0]
    assert decoded.questions == ("Klopt dit: Björn?",)


def test_an_apostrophe_of_a_mac_is_no_armenian_letter() -> None:
    decoded = decode("Stamnummer;Naam\n1;L\u2019Église\n".encode("mac-roman"))
    assert "L\u2019Église" in decoded.text
    assert decoded.questions


def test_parts_in_two_encodings_are_read_and_asked_about() -> None:
    decoded = decode("Naam\nSüheda\n".encode() + "Zoë\n".encode("cp1252"))
    assert decoded.text == "Naam\nSüheda\nZoë\n"
    assert "UTF-8 en Windows-1252." in decoded.warnings[0]
    assert decoded.questions == ("Klopt dit: Zoë?",)


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
    assert decoded.text == text or decoded.questions


OF_EACH_KIND = [
    text_of(FLEMISH).encode("mac-roman"),
    text_of(FLEMISH).encode("cp1252") + "Süheda\n".encode(),
    text_of(["Björn"]).encode("mac-roman"),
    text_of(FLEMISH).encode().decode("mac-roman").encode(),
]


@pytest.mark.parametrize("content", OF_EACH_KIND, ids=["old", "mixed", "unsure", "twice"])
def test_a_warning_names_nobody(content: bytes) -> None:
    """The log of imports keeps it for good."""
    decoded = decode(content)
    assert decoded.warnings
    assert decoded.questions
    assert [name for name in FLEMISH if name in " ".join(decoded.warnings)] == []


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_text(content: bytes) -> None:
    decode(content).text.encode()


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_every_delimiter_and_encoding(delimiter: str, encoding: str) -> None:
    content = csv_file(
        [pupil(1, first_name="Süheda", last_name="a,b;c\td")],
        delimiter=delimiter,
        encoding=encoding,
    )
    file = read(content)
    assert file.headings[4] == "Officiële voornaam"
    assert file.rows[0][1][2:4] == ("Süheda", "a,b;c d")


def test_bytes_that_windows_1252_does_not_know_are_read_as_latin_1() -> None:
    assert read("Stamnummer;Naam\n1;Zo\x81ë".encode("latin-1")).rows[0][1][1].endswith("ë")


def test_one_old_line_does_not_spoil_every_accent() -> None:
    content = "Stamnummer;Voornaam;Naam\n1;Süheda;a\n".encode() + "2;Zoë;b\n".encode("cp1252")
    names = [cells[1] for _, cells in read(content).rows]
    assert names == ["Süheda", "Zoë"]


def test_findings_of_an_older_version_have_no_questions() -> None:
    stored = asdict(Findings(warnings=("Kijk na.",)))
    del stored["questions"]
    assert findings_from_json(stored) == Findings(warnings=("Kijk na.",))


# Letters ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Zoë", "NOËL", "ANDRé", "D\u2019Hondt", "“Émile”", "N\u2019diaye"]
)
def test_letters_of_names_fit(name: str) -> None:
    assert fit(name) >= 0


@pytest.mark.parametrize("name", ["ZoÎ", "NoŽmie", "Bj÷rn", "Zoe»s", "aжb", "MaÑa"])
def test_a_letter_where_no_name_has_it_is_a_flaw(name: str) -> None:
    assert fit(name) < 0


def test_letters_fit_as_well_together_as_one_by_one() -> None:
    assert fit(" ".join(FLEMISH)) == sum(map(fit, FLEMISH))


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
