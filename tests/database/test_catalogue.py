"""No table without a tenant's key and policies; and the check itself is shown to fail where it must."""

from __future__ import annotations

import asyncpg
import pytest

from local.catalogue import faults
from local.database import Database

_KEY = "tenant_id uuid NOT NULL, id bigint NOT NULL"
_SECURE = "ALTER TABLE bad ENABLE ROW LEVEL SECURITY; ALTER TABLE bad FORCE ROW LEVEL SECURITY;"
_STRICT = "(tenant_id = current_setting('app.tenant_id')::uuid)"
_POLICY = f"CREATE POLICY p ON bad FOR ALL USING {_STRICT} WITH CHECK {_STRICT};"
_GOOD = f"CREATE TABLE bad ({_KEY}, PRIMARY KEY (tenant_id, id)); {_SECURE} {_POLICY}"

BAD = {
    "no tenant_id": (
        f"CREATE TABLE bad (id bigint PRIMARY KEY); {_SECURE}",
        "bad has no primary key that begins with tenant_id",
    ),
    "no primary key": (
        f"CREATE TABLE bad ({_KEY}); {_SECURE} {_POLICY}",
        "bad has no primary key that begins with tenant_id",
    ),
    "tenant_id is not the first": (
        f"CREATE TABLE bad ({_KEY}, PRIMARY KEY (id, tenant_id)); {_SECURE} {_POLICY}",
        "bad has no primary key that begins with tenant_id",
    ),
    "in another schema": (
        "CREATE SCHEMA other; CREATE TABLE other.bad (id bigint PRIMARY KEY)",
        "other.bad has row-level security off, or not forced",
    ),
    "unique over all tenants": (
        f"{_GOOD} CREATE UNIQUE INDEX ON bad (id)",
        "bad has a unique index that does not begin with tenant_id",
    ),
    "foreign key without the tenant": (
        f"{_GOOD} CREATE TABLE target (tenant_id uuid, id bigint PRIMARY KEY);"
        " ALTER TABLE bad ADD FOREIGN KEY (id) REFERENCES target (id)",
        "bad has a foreign key that does not begin with tenant_id",
    ),
    "security not enabled": (
        f"CREATE TABLE bad ({_KEY}, PRIMARY KEY (tenant_id, id)); {_POLICY}",
        "bad has row-level security off, or not forced",
    ),
    "security not forced": (
        f"{_GOOD} ALTER TABLE bad NO FORCE ROW LEVEL SECURITY",
        "bad has row-level security off, or not forced",
    ),
    "permissive when unset": (
        f"{_GOOD} CREATE POLICY q ON bad FOR SELECT"
        " USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)",
        "bad has a policy that is not the strict one, for everybody",
    ),
    "everything is let through": (
        f"{_GOOD} CREATE POLICY q ON bad FOR ALL USING (true)",
        "bad has a policy that is not the strict one, for everybody",
    ),
    "for one role only": (
        f"{_GOOD} ALTER POLICY p ON bad TO tableside_service",
        "bad has a policy that is not the strict one, for everybody",
    ),
    "no WITH CHECK": (
        f"CREATE TABLE bad ({_KEY}, PRIMARY KEY (tenant_id, id)); {_SECURE} CREATE POLICY p ON bad USING {_STRICT}",
        "bad lacks USING or WITH CHECK for one of SELECT, INSERT, UPDATE, DELETE",
    ),
    "no policy for DELETE": (
        f"CREATE TABLE bad ({_KEY}, PRIMARY KEY (tenant_id, id)); {_SECURE}"
        f" CREATE POLICY r ON bad FOR SELECT USING {_STRICT}; CREATE POLICY a ON bad FOR INSERT WITH CHECK {_STRICT};"
        f" CREATE POLICY w ON bad FOR UPDATE USING {_STRICT} WITH CHECK {_STRICT}",
        "bad lacks USING or WITH CHECK for one of SELECT, INSERT, UPDATE, DELETE",
    ),
    "a view with its maker's rights": (
        "CREATE VIEW bad AS SELECT * FROM orders",
        "bad is neither a table nor a view under its reader's rights",
    ),
    "a materialised view": (
        "CREATE MATERIALIZED VIEW bad AS SELECT 1 AS one",
        "bad is neither a table nor a view under its reader's rights",
    ),
    "a function with its maker's rights": (
        "CREATE FUNCTION bad() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "bad() runs with its maker's rights",
    ),
    "the service may insert": (
        "GRANT INSERT ON orders TO tableside_service",
        "orders may be written by the service",
    ),
    "everybody may change one column": (
        "GRANT UPDATE (note) ON orders TO PUBLIC",
        "orders may be written by the service",
    ),
    "the service may truncate": (
        "GRANT TRUNCATE ON tenants TO tableside_service",
        "tenants may be written by the service",
    ),
    "the service owns a table": (
        f"{_GOOD} ALTER TABLE bad OWNER TO tableside_service",
        "bad is owned by the service",
    ),
    "the service may create": (
        "GRANT CREATE ON SCHEMA public TO tableside_service",
        "public is a schema in which the service may create",
    ),
    "the service may move a sequence": (
        "CREATE SEQUENCE bad; GRANT USAGE ON SEQUENCE bad TO tableside_service",
        "bad is a sequence that the service may move",
    ),
    "the service may make schemas": (
        "DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO tableside_service', current_database()); END$$",
        "tableside is a database in which the service may create",
    ),
    "the service is the owner": (
        "GRANT tableside_owner TO tableside_service",
        "tableside_owner is a role whose rights the service has",
    ),
    "the service is above the policies": (
        "ALTER ROLE tableside_service BYPASSRLS",
        "tableside_service has powers that no policy binds",
    ),
    "the owner is above the policies": (
        "ALTER ROLE tableside_owner SUPERUSER",
        "tableside_owner has powers that no policy binds",
    ),
    "the bookkeeping is open": (
        "GRANT USAGE ON SCHEMA provisioning TO PUBLIC",
        "provisioning is open to the service",
    ),
}


async def _faults(superuser: asyncpg.Connection, database: Database) -> list[str]:
    return await faults(superuser, owner=database.owner_user, service=database.service_user)


async def test_every_table_is_keyed_and_guarded_by_its_tenant(
    superuser: asyncpg.Connection, database: Database
) -> None:
    tables = await superuser.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    assert tables >= 5
    assert await _faults(superuser, database) == []


async def test_a_table_made_as_it_should_be_has_no_fault(superuser: asyncpg.Connection, database: Database) -> None:
    async with _undone(superuser):
        await superuser.execute(_GOOD)
        await superuser.execute("CREATE VIEW good WITH (security_invoker = true) AS SELECT * FROM orders")
        assert await _faults(superuser, database) == []


@pytest.mark.parametrize("case", BAD)
async def test_a_fault_is_found(case: str, superuser: asyncpg.Connection, database: Database) -> None:
    statements, fault = BAD[case]
    async with _undone(superuser):
        await superuser.execute(statements)
        assert fault in await _faults(superuser, database)


class _undone:  # noqa: N801 (reads as a statement)
    """A transaction that is always rolled back."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._transaction = connection.transaction()

    async def __aenter__(self) -> None:
        await self._transaction.start()

    async def __aexit__(self, *_: object) -> None:
        await self._transaction.rollback()
