"""Imports a tenant's orders: all of them, or none.

COPY is refused on a table under row-level security, so the rows go into temporary tables first, and from there in
the tenant's own transaction under the tenant's own policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from msgspec import Struct

from service.provisioning.errors import ProvisioningError
from service.provisioning.tenant_scope import tenant_scope


class NewLine(Struct, frozen=True):
    """item: 1 to 200 characters; category: up to 100, may be empty; quantity: at least 1."""

    item: str
    category: str
    quantity: int
    unit_price_cents: int


class NewOrder(Struct, frozen=True):
    """ordered_at: aware; status: completed, cancelled or refunded; refunded_cents: more than 0 and at most the
    total when refunded, else 0. The total is that of the lines, of which there is at least one."""

    number: int
    ordered_at: datetime
    lines: tuple[NewLine, ...]
    status: str = "completed"
    refunded_cents: int = 0
    note: str = ""


class ImportReport(Struct, frozen=True):
    """imported_before: when the very same file was loaded earlier; then nothing was changed and all counts are 0."""

    orders: int = 0
    order_lines: int = 0
    new_menu_items: int = 0
    imported_before: datetime | None = None


async def import_orders(
    connection: asyncpg.Connection, tenant_id: UUID, orders: Sequence[NewOrder], *, sha256: str | None = None
) -> ImportReport:
    """Loads orders whose numbers are all new to the tenant; menu items that it does not have yet are created.

    connection: of the owner role; sha256: of the file that the orders come from, kept so that loading it again
    changes nothing. Raises ProvisioningError, naming the first order that stands in the way.
    Call `vacuum_orders` afterwards, outside the transaction.
    """
    _check_orders(orders)
    async with tenant_scope(connection, tenant_id):
        zone = await _lock_tenant(connection, tenant_id)
        if sha256 is not None and (before := await _imported_before(connection, tenant_id, sha256)):
            return ImportReport(imported_before=before)
        await _copy(connection, orders, zone)
        await _check_numbers_are_new(connection, tenant_id)
        report = await _insert(connection, tenant_id)
        await connection.execute("DROP TABLE pg_temp.incoming_lines, pg_temp.incoming_orders")
        if sha256 is not None:
            await connection.execute(
                "INSERT INTO imports (tenant_id, sha256, orders, order_lines) VALUES ($1, $2, $3, $4)",
                *(tenant_id, sha256, report.orders, report.order_lines),
            )
    return report


async def vacuum_orders(connection: asyncpg.Connection) -> None:
    """After a load: index-only scans stay out of the tables only once their pages are known to be all visible."""
    await connection.execute("VACUUM (ANALYZE) menu_items, orders, order_lines")


def _check_orders(orders: Sequence[NewOrder]) -> None:
    if not orders:
        raise ProvisioningError("There are no orders to load.")
    seen: set[int] = set()
    for order in orders:
        if order.number in seen:
            raise ProvisioningError(f"Order {order.number} is there twice.")
        if not order.lines:
            raise ProvisioningError(f"Order {order.number} has no lines.")
        seen.add(order.number)


async def _lock_tenant(connection: asyncpg.Connection, tenant_id: UUID) -> ZoneInfo:
    """Two imports of one tenant take turns. FOR NO KEY UPDATE, because foreign keys must still see the row."""
    zone = await connection.fetchval("SELECT time_zone FROM tenants WHERE tenant_id = $1 FOR NO KEY UPDATE", tenant_id)
    if zone is None:
        raise ProvisioningError(f"There is no tenant {tenant_id}.")
    return ZoneInfo(zone)


async def _imported_before(connection: asyncpg.Connection, tenant_id: UUID, sha256: str) -> datetime | None:
    found: datetime | None = await connection.fetchval(
        "SELECT imported_at FROM imports WHERE tenant_id = $1 AND sha256 = $2", tenant_id, sha256
    )
    return found


async def _copy(connection: asyncpg.Connection, orders: Sequence[NewOrder], zone: ZoneInfo) -> None:
    await connection.execute(
        """
        CREATE TEMPORARY TABLE incoming_orders (
            order_number bigint, ordered_at timestamptz, ordered_on date,
            status text, refunded_cents bigint, note text
        ) ON COMMIT DROP;
        CREATE TEMPORARY TABLE incoming_lines (
            order_number bigint, line_number integer, item text, category text,
            quantity integer, unit_price_cents bigint
        ) ON COMMIT DROP;
        """
    )
    await connection.copy_records_to_table("incoming_orders", records=_order_records(orders, zone))
    await connection.copy_records_to_table("incoming_lines", records=_line_records(orders))
    await connection.execute("ANALYZE pg_temp.incoming_orders, pg_temp.incoming_lines")


def _order_records(orders: Sequence[NewOrder], zone: ZoneInfo) -> Iterator[tuple[object, ...]]:
    for order in orders:
        day = order.ordered_at.astimezone(zone).date()
        yield order.number, order.ordered_at, day, order.status, order.refunded_cents, order.note


def _line_records(orders: Sequence[NewOrder]) -> Iterator[tuple[object, ...]]:
    for order in orders:
        for number, line in enumerate(order.lines, start=1):
            yield order.number, number, line.item, line.category, line.quantity, line.unit_price_cents


async def _check_numbers_are_new(connection: asyncpg.Connection, tenant_id: UUID) -> None:
    row = await connection.fetchrow(
        """
        SELECT min(order_number), count(*) FROM orders JOIN pg_temp.incoming_orders USING (order_number)
        WHERE orders.tenant_id = $1
        """,
        tenant_id,
    )
    if row is not None and row[1]:
        others = f", and {row[1] - 1} more of these" if row[1] > 1 else ""
        raise ProvisioningError(f"Order {row[0]} is there already{others}. Nothing was loaded.")


async def _insert(connection: asyncpg.Connection, tenant_id: UUID) -> ImportReport:
    """In the order of the days, so that what is asked for together lies together."""
    new_menu_items = await connection.execute(_INSERT_MENU_ITEMS, tenant_id)
    orders = await connection.execute(_INSERT_ORDERS, tenant_id)
    order_lines = await connection.execute(_INSERT_LINES, tenant_id)
    return ImportReport(_count(orders), _count(order_lines), _count(new_menu_items))


def _count(command_tag: str) -> int:
    """Of `INSERT 0 1234`."""
    return int(command_tag.rsplit(" ", 1)[1])


_INSERT_MENU_ITEMS = """
INSERT INTO menu_items (tenant_id, item_id, name, category)
SELECT $1, last.item_id + row_number() OVER (ORDER BY item, category), item, category
FROM (SELECT coalesce(max(item_id), 0) AS item_id FROM menu_items WHERE tenant_id = $1) AS last,
     (SELECT DISTINCT item, category FROM pg_temp.incoming_lines) AS incoming
