"""Systems of many restaurants, made in the database itself: some that are asked, the same in every system, and
others around them that make the system as large as it has to be."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid5

import asyncpg
import msgspec
from msgspec import Struct

from local.database import Database

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
_SPACE = UUID("6b0c0f58-52b5-4b63-9a3e-0a6a4f0f3d11")
LINES_AN_ORDER = 3
ASKED = 5
ASKED_ORDERS = 3650
"""Ten a day for a year, of three lines each: 35 days of it are 1,050 lines."""


class System(Struct, frozen=True):
    """tenants, lines: order lines of all restaurants together, those that are asked among them."""

    tenants: int
    lines: int

    @property
    def name(self) -> str:
        return f"bench_{self.tenants}_{self.lines}"

    @property
    def others_orders(self) -> int:
        """Of each restaurant that is not asked."""
        left = self.lines - ASKED * ASKED_ORDERS * LINES_AN_ORDER
        return max(left // (LINES_AN_ORDER * (self.tenants - ASKED)), 1)


_TENANTS = """
INSERT INTO tenants (tenant_id, name, time_zone, currency)
SELECT tenant_id, 'Restaurant ' || at, 'America/New_York', 'USD'
FROM unnest($1::uuid[]) WITH ORDINALITY AS given (tenant_id, at)
"""
_ITEMS = """
INSERT INTO menu_items (tenant_id, item_id, name, category)
SELECT tenant_id, item, 'Item ' || item, 'Kind ' || item % 5
FROM unnest($1::uuid[]) AS tenant_id, generate_series(1, $2::int) AS item
"""
# Spread evenly over the year before $3, whatever their number.
_ORDERS = """
INSERT INTO orders (tenant_id, order_number, ordered_at, ordered_on, status, total_cents)
SELECT tenant_id, number, moment, (moment AT TIME ZONE 'America/New_York')::date,
    CASE WHEN number % 60 = 0 THEN 'cancelled' ELSE 'completed' END, 2700
FROM unnest($1::uuid[]) AS tenant_id,
    generate_series(1, $2::int) AS number,
    LATERAL (SELECT $3::timestamptz - ($2 - number + 1) * (interval '365 days' / $2) AS moment) AS at
"""
_LINES = """
INSERT INTO order_lines (tenant_id, order_number, line_number, ordered_on, item_id, quantity, unit_price_cents)
SELECT tenant_id, order_number, line, ordered_on, 1 + (order_number * 7 + line * 13) % $3, line, 450
FROM orders CROSS JOIN generate_series(1, $2::int) AS line
WHERE tenant_id = ANY($1::uuid[])
"""
_INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
FROM pg_index WHERE indrelid IN ('orders'::regclass, 'order_lines'::regclass) AND NOT indisunique
"""
TABLES = ("tenants", "menu_items", "orders", "order_lines")


async def fill(database: Database, system: System) -> list[UUID]:
    """Makes a system in an empty, prepared database. The restaurants that are asked.

    As the superuser, without the foreign keys' triggers and with its indexes made last: what is made here agrees with
    itself, and five million lines would take minutes. What is measured reads it as the service does.
    """
    tenants = [uuid5(_SPACE, str(at)) for at in range(system.tenants)]
    connection = await database.connect(database.superuser)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SET synchronous_commit = off")
        await connection.execute("SET maintenance_work_mem = '512MB'")
        indexes = await connection.fetch(_INDEXES)
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        await connection.execute(_TENANTS, tenants)
        await _fill(connection, tenants[:ASKED], ASKED_ORDERS, items=60)
        await _fill(connection, tenants[ASKED:], system.others_orders, items=20)
        for index in indexes:
            await connection.execute(index["definition"])
        for table in TABLES:
            await connection.execute(f"VACUUM (ANALYZE) {table}")
        # What was written goes to the disk now, and not under what is measured next.
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    return tenants[:ASKED]


async def _fill(connection: asyncpg.Connection, tenants: list[UUID], orders: int, *, items: int) -> None:
    await connection.execute(_ITEMS, tenants, items)
    await connection.execute(_ORDERS, tenants, orders, NOW)
    await connection.execute(_LINES, tenants, LINES_AN_ORDER, items)


async def copy_empty(prepared: Database, system: System) -> Database:
    """A database for another system, in the same server: a copy of a prepared one that is empty still."""
    server = msgspec.structs.replace(prepared, name="postgres")
    connection = await server.connect(prepared.superuser)
    try:
        await connection.execute(f"CREATE DATABASE {system.name} TEMPLATE {prepared.name} OWNER {prepared.owner_user}")
        await connection.execute(f"GRANT CONNECT ON DATABASE {system.name} TO {prepared.service_user}")
    finally:
        await connection.close()
    return msgspec.structs.replace(prepared, name=system.name)
