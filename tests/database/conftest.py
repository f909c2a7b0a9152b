from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from local.database import Database
from service.db.pool import Pool
from service.principal import Principal
from tests.database.busy_restaurant import busy_restaurant
from tests.database.restaurants import NOON, Line, Order, Restaurant, add_restaurant, service_pool
from tests.database.two_tenants import seen_by


@pytest_asyncio.fixture(scope="session")
async def pool(database: Database) -> AsyncIterator[Pool]:
    """The service's own, as its own role."""
    async with service_pool(database) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def superuser(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """Sees every tenant's rows: for the truth, and to show that there is something to hide."""
    connection = await database.connect(database.superuser)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="session")
async def busy(database: Database) -> Principal:
    """Beside another restaurant with the same order numbers and items, whose figures must appear nowhere."""
    await add_restaurant(database, busy_restaurant())
    return await add_restaurant(database, busy_restaurant())


@pytest_asyncio.fixture(scope="session")
async def red(database: Database) -> Principal:
    orders = tuple(Order(number, NOON, (Line("Red soup", 1, 1100),)) for number in range(1, 12))
    return await add_restaurant(database, Restaurant("Red", orders=orders))


@pytest_asyncio.fixture(scope="session")
async def blue(database: Database) -> Principal:
    orders = tuple(Order(number, NOON, (Line("Blue tea", 1, 700),)) for number in range(1, 8))
    return await add_restaurant(database, Restaurant("Blue", "Asia/Singapore", "SGD", orders))


@pytest_asyncio.fixture
async def single(database: Database) -> AsyncIterator[Pool]:
    async with service_pool(database, database_pool_size=1) as pool:
        yield pool


@pytest.fixture
def truth(red: Principal, blue: Principal) -> dict[Principal, tuple[Any, ...]]:
    return {
        red: seen_by(red, "Red", "Red soup", [1100] * 11),
        blue: seen_by(blue, "Blue", "Blue tea", [700] * 7),
    }
