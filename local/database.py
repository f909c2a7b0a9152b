"""prepare_database: roles, their passwords, the database and its schema, on a PostgreSQL that runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
from msgspec import Struct

from local.postgres import Postgres
from local.private_files import kept_secret
from service.provisioning.migrations import apply_migrations

_SQL = Path(__file__).parent.parent / "sql"
NAME = "tableside"
OWNER = "tableside_owner"
SERVICE = "tableside_service"


class Database(Struct, frozen=True, kw_only=True):
    """Where the database is and who may do what: `owner` migrates and provisions, `service` reads."""

    host: str
    port: int
    name: str
    owner_user: str
    owner_password: str
    service_user: str
    service_password: str
    superuser: str
    superuser_password: str

    async def connect(self, user: str = OWNER) -> asyncpg.Connection:
        """A new connection, as the owner unless `user` (of the owner, service or superuser) says otherwise."""
        passwords = {
            self.owner_user: self.owner_password,
            self.service_user: self.service_password,
            self.superuser: self.superuser_password,
        }
        return await asyncpg.connect(
            host=self.host, port=self.port, database=self.name, user=user, password=passwords[user], ssl=False
        )


async def prepare_database(server: Postgres) -> Database:
    """Brings a running server to the present schema. Idempotent: on a prepared one it changes nothing."""
    database = await asyncio.to_thread(_describe, server)
    await _create_roles_and_database(server, database)
    connection = await database.connect()
    try:
        await apply_migrations(connection, _SQL / "migrations")
    finally:
        await connection.close()
    return database


def _describe(server: Postgres) -> Database:
    return Database(
        host=server.host,
        port=server.port,
        name=NAME,
        owner_user=OWNER,
        owner_password=kept_secret(server.directory / "owner-password"),
        service_user=SERVICE,
        service_password=kept_secret(server.directory / "service-password"),
        superuser=server.superuser,
        superuser_password=server.superuser_password,
    )


async def _create_roles_and_database(server: Postgres, database: Database) -> None:
    connection = await asyncpg.connect(
        host=server.host, port=server.port, database="postgres", user=server.superuser,
        password=server.superuser_password, ssl=False,
    )  # fmt: skip
    try:
        await connection.execute(await asyncio.to_thread((_SQL / "roles.sql").read_text))
        await _set_password(connection, database.owner_user, database.owner_password)
        await _set_password(connection, database.service_user, database.service_password)
        if not await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", database.name):
            await connection.execute(f"CREATE DATABASE {database.name} OWNER {database.owner_user}")
        await connection.execute(f"REVOKE ALL ON DATABASE {database.name} FROM PUBLIC")
        await connection.execute(f"GRANT CONNECT ON DATABASE {database.name} TO {database.service_user}")
    finally:
        await connection.close()


async def _set_password(connection: asyncpg.Connection, role: str, password: str) -> None:
    """ALTER ROLE takes no parameters, so the server itself quotes the password."""
    statement = await connection.fetchval(
        "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)", role, password
    )
    await connection.execute(statement)
