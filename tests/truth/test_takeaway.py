"""Four years of a London takeaway that nobody here made up, asked about at the end of its last day."""

from __future__ import annotations

import csv
import gzip
from decimal import Decimal

import pytest

from tests.truth import expected as e
from tests.truth.case import Case, case, check
from tests.truth.place import Place

JULY = ("2019-07-01", "2019-07-31")
JUNE = ("2019-06-01", "2019-06-30")
LAST_WEEK = ("2019-07-22", "2019-07-28")
EVER = ("2015-09-01", "2019-08-03")

CASES = (
    case("How did we do yesterday?", e.net("2019-08-02"), e.orders("2019-08-02")),
    case("What were our total sales since we opened?", e.net(*EVER), e.orders(*EVER), says=("£446,517.45", "13,397")),
    case("What were sales from 1 september 2015 to 3 august 2019?", e.net(*EVER), says=("£446,517.45",)),
    case("takings on christmas eve 2018", e.net("2018-12-24"), e.orders("2018-12-24")),
    case("sales between 1 and 14 July", e.net("2019-07-01", "2019-07-14")),
    case("how was last week?", e.net(*LAST_WEEK), e.orders(*LAST_WEEK)),
    case(
        "this week vs last week",
        e.net("2019-07-29", "2019-08-03"),
        e.net("2019-07-22", "2019-07-27"),
        e.growth(("2019-07-22", "2019-07-27"), ("2019-07-29", "2019-08-03")),
    ),
    case("revenue in may 2018", e.net("2018-05-01", "2018-05-31"), e.orders("2018-05-01", "2018-05-31")),
    case("revenue last month", e.net(*JULY)),
    case("sales this month", e.net("2019-08-01", "2019-08-03"), e.orders("2019-08-01", "2019-08-03")),
    case("sales in 2018", e.net("2018-01-01", "2018-12-31"), e.orders("2018-01-01", "2018-12-31")),
    case(
        "Are Fridays better than Saturdays?",
        e.weekday_average("Friday", "2019-06-30", "2019-08-02"),
        e.weekday_average("Saturday", "2019-06-30", "2019-08-02"),
    ),
    case("best day in 2018", e.best_day("2018-01-01", "2018-12-31")),
    case("quietest day last month", e.best_day(*JULY, worst=True)),
    case("how many orders last month", e.orders(*JULY)),
    case("average order value in june", e.average_order(*JUNE), e.gross(*JUNE), e.orders(*JUNE)),
    case("what do we take on average per day in 2018", e.net_a_day("2018-01-01", "2018-12-31")),
    case("growth from june to july", e.growth(JUNE, JULY), e.net(*JUNE), e.net(*JULY)),
    case("compare july 2019 with july 2018", e.growth(("2018-07-01", "2018-07-31"), JULY)),
    case(
        "orders 2018 v 2017",
        e.growth(("2017-01-01", "2017-12-31"), ("2018-01-01", "2018-12-31"), "count(*)"),
        e.orders("2017-01-01", "2017-12-31"),
    ),
    case("what share of july's sales was plain papadum", e.item_share("Plain Papadum", *JULY)),
    case("what percent of sales last week were on saturday?", e.net_share(("2019-07-27", "2019-07-27"), LAST_WEEK)),
    case("top 10 items last month by revenue", e.ranked(10, *JULY, by="sum(revenue)")),
    case("most popular dishes in 2018", e.ranked(10, "2018-01-01", "2018-12-31")),
    case("worst sellers last month", e.ranked(10, *JULY, bottom=True)),
    case("how many plain papadums did we sell last week", e.sold("Plain Papadum", *LAST_WEEK)),
    case("how much did chicken tikka masala bring in in july", e.earned("Chicken Tikka Masala", *JULY)),
    case(
        "average number of orders on saturdays in july",
        e.weekday_orders("Saturday", *JULY),
    ),
    case(
        "yesterday?",
        "how does that compare with the friday before?",
        "and in orders?",
        e.orders("2019-08-02"),
        e.orders("2019-07-26"),
    ),
    case("order 16118", e.order_total(16118), e.order_items(16118, 6)),
    case("last 3 orders", e.newest(3)),
    case("any cancelled orders this month?", says=("no cancelled orders",)),
    case("How was last week?", "and the week before?", e.net("2019-07-15", "2019-07-21")),
    case("how many chicken tikka masala did we sell in july", "and in june?", e.sold("Chicken Tikka Masala", *JUNE)),
)


@pytest.mark.parametrize("one", CASES, ids=str)
async def test_an_answer_agrees_with_the_books(one: Case, takeaway: Place) -> None:
    await check(one, takeaway)


async def test_what_was_loaded_is_what_the_file_holds(takeaway: Place) -> None:
    assert takeaway.export is not None
    with gzip.open(takeaway.export, "rt") as export:
        lines = list(csv.DictReader(export))
    revenue = sum(int(line["quantity"]) * Decimal(line["unit_price"]) for line in lines)
    books = takeaway.books
    assert revenue == Decimal("446517.45")
    assert await books.value("SELECT sum(total) FROM bills") == revenue * 100
    assert await books.value("SELECT count(*) FROM bills") == len({line["order_number"] for line in lines}) == 13_397
    assert await books.value("SELECT count(*) FROM lines") == len(lines) == 74_818
