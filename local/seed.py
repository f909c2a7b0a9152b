"""The demo data: a year of orders up to yesterday for each of three restaurants.

Run again on a later day, it adds the days since. Whatever the day and however often, a day's orders are the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
from msgspec import Struct

from local.database import Database
from local.demo_orders import DemoOrders
from local.demo_restaurants import DEMO_TENANTS, DemoTenant
from service.provisioning.orders import ImportReport, import_orders, vacuum_orders
from service.provisioning.tenant_scope import tenant_scope
from service.provisioning.tenants import NewTenant, create_tenant

__all__ = ["DEMO_TENANTS", "DemoTenant", "SeedReport", "SeededTenant", "seed_demo"]


class SeededTenant(Struct, frozen=True):
    """What was added. `first` and `last` are the days that were looked at; None when there was nothing to add."""

    name: str
    orders: int = 0
    order_lines: int = 0
    first: date | None = None
    last: date | None = None


class SeedReport(Struct, frozen=True):
    tenants: tuple[SeededTenant, ...]

    @property
    def orders(self) -> int:
        return sum(tenant.orders for tenant in self.tenants)

    @property
    def order_lines(self) -> int:
        return sum(tenant.order_lines for tenant in self.tenants)


async def seed_demo(
    database: Database, *, until: date | datetime, days: int = 365, tenants: Sequence[DemoTenant] = DEMO_TENANTS
) -> SeedReport:
    """until: the last day to have orders; or a moment (aware), and then each restaurant's own yesterday at that
    moment. days: how far back a restaurant without orders is given some. A restaurant's days come all or none.
    """
    seeded = await asyncio.gather(*(_seed_tenant(database, tenant, until, days) for tenant in tenants))
    if any(tenant.orders for tenant in seeded):
        connection = await database.connect()
        try:
            await vacuum_orders(connection)
        finally:
            await connection.close()
    return SeedReport(tuple(seeded))


async def _seed_tenant(database: Database, tenant: DemoTenant, until: date | datetime, days: int) -> SeededTenant:
    last = _last_day(tenant, until)
    connection = await database.connect()
    try:
        new = NewTenant(tenant.tenant_id, tenant.name, tenant.time_zone, tenant.currency)
        await create_tenant(connection, new)
        async with tenant_scope(connection, tenant.tenant_id):
            newest = await connection.fetchval("SELECT max(ordered_on) FROM orders")
            first = last - timedelta(days=days - 1) if newest is None else newest + timedelta(days=1)
            report = await _add_days(connection, tenant, first, last) if first <= last else ImportReport()
    finally:
        await connection.close()
    return SeededTenant(tenant.name, report.orders, report.order_lines, *((first, last) if report.orders else ()))


async def _add_days(connection: asyncpg.Connection, tenant: DemoTenant, first: date, last: date) -> ImportReport:
    demo = DemoOrders(tenant)
    orders = list(demo.between(first, last))
    if not orders:
        return ImportReport()
    await connection.executemany(
        """
        INSERT INTO menu_items (tenant_id, item_id, name, category, retired_on) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, item_id) DO UPDATE SET retired_on = excluded.retired_on
        """,
        [
            (tenant.tenant_id, offered.item_id, offered.item.name, offered.item.category, offered.retired_on)
            # From the day before: an item whose last day that was has left by now.
            for offered in demo.offered(first - timedelta(days=1), last)
        ],
    )
    return await import_orders(connection, tenant.tenant_id, orders)


def _last_day(tenant: DemoTenant, until: date | datetime) -> date:
    if isinstance(until, datetime):
        return until.astimezone(ZoneInfo(tenant.time_zone)).date() - timedelta(days=1)
    return until
