"""One tenant at a time on each connection, and nothing of it left behind, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from local.database import Database
from service.db.pool import Pool
from service.db.tenant import TenantConnection, tenant_transaction
from service.errors import ToolRejected, UnknownTenantError
from service.principal import Principal
from service.rows import TableProtection
from tests.database.restaurants import NOON, Restaurant, add_restaurant, service_pool
from tests.database.two_tenants import TABLES, assert_nothing_set, backend, read

# -- isolation --------------------------------------------------------------------------------------------------------


async def test_the_superuser_sees_both(superuser: asyncpg.Connection, red: Principal, blue: Principal) -> None:
    """Else that a tenant sees nothing of the other would prove nothing."""
    for table in TABLES:
        ids = {row[0] for row in await superuser.fetch(f"SELECT DISTINCT tenant_id FROM {table}")}
        assert {red.tenant_id, blue.tenant_id} <= ids, table


async def test_tenants_side_by_side_see_their_own(pool: Pool, truth: dict[Principal, tuple[Any, ...]]) -> None:
    asked = [*truth] * 20
    assert await asyncio.gather(*(read(pool, principal) for principal in asked)) == [truth[p] for p in asked]


async def test_one_connection_serves_tenants_in_turn(
    single: Pool, truth: dict[Principal, tuple[Any, ...]], red: Principal, blue: Principal
) -> None:
    assert await backend(single, red) == await backend(single, blue)
    for principal in [red, blue, blue, red] * 10:
        assert await read(single, principal) == truth[principal]


async def test_cancellations_anywhere_leave_no_tenant_behind(
    single: Pool, truth: dict[Principal, tuple[Any, ...]], red: Principal, blue: Principal
) -> None:
    """A pool of one, two tenants in turn, each cut off after a random number of the loop's turns."""
    random, cut, finished = Random(7), 0, 0
    for round_ in range(150):
        task = asyncio.create_task(read(single, (red, blue)[round_ % 2]))
        for _ in range(random.randrange(60)):
            await asyncio.sleep(0)
        task.cancel()
        try:
            assert await task == truth[(red, blue)[round_ % 2]]
            finished += 1
        except asyncio.CancelledError:
            cut += 1
        if round_ % 5 == 0:
            other = (blue, red)[round_ % 2]
            assert await read(single, other) == truth[other]
            await assert_nothing_set(single)
    assert cut > 30
    assert finished + cut == 150


async def test_without_a_tenant_every_read_fails(single: Pool, red: Principal) -> None:
    await assert_nothing_set(single)
    await read(single, red)
    await assert_nothing_set(single)


