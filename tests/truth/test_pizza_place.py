"""A year of a pizza place that nobody here made up, asked about at the end of its last day."""

from __future__ import annotations

import csv
import gzip
from decimal import Decimal

import pytest

from tests.truth import expected as e
from tests.truth.case import Case, case, check
from tests.truth.place import Place

YEAR = ("2015-01-01", "2015-12-31")
ABOVE = "how many days are above an amount is not among the derivations that a receipt knows"

CASES = (
    case("How did we do yesterday?", e.net("2015-12-30"), e.orders("2015-12-30")),
    case("What did we take on July 4th?", e.net("2015-07-04"), e.orders("2015-07-04")),
    case("sales from 1 june to 15 june", e.net("2015-06-01", "2015-06-15"), e.orders("2015-06-01", "2015-06-15")),
    case("how was last week", e.net("2015-12-21", "2015-12-27"), e.orders("2015-12-21", "2015-12-27")),
    case(
        "How's this week so far compared with last week?",
        e.net("2015-12-28", "2015-12-31"),
        e.net("2015-12-21", "2015-12-24"),
        e.growth(("2015-12-21", "2015-12-24"), ("2015-12-28", "2015-12-31")),
    ),
    case("What was revenue in December?", e.net("2015-12-01", "2015-12-31"), says=("$64,701.15",)),
    case("revenue last month", e.net("2015-11-01", "2015-11-30"), e.orders("2015-11-01", "2015-11-30")),
    case("What was our total revenue this year?", e.net(*YEAR), e.orders(*YEAR), says=("$817,860.05", "21,350")),
    case(
        "Do Fridays beat Saturdays?",
        e.weekday_average("Friday", "2015-11-27", "2015-12-30"),
        e.weekday_average("Saturday", "2015-11-27", "2015-12-30"),
    ),
    case(
        "which weekday was busiest in 2015",
        e.weekday_orders("Friday", "2015-01-01", "2015-12-30"),
        e.weekday_orders("Sunday", "2015-01-01", "2015-12-30"),
        says=("Fridays",),
    ),
    case("what was our best day this year", e.best_day(*YEAR)),
    case("worst day in september?", e.best_day("2015-09-01", "2015-09-30", worst=True)),
    case("how many orders did we have in october", e.orders("2015-10-01", "2015-10-31")),
    case("what's our average order value this month", e.average_order("2015-12-01", "2015-12-31")),
    case("average sales per day in november", e.net_a_day("2015-11-01", "2015-11-30")),
    case(
        "growth from november to december in money and percent",
        e.growth(("2015-11-01", "2015-11-30"), ("2015-12-01", "2015-12-31")),
    ),
    case("Compare Q1 with Q2", e.growth(("2015-01-01", "2015-03-31"), ("2015-04-01", "2015-06-30"))),
    case(
        "orders in the first quarter vs the second quarter",
        e.growth(("2015-01-01", "2015-03-31"), ("2015-04-01", "2015-06-30"), "count(*)"),
    ),
    case(
        "what share of december's sales was the thai chicken pizza?",
        e.item_share("The Thai Chicken Pizza (_)", "2015-12-01", "2015-12-31"),
        e.earned("The Thai Chicken Pizza (_)", "2015-12-01", "2015-12-31"),
    ),
    case(
        "what percent of last week's sales was Wednesday?",
        e.net_share(("2015-12-23", "2015-12-23"), ("2015-12-21", "2015-12-27")),
        e.net("2015-12-23"),
    ),
    case("top 5 pizzas this year", e.ranked(5, *YEAR)),
    case(
        "which pizza brought in the most money in december?",
        e.ranked(1, "2015-12-01", "2015-12-31", by="sum(revenue)"),
    ),
    case("bottom 3 items this month", e.ranked(3, "2015-12-01", "2015-12-31", bottom=True)),
    case(
        "How many of The Classic Deluxe Pizza did we sell in 2015 over all sizes?",
        e.sold("The Classic Deluxe Pizza (_)", *YEAR),
        says=("2,453",),
    ),
    case(
        "how much did the big meat pizza bring in last month",
        e.earned("The Big Meat Pizza (_)", "2015-11-01", "2015-11-30"),
        e.sold("The Big Meat Pizza (_)", "2015-11-01", "2015-11-30"),
    ),
    case("order 21345", e.order_total(21345), e.order_items(21345, 2)),
    case("show me the last 5 orders", e.newest(5)),
    case("were there any refunds last month", e.refunds("2015-11-01", "2015-11-30")),
    case("how many orders were cancelled this year", e.of_status("cancelled", *YEAR)),
    case("How did we do yesterday?", "and the day before?", e.net("2015-12-29"), e.orders("2015-12-29")),
    case("top 5 items this month", "and in money?", e.ranked(5, "2015-12-01", "2015-12-31", by="sum(revenue)")),
    case("monthly sales this year", e.net(*YEAR), e.net("2015-02-01", "2015-02-28"), e.net("2015-10-01", "2015-10-31")),
    case(
        "which category sells best this year",
        e.category_earned("Classic", *YEAR),
        e.category_earned("Veggie", *YEAR),
        says=("Classic",),
    ),
    case(
        "what percent of orders were on a friday in november",
        e.order_share_of_weekday("Friday", "2015-11-01", "2015-11-30"),
    ),
    case("when were we closed in september", e.days_without_orders("2015-09-01", "2015-09-30")),
    case(
        "how many days did we make more than $4,000 this year",
        e.days_above(400_000, *YEAR),
        without_receipt={"3": ABOVE},
    ),
    case(
        "how many hawaiian pizzas did we sell on new years day",
        e.sold("The Hawaiian Pizza (_)", "2015-01-01"),
        e.earned("The Hawaiian Pizza (_)", "2015-01-01"),
    ),
    case("how many of our staff were off sick in december", says=("not in the data",)),
)


@pytest.mark.parametrize("one", CASES, ids=str)
async def test_an_answer_agrees_with_the_books(one: Case, pizza_place: Place) -> None:
    await check(one, pizza_place)


async def test_what_was_loaded_is_what_the_file_holds(pizza_place: Place) -> None:
    assert pizza_place.export is not None
    with gzip.open(pizza_place.export, "rt") as export:
        lines = list(csv.DictReader(export))
    revenue = sum(int(line["quantity"]) * Decimal(line["unit_price"]) for line in lines)
    books = pizza_place.books
    assert revenue == Decimal("817860.05")
    assert await books.value("SELECT sum(total) FROM bills") == revenue * 100
    assert await books.value("SELECT count(*) FROM bills") == len({line["order_number"] for line in lines}) == 21_350
    assert await books.value("SELECT count(*) FROM lines") == len(lines) == 48_620
    assert await books.value("SELECT count(*) FROM days WHERE orders > 0") == 358
