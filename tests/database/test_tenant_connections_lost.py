"""Connections that die, idle or in use: replaced unseen, or an outage by its name."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import asyncpg
import pytest

from local.database import Database
from service.db import tenant as tenant_module
from service.db.pool import Pool
from service.db.tenant import tenant_transaction
from service.errors import DatabaseUnavailableError
from service.principal import Principal
from tests.database.relay import relay_to
from tests.database.restaurants import NOON, service_pool
from tests.database.two_tenants import assert_nothing_set, read


async def test_dead_idle_connections_are_replaced_unseen(
    database: Database, truth: dict[Principal, tuple[Any, ...]], red: Principal
) -> None:
    """As after a freeze: the server is gone for this process, whose loop has not heard of it."""
    async with service_pool(database, database_pool_size=3) as pool:
        before = await held_at_once(pool, red, 3)
        assert len(before) == 3
        kill_while_the_loop_stands_still(database, before)
        assert await read(pool, red) == truth[red]
        assert not before & await held_at_once(pool, red, 3)


async def held_at_once(pool: Pool, principal: Principal, number: int) -> set[int]:
    """The server processes of so many connections, idle afterwards."""
    barrier = asyncio.Barrier(number)

    async def hold() -> int:
        async with tenant_transaction(pool, principal, NOON, patience=10) as connection:
            await barrier.wait()
            return int(await connection.fetchval("SELECT pg_backend_pid()"))

    return set(await asyncio.gather(*(hold() for _ in range(number))))


def kill_while_the_loop_stands_still(database: Database, pids: set[int]) -> None:
    async def kill() -> None:
        connection = await database.connect(database.superuser)
        await connection.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest($1::int[]) AS pid", list(pids))
        await connection.close()

    thread = threading.Thread(target=lambda: asyncio.run(kill()))
    thread.start()
    thread.join()


async def test_silent_idle_connections_are_given_up(
    database: Database, truth: dict[Principal, tuple[Any, ...]], red: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their server is gone without a word, as when packets vanish: only waiting tells, and only once."""
    monkeypatch.setattr(tenant_module, "FIRST_OPENING_SECONDS", 0.3)
    async with (
        relay_to(database.host, database.port) as relay,
        service_pool(database, database_host="127.0.0.1", database_port=relay.port) as pool,
    ):
        assert len(await held_at_once(pool, red, 3)) == 3
        relay.freeze()
        relay.drop_frozen()
        assert await read(pool, red) == truth[red]
        assert relay.accepted >= 4


async def test_a_connection_lost_in_mid_transaction_is_an_outage(
    single: Pool, superuser: asyncpg.Connection, truth: dict[Principal, tuple[Any, ...]], red: Principal
) -> None:
    async def lose_it() -> None:
        async with tenant_transaction(single, red, NOON, patience=10) as connection:
            pid = await connection.fetchval("SELECT pg_backend_pid()")
            await superuser.execute("SELECT pg_terminate_backend($1, 5000)", pid)
            await connection.fetchval("SELECT 1")

    with pytest.raises(DatabaseUnavailableError) as lost:
        await lose_it()
    assert isinstance(lost.value.__cause__, asyncpg.PostgresError | asyncpg.InterfaceError | OSError)
    assert await read(single, red) == truth[red]


async def test_a_statement_that_takes_too_long_is_an_outage(single: Pool, red: Principal) -> None:
    async def dawdle() -> None:
        async with tenant_transaction(single, red, NOON, patience=10) as connection:
            await connection.fetchval("SELECT set_config('statement_timeout', '20ms', true)")
            await connection.fetchval("SELECT pg_sleep(9)")

    with pytest.raises(DatabaseUnavailableError) as slow:
        await dawdle()
    assert isinstance(slow.value.__cause__, asyncpg.QueryCanceledError)
    await assert_nothing_set(single)
