from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ToolRejected
from service.slices.day_range import DayRange, checked_range, day_range, weekday
from service.slices.rounding import basis_points, rounded_quotient

TODAY = date(2026, 11, 23)


def test_without_arguments_it_is_the_35_days_that_end_today() -> None:
    days = day_range(None, None, TODAY)
    assert (days.start, days.end, days.days) == (date(2026, 10, 20), TODAY, 35)


def test_an_end_alone_moves_the_range() -> None:
    assert day_range(None, date(2026, 3, 1), TODAY) == DayRange(date(2026, 1, 26), date(2026, 3, 1))


def test_a_start_alone_runs_until_today() -> None:
    assert day_range(date(2026, 11, 1), None, TODAY) == DayRange(date(2026, 11, 1), TODAY)


def test_a_range_may_reach_into_the_future() -> None:
    assert day_range(TODAY, date(2026, 12, 31), TODAY).days == 39


def test_400_days_are_allowed_and_401_are_not() -> None:
    assert day_range(TODAY - timedelta(days=399), TODAY, TODAY).days == 400
    with pytest.raises(ToolRejected, match=r"^From 2025-10-19 to 2026-11-23 are 401 days; at most 400 can be asked"):
        day_range(TODAY - timedelta(days=400), TODAY, TODAY)


def test_a_range_the_wrong_way_round_is_said_with_its_arguments() -> None:
    with pytest.raises(ToolRejected, match=r"^start \(2026-11-24\) is after end \(2026-11-23\)\."):
        day_range(date(2026, 11, 24), None, TODAY)
    with pytest.raises(ToolRejected, match=r"^second_start \(2026-02-02\) is after second_end \(2026-02-01\)"):
        checked_range(date(2026, 2, 2), date(2026, 2, 1), ("second_start", "second_end"))


@pytest.mark.parametrize("day", [date.min, date(1969, 12, 31), date(2200, 1, 1), date.max])
def test_a_day_outside_the_calendar_is_rejected(day: date) -> None:
    for start, end in ((day, None), (None, day), (day, day)):
        with pytest.raises(ToolRejected, match="days go from 1970-01-01 to 2199-12-31"):
            day_range(start, end, TODAY)


def test_each_day_is_there_once_in_order() -> None:
    days = DayRange(date(2028, 2, 27), date(2028, 3, 1))
    assert [str(day) for day in days.each_day()] == ["2028-02-27", "2028-02-28", "2028-02-29", "2028-03-01"]


@given(st.dates())
def test_weekdays_agree_with_the_calendar(day: date) -> None:
    assert weekday(day) == day.strftime("%A")


@pytest.mark.parametrize(
    ("numerator", "denominator", "quotient"),
    [(0, 3, 0), (1, 2, 1), (-1, 2, -1), (1, 3, 0), (2, 3, 1), (-2, 3, -1), (5, 2, 3), (-5, 2, -3), (7, 7, 1)],
)
def test_halves_are_rounded_away_from_zero(numerator: int, denominator: int, quotient: int) -> None:
    assert rounded_quotient(numerator, denominator) == quotient


def test_a_share_of_nothing_is_nothing() -> None:
    assert basis_points(0, 0) == 0
    assert basis_points(1, 3) == 3333
    assert basis_points(2, 3) == 6667
