"""What must not be believed: a right figure for the wrong day above all."""

from __future__ import annotations

import pytest

from benchmarks.receipts_example import items, order_details
from service.rows import Fact, MenuItemSales, SliceResult

from .reading import sources, unmatched

CATEGORY = items()


@pytest.mark.parametrize(
    ("answer", "figure"),
    [
        # the next day's figure
        ("On 22 November you took $3,648.02.", "$3,648.02"),
        ("On 22 November you had 144 orders.", "144"),
        ("Yesterday you took $3,648.02.", "$3,648.02"),
        ("- 22 November: $3,648.02", "$3,648.02"),
        ("## 22 November\n\n- Net: $3,648.02", "$3,648.02"),
        ("| Day | Net |\n|---|--:|\n| 22 November | $3,648.02 |", "$3,648.02"),
        ("Yesterday was good. You took $3,648.02.", "$3,648.02"),
        ("On 22 November you took $3,648.02 and on 21 November $5.00.", "$3,648.02"),
        ("21 November: $2,436.06; 22 November: $3,648.02.", "$3,648.02"),
        ("$2,436.06 on 21 November was less than $3,648.02 on 22 November.", "$2,436.06"),
        # the wrong item, the right one over other days, the wrong order
        ("Calzone sold 866 pieces.", "866"),
        ("Calzone made up 12.71% of revenue.", "12.71%"),
        ("Margherita sold 866 pieces on 22 November.", "866"),
        ("Yesterday's top items:\n- Margherita: 866 sold", "866"),
        ("Order 48231 came to $87.85.", "$87.85"),
        # the wrong word
        ("On 21 November refunds were $3,648.02.", "$3,648.02"),
        ("On 22 November 98 orders were cancelled.", "98"),
        ("On 22 November you sold 98 items.", "98"),
    ],
)
def test_a_figure_that_belongs_elsewhere(answer: str, figure: str) -> None:
    assert sources(answer)[figure] == "unmatched elsewhere"


@pytest.mark.parametrize(
    ("answer", "figure"),
    [
        # the wrong range
        ("Last week you took $90,950.98 net.", "$90,950.98"),
        ("Yesterday you took $18,947.05, and last week was calm.", "$18,947.05"),
        ("Yesterday you took $18,947.05.", "$18,947.05"),
        ("In October you took $34,612.03.", "$34,612.03"),
        ("On average you took $18,947.05 a day last week.", "$18,947.05"),
        ("Last week you took $2,706.72.", "$2,706.72"),
        # never so in the data
        ("Yesterday you took $2,436.07.", "$2,436.07"),
        ("Yesterday you took $2,437.", "$2,437"),
        ("Yesterday you took $2k.", "$2k"),
        ("Yesterday you had 97.5 orders.", "97.5"),
        ("Somewhere between, $2,436 was taken.", "$2,436"),
        ("Order 999999 was the best.", "999999"),
        ("You have 17 seats.", "17"),
        ("Over the last 40 days all went well.", "40"),
        ("It was on 22 November 2019.", "22 November 2019"),
        ("Sales rose 12.5%.", "12.5%"),
        ("Margins were 31.5% of revenue.", "31.5%"),
        ("Order 48232 came in at 21:47.", "21:47"),
    ],
)
def test_a_figure_that_no_row_supports(answer: str, figure: str) -> None:
    assert sources(answer)[figure].startswith("unmatched")


def test_a_date_that_contradicts_itself() -> None:
    assert sources("On Monday 22 November all was well.")["22 November"] == "unmatched contradiction"
    assert sources("Yesterday, 21 November, all was well.")["21 November"] == "unmatched contradiction"


def test_an_order_on_another_day_than_its_own() -> None:
    assert unmatched("Order 48232 came in on 21 November.") == ["21 November"]
    assert unmatched("Order 47001 came in on 14 November.", order_details()) == []


def test_sums_that_nobody_stated_bless_nothing() -> None:
    """$6,084.08 is what Saturday and Sunday took together."""
    assert unmatched("A good time! You took $6,084.08.") == ["$6,084.08"]
    assert unmatched("On 18 November you took $6,084.08.") == ["$6,084.08"]
    assert unmatched("From 21 to 22 November you took $6,084.08.") == []


def test_a_difference_of_figures_that_nobody_stated() -> None:
    assert unmatched("Sunday 22 November took $1,211.96 less than Saturday 21 November.") == ["$1,211.96"]


def test_what_one_category_took_is_not_what_all_took() -> None:
    facts = (*CATEGORY.facts[:4], Fact("category", "text", "Drinks"), Fact("total_revenue", "money", 123_456))
    drinks = SliceResult("top_menu_items", "USD", facts, MenuItemSales, ())
    assert unmatched("From 20 October to 23 November you took $1,234.56.", drinks) == ["$1,234.56"]
    assert unmatched("Drinks took $1,234.56 from 20 October to 23 November.", drinks) == []
