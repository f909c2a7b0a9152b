"""A point-of-sale export is read strictly: what is wrong is named by its line, and nothing is guessed."""

from __future__ import annotations

import gzip
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.provisioning.order_file import COLUMNS, OrderFileError, parse_order_file
from service.provisioning.order_file_text import DamagedFileError, unzipped

HEADER = ",".join(COLUMNS)
GOOD = "7,2015-06-01T12:30:00,Soup,Starters,2,4.50"
ZONE = "America/New_York"


def _file(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *lines, "")).encode()


def _problems(content: bytes, zone: str = ZONE) -> list[str]:
    with pytest.raises(OrderFileError) as caught:
        parse_order_file(content, zone)
    return str(caught.value).split("\n")


def test_lines_become_orders_by_their_number() -> None:
    file = parse_order_file(
        _file(GOOD, "8,2015-06-01T13:00:00,Tea,,1,3", "7,2015-06-01T12:30:00,Roll,Breads,1,0.8"), ZONE
    )
    seven, eight = file.orders
    assert (seven.number, eight.number, file.lines) == (7, 8, 3)
    assert [(each.item, each.category, each.quantity, each.unit_price_cents) for each in seven.lines] == [
        ("Soup", "Starters", 2, 450),
        ("Roll", "Breads", 1, 80),
    ]
    assert eight.lines[0].unit_price_cents == 300
    assert eight.lines[0].category == ""
    assert seven.ordered_at == datetime(2015, 6, 1, 16, 30, tzinfo=UTC)
    assert (seven.status, seven.refunded_cents, seven.note) == ("completed", 0, "")


def test_columns_come_in_any_order_with_a_byte_order_mark_and_quotes() -> None:
    header = "\ufeffUnit_price, item,quantity,ordered_at,order_number,category"
    content = f'{header}\r\n4.50,"Soup, hot",2,2015-06-01 12:30,7,"A ""B"""\r\n\r\n'
    (order,) = parse_order_file(content.encode(), ZONE).orders
    (line,) = order.lines
    assert (order.number, line.item, line.category, line.quantity, line.unit_price_cents) == (
        7,
        "Soup, hot",
        'A "B"',
        2,
        450,
    )
    assert order.ordered_at == datetime(2015, 6, 1, 16, 30, tzinfo=UTC)


