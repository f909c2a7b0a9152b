from __future__ import annotations

import pytest

from service.receipts.numerals import Numeral, read_numeral
from service.receipts.plain import lowered, plain, utf16_offsets

NARROW = "\u00a0"


@pytest.mark.parametrize(
    ("written", "digits", "decimals"),
    [
        ("112", 112, 0),
        ("1,234", 1234, 0),
        ("1,234.50", 123450, 2),
        ("1.234,50", 123450, 2),
        ("12,50", 1250, 2),
        ("12,5", 125, 1),
        ("1.234.567", 1234567, 0),
        ("1.234", 1234, 0),
        ("0.234", 234, 3),
        ("1'234.50", 123450, 2),
        (f"1{NARROW}234,50", 123450, 2),
        ("12,34,567", 1234567, 0),
        ("1,234,567.8", 12345678, 1),
    ],
)
def test_marks_of_many_countries(written: str, digits: int, decimals: int) -> None:
    assert read_numeral(written) == Numeral(digits, decimals)


def test_a_percentage_may_have_three_decimals() -> None:
    assert read_numeral("1.234", thousandths=True) == Numeral(1234, 3)


@pytest.mark.parametrize("written", ["3.5.1", "1,2,3", "1,23,4", "1" * 40])
def test_what_is_no_number(written: str) -> None:
    assert read_numeral(written) is None


@pytest.mark.parametrize(
    ("magnitude", "decimals"), [("k", -2), (" thousand", -2), ("m", -5), (" million", -5), ("bn", -8)]
)
def test_magnitudes_keep_the_written_precision(magnitude: str, decimals: int) -> None:
    assert read_numeral("1.2", magnitude) == Numeral(12, decimals)


@pytest.mark.parametrize(
    ("numeral", "cents", "agrees"),
    [
        (Numeral(123450, 2), 123450, True),
        (Numeral(123450, 2), 123451, False),
        (Numeral(1235), 123450, True),
        (Numeral(1234), 123450, True),  # a half goes either way
        (Numeral(1234), 123451, False),
        (Numeral(12, -2), 124999, True),
        (Numeral(12, -2), 125001, False),
        (Numeral(12, -2), 114999, False),
        (Numeral(-5), -500, True),
    ],
)
def test_rounding_to_what_is_written(numeral: Numeral, cents: int, agrees: bool) -> None:
    assert numeral.rounds(cents, 100) is agrees


def test_about_takes_trailing_zeros_for_precision() -> None:
    assert Numeral(2800).loosened() == Numeral(28, -2)
    assert Numeral(20).loosened() == Numeral(20)
    assert Numeral(123450, 2).loosened() == Numeral(123450, 2)


def test_plain_text_keeps_its_length() -> None:
    text = "１２，３４５．６ − 7\u202f000 ٣ ％ ’ 𝟏 İ"
    assert plain(text) == "12,345.6 - 7\u00a0000 3 % ' 1 İ"
    assert len(lowered(text)) == len(text)


def test_offsets_count_utf16_code_units() -> None:
    assert list(utf16_offsets("a🍕b")) == [0, 1, 3, 4]
    assert list(utf16_offsets("añb")) == [0, 1, 2, 3]
