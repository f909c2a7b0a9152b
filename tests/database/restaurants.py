"""Restaurants made for a test: a tenant by the provisioning code, its orders by plain INSERTs as the owner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
from msgspec import Struct, field

from local.database import Database
from service.config import Config
from service.db.pool import Pool, create_pool
from service.principal import Principal
from service.provisioning.tenant_scope import tenant_scope
from service.provisioning.tenants import NewTenant, create_tenant


class Line(Struct, frozen=True):
    item: str
    quantity: int = 1
    cents: int = 1000
    category: str = "Mains"


class Order(Struct, frozen=True):
    """at: on the restaurant's clock, or aware."""

    number: int
    at: datetime
    lines: tuple[Line, ...] = (Line("Soup"),)
    status: str = "completed"
    refunded: int = 0
    note: str = ""


class Restaurant(Struct, frozen=True):
    name: str = "Test Kitchen"
    time_zone: str = "America/New_York"
    currency: str = "USD"
    orders: tuple[Order, ...] = field(default=())


async def add_restaurant(database: Database, restaurant: Restaurant) -> Principal:
    """Under a tenant id of its own, so that tests do not meet."""
    tenant_id = uuid4()
    connection = await database.connect()
    try:
        new = NewTenant(tenant_id, restaurant.name, restaurant.time_zone, restaurant.currency)
        assert await create_tenant(connection, new)
        async with tenant_scope(connection, tenant_id):
            await _add_orders(connection, tenant_id, restaurant)
    finally:
        await connection.close()
    return Principal(tenant_id, "owner")


async def _add_orders(connection: asyncpg.Connection, tenant_id: Any, restaurant: Restaurant) -> None:
    zone = ZoneInfo(restaurant.time_zone)
    items = {(line.item, line.category): 0 for order in restaurant.orders for line in order.lines}
    items = {key: number for number, key in enumerate(items, start=1)}
    await connection.executemany(
        "INSERT INTO menu_items (tenant_id, item_id, name, category) VALUES ($1, $2, $3, $4)",
        [(tenant_id, number, name, category) for (name, category), number in items.items()],
    )
    moments = {
        order.number: order.at if order.at.tzinfo else order.at.replace(tzinfo=zone) for order in restaurant.orders
    }
    await connection.executemany(
        """
        INSERT INTO orders
            (tenant_id, order_number, ordered_at, ordered_on, status, total_cents, refunded_cents, note)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        [
            (
                *(tenant_id, order.number, moments[order.number]),
                moments[order.number].astimezone(zone).date(),
                *(order.status, _total(order.lines), order.refunded, order.note),
            )
            for order in restaurant.orders
        ],
    )
    await connection.executemany(
        """
        INSERT INTO order_lines
            (tenant_id, order_number, line_number, ordered_on, item_id, quantity, unit_price_cents)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        [
            (
                *(tenant_id, order.number, place, moments[order.number].astimezone(zone).date()),
                *(items[line.item, line.category], line.quantity, line.cents),
            )
            for order in restaurant.orders
            for place, line in enumerate(order.lines, start=1)
        ],
    )


def _total(lines: Iterable[Line]) -> int:
    return sum(line.quantity * line.cents for line in lines)


def config_of(database: Database, **changes: Any) -> Config:
    values: dict[str, Any] = {
        "database_host": database.host,
        "database_port": database.port,
        "database_name": database.name,
        "database_user": database.service_user,
        "database_auth": "password",
        "database_password": database.service_password,
        "conversations_table": "unused",
        "bedrock_model_id": "unused",
        "token_issuer": "unused",
        "token_audience": "unused",
        "token_keys": "unused",
    }
    return Config(**(values | changes))


@asynccontextmanager
async def service_pool(database: Database, **changes: Any) -> AsyncIterator[Pool]:
    """The service's own pool, as its own role. changes: of Config's fields."""
    pool = await create_pool(config_of(database, **changes))
    try:
        yield pool
    finally:
        await pool.close()


NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""A Monday; noon in New York."""