def test_gzip_is_known_by_its_bytes_and_has_the_digest_of_its_content() -> None:
    plain = parse_order_file(_file(GOOD), ZONE)
    assert parse_order_file(gzip.compress(_file(GOOD)), ZONE) == plain
    assert parse_order_file(_file(GOOD, GOOD), ZONE).sha256 != plain.sha256


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0,2015-06-01T12:30:00,Soup,,2,4.50", "order_number '0' is not a whole number"),
        ("-7,2015-06-01T12:30:00,Soup,,2,4.50", "order_number '-7' is not a whole number"),
        ("7.0,2015-06-01T12:30:00,Soup,,2,4.50", "order_number '7.0' is not a whole number"),
        ("A7,2015-06-01T12:30:00,Soup,,2,4.50", "order_number 'A7' is not a whole number"),
        ("٧,2015-06-01T12:30:00,Soup,,2,4.50", "order_number '٧' is not a whole number"),
        ("1234567890123456,2015-06-01T12:30:00,Soup,,2,4.50", "order_number '1234567890123456' is not"),
        (",2015-06-01T12:30:00,Soup,,2,4.50", "order_number is missing"),
        ("7,01/06/2015 12:30,Soup,,2,4.50", "ordered_at '01/06/2015 12:30' is not a local time"),
        ("7,2015-06-01,Soup,,2,4.50", "ordered_at '2015-06-01' is not a local time"),
        ("7,2015-06-01T12:30:00Z,Soup,,2,4.50", "ordered_at '2015-06-01T12:30:00Z' is not a local time"),
        ("7,2015-06-01T12:30:00-04:00,Soup,,2,4.50", "is not a local time"),
        ("7,2015-02-29T12:30:00,Soup,,2,4.50", "ordered_at '2015-02-29T12:30:00' is no day or time of the calendar"),
        ("7,2015-06-01T24:30:00,Soup,,2,4.50", "is no day or time of the calendar"),
        ("7,0015-06-01T12:30:00,Soup,,2,4.50", "ordered_at '0015-06-01T12:30:00' is not between 1990 and 2100"),
        ("7,2015-03-08T02:30:00,Soup,,2,4.50", "never was: the clocks of America/New_York skipped it"),
        ("7,,Soup,,2,4.50", "ordered_at is missing"),
        ("7,2015-06-01T12:30:00,,,2,4.50", "item is missing"),
        ("7,2015-06-01T12:30:00,  ,,2,4.50", "item is missing"),
        (f"7,2015-06-01T12:30:00,{'x' * 201},,2,4.50", "item has 201 characters, and 200 is the most"),
        (f"7,2015-06-01T12:30:00,Soup,{'x' * 101},2,4.50", "category has 101 characters, and 100 is the most"),
        ("7,2015-06-01T12:30:00,So\x00up,,2,4.50", "item 'So\\x00up' holds a control character"),
        ('7,2015-06-01T12:30:00,"So\nup",,2,4.50', "item 'So\\nup' holds a control character or a line break"),
        ("7,2015-06-01T12:30:00,Soup,,0,4.50", "quantity '0' is not a whole number from 1"),
        ("7,2015-06-01T12:30:00,Soup,,-1,4.50", "quantity '-1' is not a whole number from 1"),
        ("7,2015-06-01T12:30:00,Soup,,1.5,4.50", "quantity '1.5' is not a whole number from 1"),
        ("7,2015-06-01T12:30:00,Soup,,100001,4.50", "quantity '100001' is not a whole number from 1 to 100000"),
        ("7,2015-06-01T12:30:00,Soup,,,4.50", "quantity is missing"),
        ("7,2015-06-01T12:30:00,Soup,,2,$4.50", "unit_price '$4.50' is not a plain amount"),
        ("7,2015-06-01T12:30:00,Soup,,2,£4.50", "unit_price '£4.50' is not a plain amount"),
        ("7,2015-06-01T12:30:00,Soup,,2,4.505", "unit_price '4.505' is not a plain amount"),
        ("7,2015-06-01T12:30:00,Soup,,2,-4.50", "unit_price '-4.50' is not a plain amount"),
        ('7,2015-06-01T12:30:00,Soup,,2,"1,250.00"', "unit_price '1,250.00' is not a plain amount"),
        ("7,2015-06-01T12:30:00,Soup,,2,1e3", "unit_price '1e3' is not a plain amount"),
        ("7,2015-06-01T12:30:00,Soup,,2,NaN", "unit_price 'NaN' is not a plain amount"),
        ("7,2015-06-01T12:30:00,Soup,,2,", "unit_price is missing"),
        ("7,2015-06-01T12:30:00,Soup,,2", "has 5 fields and not 6"),
        ("7,2015-06-01T12:30:00,Soup,,2,4.50,", "has 7 fields and not 6"),
        ("7,2015-06-01T12:31:00,Soup,,2,4.50", "order 7 has another time here than on line 2"),
        ('7,2015-06-01T12:30:00,"Soup"s,,2,4.50', "cannot be read from here on"),
        ('7,2015-06-01T12:30:00,"Soup,,2,4.50', "cannot be read from here on"),
    ],
)
def test_a_bad_line_is_named(line: str, words: str) -> None:
    (problem,) = _problems(_file(GOOD, line))
    assert problem.startswith("Line 3: ")
    assert words in problem


def test_every_bad_line_is_named_and_after_twenty_they_are_counted() -> None:
    bad = [GOOD.replace(",2,", f",-{n},") for n in range(1, 31)]
    problems = _problems(_file(GOOD, *bad))
    assert [problem.split(":")[0] for problem in problems[:20]] == [f"Line {n}" for n in range(3, 23)]
    assert problems[20:] == ["and 10 more"]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    content = _file("", '7,2015-06-01T12:30:00,"So\nup",,2,4.50', GOOD, "", "8,x,Soup,,1,1")
    assert [problem.split(":")[0] for problem in _problems(content)] == ["Line 3", "Line 7"]


