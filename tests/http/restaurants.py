"""Two restaurants whose every amount and name tells whose it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
from msgspec import Struct

from local.database import Database
from service.provisioning.tenant_scope import tenant_scope
from service.provisioning.tenants import NewTenant, create_tenant

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DAYS = 60


class Restaurant(Struct, frozen=True):
    """base: cents of the first day's first item; amounts of two restaurants never meet."""

    tenant: NewTenant
    email: str
    items: tuple[str, ...]
    base: int

    @property
    def tenant_id(self) -> UUID:
        return self.tenant.tenant_id

    def today(self) -> date:
        return NOW.astimezone(ZoneInfo(self.tenant.time_zone)).date()

    def order_total(self, day: date, number: int) -> int:
        """Of the number-th order (1 to 3) of a day, in cents."""
        return self.base + 100 * day.toordinal() % 7919 + 13 * number

    def gross(self, day: date) -> int:
        """Of a day, in cents: cancelled orders left out."""
        return sum(self.order_total(day, number) for number in (1, 2, 3) if self.status(day, number) != "cancelled")

    def status(self, day: date, number: int) -> str:
        return {(0, 3): "cancelled", (3, 3): "refunded"}.get((day.weekday(), number), "completed")


def restaurant(name: str, zone: str, currency: str, items: tuple[str, ...], base: int) -> Restaurant:
    tenant_id = uuid4()
    return Restaurant(
        NewTenant(tenant_id, name, zone, currency), f"owner-{tenant_id.hex[:8]}@{currency.lower()}.example", items, base
    )


async def load(database: Database, of: Restaurant) -> None:
    """Three orders a day for 60 days up to yesterday: one of each item; the third is cancelled on Mondays and
    refunded in part on Thursdays."""
    connection = await database.connect()
    try:
        await create_tenant(connection, of.tenant)
        async with tenant_scope(connection, of.tenant_id):
            await _insert(connection, of)
    finally:
        await connection.close()


async def _insert(connection: asyncpg.Connection, of: Restaurant) -> None:
    zone, orders, lines = ZoneInfo(of.tenant.time_zone), [], []
    for offset in range(DAYS, 0, -1):
        day = of.today() - timedelta(days=offset)
        for number in (1, 2, 3):
            key = (DAYS - offset) * 3 + number
            total = of.order_total(day, number)
            status = of.status(day, number)
            refund = 500 if status == "refunded" else 0
            at = datetime.combine(day, time(11 + number, 30), tzinfo=zone)
            orders.append((of.tenant_id, key, at, day, status, total, refund))
            lines.append((of.tenant_id, key, 1, day, number, 1, total))
    await connection.executemany(
        "INSERT INTO menu_items (tenant_id, item_id, name, category) VALUES ($1, $2, $3, 'Mains')",
        [(of.tenant_id, at, name) for at, name in enumerate(of.items, start=1)],
    )
    await connection.executemany(
        "INSERT INTO orders (tenant_id, order_number, ordered_at, ordered_on, status, total_cents, refunded_cents)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        orders,
    )
    await connection.executemany(
        "INSERT INTO order_lines (tenant_id, order_number, line_number, ordered_on, item_id, quantity,"
        " unit_price_cents) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        lines,
    )
