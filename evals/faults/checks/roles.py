"""What the service's own role, and the owner's, see and may do on the copy, in SQL that the service never wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from evals.restaurants import RESTAURANTS, restaurant
from local.database import Database
from service.provisioning.tenant_scope import tenant_scope

_READABLE = """
SELECT c.relname,
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
AND has_table_privilege(current_user, c.oid, 'SELECT')
ORDER BY 1
"""
_FORBIDDEN = (
    "UPDATE orders SET note = note",
    "DELETE FROM order_lines WHERE false",
    "INSERT INTO tenants SELECT * FROM tenants WHERE false",
    "ALTER TABLE orders DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE orders NO FORCE ROW LEVEL SECURITY",
    "CREATE POLICY mine ON orders USING (true)",
    "CREATE TABLE kept AS SELECT * FROM orders",
    "SET ROLE tableside_owner",
)
_NO_TENANT = (asyncpg.UndefinedObjectError, asyncpg.InvalidTextRepresentationError)
ASKER = "harbour"


async def roles(database: Database) -> AsyncIterator[tuple[str, str]]:
    for user in (database.service_user, database.owner_user):
        async with _connected(database, user) as connection:
            async for sentence in _seen_without(connection):
                yield "roles", f"{user} {sentence}"
            async for sentence in _seen_by(connection, restaurant(ASKER).tenant_id):
                yield "roles", f"{user} {sentence}"
    async with _connected(database, database.service_user) as connection:
        async for sentence in _may(connection):
            yield "roles", f"{database.service_user} {sentence}"


@asynccontextmanager
async def _connected(database: Database, user: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await database.connect(user)
    try:
        yield connection
    finally:
        await connection.close()


async def _seen_without(connection: asyncpg.Connection) -> AsyncIterator[str]:
    """With no tenant set, every relation is an error."""
    for name, _ in await connection.fetch(_READABLE):
        try:
            await connection.fetchval(f"SELECT count(*) FROM {name}")  # noqa: S608 (a name of the catalogue)
        except _NO_TENANT:
            continue
        yield f"reads {name} with no tenant set"


async def _seen_by(connection: asyncpg.Connection, tenant_id: UUID) -> AsyncIterator[str]:
    """With a tenant set, its rows and no other."""
    for name, has_tenant in await connection.fetch(_READABLE):
        if not has_tenant:
            yield f"reads {name}, whose rows do not say whose they are"
            continue
        async with tenant_scope(connection, tenant_id):
            rows = await connection.fetch(f"SELECT DISTINCT tenant_id FROM {name}")  # noqa: S608 (as above)
        others = {row[0] for row in rows} - {tenant_id}
        if others:
            yield f"sees rows of {len(others)} of {len(RESTAURANTS) - 1} others in {name}"


async def _may(connection: asyncpg.Connection) -> AsyncIterator[str]:
    """Within a transaction that may write, for that the role's transactions only read is a default it can change."""
    for statement in _FORBIDDEN:
        transaction = connection.transaction(readonly=False)
        await transaction.start()
        try:
            await connection.execute("SET TRANSACTION READ WRITE")
            await connection.execute("SELECT set_config('app.tenant_id', $1, true)", str(restaurant(ASKER).tenant_id))
            await connection.execute(statement)
        except asyncpg.InsufficientPrivilegeError:
            continue
        finally:
            await transaction.rollback()
        yield f"may {statement}"
