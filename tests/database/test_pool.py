"""Connecting: to a server that sleeps, is full, says no, or goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from local.database import Database, prepare_database
from local.postgres import Postgres
from service.config import ConfigError
from service.db import pool as pool_module
from service.db.pool import Pool, create_pool
from service.db.tenant import tenant_transaction
from service.errors import DatabaseUnavailableError, DatabaseWakingError, ToolFailed
from service.principal import Principal
from service.slices.execute import execute
from tests.database.relay import Relay, relay_to
from tests.database.restaurants import NOON, Restaurant, add_restaurant, config_of, service_pool


@pytest_asyncio.fixture(scope="module")
async def principal(database: Database) -> Principal:
    return await add_restaurant(database, Restaurant("Sleepy Diner"))


@pytest_asyncio.fixture
async def relay(database: Database) -> AsyncIterator[Relay]:
    async with relay_to(database.host, database.port) as relay:
        yield relay


@pytest_asyncio.fixture
async def relayed(database: Database, relay: Relay) -> AsyncIterator[Pool]:
    async with service_pool(database, database_host="127.0.0.1", database_port=relay.port) as pool:
        yield pool


async def name_read(pool: Pool, principal: Principal, patience: float = 30) -> str:
    async with tenant_transaction(pool, principal, NOON, patience=patience) as connection:
        return str(await connection.fetchval("SELECT name FROM tenants"))


async def until(reached: Callable[[], bool]) -> None:
    """Polls, for what is waited for is a clock's doing."""
    async with asyncio.timeout(20):
        while not reached():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


# -- a server that sleeps ---------------------------------------------------------------------------------------------


async def test_no_connection_is_made_before_one_is_needed(relay: Relay, relayed: Pool, principal: Principal) -> None:
    assert relay.accepted == 0
    assert not relayed.waking
    await name_read(relayed, principal)
    assert relay.accepted == 1


async def test_a_server_that_refuses_is_waited_for(relay: Relay, relayed: Pool, principal: Principal) -> None:
    relay.refuse()
    reading = asyncio.create_task(name_read(relayed, principal))
    await until(lambda: relayed.waking)
    assert not reading.done()
    await relay.open()
    assert await reading == "Sleepy Diner"
    assert not relayed.waking


async def test_a_server_that_hangs_is_waited_for(relay: Relay, relayed: Pool, principal: Principal) -> None:
    relay.freeze()
    reading = asyncio.create_task(name_read(relayed, principal))
    await until(lambda: relayed.waking)
    assert not reading.done()
    relay.thaw()
    assert await reading == "Sleepy Diner"
    assert not relayed.waking


async def test_an_attempt_that_hangs_for_good_is_made_again(
    database: Database, relay: Relay, principal: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "ATTEMPT_SECONDS", 0.2)
    async with service_pool(database, database_host="127.0.0.1", database_port=relay.port) as pool:
        relay.freeze()
        reading = asyncio.create_task(name_read(pool, principal))
        await until(lambda: relay.accepted >= 2)
        relay.drop_frozen()
        assert await reading == "Sleepy Diner"


@pytest.mark.parametrize("state", ["refuse", "freeze"])
async def test_when_patience_ends_it_is_said_to_be_waking(
    relay: Relay, relayed: Pool, principal: Principal, state: str
) -> None:
    getattr(relay, state)()
    with pytest.raises(DatabaseWakingError) as asleep:
        await name_read(relayed, principal, patience=0.4)
    assert asleep.value.retry_after == 30
    assert isinstance(asleep.value.__cause__, OSError)
    assert not relayed.waking


async def test_those_who_wait_for_a_turn_hear_that_it_is_waking(
    database: Database, relay: Relay, principal: Principal
) -> None:
    relay.refuse()
    at_relay = {"database_host": "127.0.0.1", "database_port": relay.port, "database_pool_size": 1}
    async with service_pool(database, **at_relay) as pool:
        first = asyncio.create_task(name_read(pool, principal, patience=10))
        await until(lambda: bool(pool._reaching))
        with pytest.raises(DatabaseWakingError):
            await name_read(pool, principal, patience=0.3)
        await relay.open()
        assert await first == "Sleepy Diner"


async def test_giving_up_waiting_costs_the_pool_nothing(database: Database, relay: Relay, principal: Principal) -> None:
    at_relay = {"database_host": "127.0.0.1", "database_port": relay.port, "database_pool_size": 2}
    async with service_pool(database, **at_relay) as pool:
        relay.freeze()
        waiting = [asyncio.create_task(name_read(pool, principal)) for _ in range(6)]
        await until(lambda: relay.accepted >= 2)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        relay.drop_frozen()
        assert await asyncio.gather(*(name_read(pool, principal) for _ in range(6))) == ["Sleepy Diner"] * 6


async def test_a_server_that_stops_and_comes_back(servers_directory: Path) -> None:
    """A real one: stopped under the pool, waited for, started again."""
    async with Postgres(servers_directory / "sleeper") as server:
        database = await prepare_database(server)
        principal = await add_restaurant(database, Restaurant("Sleepy Diner"))
        async with service_pool(database) as pool:
            assert await name_read(pool, principal) == "Sleepy Diner"
            await server.stop()
            reading = asyncio.create_task(name_read(pool, principal))
            await until(lambda: pool.waking)
            await server.start()
            assert await reading == "Sleepy Diner"


