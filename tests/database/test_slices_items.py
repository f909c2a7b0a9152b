"""What sold, held against SQL written for the test: the superuser reads it, by tenant id."""

from __future__ import annotations

from datetime import date, datetime
from itertools import product
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from local.database import Database
from service.db.pool import Pool
from service.principal import Principal
from tests.database.busy_restaurant import NEW_YORK, RANGES, ask, values
from tests.database.restaurants import NOON, Line, Order, Restaurant, add_restaurant

TRUE_ITEMS = """
SELECT name, category, sum(quantity), sum(quantity * unit_price_cents)
FROM menu_items AS m
JOIN order_lines AS l ON l.tenant_id = m.tenant_id AND l.item_id = m.item_id
JOIN orders AS o ON o.tenant_id = l.tenant_id AND o.order_number = l.order_number
WHERE m.tenant_id = $1
    AND (o.ordered_at AT TIME ZONE 'America/New_York')::date BETWEEN $2 AND $3
    AND o.status <> 'cancelled'
GROUP BY name, category
"""


@pytest.mark.parametrize(("by", "order"), [*product(("quantity", "revenue"), ("top", "bottom"))])
@pytest.mark.parametrize(("start", "end"), RANGES)
async def test_top_and_bottom_items_are_true(
    pool: Pool, busy: Principal, superuser: asyncpg.Connection, start: date, end: date, *, by: str, order: str
) -> None:
    true = [tuple(map(_whole, row)) for row in await superuser.fetch(TRUE_ITEMS, busy.tenant_id, start, end)]
    first, second = (2, 3) if by == "quantity" else (3, 2)
    sign = -1 if order == "top" else 1
    true.sort(key=lambda row: (sign * row[first], sign * row[second], row[0], row[1]))
    whole = sum(row[3] for row in true)
    found = await ask(pool, busy, "top_menu_items", start=str(start), end=str(end), by=by, order=order, limit=7)
    assert [row[1:5] for row in values(found.rows)] == true[:7]
    assert [row[0] for row in values(found.rows)] == list(range(1, min(7, len(true)) + 1))
    for row in values(found.rows):
        assert abs(row[5] - 10_000 * row[4] / whole) <= 0.5
    assert found.fact("total_quantity") == sum(row[2] for row in true)
    assert found.fact("total_revenue") == whole


def _whole(value: Any) -> Any:
    return value if isinstance(value, str) else int(value)


async def test_shares_are_of_the_whole_menu_and_totals_of_what_matches(pool: Pool, busy: Principal) -> None:
    everything = await ask(pool, busy, "top_menu_items", limit=50)
    drinks = await ask(pool, busy, "top_menu_items", category="DRINKS", limit=2)
    of_drinks = [row for row in values(everything.rows) if row[2] == "Drinks"]
    assert [row[1:] for row in values(drinks.rows)] == [row[1:] for row in of_drinks[:2]]
    assert drinks.fact("total_quantity") == sum(row[3] for row in of_drinks)
    assert drinks.fact("total_revenue") == sum(row[4] for row in of_drinks)
    assert drinks.fact("category") == "DRINKS"
    assert abs(sum(row[5] for row in values(everything.rows)) - 10_000) <= len(everything.rows) / 2


AWKWARD_NAMES = [
    "100% Beef",
    "1000 Beef",
    "Half_Half",
    "Half Half",
    r"Back\slash",
    "Cr\u00e8me Br\u00fbl\u00e9e",
    "O'Hara's",
]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("%", ["100% Beef"]),
        ("0%", ["100% Beef"]),
        ("_", ["Half_Half"]),
        ("half_", ["Half_Half"]),
        ("\\", ["Back\\slash"]),
        ("BEEF", ["100% Beef", "1000 Beef"]),
        ("BR\u00dbL\u00c9E", ["Cr\u00e8me Br\u00fbl\u00e9e"]),
        ("o'hara", ["O'Hara's"]),
        ("' OR true --", []),
        ("*", []),
        ("  slash ", ["Back\\slash"]),
    ],
)
async def test_text_is_looked_for_as_it_stands(pool: Pool, awkward: Principal, wanted: str, names: list[str]) -> None:
    for argument, column in (("item", 1), ("category", 2)):
        found = await ask(pool, awkward, "top_menu_items", **{argument: wanted})
        shown = sorted(row[column].removeprefix("Kind ") for row in values(found.rows))
        assert shown == sorted(names), argument
        assert found.fact("total_quantity") == len(names)


@pytest_asyncio.fixture(scope="module")
async def awkward(database: Database) -> Principal:
    lines = tuple(Line(name, category=f"Kind {name}") for name in AWKWARD_NAMES)
    return await add_restaurant(database, Restaurant(orders=(Order(1, NOON, lines),)))


async def test_one_name_in_two_categories_is_two_items(pool: Pool, database: Database) -> None:
    lines = (Line("Special", 3, 500, "Lunch"), Line("Special", 1, 900, "Dinner"), Line("Soup", 2, 100, "Lunch"))
    principal = await add_restaurant(database, Restaurant(orders=(Order(1, NOON, lines),)))
    found = await ask(pool, principal, "top_menu_items", item="special")
    assert [row[:5] for row in values(found.rows)] == [
        (1, "Special", "Lunch", 3, 1500), (2, "Special", "Dinner", 1, 900),
    ]  # fmt: skip
    assert found.fact("total_revenue") == 2400


async def test_the_bottom_leaves_out_what_never_sold(pool: Pool, database: Database) -> None:
    orders = (
        Order(1, datetime(2026, 11, 20, 12, tzinfo=NEW_YORK), (Line("Soup", 5), Line("Tea", 1, 200))),
        Order(2, datetime(2026, 9, 1, 12, tzinfo=NEW_YORK), (Line("Pumpkin pie"),)),
        Order(3, datetime(2026, 11, 20, 13, tzinfo=NEW_YORK), (Line("Dropped"),), status="cancelled"),
    )
    principal = await add_restaurant(database, Restaurant(orders=orders))
    found = await ask(pool, principal, "top_menu_items", order="bottom", start="2026-11-01")
    assert [row[1] for row in values(found.rows)] == ["Tea", "Soup"]


@pytest.mark.parametrize(
    ("by", "order", "names"),
    [
        ("quantity", "top", ["Dear", "Cheap", "Few"]),
        ("quantity", "bottom", ["Few", "Cheap", "Dear"]),
        ("revenue", "top", ["Dear", "Cheap", "Few"]),
        ("revenue", "bottom", ["Few", "Cheap", "Dear"]),
    ],
)
async def test_a_tie_is_broken_by_the_other_figure(
    pool: Pool, database: Database, by: str, order: str, names: list[str]
) -> None:
    lines = (Line("Few", 1, 800), Line("Cheap", 2, 400), Line("Dear", 2, 600))
    principal = await add_restaurant(database, Restaurant(orders=(Order(1, NOON, lines),)))
    found = await ask(pool, principal, "top_menu_items", by=by, order=order)
    assert [row[1] for row in values(found.rows)] == names
