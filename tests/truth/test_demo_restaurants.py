"""The three demo restaurants, asked at one moment behind one service: each gets its own truth, and nothing of the
others'."""

from __future__ import annotations

import re

import pytest

from tests.http.conftest import Answered
from tests.truth import expected as e
from tests.truth.case import Case, case, check
from tests.truth.place import Place

LAST_WEEK = ("2026-11-16", "2026-11-22")
WEEK_BEFORE = ("2026-11-09", "2026-11-15")
SEPTEMBER = ("2026-09-01", "2026-09-30")
OCTOBER = ("2026-10-01", "2026-10-31")

MARLOWS = (
    case("How did we do yesterday?", e.net("2026-11-22"), e.orders("2026-11-22")),
    case("How many orders were cancelled this month?", e.of_status("cancelled", "2026-11-01", "2026-11-23")),
    case("Which orders were refunded last week?", e.of_status("refunded", *LAST_WEEK), e.newest(3, "refunded")),
    case("top 5 items last month", e.ranked(5, *OCTOBER)),
    case("what share of last week's sales was Saturday?", e.net_share(("2026-11-21", "2026-11-21"), LAST_WEEK)),
    case("refunds last month?", e.refunds(*OCTOBER), e.gross(*OCTOBER), e.net(*OCTOBER)),
    case("compare last week with the week before", e.growth(WEEK_BEFORE, LAST_WEEK)),
    case("what was our average order value last week", e.average_order(*LAST_WEEK)),
)
COPPER_POT = (
    case("How did we do yesterday?", e.net("2026-11-22"), e.orders("2026-11-22")),
    case("when were we closed last month", e.days_without_orders(*OCTOBER), says=("Monday 5 October 2026",)),
    case("what were sales last weekend?", e.net("2026-11-21", "2026-11-22"), e.gross("2026-11-21", "2026-11-22")),
    case("how are curries doing last month", e.category_earned("Curries", *OCTOBER), says=("Chicken Tikka Masala",)),
    case("how much did we refund in october", e.refunds(*OCTOBER)),
    case("worst sellers last month", e.ranked(5, *OCTOBER, bottom=True)),
    case("best day in october?", e.best_day(*OCTOBER)),
    case("last 5 cancelled orders", e.newest(5, "cancelled")),
)
LANEWAY = (
    case("How did we do yesterday?", e.net("2026-11-23"), e.orders("2026-11-23")),
    case("how many lattes did we sell last week", e.sold("Latte", *LAST_WEEK), e.earned("Latte", *LAST_WEEK)),
    case("what share of last week's sales was lattes", e.item_share("Latte", *LAST_WEEK)),
    case(
        "how many lattes and flat whites did we sell yesterday",
        e.sold("Latte", "2026-11-23"),
        e.sold("Flat White", "2026-11-23"),
    ),
    case(
        "which category brought in the most money last month", e.category_earned("Coffee", *OCTOBER), says=("Coffee",)
    ),
    case(
        "Do Mondays beat Tuesdays?",
        e.weekday_average("Monday", "2026-10-21", "2026-11-23"),
        e.weekday_average("Tuesday", "2026-10-21", "2026-11-23"),
    ),
    case("growth from september to october in percent", e.growth(SEPTEMBER, OCTOBER)),
    case("average sales per day last week", e.net_a_day(*LAST_WEEK)),
)
ASKED = [
    *(("Marlow's Pizza", one) for one in MARLOWS),
    *(("The Copper Pot", one) for one in COPPER_POT),
    *(("Laneway Espresso", one) for one in LANEWAY),
]


@pytest.mark.parametrize(("name", "one"), ASKED, ids=[f"{name}: {one}" for name, one in ASKED])
async def test_an_answer_agrees_with_the_books_and_holds_nothing_of_the_others(
    name: str, one: Case, demo: dict[str, Place]
) -> None:
    answered = await check(one, demo[name])
    for other in demo.values():
        if other is not demo[name]:
            await _holds_nothing_of(other, demo[name], answered, one)


async def _holds_nothing_of(other: Place, own: Place, answered: Answered, one: Case) -> None:
    """Neither its names nor its daily figures anywhere in the stream; nor, in the text, what the same question comes
    to for it."""
    stream = answered.raw.decode()
    names = {other.name, *other.books.names} - own.books.names
    assert len(names) > 20
    assert [each for each in names if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", stream)] == []
    theirs, ours = await _daily_figures(other), await _daily_figures(own)
    assert len(theirs - ours) > 25
    assert [each for each in theirs - ours if re.search(rf":{each}[,}}]", stream)] == []
    for expected in one.states:
        piece, our_piece = await expected.text_or_none(other.books), await expected.text_or_none(own.books)
        bare, our_bare = ((each or "").lstrip("A$£") for each in (piece, our_piece))
        if expected.show is e.money and bare and bare not in ("0.00", our_bare):
            assert bare not in answered.text


async def _daily_figures(place: Place) -> set[int]:
    """In cents, of the days that every answer is given."""
    sql = "SELECT net FROM days WHERE day > $1 AND net > 10000"
    return {row["net"] for row in await place.books.rows(sql, place.books.ago(35))}