@pytest.mark.parametrize("missing", COLUMNS)
def test_a_missing_column_is_named(missing: str) -> None:
    columns = [column for column in COLUMNS if column != missing]
    assert f"Line 1: the column {missing} is missing" in _problems(_file(GOOD, header=",".join(columns)))


def test_a_column_twice_or_of_no_meaning_is_refused() -> None:
    assert _problems(_file(header=HEADER + ",item")) == ["Line 1: the column item is there twice"]
    assert _problems(_file(header=HEADER + ",status")) == [
        "Line 1: there is a column 'status' that has no meaning here"
    ]


@pytest.mark.parametrize(("content", "words"), [
    (b"", "Line 1: the file is empty"),
    (gzip.compress(b"", mtime=0), "Line 1: the file is empty"),
    (HEADER.encode(), "Line 1: there are no order lines after the header"),
    (HEADER.encode() + b"\n\n\n", "Line 1: there are no order lines after the header"),
    (b"\n\n", "Line 1: the column order_number is missing"),
    (b"PK\x03\x04 a spreadsheet", "Line 1: the column order_number is missing"),
    (HEADER.encode("utf-16"), "Line 1: the column order_number is missing"),
])  # fmt: skip
def test_a_file_with_nothing_in_it_is_refused(content: bytes, words: str) -> None:
    assert words in _problems(content)


def test_broken_encoding_is_named_by_its_line() -> None:
    latin = GOOD.replace("Soup", "Café").encode("latin-1")
    content = _file(GOOD) + latin + b"\n" + GOOD.encode() + b"\n"
    assert _problems(content) == ["Line 3: item is not UTF-8"]


def test_a_truncated_or_damaged_gzip_is_refused_where_it_ends() -> None:
    lines = [f"{n},2015-06-01T12:30:00,Soup {n * n},,2,4.50" for n in range(1, 5000)]
    whole = gzip.compress(_file(*lines))
    for content in (whole[:-1], whole[:-8], whole[: len(whole) // 2], whole[:20], whole[:-8] + b"12345678"):
        (problem,) = _problems(content)
        assert "the gzip file is damaged or breaks off here" in problem
    (late,) = _problems(whole[:-8])
    assert late.startswith("Line 5001:")
    (middle,) = _problems(whole[: len(whole) // 2])
    assert 1000 < int(middle.split(":")[0].removeprefix("Line ")) < 4000


def test_a_small_file_that_unfolds_into_a_huge_one_is_refused() -> None:
    with pytest.raises(DamagedFileError, match="larger than 1 MiB"):
        unzipped(gzip.compress(b"\n" * (2 << 20)), largest=1 << 20)
    with pytest.raises(DamagedFileError, match="larger than 1 MiB"):
        unzipped(b"\n" * (2 << 20), largest=1 << 20)


def test_an_hour_that_comes_twice_is_its_first_pass() -> None:
    (order,) = parse_order_file(_file("7,2015-11-01T01:30:00,Soup,,2,4.50"), ZONE).orders
    assert order.ordered_at == datetime(2015, 11, 1, 5, 30, tzinfo=UTC)


def test_the_skipped_hour_depends_on_the_zone() -> None:
    line = "7,2015-03-29T01:30:00,Soup,,2,4.50"
    assert parse_order_file(_file(line), ZONE).lines == 1
    assert "the clocks of Europe/London skipped it" in _problems(_file(line), "Europe/London")[0]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Another exception than OrderFileError fails the test."""
    for data in (content, HEADER.encode() + b"\n" + content, gzip.compress(content)):
        with suppress(OrderFileError):
            assert parse_order_file(data, ZONE).orders


@given(st.integers(0, 999_999_999))
def test_prices_are_read_to_the_cent(cents: int) -> None:
    line = f"7,2015-06-01T12:30:00,Soup,,1,{cents // 100}.{cents % 100:02d}"
    (order,) = parse_order_file(_file(line), ZONE).orders
    assert order.lines[0].unit_price_cents == cents