WHERE NOT EXISTS (
    SELECT FROM menu_items
    WHERE tenant_id = $1 AND menu_items.name = incoming.item AND menu_items.category = incoming.category
)
"""

_INSERT_ORDERS = """
INSERT INTO orders (tenant_id, order_number, ordered_at, ordered_on, status, total_cents, refunded_cents, note)
SELECT $1, order_number, ordered_at, ordered_on, status, total_cents, refunded_cents, note
FROM pg_temp.incoming_orders
JOIN (
    SELECT order_number, sum(quantity * unit_price_cents)::bigint AS total_cents
    FROM pg_temp.incoming_lines
    GROUP BY order_number
) AS totals USING (order_number)
ORDER BY ordered_on, order_number
"""

_INSERT_LINES = """
INSERT INTO order_lines (tenant_id, order_number, line_number, ordered_on, item_id, quantity, unit_price_cents)
SELECT $1, order_number, line_number, ordered_on, item_id, quantity, unit_price_cents
FROM pg_temp.incoming_lines
JOIN pg_temp.incoming_orders USING (order_number)
JOIN menu_items ON menu_items.tenant_id = $1
    AND menu_items.name = incoming_lines.item AND menu_items.category = incoming_lines.category
ORDER BY ordered_on, order_number, line_number
"""
