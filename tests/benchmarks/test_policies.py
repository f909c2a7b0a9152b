"""What row-level security is compared with: the same query with the filter written out, at every table."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from benchmarks.policies import QUERIES, compare, filtered
from benchmarks.restaurants import System, copy_empty, fill
from local.database import Database, prepare_database
from local.postgres import Postgres

SYSTEM = System(60, 60_000)
"""Of so few restaurants that a menu fills one page, the planner would read all of it for a filter alone."""


@pytest_asyncio.fixture(scope="module")
async def filled(servers_directory: Path) -> AsyncIterator[tuple[Database, list[UUID]]]:
    """A system on a server of its own, for what is copied must be empty; and those of it that are asked."""
    async with Postgres(servers_directory / "postgres-bench") as server:
        database = await copy_empty(await prepare_database(server), SYSTEM)
        yield database, await fill(database, SYSTEM)


@pytest.mark.parametrize("name", QUERIES)
def test_every_table_gets_the_filter(name: str) -> None:
    explicit = filtered(QUERIES[name][0], 9)
    assert "tenant_id = $9::uuid" in explicit
    assert not re.findall(r"(?:FROM|JOIN) (?:orders|order_lines|menu_items)\b(?! WHERE tenant_id = )", explicit)


async def test_a_system_is_as_large_as_it_says(filled: tuple[Database, list[UUID]]) -> None:
    connection = await filled[0].connect(filled[0].superuser)
    try:
        assert await connection.fetchval("SELECT count(*) FROM tenants") == SYSTEM.tenants
        lines = await connection.fetchval("SELECT count(*) FROM order_lines")
        assert lines == pytest.approx(SYSTEM.lines, rel=0.01)
        orphans = "SELECT count(*) FROM order_lines LEFT JOIN orders USING (tenant_id, ordered_on, order_number)"
        assert await connection.fetchval(f"{orphans} WHERE orders.tenant_id IS NULL") == 0
    finally:
        await connection.close()


async def test_both_find_the_same_rows_by_the_same_plan(filled: tuple[Database, list[UUID]]) -> None:
    database, asked = filled
    compared = await compare(database, asked[0], 1)
    assert [each.name for each in compared] == list(QUERIES)
    for each in compared:
        assert each.policies_plan == each.filter_plan


async def test_a_filter_that_finds_other_rows_is_not_measured(
    filled: tuple[Database, list[UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, asked = filled

    def wrong(sql: str, tenant: int) -> str:
        return filtered(sql, tenant).replace(f"= ${tenant}::uuid", f"<> ${tenant}::uuid")

    monkeypatch.setattr("benchmarks.policies.filtered", wrong)
    with pytest.raises(AssertionError, match="finds other rows with a filter"):
        await compare(database, asked[0], 1)
