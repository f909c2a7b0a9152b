"""A database of a test's own on the shared server, gone when the test is over."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import msgspec

from local.database import Database
from service.provisioning.migrations import apply_migrations
from service.provisioning.tenant_scope import tenant_scope

SQL = Path(__file__).parents[2] / "sql"


@asynccontextmanager
async def empty_database(database: Database) -> AsyncIterator[Database]:
    """Owned by the owner role, without a schema."""
    name = f"test_{uuid4().hex}"
    async with connected(database, database.superuser) as superuser:
        await superuser.execute(f"CREATE DATABASE {name} OWNER {database.owner_user}")
    try:
        yield msgspec.structs.replace(database, name=name)
    finally:
        # Not the connection of before: another test may have restarted the server meanwhile.
        async with connected(database, database.superuser) as superuser:
            await superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def fresh_database(database: Database) -> AsyncIterator[Database]:
    """With the schema, and no tenants."""
    async with empty_database(database) as empty:
        async with connected(empty) as owner:
            await apply_migrations(owner, SQL / "migrations")
        yield empty


@asynccontextmanager
async def connected(database: Database, user: str | None = None) -> AsyncIterator[asyncpg.Connection]:
    """A connection of one's own, as the owner unless `user` says otherwise."""
    connection = await database.connect(user or database.owner_user)
    try:
        yield connection
    finally:
        await connection.close()


async def digests(database: Database, tenant_id: UUID) -> dict[str, str]:
    """A digest of all rows of a tenant, by table, when they were loaded left out."""
    async with connected(database) as owner, tenant_scope(owner, tenant_id):
        tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = {}
        for (table,) in tables:
            rows = await owner.fetch(
                f"SELECT (to_jsonb(t) - 'created_at' - 'imported_at')::text FROM {table} t ORDER BY 1"
            )
            found[table] = f"{len(rows)} {hashlib.sha256(repr(rows).encode()).hexdigest()}"
        return found
