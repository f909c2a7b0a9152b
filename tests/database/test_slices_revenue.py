"""Revenue by day and the comparison of two ranges, held against SQL written for the test: the superuser reads it, by
tenant id."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from msgspec.structs import astuple

from local.database import Database
from service.db.pool import Pool
from service.principal import Principal
from service.slices.prefetch import prefetch
from tests.database.busy_restaurant import NEW_YORK, RANGES, TODAY, ask, values
from tests.database.restaurants import NOON, Line, Order, Restaurant, add_restaurant

TRUE_DAYS = """
SELECT
    day::date,
    trim(to_char(day, 'Day')),
    (SELECT count(*) FROM orders WHERE on_day AND status IN ('completed', 'refunded')),
    (SELECT count(*) FROM orders WHERE on_day AND status = 'cancelled'),
    (SELECT coalesce(sum(total_cents), 0)::bigint FROM orders WHERE on_day AND status IN ('completed', 'refunded')),
    (SELECT coalesce(sum(refunded_cents), 0)::bigint FROM orders WHERE on_day AND status = 'refunded')
FROM generate_series($2::date, $3::date, '1 day') AS day
ORDER BY day
""".replace("on_day", "tenant_id = $1 AND (ordered_at AT TIME ZONE 'America/New_York')::date = day")


@pytest.mark.parametrize(("start", "end"), RANGES)
async def test_revenue_by_day_is_true(
    pool: Pool, busy: Principal, superuser: asyncpg.Connection, start: date, end: date
) -> None:
    true = [tuple(row) for row in await superuser.fetch(TRUE_DAYS, busy.tenant_id, start, end)]
    found = await ask(pool, busy, "revenue_by_day", start=str(start), end=str(end))
    assert values(found.rows) == [(*row, row[4] - row[5]) for row in true]
    assert (found.fact("start"), found.fact("end")) == (start, end)
    totals = [found.fact(f"total_{name}") for name in ("orders", "cancelled", "gross", "refunds")]
    assert totals == [sum(row[n] for row in true) for n in (2, 3, 4, 5)]
    assert found.fact("total_net") == sum(row[4] - row[5] for row in true)


async def test_an_empty_restaurant_has_zero_days_and_no_items(pool: Pool, database: Database) -> None:
    empty = await add_restaurant(database, Restaurant("Not Open Yet", currency="EUR"))
    told = await prefetch(pool, empty, NOON, patience=5)
    days, items, orders = told.slices
    assert len(days.rows) == 35
    assert {astuple(row)[2:] for row in days.rows} == {(0, 0, 0, 0, 0)}
    assert (items.rows, orders.rows) == ((), ())
    assert (items.fact("total_quantity"), items.fact("total_revenue")) == (0, 0)
    assert {slice_.currency for slice_ in told.slices} == {"EUR"}
    comparison = await ask(
        pool, empty, "compare_revenue",
        first_start="2026-10-01", first_end="2026-10-31", second_start="2026-11-01", second_end="2026-11-23",
    )  # fmt: skip
    assert [fact.name for fact in comparison.facts] == ["net_change", "orders_change"]
    assert [astuple(row)[4:] for row in comparison.rows] == [(0, 0, 0, 0, 0)] * 2


async def test_a_restaurant_of_one_day(pool: Pool, database: Database) -> None:
    opening = Order(1, datetime(2026, 11, 23, 9, 0, tzinfo=NEW_YORK), (Line("Soup", 2, 850),))
    principal = await add_restaurant(database, Restaurant(orders=(opening,)))
    days, items, orders = (await prefetch(pool, principal, NOON, patience=5)).slices
    assert values(days.rows)[-1] == (TODAY, "Monday", 1, 0, 1700, 0, 1700)
    assert days.fact("total_net") == 1700
    assert values(items.rows) == [(1, "Soup", "Mains", 2, 1700, 10_000)]
    assert values(orders.rows) == [(1, datetime.fromisoformat("2026-11-23 09:00"), "completed", 2, 1700, 0)]


async def test_days_without_revenue_are_told_apart(pool: Pool, database: Database) -> None:
    """A day of cancelled orders only, one whose only order was refunded whole, one with nothing."""
    orders = (
        Order(1, datetime(2026, 11, 1, 12, tzinfo=NEW_YORK), status="cancelled"),
        Order(2, datetime(2026, 11, 1, 13, tzinfo=NEW_YORK), (Line("Tea", 3, 250),), status="cancelled"),
        Order(3, datetime(2026, 11, 2, 12, tzinfo=NEW_YORK), (Line("Soup", 4),), status="refunded", refunded=4000),
    )
    principal = await add_restaurant(database, Restaurant(orders=orders))
    found = await ask(pool, principal, "revenue_by_day", start="2026-11-01", end="2026-11-03")
    assert [astuple(row)[2:] for row in found.rows] == [(0, 2, 0, 0, 0), (1, 0, 4000, 4000, 0), (0, 0, 0, 0, 0)]
    items = await ask(pool, principal, "top_menu_items", start="2026-11-01", end="2026-11-03")
    assert values(items.rows) == [(1, "Soup", "Mains", 4, 4000, 10_000)]
    only_cancelled = await ask(pool, principal, "top_menu_items", start="2026-11-01", end="2026-11-01")
    assert only_cancelled.rows == ()


async def test_days_on_which_the_clock_changes(pool: Pool, database: Database) -> None:
    """New York, 2026: 8 March has 23 hours, 1 November 25, in which 01:30 comes twice."""
    moments = [
        datetime(2026, 3, 8, 4, 59, tzinfo=UTC),  # 23:59 on the 7th
        datetime(2026, 3, 8, 5, 0, tzinfo=UTC),  # midnight
        datetime(2026, 3, 9, 3, 59, tzinfo=UTC),  # 23:59 after 23 hours
        datetime(2026, 3, 9, 4, 0, tzinfo=UTC),
        datetime(2026, 11, 1, 4, 0, tzinfo=UTC),  # midnight
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # 01:30
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),  # 01:30 again
        datetime(2026, 11, 2, 4, 59, tzinfo=UTC),  # 23:59 after 25 hours
        datetime(2026, 11, 2, 5, 0, tzinfo=UTC),
    ]
    orders = tuple(Order(number, moment) for number, moment in enumerate(moments, start=1))
    principal = await add_restaurant(database, Restaurant(orders=orders))
    spring = await ask(pool, principal, "revenue_by_day", start="2026-03-07", end="2026-03-09")
    autumn = await ask(pool, principal, "revenue_by_day", start="2026-10-31", end="2026-11-02")
    assert [row[2] for row in values(spring.rows)] == [1, 2, 1]
    assert [row[2] for row in values(autumn.rows)] == [0, 4, 1]
    newest = await ask(pool, principal, "recent_orders", start="2026-11-01", end="2026-11-01")
    assert [(row[0], str(row[1])[11:16]) for row in values(newest.rows)] == [
        (8, "23:59"), (7, "01:30"), (6, "01:30"), (5, "00:00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("time_zone", "now", "today"),
    [
        ("Pacific/Auckland", datetime(2026, 11, 22, 11, 30, tzinfo=UTC), date(2026, 11, 23)),
        ("Pacific/Honolulu", datetime(2026, 11, 23, 9, 30, tzinfo=UTC), date(2026, 11, 22)),
        ("Asia/Kathmandu", datetime(2026, 11, 22, 18, 15, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
async def test_today_is_the_restaurants_own(
    pool: Pool, database: Database, time_zone: str, now: datetime, today: date
) -> None:
    assert now.date() != today
    principal = await add_restaurant(database, Restaurant(time_zone=time_zone, orders=(Order(1, now),)))
    told = await prefetch(pool, principal, now, patience=5)
    assert told.local_now == now.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    days, _, orders = told.slices
    assert days.fact("end") == today
    assert values(days.rows)[-1][:3] == (today, f"{today:%A}", 1)
    assert values(orders.rows)[0][1] == told.local_now


TRUE_RANGE = """
SELECT
    count(*) FILTER (WHERE status <> 'cancelled'),
    coalesce(sum(total_cents) FILTER (WHERE status <> 'cancelled'), 0)::bigint,
    coalesce(sum(refunded_cents) FILTER (WHERE status = 'refunded'), 0)::bigint,
    coalesce(round(avg(total_cents) FILTER (WHERE status <> 'cancelled')), 0)::bigint
