"""What the context of a question costs, in systems of different size: the same restaurants, asked in each.

It is the service's own `prefetch`, its pool and its transaction: begin and set the tenant, read the restaurant, three
slices, and what the database says of the isolation. A question waits for all of it.
"""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from uuid import UUID

from msgspec import Struct

from benchmarks.restaurants import NOW, System
from benchmarks.watch import percentile
from local.database import Database
from service.config import read_config
from service.db.pool import Pool, create_pool, database_tls
from service.principal import Principal
from service.slices.prefetch import prefetch

SMALLEST, MIDDLE = System(10, 500_000), System(1_000, 500_000)
ALL = (SMALLEST, MIDDLE, System(10_000, 500_000), System(10_000, 5_000_000))
QUICK = (System(10, 60_000), System(100, 60_000))


class Found(Struct, frozen=True):
    """Of one question's context."""

    system: System
    p50_ms: float
    p99_ms: float


async def measure(
    databases: dict[System, Database], asked: list[UUID], environment: dict[str, str], times: int
) -> list[Found]:
    """In turn, one question in each system after another. times: questions of each system."""
    taken: dict[System, list[float]] = {system: [] for system in databases}
    async with AsyncExitStack() as stack:
        pools = {system: await _pool(stack, environment, database) for system, database in databases.items()}
        for at in range(times + 2 * len(asked)):
            for system, pool in pools.items():
                began = time.perf_counter()
                found = await prefetch(pool, Principal(asked[at % len(asked)], "bench"), NOW, patience=10)
                spent = time.perf_counter() - began
                assert len(found.slices[0].rows) == 35  # noqa: S101
                assert found.slices[1].rows, "the restaurant has sold nothing"  # noqa: S101
                if at >= 2 * len(asked):  # the first open connections, and read pages and statistics
                    taken[system].append(spent * 1e3)
    return [Found(system, percentile(each, 0.5), percentile(each, 0.99)) for system, each in taken.items()]


async def _pool(stack: AsyncExitStack, environment: dict[str, str], database: Database) -> Pool:
    config = read_config(environment | {"DATABASE_NAME": database.name})
    pool = await create_pool(config, database_tls(config))
    stack.push_async_callback(pool.close)
    return pool
