"""Orders, one and many, held against SQL written for the test: the superuser reads it, by tenant id."""

from __future__ import annotations

from datetime import UTC, date, datetime

import asyncpg
import pytest

from local.database import Database
from service.db.pool import Pool
from service.errors import ToolRejected
from service.principal import Principal
from service.slices.prefetch import prefetch
from tests.database.busy_restaurant import NEW_YORK, RANGES, TODAY, ask, busy_restaurant, values
from tests.database.restaurants import NOON, Line, Order, Restaurant, add_restaurant

TRUE_ORDERS = """
SELECT o.order_number, o.ordered_at AT TIME ZONE 'America/New_York', o.status,
    (SELECT sum(l.quantity) FROM order_lines l WHERE l.tenant_id = $1 AND l.order_number = o.order_number),
    o.total_cents, o.refunded_cents
FROM orders o
WHERE o.tenant_id = $1 AND o.status LIKE $2
    AND (o.ordered_at AT TIME ZONE 'America/New_York')::date BETWEEN $3 AND $4
ORDER BY o.ordered_at DESC
"""


@pytest.mark.parametrize("status", [None, "completed", "cancelled", "refunded"])
@pytest.mark.parametrize(("start", "end"), [(None, None), *RANGES])
async def test_recent_orders_are_true(
    pool: Pool, busy: Principal, superuser: asyncpg.Connection, status: str | None, start: date | None, end: date | None
) -> None:
    bounds = (start or date(2000, 1, 1), end or TODAY)
    true = [tuple(row) for row in await superuser.fetch(TRUE_ORDERS, busy.tenant_id, status or "%", *bounds)]
    days = {"start": str(start), "end": str(end)} if start and end else {}
    found = await ask(pool, busy, "recent_orders", limit=33, status=status, **days)
    assert values(found.rows) == true[:33]
    given = {fact.name: fact.value for fact in found.facts}
    wanted = {"status": status, "start": start, "end": end} | {"matching": len(true) if status or start else None}
    assert given == {name: value for name, value in wanted.items() if value is not None}


@pytest.mark.parametrize("status", [None, "refunded"])
@pytest.mark.parametrize("days", [{}, {"start": "2026-09-01", "end": "2026-11-01"}])
async def test_the_orders_before_one_go_on_where_it_stood(
    pool: Pool, busy: Principal, status: str | None, days: dict[str, str]
) -> None:
    whole = values((await ask(pool, busy, "recent_orders", limit=40, status=status, **days)).rows)
    assert len(whole) > 16
    paged: list[tuple[object, ...]] = []
    while len(paged) < len(whole):
        before = {"before": paged[-1][0]} if paged else {}
        paged += values((await ask(pool, busy, "recent_orders", limit=8, status=status, **days, **before)).rows)
    assert paged[: len(whole)] == whole


async def test_there_is_nothing_before_an_order_that_is_not_there(pool: Pool, busy: Principal) -> None:
    assert (await ask(pool, busy, "recent_orders", before=999_999_999)).rows == ()


async def test_recent_orders_with_an_end_alone_reach_back_to_the_first(pool: Pool, busy: Principal) -> None:
    found = await ask(pool, busy, "recent_orders", end="2026-08-27", limit=100)
    assert values(found.rows)[-1][0] == 1
    assert found.fact("matching") == len(found.rows)


async def test_an_order_of_a_later_day_is_not_recent_yet(pool: Pool, busy: Principal) -> None:
    """The clock may be set to a day in the middle of the orders."""
    then = datetime(2026, 10, 1, 15, 0, tzinfo=UTC)
    days, _, orders = (await prefetch(pool, busy, then, patience=5)).slices
    assert days.fact("end") == date(2026, 10, 1)
    assert len(orders.rows) == 20
    assert max(row[1] for row in values(orders.rows)).date() <= date(2026, 10, 1)


async def test_recent_orders_at_the_same_moment_go_by_number(pool: Pool, database: Database) -> None:
    principal = await add_restaurant(database, Restaurant(orders=tuple(Order(n, NOON) for n in (5, 9, 7))))
    found = await ask(pool, principal, "recent_orders", limit=2)
    assert [row[0] for row in values(found.rows)] == [9, 7]


TRUE_LINES = """
SELECT l.line_number, m.name, m.category, l.quantity, l.unit_price_cents, l.quantity * l.unit_price_cents
FROM order_lines l JOIN menu_items m USING (tenant_id, item_id)
WHERE l.tenant_id = $1 AND l.order_number = $2
ORDER BY 1
"""


@pytest.mark.parametrize("number", [1, 7, 350, 900])
async def test_an_order_is_shown_line_by_line(
    pool: Pool, busy: Principal, superuser: asyncpg.Connection, number: int
) -> None:
    true = [tuple(row) for row in await superuser.fetch(TRUE_LINES, busy.tenant_id, number)]
    found = await ask(pool, busy, "order_details", number=number)
    assert values(found.rows) == true
    order = busy_restaurant().orders[number - 1]
    assert {fact.name: fact.value for fact in found.facts} == {
        "number": number,
        "ordered_at": order.at.astimezone(NEW_YORK).replace(tzinfo=None),
        "status": order.status,
        "items": sum(row[3] for row in true),
        "total": sum(row[5] for row in true),
        "refunded": order.refunded,
        "note": order.note,
    }


async def test_an_order_without_lines_is_still_an_order(pool: Pool, database: Database) -> None:
    principal = await add_restaurant(database, Restaurant(orders=(Order(4, NOON, ()),)))
    found = await ask(pool, principal, "order_details", number=4)
    assert (found.rows, found.fact("items"), found.fact("total")) == ((), 0, 0)


async def test_an_order_of_another_restaurant_does_not_exist(pool: Pool, database: Database) -> None:
    await add_restaurant(database, Restaurant(orders=(Order(4711, NOON),)))
    other = await add_restaurant(database, Restaurant(orders=(Order(1, NOON),)))
    with pytest.raises(ToolRejected) as rejected:
        await ask(pool, other, "order_details", number=4711)
    assert rejected.value.sentence == "There is no order 4711."


async def test_a_very_long_order_says_what_it_leaves_out(pool: Pool, database: Database) -> None:
    lines = tuple(Line(f"Item {n}", 1, n) for n in range(1, 431))
    principal = await add_restaurant(database, Restaurant(orders=(Order(1, NOON, lines),)))
    found = await ask(pool, principal, "order_details", number=1)
    assert len(found.rows) == 400
    assert (found.fact("items"), found.fact("rows_left_out")) == (430, 30)
    assert found.fact("total") == sum(range(1, 431))
