"""Who sees and changes what, by persona. Two restaurants with the same order numbers and the same items, so that only
the tenant tells their rows apart; and in every table that there is, without anybody naming it here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from local.database import Database
from service.provisioning.orders import NewLine, NewOrder, import_orders
from service.provisioning.tenant_scope import tenant_scope
from service.provisioning.tenants import NewTenant, create_tenant
from tests.database.fresh_database import connected, fresh_database

TABLES = ("imports", "menu_items", "order_lines", "orders", "tenants")
"""Held against the catalogue below."""
READABLE = ("menu_items", "order_lines", "orders", "tenants")
NO_TENANT = (asyncpg.UndefinedObjectError, asyncpg.InvalidTextRepresentationError)
"""Never set on this connection; set by a transaction that is over (it reads '' then)."""


@pytest_asyncio.fixture(scope="module")
async def isolated(database: Database) -> AsyncIterator[Database]:
    async with fresh_database(database) as fresh:
        yield fresh


@pytest_asyncio.fixture(scope="module")
async def tenants(isolated: Database) -> tuple[UUID, UUID]:
    """A has two orders, B three."""
    first, second = uuid4(), uuid4()
    async with connected(isolated) as owner:
        for tenant_id, count in ((first, 2), (second, 3)):
            await create_tenant(owner, NewTenant(tenant_id, "Same Name", "UTC", "EUR"))
            orders = [
                NewOrder(number, datetime(2026, 5, number, 12, tzinfo=UTC), (NewLine("Soup", "Mains", 1, 500),))
                for number in range(1, count + 1)
            ]
            await import_orders(owner, tenant_id, orders, sha256="0" * 64)
    return first, second


@pytest_asyncio.fixture
async def owner(isolated: Database) -> AsyncIterator[asyncpg.Connection]:
    async with connected(isolated) as connection:
        yield connection


@pytest_asyncio.fixture
async def service(isolated: Database) -> AsyncIterator[asyncpg.Connection]:
    async with connected(isolated, isolated.service_user) as connection:
        yield connection


@pytest_asyncio.fixture
async def root(isolated: Database) -> AsyncIterator[asyncpg.Connection]:
    async with connected(isolated, isolated.superuser) as connection:
        yield connection


async def test_every_table_of_the_catalogue_is_under_test(root: asyncpg.Connection) -> None:
    rows = await root.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    assert tuple(row[0] for row in rows) == TABLES


@pytest.mark.parametrize("table", READABLE)
async def test_a_tenant_sees_all_of_its_own_and_nothing_else(
    table: str, tenants: tuple[UUID, UUID], root: asyncpg.Connection, service: asyncpg.Connection
) -> None:
    seen = {row[0] for row in await root.fetch(f"SELECT DISTINCT tenant_id FROM {table}")}
    assert seen == set(tenants), "there is nothing to hide"
    for tenant_id in tenants:
        theirs = await root.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", tenant_id)
        async with tenant_scope(service, tenant_id):
            rows = await service.fetch(f"SELECT tenant_id FROM {table}")
            asked = await service.fetch(f"SELECT FROM {table} WHERE tenant_id <> $1", tenant_id)
        assert [row[0] for row in rows] == [tenant_id] * theirs
        assert asked == []


@pytest.mark.parametrize("table", READABLE)
async def test_a_stranger_sees_nothing(
    table: str, tenants: tuple[UUID, UUID], root: asyncpg.Connection, service: asyncpg.Connection
) -> None:
    assert await root.fetchval(f"SELECT count(*) FROM {table}") > 0
    async with tenant_scope(service, uuid4()):
        assert await service.fetch(f"SELECT FROM {table}") == []


@pytest.mark.parametrize("table", READABLE)
async def test_without_a_tenant_a_query_is_an_error(
    table: str, tenants: tuple[UUID, UUID], service: asyncpg.Connection
) -> None:
    with pytest.raises(asyncpg.UndefinedObjectError, match=r"app\.tenant_id"):
        await service.fetch(f"SELECT FROM {table}")


@pytest.mark.parametrize("table", READABLE)
async def test_without_a_tenant_an_empty_table_is_an_error_too(table: str, database: Database) -> None:
    async with fresh_database(database) as empty, connected(empty, empty.service_user) as service:
        for query in (f"SELECT FROM {table}", f"SELECT count(*) FROM {table}", f"SELECT FROM {table} LIMIT 0"):
            with pytest.raises(NO_TENANT):
                await service.fetch(query)


@pytest.mark.parametrize("ending", ["COMMIT", "ROLLBACK"])
async def test_the_tenant_does_not_outlive_its_transaction(
    ending: str, tenants: tuple[UUID, UUID], service: asyncpg.Connection
) -> None:
    await service.execute("BEGIN")
    await service.execute("SELECT set_config('app.tenant_id', $1, true)", str(tenants[0]))
    assert await service.fetchval("SELECT count(*) FROM orders") == 2
    await service.execute(ending)
    with pytest.raises(NO_TENANT):
        await service.fetch("SELECT FROM orders")


async def test_a_tenant_set_outside_a_transaction_is_lost_at_once(
    tenants: tuple[UUID, UUID], service: asyncpg.Connection
) -> None:
    await service.execute("SELECT set_config('app.tenant_id', $1, true)", str(tenants[0]))
    with pytest.raises(NO_TENANT):
        await service.fetch("SELECT FROM orders")


@pytest.mark.parametrize("nonsense", ["", "*", "%", "not-a-uuid", "' OR true --"])
async def test_a_tenant_that_is_no_uuid_is_an_error(
    nonsense: str, tenants: tuple[UUID, UUID], service: asyncpg.Connection
) -> None:
    async with service.transaction():
        await service.execute("SELECT set_config('app.tenant_id', $1, true)", nonsense)
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            await service.fetch("SELECT FROM orders")
        with pytest.raises(asyncpg.InFailedSQLTransactionError):
            await service.execute("SELECT 1")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO {} DEFAULT VALUES", "UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}", "TRUNCATE {}"],
)
async def test_the_service_may_write_nothing(
    statement: str, table: str, tenants: tuple[UUID, UUID], service: asyncpg.Connection
) -> None:
    await service.execute("SET default_transaction_read_only = off")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        async with tenant_scope(service, tenants[0]):
            await service.execute(statement.format(table))


@pytest.mark.parametrize(
    "query", ["SELECT FROM imports", "SELECT FROM provisioning.migrations", "CREATE TEMPORARY TABLE mine (id int)"]
)
async def test_what_the_service_has_no_business_with(query: str, service: asyncpg.Connection) -> None:
    await service.execute("SET default_transaction_read_only = off")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        async with tenant_scope(service, uuid4()):
            await service.execute(query)


# -- The owner role, which provisions: under the policies as well ---------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
async def test_the_owner_sees_one_tenant_at_a_time(
    table: str, tenants: tuple[UUID, UUID], owner: asyncpg.Connection
) -> None:
    with pytest.raises(NO_TENANT):
        await owner.fetch(f"SELECT FROM {table}")
    async with tenant_scope(owner, tenants[0]):
        assert {row[0] for row in await owner.fetch(f"SELECT tenant_id FROM {table}")} == {tenants[0]}


@pytest.mark.parametrize("table", TABLES)
async def test_nobody_inserts_for_another_tenant(
    table: str, tenants: tuple[UUID, UUID], root: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    theirs = await root.fetchval(f"SELECT to_jsonb(t)::text FROM {table} t WHERE tenant_id = $1 LIMIT 1", tenants[1])
    assert str(tenants[1]) in theirs
    insert = f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, $1::text::jsonb)"
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with tenant_scope(owner, tenants[0]):
            await owner.execute(insert, theirs)
    # Only the tenant was in the way: as itself it comes as far as its own primary key.
    with pytest.raises(asyncpg.UniqueViolationError):
        async with tenant_scope(owner, tenants[1]):
            await owner.execute(insert, theirs)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"])
async def test_nobody_changes_another_tenants_rows(
    statement: str, table: str, tenants: tuple[UUID, UUID], owner: asyncpg.Connection
) -> None:
    query = f"{statement.format(table)} WHERE tenant_id = $1"
    async with tenant_scope(owner, tenants[0]):
        assert (await owner.execute(query, tenants[1])).endswith(" 0")
    with pytest.raises(NO_TENANT):
        await owner.execute(query, tenants[1])


@pytest.mark.parametrize("table", TABLES)
async def test_no_row_is_moved_to_another_tenant(
    table: str, tenants: tuple[UUID, UUID], owner: asyncpg.Connection
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with tenant_scope(owner, tenants[0]):
            await owner.execute(f"UPDATE {table} SET tenant_id = $1", tenants[1])


async def test_no_row_refers_to_another_tenants(tenants: tuple[UUID, UUID], owner: asyncpg.Connection) -> None:
    """Order 3 and its line are B's; A has none of that number."""
    insert = """
        INSERT INTO order_lines
            (tenant_id, order_number, line_number, ordered_on, item_id, quantity, unit_price_cents)
        VALUES ($1, 3, 2, '2026-05-03', 1, 1, 100)
    """
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with tenant_scope(owner, tenants[0]):
            await owner.execute(insert, tenants[0])
    async with tenant_scope(owner, tenants[1]):
        await owner.execute(insert, tenants[1])
        await owner.execute("DELETE FROM order_lines WHERE line_number = 2")


async def test_a_line_cannot_be_of_another_day_than_its_order(
    tenants: tuple[UUID, UUID], owner: asyncpg.Connection
) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with tenant_scope(owner, tenants[0]):
            await owner.execute("UPDATE order_lines SET ordered_on = ordered_on + 1")
