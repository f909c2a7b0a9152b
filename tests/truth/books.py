"""A restaurant's books: what its tables hold, counted with SQL written for these tests and nothing of the service's.

Read as superuser, past row security, with the tenant named in WHERE. Days and totals are not taken from where the
service keeps them but worked out again: the day from the moment and the time zone, the total from the lines.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

import asyncpg

from service.provisioning.tenants import NewTenant

BILLS = """
CREATE TEMPORARY TABLE bills AS
SELECT
    o.order_number AS number,
    o.ordered_at AT TIME ZONE t.time_zone AS at,
    (o.ordered_at AT TIME ZONE t.time_zone)::date AS day,
    o.status,
    o.refunded_cents AS refunded,
    o.note,
    sum(l.quantity * l.unit_price_cents)::bigint AS total,
    sum(l.quantity)::bigint AS pieces
FROM tenants t
JOIN orders o ON o.tenant_id = t.tenant_id
JOIN order_lines l ON l.tenant_id = o.tenant_id AND l.order_number = o.order_number
WHERE t.tenant_id = '{tenant}'
GROUP BY t.time_zone, o.tenant_id, o.order_number
"""
LINES = """
CREATE TEMPORARY TABLE lines AS
SELECT
    b.number,
    b.day,
    b.status,
    l.line_number AS line,
    m.name AS item,
    m.category,
    l.quantity,
    l.unit_price_cents AS price,
    (l.quantity * l.unit_price_cents)::bigint AS revenue
FROM order_lines l
JOIN menu_items m ON m.tenant_id = l.tenant_id AND m.item_id = l.item_id
JOIN bills b ON b.number = l.order_number
WHERE l.tenant_id = '{tenant}'
"""
DAYS = """
CREATE TEMPORARY TABLE days AS
SELECT
    d::date AS day,
    trim(to_char(d, 'Day')) AS weekday,
    count(number) FILTER (WHERE status <> 'cancelled') AS orders,
    count(number) FILTER (WHERE status = 'cancelled') AS cancelled,
    coalesce(sum(total) FILTER (WHERE status <> 'cancelled'), 0)::bigint AS gross,
    coalesce(sum(refunded) FILTER (WHERE status = 'refunded'), 0)::bigint AS refunds,
    coalesce(sum(total - refunded) FILTER (WHERE status <> 'cancelled'), 0)::bigint AS net
FROM generate_series(
    (SELECT min(day) FROM bills)::timestamp - interval '2000 days', '{today}'::timestamp, interval '1 day'
) AS d
LEFT JOIN bills ON bills.day = d::date
GROUP BY d
"""


class Books:
    """tables: bills, one row an order; lines, one row an order line; days, one row a day, those without orders
    included. Money in cents."""

    def __init__(self, connection: asyncpg.Connection, tenant: NewTenant, now: datetime) -> None:
        self._connection = connection
        self.tenant = tenant
        self.today: date = now.astimezone(ZoneInfo(tenant.time_zone)).date()
        self.names: frozenset[str] = frozenset()
        """Of items and categories."""

    @classmethod
    async def opened(cls, connection: asyncpg.Connection, tenant: NewTenant, now: datetime) -> Self:
        """connection: as superuser, of these books alone."""
        books = cls(connection, tenant, now)
        for table in (BILLS, LINES, DAYS):
            await connection.execute(table.format(tenant=tenant.tenant_id, today=books.today))
        rows = await connection.fetch("SELECT item FROM lines UNION SELECT category FROM lines WHERE category <> ''")
        books.names = frozenset(row[0] for row in rows)
        return books

    async def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(sql, *values)]

    async def value(self, sql: str, *values: Any) -> Any:
        return await self._connection.fetchval(sql, *values)

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)
