from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from local.database import Database
from service.db.pool import Pool
from service.principal import Principal
from tests.database.busy_restaurant import busy_restaurant
from tests.database.restaurants import add_restaurant, service_pool


@pytest_asyncio.fixture(scope="session")
async def pool(database: Database) -> AsyncIterator[Pool]:
    """The service's own, as its own role."""
    async with service_pool(database) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session")
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
