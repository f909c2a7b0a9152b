"""A restaurant with ninety days of orders of every kind, and what its slices say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import astuple

from service.db.pool import Pool
from service.principal import Principal
from service.rows import Row, SliceResult, Value
from service.slices.execute import execute
from tests.database.restaurants import NOON, Line, Order, Restaurant

TODAY = date(2026, 11, 23)
NEW_YORK = ZoneInfo("America/New_York")

RANGES = [
    (TODAY - timedelta(days=34), TODAY),
    (date(2026, 8, 25), date(2026, 12, 31)),
    (date(2026, 10, 31), date(2026, 11, 2)),
    (date(2026, 9, 15), date(2026, 9, 15)),
    (date(2027, 1, 1), date(2027, 1, 31)),
]


def busy_restaurant() -> Restaurant:
    """The same each time."""
    random = Random(20261123)
    menu = [(f"Item {n}", ("Mains", "Drinks", "Sides")[n % 3], 300 + 137 * n) for n in range(25)]
    orders = []
    moment = datetime(2026, 8, 25, 10, 0, tzinfo=NEW_YORK)
    for number in range(1, 901):
        moment += timedelta(minutes=random.randrange(20, 260))
        picked = random.sample(menu, random.randrange(1, 5))
        lines = tuple(Line(name, random.randrange(1, 4), cents, category) for name, category, cents in picked)
        status = random.choices(("completed", "cancelled", "refunded"), (90, 6, 4))[0]
        total = sum(line.quantity * line.cents for line in lines)
        refunded = random.randrange(1, total + 1) if status == "refunded" else 0
        orders.append(Order(number, moment, lines, status, refunded, "no onions" if number % 7 == 0 else ""))
    return Restaurant("Marlow's Pizza", orders=tuple(orders))


async def ask(pool: Pool, principal: Principal, name: str, now: datetime = NOON, **arguments: Any) -> SliceResult:
    return await execute(pool, principal, now, name, arguments, seconds=10)


def values(rows: tuple[Row, ...]) -> list[tuple[Value, ...]]:
    return [astuple(row) for row in rows]
