"""The restaurants' books, counted again: as superuser, past row security, with the tenant named in every query.

    bills  one row an order     number, at and day (on the restaurant's clock), status, refunded, note, total, pieces
    lines  one row an order line   number, day, status, line, item, category, quantity, price, revenue
    days   one row a day, those without orders too   day, weekday, orders, cancelled, gross, refunds, net

Money in cents. `total` is the sum of the lines; cancelled orders are left out of gross, refunds and net.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from evals.restaurants import NOW, EvalRestaurant
from local.database import Database

_TABLES = f"""
CREATE TEMPORARY TABLE all_bills AS
SELECT
    o.tenant_id,
    o.order_number AS number,
    o.ordered_at AT TIME ZONE t.time_zone AS at,
    (o.ordered_at AT TIME ZONE t.time_zone)::date AS day,
    o.status,
    o.refunded_cents AS refunded,
    o.note,
    sum(l.quantity * l.unit_price_cents) AS total,
    sum(l.quantity) AS pieces
FROM tenants t
JOIN orders o ON o.tenant_id = t.tenant_id
JOIN order_lines l ON l.tenant_id = t.tenant_id AND l.order_number = o.order_number
GROUP BY t.tenant_id, o.tenant_id, o.order_number;

CREATE TEMPORARY TABLE all_lines AS
SELECT
    b.tenant_id,
    b.number,
    b.day,
    b.status,
    l.line_number AS line,
    m.name AS item,
    m.category,
    l.quantity,
    l.unit_price_cents AS price,
    l.quantity * l.unit_price_cents AS revenue
FROM all_bills b
JOIN order_lines l ON l.tenant_id = b.tenant_id AND l.order_number = b.number
JOIN menu_items m ON m.tenant_id = b.tenant_id AND m.item_id = l.item_id;

CREATE TEMPORARY TABLE all_days AS
SELECT
    t.tenant_id,
    d::date AS day,
    trim(to_char(d, 'Day')) AS weekday,
    count(b.number) FILTER (WHERE b.status <> 'cancelled') AS orders,
    count(b.number) FILTER (WHERE b.status = 'cancelled') AS cancelled,
    coalesce(sum(b.total) FILTER (WHERE b.status <> 'cancelled'), 0) AS gross,
    coalesce(sum(b.refunded) FILTER (WHERE b.status = 'refunded'), 0) AS refunds,
    coalesce(sum(b.total - b.refunded) FILTER (WHERE b.status <> 'cancelled'), 0) AS net
FROM tenants t
CROSS JOIN generate_series(
    '2019-01-01'::timestamp, '{NOW.isoformat()}'::timestamptz AT TIME ZONE t.time_zone, '1 day'
) AS d
LEFT JOIN all_bills b ON b.tenant_id = t.tenant_id AND b.day = d::date
GROUP BY t.tenant_id, d;

CREATE INDEX ON all_bills (tenant_id, number);
CREATE INDEX ON all_lines (tenant_id, day);
CREATE INDEX ON all_days (tenant_id, day);
ANALYZE all_bills, all_lines, all_days;
"""
_OF_ONE = """
WITH bills AS (SELECT * FROM all_bills WHERE tenant_id = :tenant),
    lines AS (SELECT * FROM all_lines WHERE tenant_id = :tenant),
    days AS (SELECT * FROM all_days WHERE tenant_id = :tenant)
"""
_NAMES = """
SELECT name FROM menu_items WHERE tenant_id = :tenant
UNION
SELECT category FROM menu_items WHERE tenant_id = :tenant
"""
_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")


class Books:
    """All restaurants' books on one connection; each query is about one restaurant."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._free = asyncio.Lock()

    async def rows(self, of: EvalRestaurant, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """sql: over bills, lines and days, with `:name` for a value."""
        return [tuple(record) for record in await self._fetch(of.tenant_id, _OF_ONE + sql, values)]

    async def names(self, of: EvalRestaurant) -> list[str]:
        """Of everything on the menu, and its categories; the longest first."""
        found = [record[0] for record in await self._fetch(of.tenant_id, _NAMES, {})]
        return sorted(found, key=lambda name: (-len(name), name))

    async def _fetch(self, tenant_id: UUID, sql: str, values: dict[str, Any]) -> list[asyncpg.Record]:
        given = {"tenant": tenant_id, **values}
        used: list[str] = []

        def numbered(found: re.Match[str]) -> str:
            if found[1] not in used:
                used.append(found[1])
            return f"${used.index(found[1]) + 1}"

        statement = _PARAMETER.sub(numbered, sql)
        async with self._free:
            return await self._connection.fetch(statement, *(given[name] for name in used))


@asynccontextmanager
async def open_books(database: Database) -> AsyncIterator[Books]:
    connection = await database.connect(database.superuser)
    try:
        await connection.execute(_TABLES)
        yield Books(connection)
    finally:
        await connection.close()
