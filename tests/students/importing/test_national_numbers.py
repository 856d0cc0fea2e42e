"""National numbers are verified, hashed and forgotten."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from students.importing import national_numbers
from students.importing.national_numbers import (
    BirthDateDiffers,
    Identity,
    has_check_digits,
    hash_number,
    is_valid,
    repaired,
)
from students.models import Student
from tests.students.helpers import national_number

State = Student.OfficialData
BORN = date(2010, 11, 7)
BIRTH_DATES = st.dates(date(1990, 1, 1), date(2024, 12, 31))


def identify(text: str, born: date | None) -> Identity:
    number = hash_number(text, [born] if born else []) if text else None
    return national_numbers.identify(number, born)


@given(BIRTH_DATES, st.integers(1, 997), st.booleans())
def test_valid_number_is_hashed(born: date, counter: int, bis: bool) -> None:
    number = national_number(born, counter, bis=bis)
    identity = identify(number, born)
    assert identity.number_state == State.AVAILABLE
    assert len(identity.hash) == 64
    assert number not in repr(identity)


@given(BIRTH_DATES, st.integers(1, 997))
def test_leading_zeros_and_signs_make_no_difference(born: date, counter: int) -> None:
    number = national_number(born, counter)
    dotted = f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"
    hashes = {identify(text, born).hash for text in (number, dotted, str(int(number)))}
    assert len(hashes) == 1


@given(BIRTH_DATES, st.integers(1, 997), st.booleans())
def test_a_valid_number_has_its_check_digits(born: date, counter: int, bis: bool) -> None:
    number = national_number(born, counter, bis=bis)
    assert has_check_digits(number)


@given(st.text("0123456789 .x", max_size=12))
def test_no_valid_number_lacks_them(text: str) -> None:
    number = repaired(text)
    assert has_check_digits(number) or not is_valid(number)


def test_a_number_without_a_date_is_tried_with_the_first_dates_that_fit() -> None:
    days = [date(2010, 11, day) for day in (1, 1, 2, 3, 4)]
    tried = hash_number(with_date_part("105100"), [date(2011, 1, 1), *days]).hashes
    assert list(tried) == ["2010-11-01", "2010-11-02", "2010-11-03"]


@given(st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(place: int, change: int) -> None:
    number = national_number(BORN)
    wrong = str((int(number[place]) + change) % 10)
    mistaken = number[:place] + wrong + number[place + 1 :]
    # A wrong year may be valid in the other century; then the birth date differs.
    with suppress(BirthDateDiffers):
        assert identify(mistaken, BORN).number_state == State.NUMBER_INVALID


@pytest.mark.parametrize("text", ["0", "onbekend", "123456789012", "00000000000", "6,03042E+09"])
def test_invalid_number_has_no_hash(text: str) -> None:
    identity = identify(text, BORN)
    assert (identity.hash, identity.number_state, identity.birth_date) == (
        "",
        State.NUMBER_INVALID,
        BORN,
    )


def test_no_number() -> None:
    assert identify("", BORN).number_state == State.NUMBER_MISSING


def test_number_with_another_birth_date_is_not_believed() -> None:
    with pytest.raises(BirthDateDiffers) as caught:
        identify(national_number(BORN), date(2010, 7, 11))
    assert str(caught.value) == ""


def with_date_part(part: str) -> str:
    start = part + "001"
    return f"{start}{97 - int('2' + start) % 97:02}"


@pytest.mark.parametrize("part", ["105100", "100000", "104000", "000001"])
def test_what_a_number_does_not_know_of_a_birth_date_is_not_compared(part: str) -> None:
    assert identify(with_date_part(part), date(2010, 11, 30)).hash


@pytest.mark.parametrize("part", ["105000", "090000"])
def test_what_it_does_know_is_compared(part: str) -> None:
    with pytest.raises(BirthDateDiffers):
        identify(with_date_part(part), date(2010, 11, 30))


def test_birth_date_comes_from_the_number_when_the_row_has_none() -> None:
    number = national_number(BORN)
    assert identify(number, None) == identify(number, BORN)


def test_number_without_any_birth_date_cannot_be_matched() -> None:
    identity = identify(with_date_part("000001"), None)
    assert (identity.hash, identity.number_state) == ("", State.NOT_RECEIVED)


def test_hash_depends_on_number_birth_date_and_key(settings: Settings) -> None:
    unknown_day = with_date_part("105100")
    hashes = {
        identify(national_number(BORN), BORN).hash,
        identify(national_number(BORN, 3), BORN).hash,
        identify(unknown_day, date(2010, 11, 1)).hash,
        identify(unknown_day, date(2010, 11, 2)).hash,
    }
    settings.MATCHING_KEY = "another key"
    hashes.add(identify(national_number(BORN), BORN).hash)
    assert len(hashes) == 5