async def test_a_tool_says_nothing_of_the_cause(relay: Relay, relayed: Pool, principal: Principal) -> None:
    relay.refuse()
    with pytest.raises(ToolFailed) as failed:
        await execute(relayed, principal, NOON, "revenue_by_day", {}, seconds=0.4)
    assert failed.value.sentence == ToolFailed.sentence
    assert isinstance(failed.value.__cause__, DatabaseWakingError | TimeoutError)


# -- a server that says no --------------------------------------------------------------------------------------------


async def test_a_wrong_password_is_no_sleep(database: Database, principal: Principal) -> None:
    async with service_pool(database, database_password="wrong") as pool:
        with pytest.raises(DatabaseUnavailableError) as refused:
            await name_read(pool, principal)
    assert type(refused.value) is DatabaseUnavailableError
    assert isinstance(refused.value.__cause__, asyncpg.InvalidPasswordError)
    assert "wrong" not in str(refused.value)


async def test_a_database_that_is_not_there_is_no_sleep(database: Database, principal: Principal) -> None:
    async with service_pool(database, database_name="elsewhere") as pool:
        with pytest.raises(DatabaseUnavailableError) as refused:
            await name_read(pool, principal)
    assert type(refused.value) is DatabaseUnavailableError
    assert isinstance(refused.value.__cause__, asyncpg.InvalidCatalogNameError)


@pytest_asyncio.fixture
async def limited(database: Database, superuser: asyncpg.Connection) -> AsyncIterator[dict[str, Any]]:
    """A role with the service's rights and room for one connection."""
    role, password = f"limited_{uuid4().hex[:8]}", uuid4().hex
    await superuser.execute(
        f"CREATE ROLE {role} LOGIN PASSWORD '{password}' CONNECTION LIMIT 1 IN ROLE tableside_service"
    )
    yield {"database_user": role, "database_password": password}
    await superuser.execute(f"DROP ROLE {role}")


async def test_a_full_server_is_waited_for_and_is_no_sleep(
    database: Database, principal: Principal, limited: dict[str, Any]
) -> None:
    async with service_pool(database, **limited) as first, service_pool(database, **limited) as second:
        async with tenant_transaction(first, principal, NOON, patience=5):
            with pytest.raises(DatabaseUnavailableError) as full:
                await name_read(second, principal, patience=0.4)
            waiting = asyncio.create_task(name_read(second, principal))
            await until(lambda: bool(second._reaching))
        await first.close()
        assert await waiting == "Sleepy Diner"
    assert type(full.value) is DatabaseUnavailableError
    assert isinstance(full.value.__cause__, asyncpg.TooManyConnectionsError)


# -- a pool in use ----------------------------------------------------------------------------------------------------


async def test_waiting_for_a_free_connection_ends_with_patience(database: Database, principal: Principal) -> None:
    async with service_pool(database, database_pool_size=1) as pool:
        async with tenant_transaction(pool, principal, NOON, patience=5):
            with pytest.raises(DatabaseUnavailableError) as busy:
                await name_read(pool, principal, patience=0.2)
            assert not pool.waking
        assert type(busy.value) is DatabaseUnavailableError
        assert await name_read(pool, principal) == "Sleepy Diner"


async def test_no_more_connections_than_the_pool_holds(database: Database, relay: Relay, principal: Principal) -> None:
    at_relay = {"database_host": "127.0.0.1", "database_port": relay.port, "database_pool_size": 3}
    async with service_pool(database, **at_relay) as pool:
        await asyncio.gather(*(name_read(pool, principal) for _ in range(30)))
    assert relay.accepted <= 3


async def test_closing_waits_for_whom_it_can_and_cuts_the_rest(database: Database, principal: Principal) -> None:
    pool = await create_pool(config_of(database))

    async def outstay() -> None:
        async with tenant_transaction(pool, principal, NOON, patience=5) as connection:
            await pool.close(0.1)
            await connection.fetchval("SELECT 1")

    with pytest.raises(DatabaseUnavailableError):
        await outstay()
    with pytest.raises(DatabaseUnavailableError):
        await name_read(pool, principal, patience=1)


async def test_a_server_setting_bounds_each_session(database: Database, principal: Principal) -> None:
    async with service_pool(database) as pool, tenant_transaction(pool, principal, NOON, patience=5) as connection:
        settings = [
            await connection.fetchval(f"SHOW {name}")
            for name in ("application_name", "idle_session_timeout", "statement_timeout", "transaction_read_only")
        ]
    assert settings == ["tableside", "2min", "10s", "on"]


async def test_a_ca_file_that_is_not_there_is_told_at_the_start(database: Database, tmp_path: Path) -> None:
    for path in (tmp_path / "missing.pem", tmp_path):
        with pytest.raises(ConfigError, match="DATABASE_TLS_CA"):
            await create_pool(config_of(database, database_tls_ca=str(path)))
