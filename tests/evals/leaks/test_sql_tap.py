"""The tap before a real PostgreSQL: every row, under the tenant it was read for, and what stays behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from evals.leaks.marks import TenantMarks
from evals.leaks.search import find_in_nobodys, find_leaks
from evals.leaks.sql_tap import SqlTap
from evals.observed import Boundaries
from local.database import Database
from service.db.tenant import tenant_transaction
from service.principal import Principal
from tests.database.fresh_database import fresh_database
from tests.database.restaurants import NOON, Line, Order, Restaurant, add_restaurant, service_pool

EVERYTHING = (
    "SELECT o.tenant_id, o.order_number, sum(o.total_cents), m.name FROM orders o, menu_items m GROUP BY 1, 2, 4"
)


@pytest_asyncio.fixture(scope="session")
async def database(database: Database) -> AsyncIterator[Database]:
    """One of their own: EVERYTHING is too much of the one that all tests share."""
    async with fresh_database(database) as fresh:
        yield fresh


@pytest_asyncio.fixture(scope="session")
async def owners(database: Database) -> tuple[Principal, Principal]:
    """Two restaurants, their amounts 123,456 and 654,321."""
    left = Order(70_001, NOON, (Line("Leftish", 1, 123_456),))
    right = Order(80_001, NOON, (Line("Rightish", 1, 654_321),))
    return (
        await add_restaurant(database, Restaurant("Left", orders=(left,))),
        await add_restaurant(database, Restaurant("Right", orders=(right,))),
    )


@pytest.fixture(scope="session")
def marks(owners: tuple[Principal, Principal]) -> tuple[TenantMarks, TenantMarks]:
    left, right = owners
    return (
        marks_of("left", left, "Leftish", 70_001, 123_456),
        marks_of("right", right, "Rightish", 80_001, 654_321),
    )


def marks_of(tenant: str, owner: Principal, canary: str, number: int, amount: int) -> TenantMarks:
    ids = (str(owner.tenant_id),)
    return TenantMarks(tenant=tenant, canaries=(canary,), ids=ids, numbers=(number,), amounts=(amount,))


@pytest_asyncio.fixture
async def tap(database: Database) -> AsyncIterator[SqlTap]:
    async with SqlTap(database.host, database.port) as tap:
        yield tap


def through(database: Database, tap: SqlTap, **changes: Any) -> Any:
    return service_pool(msgspec.structs.replace(database, port=tap.port), **changes)


async def test_rows_are_kept_by_the_tenant_they_were_read_for(
    database: Database, tap: SqlTap, owners: tuple[Principal, Principal], marks: tuple[TenantMarks, ...]
) -> None:
    async def read(pool: Any, principal: Principal) -> None:
        async with tenant_transaction(pool, principal, NOON, patience=10) as connection:
            await connection.fetch(EVERYTHING)

    async with through(database, tap, database_pool_size=3) as pool:
        await asyncio.gather(*(read(pool, owners[number % 2]) for number in range(40)))
    assert tap.seen.rows.keys() == {str(owner.tenant_id) for owner in owners}
    for (own, other), owner in zip((marks, marks[::-1]), owners, strict=True):
        rows = tap.seen.rows_of(owner.tenant_id)
        assert len(rows) == 20 * 3  # the setting, the restaurant, the order
        assert find_leaks(own.tenant, marks, Boundaries(sql_rows=rows)) == []
        swapped = {leak.kind for leak in find_leaks(other.tenant, marks, Boundaries(sql_rows=rows))}
        assert swapped == {"canary", "id", "number", "amount"}, "each is seen where it should not be"


async def test_a_superusers_rows_are_another_tenants_too(
    database: Database, tap: SqlTap, owners: tuple[Principal, Principal], marks: tuple[TenantMarks, ...]
) -> None:
    above = {"database_user": database.superuser, "database_password": database.superuser_password}
    async with (
        through(database, tap, **above) as pool,
        tenant_transaction(pool, owners[0], NOON, patience=10) as connection,
    ):
        await connection.fetch(EVERYTHING)
    found = find_leaks("left", marks, Boundaries(sql_rows=tap.seen.take(owners[0].tenant_id)))
    assert {leak.kind for leak in found} == {"canary", "id", "number", "amount"}
    assert tap.seen.rows_of(owners[0].tenant_id) == [], "taken"


async def test_a_row_that_no_tenant_was_set_for_is_nobodys(
    database: Database, tap: SqlTap, marks: tuple[TenantMarks, ...]
) -> None:
    connection = await msgspec.structs.replace(database, port=tap.port).connect(database.superuser)
    await connection.fetch(EVERYTHING)
    await connection.close()
    found = find_in_nobodys(marks, tap.seen.take(""), [])
    assert {leak.of for leak in found} == {"left", "right"}


async def _twice(database: Database, tap: SqlTap, owner: Principal, how: str) -> None:
    """Two transactions on one connection, the tenant set as `how` says."""
    connection = await msgspec.structs.replace(database, port=tap.port).connect(database.service_user)
    try:
        for _ in range(2):
            setting = f"SELECT set_config('app.tenant_id', '{owner.tenant_id}', {how})"
            await connection.execute(f"BEGIN; {setting}")
            await connection.fetch("SELECT name FROM tenants")
            await connection.execute("COMMIT")
        await tap.look_behind_all()
    finally:
        await connection.close()


async def test_nothing_is_left_behind_by_a_local_setting(
    database: Database, tap: SqlTap, owners: tuple[Principal, Principal]
) -> None:
    await _twice(database, tap, owners[0], "true")
    assert tap.seen.remnants == []
    assert tap.seen.looked == 2


async def test_looking_behind_takes_nothing_from_whoever_asks_at_the_same_time(
    database: Database, tap: SqlTap, owners: tuple[Principal, Principal]
) -> None:
    async def look() -> None:
        while not done.is_set():
            await tap.look_behind_all()
            await asyncio.sleep(0)

    done = asyncio.Event()
    async with through(database, tap, database_pool_size=1) as pool:
        looking = asyncio.create_task(look())
        for number in range(60):
            async with tenant_transaction(pool, owners[number % 2], NOON, patience=10) as connection:
                assert connection.tenant.name == ("Left", "Right")[number % 2]
        done.set()
        await looking
    assert tap.seen.looked >= 59
    assert tap.seen.remnants == []


async def test_a_setting_of_the_session_is_seen_to_stay(
    database: Database, tap: SqlTap, owners: tuple[Principal, Principal]
) -> None:
    await _twice(database, tap, owners[0], "false")
    assert tap.seen.remnants == [f"{owners[0].tenant_id} is set when no transaction is"] * 2


async def test_a_transaction_left_open_is_seen(database: Database) -> None:
    async with SqlTap(database.host, database.port, patience=0.2) as tap:
        connection = await msgspec.structs.replace(database, port=tap.port).connect(database.service_user)
        try:
            await connection.execute("BEGIN")
            await connection.execute("BEGIN")
            await tap.look_behind_all()
        finally:
            await connection.close()
    assert tap.seen.remnants == [
        "a transaction began within another's",
        "a transaction stays open on a connection",
    ]


async def test_an_error_a_copy_and_many_rows_pass_unchanged(database: Database, tap: SqlTap) -> None:
    connection = await msgspec.structs.replace(database, port=tap.port).connect(database.superuser)
    try:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await connection.fetchval("SELECT 1 / 0")
        rows = await connection.fetch("SELECT n, repeat('x', 1000) FROM generate_series(1, 3000) AS s (n)")
        assert [row[0] for row in rows] == list(range(1, 3001))
        assert len(tap.seen.rows_of("")) == 3000
    finally:
        await connection.close()


async def test_a_cancelled_query_ends_on_the_server_too(database: Database, tap: SqlTap) -> None:
    connection = await msgspec.structs.replace(database, port=tap.port).connect(database.superuser)
    try:
        with pytest.raises(TimeoutError):
            await connection.fetchval("SELECT pg_sleep(60)", timeout=0.05)
        assert await connection.fetchval("SELECT 1") == 1
    finally:
        await connection.close()


async def test_no_server_is_told_to_the_client(tap: SqlTap) -> None:
    async with SqlTap("127.0.0.1", 1) as nowhere:
        with pytest.raises((OSError, asyncpg.PostgresConnectionError)):
            await asyncpg.connect(host=nowhere.host, port=nowhere.port, user="x", database="x", ssl=False, timeout=5)
