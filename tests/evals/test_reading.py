"""How the scorers read an answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from evals.reading.days import mentions
from evals.reading.figures import is_value_of, stated_figures
from evals.reading.plain import folded
from evals.truth.rights import Right

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Sunday 22 November 2026", ["2026-11-22 2026-11-22"]),
        ("November 22nd", ["2026-11-22 2026-11-22"]),
        ("2026-11-22", ["2026-11-22 2026-11-22"]),
        ("Monday 16 November 2026 to Sunday 22 November 2026", ["2026-11-16 2026-11-22"]),
        ("November 16 – November 22, 2026", ["2026-11-16 2026-11-22"]),
        ("16–22 November", ["2026-11-16 2026-11-22"]),
        ("Nov 16-22, 2026", ["2026-11-16 2026-11-22"]),
        ("in October", ["2026-10-01 2026-10-31"]),
        ("in December", ["2025-12-01 2025-12-31"]),
        ("Q3 2026", ["2026-07-01 2026-09-30"]),
        ("yesterday", ["2026-11-22 2026-11-22"]),
        ("the day before yesterday", ["2026-11-21 2026-11-21"]),
        ("last week", ["2026-11-16 2026-11-22"]),
        ("this month", ["2026-11-01 2026-11-23"]),
        ("last weekend", ["2026-11-21 2026-11-22"]),
        ("on Saturday", ["2026-11-21 2026-11-21"]),
        ("you may order, and march on", []),
        ("31 November 2026", []),
        ("1 October 2026 and 3 October 2026", ["2026-10-01 2026-10-01", "2026-10-03 2026-10-03"]),
    ],
)
def test_days(text: str, days: list[str]) -> None:
    assert [f"{each.first} {each.last}" for each in mentions(text, TODAY)] == days


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("**$1,234.50** from 12 orders", ["$1,234.50", "12"]),
        ("up 12.34% on 22 November 2026 at 14:05", ["12.34%"]),
        ("A$5.00, NZ$6.00, £7.00, DKK 8.00, R9.00", ["A$5.00", "NZ$6.00", "£7.00", "DKK 8.00", "R9.00"]),
        ("down -$3.20", ["-$3.20"]),
        ("₹1,26,000.00 in all", ["₹1,26,000.00"]),
        ("1. Latte\n2. Tea", []),
        ("the B12 and 7-Up", []),
    ],
)
def test_figures(text: str, figures: list[str]) -> None:
    assert [each.text for each in stated_figures(text, TODAY, ["7-Up"])] == figures


@pytest.mark.parametrize(
    ("text", "currency", "is_it"),
    [
        ("$558.33", "USD", True),
        ("US$558.33", "USD", True),
        ("$558.33", "AUD", True),
        ("£558.33", "USD", False),
        ("A$558.33", "USD", False),
        ("558.33", "USD", False),
        ("$558", "USD", False),
        ("about $558", "USD", True),
        ("about $559", "USD", False),
        ("$558.34", "USD", False),
    ],
)
def test_an_amount_is_right_to_the_cent_or_says_that_it_is_rounded(text: str, currency: str, is_it: bool) -> None:
    right = Right(what="net", kind="money", value=Decimal(55833))
    assert [is_value_of(each, right, currency) for each in stated_figures(text, TODAY, ())] == [is_it]


@pytest.mark.parametrize(
    ("text", "is_it"), [("12.35%", True), ("12.3%", True), ("12.4%", False), ("12%", False), ("12.35", False)]
)
def test_a_percentage_may_be_rounded_to_a_decimal(text: str, is_it: bool) -> None:
    right = Right(what="share", kind="percent", value=Decimal("12.346"))
    assert [is_value_of(each, right, "USD") for each in stated_figures(text, TODAY, ())] == [is_it]


def test_marks_of_markdown_are_read_away() -> None:
    assert folded("**Order\\_details** &lt;b> &amp; Co") == "order_details <b> & co"