FROM orders
WHERE tenant_id = $1 AND (ordered_at AT TIME ZONE 'America/New_York')::date BETWEEN $2 AND $3
"""


@pytest.mark.parametrize("first", RANGES)
@pytest.mark.parametrize("second", RANGES[:3])
async def test_a_comparison_is_true(
    pool: Pool, busy: Principal, superuser: asyncpg.Connection, first: tuple[date, date], second: tuple[date, date]
) -> None:
    before = await superuser.fetchrow(TRUE_RANGE, busy.tenant_id, *first)
    after = await superuser.fetchrow(TRUE_RANGE, busy.tenant_id, *second)
    assert before
    assert after
    found = await ask(
        pool, busy, "compare_revenue",
        first_start=str(first[0]), first_end=str(first[1]), second_start=str(second[0]), second_end=str(second[1]),
    )  # fmt: skip
    assert values(found.rows) == [
        (name, start, end, (end - start).days + 1, orders, gross, refunds, gross - refunds, average)
        for name, (start, end), (orders, gross, refunds, average) in (
            ("first", first, before),
            ("second", second, after),
        )
    ]
    net = [row[1] - row[2] for row in (before, after)]
    assert found.fact("net_change") == net[1] - net[0]
    assert found.fact("orders_change") == after[0] - before[0]
    percent = await superuser.fetchval(
        "SELECT round(($2::numeric - $1) * 10000 / nullif($1::numeric, 0))::bigint", *net
    )
    assert [fact.value for fact in found.facts if fact.name == "net_change_percent"] == (
        [] if percent is None else [percent]
    )
