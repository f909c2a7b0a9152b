"""What a tenant can see through the service's pool, and that nothing of it stays behind."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from service.db.pool import Pool
from service.db.tenant import tenant_transaction
from service.principal import Principal
from tests.database.restaurants import NOON

TABLES = ("tenants", "orders", "order_lines", "menu_items")


async def read(pool: Pool, principal: Principal) -> tuple[Any, ...]:
    """All that can be seen: restaurant, its items' names, its orders' totals, the setting."""
    async with tenant_transaction(pool, principal, NOON, patience=10) as connection:
        names = await connection.fetch("SELECT name FROM menu_items")
        totals = await connection.fetch("SELECT total_cents FROM orders")
        return (
            connection.tenant.name,
            {record["name"] for record in names},
            [record["total_cents"] for record in totals],
            await connection.fetchval("SELECT current_setting('app.tenant_id')"),
        )


def seen_by(principal: Principal, name: str, item: str, totals: list[int]) -> tuple[Any, ...]:
    return name, {item}, totals, str(principal.tenant_id)


async def backend(pool: Pool, principal: Principal) -> int:
    async with tenant_transaction(pool, principal, NOON, patience=10) as connection:
        return int(await connection.fetchval("SELECT pg_backend_pid()"))


async def assert_nothing_set(pool: Pool) -> None:
    """On the very connection that the next caller gets, outside of any transaction."""
    loop = asyncio.get_running_loop()
    connection = await pool.borrow(loop.time() + 5)
    try:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT current_setting('app.tenant_id', true)") in (None, "")
        for table in TABLES:
            with pytest.raises((asyncpg.UndefinedObjectError, asyncpg.InvalidTextRepresentationError)):
                await connection.fetch(f"SELECT * FROM {table}")
    finally:
        await pool.give_back(connection, "keep")
