"""Applies `sql/migrations/NNNN_verb_table.sql` in order, each once, each in a transaction of its own.

What was applied is kept in the schema `provisioning`, which the service's role cannot enter. A file that was
applied is never edited again: its checksum is kept, and a difference is an error. A database that is ahead of
the folder (an older release is put back) is left as it is: a release must run on the schema after its own.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import asyncpg
from msgspec import Struct

from service.provisioning.errors import MigrationError

_FILE_NAME = re.compile(r"[0-9]{4}_[a-z]+(_[a-z]+)+\.sql")
_LOCK = 7_261_994_311
"""Of no meaning; only that two runs at the same moment use the same."""

_BOOKKEEPING = """
CREATE SCHEMA IF NOT EXISTS provisioning;
REVOKE ALL ON SCHEMA provisioning FROM PUBLIC;
CREATE TABLE IF NOT EXISTS provisioning.migrations (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
"""


class Migration(Struct, frozen=True):
    name: str
    sql: str
    sha256: str


async def apply_migrations(connection: asyncpg.Connection, directory: Path) -> list[str]:
    """The names of the files applied now, in order; empty when there was nothing to do.

    connection: of the role that is to own the tables, outside a transaction.
    Raises MigrationError; the files before the failing one stay applied, of the failing one nothing does.
    """
    migrations = read_migrations(directory)
    # Held by the session, not the transaction: two deployments at once take turns for the whole run.
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        pending = _pending(migrations, await _applied(connection))
        for migration in pending:
            await _apply(connection, migration)
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)
    return [migration.name for migration in pending]


def read_migrations(directory: Path) -> list[Migration]:
    """Every migration of the folder, numbered from 0001 without a gap. Raises MigrationError."""
    paths = sorted(directory.glob("*.sql"))
    if not paths:
        raise MigrationError(f"There are no migrations in {directory}.")
    for number, path in enumerate(paths, start=1):
        if not _FILE_NAME.fullmatch(path.name):
            raise MigrationError(f"{path.name} is not named like 0001_create_orders.sql.")
        if int(path.name[:4]) != number:
            raise MigrationError(f"{path.name} should have the number {number:04d}.")
    return [_read(path) for path in paths]


def _read(path: Path) -> Migration:
    content = path.read_bytes()
    return Migration(path.name, content.decode("utf-8"), hashlib.sha256(content).hexdigest())


async def _applied(connection: asyncpg.Connection) -> dict[str, str]:
    """Checksums by file name, in the order of the numbers."""
    if await connection.fetchval("SELECT to_regclass('provisioning.migrations') IS NULL"):
        async with connection.transaction():
            await connection.execute(_BOOKKEEPING)
    rows = await connection.fetch("SELECT name, sha256 FROM provisioning.migrations ORDER BY name")
    return {row["name"]: row["sha256"] for row in rows}


def _pending(migrations: list[Migration], applied: dict[str, str]) -> list[Migration]:
    for migration, (name, sha256) in zip(migrations, applied.items(), strict=False):
        if migration.name != name:
            raise MigrationError(f"The database has {name} where this folder has {migration.name}.")
        if migration.sha256 != sha256:
            raise MigrationError(f"{name} was changed after it was applied. Write a new migration instead.")
    return migrations[len(applied) :]


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    try:
        async with connection.transaction():
            # A migration that cannot get its lock gives up: every query behind it would wait as well.
            await connection.execute("SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '10min'")
            await connection.execute(migration.sql)
            await connection.execute(
                "INSERT INTO provisioning.migrations (name, sha256) VALUES ($1, $2)",
                migration.name,
                migration.sha256,
            )
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{migration.name} failed and nothing of it was kept: {error}") from error
