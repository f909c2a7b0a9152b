"""The days that an answer states. Today is Monday 23 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks.receipts_example import FIRST, TODAY
from service.receipts.dates import Calendar, find_dates
from service.receipts.relative import find_relative

CALENDAR = Calendar(TODAY, True, lambda day: FIRST <= day <= TODAY)


def ranges(text: str, calendar: Calendar = CALENDAR) -> list[list[str]]:
    _, stated = find_dates(text, calendar)
    mentions = sorted([*stated, *find_relative(text, TODAY, stated)], key=lambda m: m.start)
    return [[f"{a:%m-%d}" if a == b else f"{a:%m-%d}..{b:%m-%d}" for a, b in mention.ranges] for mention in mentions]


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-22",
        "22 november 2026",
        "22 november",
        "22nd november",
        "the 22nd of november 2026",
        "november 22, 2026",
        "november 22nd",
        "nov. 22",
        "nov 22 2026",
        "22 nov",
        "sunday 22 november",
        "sunday, 22 november 2026",
        "sunday, november 22",
        "11/22/2026",
        "22.11.2026",
        "11/22",
        "on the 22nd.",
    ],
)
def test_a_date_however_it_is_written(written: str) -> None:
    figures, _ = find_dates(f"sold 5 pieces {written}", CALENDAR)
    assert [figure.value for figure in figures] == ["2026-11-22"]
    assert not figures[0].contradicted


def test_day_and_month_stand_as_the_country_has_them() -> None:
    british = Calendar(TODAY, False, CALENDAR.known)
    assert find_dates("04/11/2026", british)[0][0].value == "2026-11-04"
    assert find_dates("11/04/2026", CALENDAR)[0][0].value == "2026-11-04"


@pytest.mark.parametrize("text", ["monday 22 november", "22 november (monday)", "tuesday, november 22, 2026"])
def test_a_date_that_its_weekday_belies(text: str) -> None:
    assert find_dates(text, CALENDAR)[0][0].contradicted


@pytest.mark.parametrize(
    "text", ["5/7 of them", "22.5 november", "31 february", "november 2,817", "version 1.2.3", "9:30"]
)
def test_what_is_no_date(text: str) -> None:
    assert [figure for figure in find_dates(text, CALENDAR)[0] if figure.days] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16–22 november", ["11-16..11-22"]),
        ("nov 16-22, 2026", ["11-16..11-22"]),
        ("from 16 to 22 november", ["11-16..11-22"]),
        ("16 november to 22 november 2026", ["11-16..11-22"]),
        ("monday 16 november through sunday 22 november", ["11-16..11-22"]),
        ("28 october – 3 november 2026", ["10-28..11-03"]),
        ("between 16 and 22 november", ["11-16..11-22"]),
        ("between november 16 and november 22", ["11-16..11-22"]),
        ("2026-11-16 to 2026-11-22", ["11-16..11-22"]),
        ("the week of 16 november", ["11-16..11-22"]),
        ("the week ending 22 november", ["11-16..11-22"]),
        ("november 2026", ["11-01..11-23"]),
        ("q3 2026", ["07-01..09-30"]),
        ("in october", ["10-01..10-31"]),
        ("november so far", ["11-01..11-23"]),
        ("last week", ["11-16..11-22"]),
        ("this week", ["11-23"]),
        ("last month", ["10-01..10-31"]),
        ("this month", ["11-01..11-23"]),
        ("month to date", ["11-01..11-23"]),
        ("last weekend", ["11-21..11-22"]),
        ("the week before last", ["11-09..11-15"]),
    ],
)
def test_a_range(text: str, expected: list[str]) -> None:
    assert ranges(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21 and 22 november", [["11-21"], ["11-22"]]),
        ("19, 20 and 21 november", [["11-19"], ["11-20"], ["11-21"]]),
        ("saturday 21 and sunday 22 november", [["11-21"], ["11-22"]]),
        ("yesterday and the day before", [["11-22"], ["11-21"]]),
        ("the day before yesterday", [["11-21"]]),
        ("last week and the week before", [["11-16..11-22"], ["11-09..11-15"]]),
        ("on 14 november and the day after", [["11-14"], ["11-15"]]),
        ("on sunday", [["11-22"]]),
        ("on monday", [["11-16"]]),
        ("in the week of 2 november, on friday", [["11-02..11-08"], ["11-06"]]),
        ("last 7 days", [["11-17..11-23", "11-16..11-22"]]),
        ("the past two weeks", [["11-10..11-23", "11-09..11-22"]]),
        ("since 16 november", [["11-16..11-23", "11-16..11-22"]]),
    ],
)
def test_several_days(text: str, expected: list[list[str]]) -> None:
    found = ranges(text)
    assert [sorted(days) for days in found] == [sorted(days) for days in expected]


@pytest.mark.parametrize("text", ["you may want to", "march on", "a decent day", "sat down", "in mid-air"])
def test_words_that_only_look_like_days(text: str) -> None:
    assert ranges(text) == []


def test_a_year_is_the_latest_that_the_slices_know() -> None:
    old = Calendar(TODAY, True, lambda day: day.year == 2025)
    assert find_dates("22 november", old)[0][0].days == (date(2025, 11, 22), date(2025, 11, 22))
    assert find_dates("24 december", CALENDAR)[0][0].value == "2025-12-24"