async def test_a_cancelled_query_is_over_on_the_server_too(
    single: Pool,
    superuser: asyncpg.Connection,
    truth: dict[Principal, tuple[Any, ...]],
    red: Principal,
    blue: Principal,
) -> None:
    async def dawdle() -> None:
        async with tenant_transaction(single, red, NOON, patience=10) as connection:
            await connection.fetchval("SELECT pg_sleep(9)")

    task = asyncio.create_task(dawdle())
    await sleepers(superuser, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await read(single, blue) == truth[blue]
    await sleepers(superuser, 0)


async def sleepers(superuser: asyncpg.Connection, number: int) -> None:
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(9)'"
    async with asyncio.timeout(5):
        while await superuser.fetchval(asleep) != number:
            pass


async def test_cancelled_while_it_is_given_back(single: Pool, red: Principal, blue: Principal) -> None:
    """Twice over: giving back goes on when its caller is gone."""
    for turns in range(40):
        task = asyncio.create_task(backend(single, red))
        await turn_the_loop_until(lambda task=task: task.done() or bool(single._returning))
        for _ in range(turns % 4):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await assert_nothing_set(single)
    assert (await read(single, blue))[0] == "Blue"


async def turn_the_loop_until(reached: Callable[[], bool]) -> None:
    for _ in range(100_000):
        if reached():
            return
        await asyncio.sleep(0)
    raise AssertionError("never reached")


# -- errors in between ------------------------------------------------------------------------------------------------


async def test_an_aborted_transaction_is_rolled_back_and_its_connection_kept(
    single: Pool, truth: dict[Principal, tuple[Any, ...]], red: Principal, blue: Principal
) -> None:
    before = await backend(single, red)
    for principal in (red, blue, red):
        with pytest.raises(asyncpg.DivisionByZeroError):
            await divide_by_zero(single, principal)
        assert await read(single, blue) == truth[blue]
    assert await backend(single, red) == before
    await assert_nothing_set(single)


async def divide_by_zero(pool: Pool, principal: Principal) -> None:
    async with tenant_transaction(pool, principal, NOON, patience=10) as connection:
        await connection.fetchval("SELECT 1 / count(*) FROM orders WHERE false")


async def test_a_callers_error_passes_and_the_connection_is_kept(single: Pool, red: Principal) -> None:
    before = await backend(single, red)
    with pytest.raises(ToolRejected, match="no such order"):
        async with tenant_transaction(single, red, NOON, patience=10):
            raise ToolRejected("no such order")
    assert await backend(single, red) == before


async def test_an_unknown_tenant_is_told_so_and_the_connection_is_kept(
    single: Pool, truth: dict[Principal, tuple[Any, ...]], red: Principal
) -> None:
    before = await backend(single, red)
    with pytest.raises(UnknownTenantError):
        await read(single, Principal(uuid4(), "nobody"))
    assert await read(single, red) == truth[red]
    assert await backend(single, red) == before


async def test_a_fault_of_ours_is_not_dressed_up_as_an_outage(single: Pool, red: Principal) -> None:
    with pytest.raises(asyncpg.UndefinedColumnError):
        async with tenant_transaction(single, red, NOON, patience=10) as connection:
            await connection.fetch("SELECT no_such_column FROM orders")


async def test_a_moment_without_an_offset_is_refused_and_the_connection_is_kept(single: Pool, red: Principal) -> None:
    before = await backend(single, red)
    with pytest.raises(ValueError, match="without an offset"):
        async with tenant_transaction(single, red, datetime.fromisoformat("2026-11-23 12:00"), patience=10):
            pass
    assert await backend(single, red) == before


async def test_a_tenant_id_that_is_no_uuid_never_reaches_the_server(single: Pool, red: Principal) -> None:
    forged: Any = f"{red.tenant_id}', false); SELECT set_config('app.tenant_id', '{red.tenant_id}"
    with pytest.raises(AttributeError):
        await read(single, Principal(forged, "forger"))
    await assert_nothing_set(single)


# -- what a tenant connection is --------------------------------------------------------------------------------------


async def test_it_only_reads(single: Pool, red: Principal) -> None:
    for statement in (
        "INSERT INTO orders SELECT * FROM orders RETURNING 1",
        "DELETE FROM orders RETURNING 1",
        "UPDATE tenants SET name = 'Mine' RETURNING 1",
        "CREATE TABLE mine (id integer)",
    ):
        with pytest.raises((asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError)):
            async with tenant_transaction(single, red, NOON, patience=10) as connection:
                await connection.fetch(statement)


async def test_it_stays_on_one_snapshot(single: Pool, database: Database) -> None:
    principal = await add_restaurant(database, Restaurant("Snap"))
    count = "SELECT count(*) FROM menu_items"
    async with tenant_transaction(single, principal, NOON, patience=10) as connection:
        assert await connection.fetchval(count) == 0
        owner = await database.connect()
        async with owner.transaction():
            await owner.execute("SELECT set_config('app.tenant_id', $1, true)", str(principal.tenant_id))
            await owner.execute(
                "INSERT INTO menu_items (tenant_id, item_id, name, category) VALUES ($1, 1, 'New', '')",
                principal.tenant_id,
            )
        await owner.close()
        assert await connection.fetchval(count) == 0
    async with tenant_transaction(single, principal, NOON, patience=10) as connection:
        assert await connection.fetchval(count) == 1


async def test_kept_past_its_end_it_holds_no_connection(single: Pool, red: Principal, blue: Principal) -> None:
    async with tenant_transaction(single, red, NOON, patience=10) as kept:
        pass
    async with tenant_transaction(single, blue, NOON, patience=10):
        with pytest.raises(AttributeError):
            await kept.fetch("SELECT name FROM tenants")


async def test_its_clock_is_the_tenants(single: Pool, blue: Principal) -> None:
    async with tenant_transaction(single, blue, NOON, patience=10) as connection:
        assert connection.local_now == datetime.fromisoformat("2026-11-24 01:00")
        assert str(connection.today) == "2026-11-24"
        assert connection.tenant.currency == "SGD"


async def test_the_database_says_how_it_is_protected(single: Pool, database: Database, red: Principal) -> None:
    async with tenant_transaction(single, red, NOON, patience=10) as connection:
        isolation = await connection.isolation((*TABLES, "pg_class"))
        assert isolation.snapshot == await connection.fetchval("SELECT pg_current_snapshot()::text")
    assert isolation.database_user == database.service_user
    assert not isolation.bypasses_row_security
    assert isolation.tables == (
        *(TableProtection(table, row_security_active=True) for table in TABLES),
        TableProtection("pg_class", row_security_active=False),
    )
    assert msgspec.json.decode(msgspec.json.encode(isolation))["tables"][0]["table"] == "tenants"


async def test_a_role_that_bypasses_protection_is_seen_to(database: Database, red: Principal) -> None:
    as_superuser = {"database_user": database.superuser, "database_password": database.superuser_password}
    async with (
        service_pool(database, **as_superuser) as pool,
        tenant_transaction(pool, red, NOON, patience=10) as connection,
    ):
        isolation = await connection.isolation(TABLES)
    assert isolation.bypasses_row_security
    assert not any(table.row_security_active for table in isolation.tables)


async def test_reading_is_all_it_offers() -> None:
    public = {name for name in dir(TenantConnection) if not name.startswith("_")}
    assert public == {"end", "fetch", "fetchrow", "fetchval", "isolation", "local", "local_now", "tenant", "today"}
