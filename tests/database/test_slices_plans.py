"""How the prefetched slices are read: by index, under the service's role, with the policies on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio

from local.database import Database
from service.db.pool import Pool
from service.db.tenant import TenantConnection, tenant_transaction
from service.principal import Principal
from service.provisioning.tenant_scope import tenant_scope
from service.provisioning.tenants import NewTenant, create_tenant
from service.slices.recent_orders import BETWEEN, NEWEST
from service.slices.revenue_by_day import REVENUE_BY_DAY
from service.slices.top_menu_items import RANKINGS, TOP_MENU_ITEMS
from tests.database.restaurants import NOON

START, END = date(2026, 10, 20), date(2026, 11, 23)
TOP = TOP_MENU_ITEMS.format(ranking=RANKINGS["quantity", "top"])
PREFETCHED = {
    "revenue_by_day": (REVENUE_BY_DAY, (START, END)),
    "top_menu_items": (TOP, (START, END, None, None, 10)),
    "recent_orders": (NEWEST, (20, None, END, None)),
}

ITEMS = "INSERT INTO menu_items SELECT $1, n, 'Item ' || n, 'Kind ' || n % 5 FROM generate_series(1, 60) AS n"
ORDERS = """
INSERT INTO orders (tenant_id, order_number, ordered_at, ordered_on, status, total_cents)
SELECT $1, n, moment, (moment AT TIME ZONE 'America/New_York')::date,
    CASE WHEN n % 60 = 0 THEN 'cancelled' ELSE 'completed' END, 2700
FROM (SELECT n, $2::timestamptz - (8000 - n) * interval '1 hour' AS moment FROM generate_series(1, 8000) AS n) AS drawn
"""
LINES = """
INSERT INTO order_lines (tenant_id, order_number, line_number, ordered_on, item_id, quantity, unit_price_cents)
SELECT tenant_id, order_number, line, ordered_on, 1 + (order_number * 7 + line * 13) % 60, line, 900
FROM orders CROSS JOIN generate_series(1, 2) AS line
"""


@pytest_asyncio.fixture(scope="module")
async def grown(database: Database) -> Principal:
    """One of two restaurants with most of a year of orders each."""
    owner = await database.connect()
    for _ in range(2):
        tenant_id = uuid4()
        await create_tenant(owner, NewTenant(tenant_id, "Grown", "America/New_York", "USD"))
        async with tenant_scope(owner, tenant_id):
            await owner.execute(ITEMS, tenant_id)
            await owner.execute(ORDERS, tenant_id, NOON)
            await owner.execute(LINES)
    for table in ("tenants", "menu_items", "orders", "order_lines"):
        await owner.execute(f"VACUUM (ANALYZE) {table}")
    await owner.close()
    return Principal(tenant_id, "owner")


@pytest_asyncio.fixture
async def connection(pool: Pool, grown: Principal) -> AsyncIterator[TenantConnection]:
    async with tenant_transaction(pool, grown, NOON, patience=5) as connection:
        yield connection


async def plan(connection: TenantConnection, sql: str, arguments: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Every node of the plan for these arguments, run."""
    explained = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments)
    return list(nodes(msgspec.json.decode(explained)[0]["Plan"]))


async def generic_plan(connection: TenantConnection, sql: str, arguments: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Every node of the plan for any arguments, which a statement that is kept may come to."""
    await connection.fetchval("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)")
    await connection.fetch(f"PREPARE slice AS {sql}")
    literals = ", ".join("NULL" if value is None else f"'{value}'" for value in arguments)
    explained = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE slice ({literals})")
    assert re.search(r"\$\d", explained)
    await connection.fetch("DEALLOCATE slice")
    return list(nodes(msgspec.json.decode(explained)[0]["Plan"]))


def nodes(node: dict[str, Any]) -> Any:
    yield node
    for below in node.get("Plans", ()):
        yield from nodes(below)


def scans(found: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """(table, kind of scan) of the tables whose size grows with the years."""
    return {(node["Relation Name"], node["Node Type"]) for node in found if node.get("Relation Name", "") in GROWING}


GROWING = ("orders", "order_lines")
BY_INDEX = {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}
"""The last one too reads nothing but what the index named."""


@pytest.mark.parametrize("planned", [plan, generic_plan])
@pytest.mark.parametrize("name", PREFETCHED)
async def test_prefetched_slices_are_read_by_index(connection: TenantConnection, name: str, planned: Any) -> None:
    found = await planned(connection, *PREFETCHED[name])
    assert scans(found)
    assert {kind for _, kind in scans(found)} <= BY_INDEX
    for node in found:
        if node.get("Relation Name") in GROWING:
            condition = node.get("Index Cond") or node["Recheck Cond"]
            assert "current_setting('app.tenant_id'" in condition, "the policy is the index's first column"


async def test_revenue_by_day_never_visits_the_table(connection: TenantConnection) -> None:
    found = await plan(connection, *PREFETCHED["revenue_by_day"])
    (scan,) = [node for node in found if "Relation Name" in node]
    assert scan["Node Type"] == "Index Only Scan"
    assert scan["Heap Fetches"] == 0
    assert re.search(r"tenant_id = .*ordered_on >= .*ordered_on <= ", scan["Index Cond"])
    assert (
        scan["Actual Rows"] == 24 * 34 + 1 + 13
    )  # the hours of those days, one of them twice: no other row is looked at
    assert "Filter" not in scan


async def test_what_sold_never_visits_the_tables_of_orders(connection: TenantConnection) -> None:
    found = await plan(connection, *PREFETCHED["top_menu_items"])
    assert scans(found) == {("orders", "Index Only Scan"), ("order_lines", "Index Only Scan")}
    assert not [node for node in found if node.get("Heap Fetches")]


async def test_the_newest_orders_are_found_without_reading_the_others(connection: TenantConnection) -> None:
    found = await plan(connection, *PREFETCHED["recent_orders"])
    read = sum(node["Actual Rows"] * node["Actual Loops"] for node in found if node.get("Relation Name") in GROWING)
    assert read <= 20 * 4


async def test_orders_of_a_range_are_read_by_index(connection: TenantConnection) -> None:
    found = await plan(connection, BETWEEN, (20, None, END, None, START))
    assert {kind for _, kind in scans(found)} <= BY_INDEX


async def test_what_sold_costs_no_more_when_the_planner_knows_nothing(connection: TenantConnection) -> None:
    """Days newer than the last ANALYZE are expected to be empty; a loop within a loop would then be quadratic."""
    later = (date(2027, 1, 1), date(2027, 2, 4))
    found = await plan(connection, TOP, (*later, None, None, 10))
    assert [node["Subplan Name"] for node in found if node.get("Relation Name") == "orders"] == ["SubPlan 1"]
    filters = [node["Filter"] for node in found if node.get("Relation Name") == "order_lines"]
    assert all("hashed SubPlan" in filter_ for filter_ in filters)
