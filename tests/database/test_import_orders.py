"""Orders are loaded whole or not at all, under the tenant's own policies, with their totals and their days."""

from __future__ import annotations

import csv
import gzip
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from local.database import Database
from service.provisioning.errors import ProvisioningError
from service.provisioning.order_file import parse_order_file
from service.provisioning.orders import ImportReport, NewLine, NewOrder, import_orders, vacuum_orders
from service.provisioning.tenant_scope import tenant_scope
from service.provisioning.tenants import NewTenant, create_tenant
from tests.database.fresh_database import connected

DATA = Path(__file__).parents[2].parent / "shared" / "data"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOUP, TEA = NewLine("Soup", "Starters", 2, 450), NewLine("Tea", "", 1, 300)


@pytest_asyncio.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    async with connected(database) as connection:
        yield connection


async def _tenant(owner: asyncpg.Connection, time_zone: str = "UTC", currency: str = "USD") -> UUID:
    tenant_id = uuid4()
    await create_tenant(owner, NewTenant(tenant_id, "Import Test", time_zone, currency))
    return tenant_id


async def _rows(owner: asyncpg.Connection, tenant_id: UUID, query: str) -> list[tuple[Any, ...]]:
    async with tenant_scope(owner, tenant_id):
        return [tuple(row) for row in await owner.fetch(query)]


async def _counts(owner: asyncpg.Connection, tenant_id: UUID) -> list[int]:
    tables = ("orders", "order_lines", "menu_items", "imports")
    return [(await _rows(owner, tenant_id, f"SELECT count(*) FROM {table}"))[0][0] for table in tables]


async def test_orders_have_their_total_their_day_and_their_items(owner: asyncpg.Connection) -> None:
    tenant = await _tenant(owner, "Australia/Melbourne")
    late = datetime(2026, 5, 4, 14, 30, tzinfo=UTC)  # half past midnight, the next day, there
    orders = [
        NewOrder(1, NOON, (SOUP, TEA)),
        NewOrder(2, late, (TEA,), "cancelled", note="Sorry"),
        NewOrder(3, late, (SOUP,), "refunded", 450),
    ]
    assert await import_orders(owner, tenant, orders) == ImportReport(3, 4, 2)
    assert await _rows(
        owner,
        tenant,
        "SELECT order_number, ordered_at, ordered_on, status, total_cents, refunded_cents, note FROM orders ORDER BY 1",
    ) == [
        (1, NOON, date(2026, 5, 4), "completed", 1200, 0, ""),
        (2, late, date(2026, 5, 5), "cancelled", 300, 0, "Sorry"),
        (3, late, date(2026, 5, 5), "refunded", 900, 450, ""),
    ]
    lines = """
        SELECT order_number, line_number, ordered_on, name, category, quantity, unit_price_cents
        FROM order_lines JOIN menu_items USING (tenant_id, item_id) ORDER BY 1, 2
    """
    assert await _rows(owner, tenant, lines) == [
        (1, 1, date(2026, 5, 4), "Soup", "Starters", 2, 450),
        (1, 2, date(2026, 5, 4), "Tea", "", 1, 300),
        (2, 1, date(2026, 5, 5), "Tea", "", 1, 300),
        (3, 1, date(2026, 5, 5), "Soup", "Starters", 2, 450),
    ]


async def test_items_that_are_there_are_used_and_others_are_added(owner: asyncpg.Connection) -> None:
    tenant = await _tenant(owner)
    assert (await import_orders(owner, tenant, [NewOrder(1, NOON, (SOUP,))])).new_menu_items == 1
    other = NewLine("Soup", "Mains", 1, 900)
    report = await import_orders(owner, tenant, [NewOrder(2, NOON, (SOUP, TEA, other))])
    assert report == ImportReport(1, 3, 2)
    assert await _rows(owner, tenant, "SELECT item_id, name, category FROM menu_items ORDER BY 1") == [
        (1, "Soup", "Starters"),
        (2, "Soup", "Mains"),
        (3, "Tea", ""),
    ]


async def test_the_same_file_again_changes_nothing(owner: asyncpg.Connection) -> None:
    tenant, other = await _tenant(owner), await _tenant(owner)
    orders, digest = [NewOrder(1, NOON, (SOUP,))], "a" * 64
    assert (await import_orders(owner, tenant, orders, sha256=digest)).imported_before is None
    counts = await _counts(owner, tenant)
    again = await import_orders(owner, tenant, orders, sha256=digest)
    assert again.imported_before is not None
    assert again == ImportReport(imported_before=again.imported_before)
    assert await _counts(owner, tenant) == counts == [1, 1, 1, 1]
    # Another restaurant may have the same file.
    assert (await import_orders(owner, other, orders, sha256=digest)).orders == 1


async def test_an_order_number_that_is_there_is_refused_and_nothing_is_loaded(owner: asyncpg.Connection) -> None:
    tenant = await _tenant(owner)
    await import_orders(owner, tenant, [NewOrder(n, NOON, (SOUP,)) for n in (5, 6, 7)], sha256="a" * 64)
    counts = await _counts(owner, tenant)
    incoming = [NewOrder(n, NOON, (TEA,)) for n in (9, 8, 7, 6)]
    with pytest.raises(ProvisioningError, match=r"Order 6 is there already, and 1 more of these\. Nothing was loaded"):
        await import_orders(owner, tenant, incoming, sha256="b" * 64)
    assert await _counts(owner, tenant) == counts
    assert (await import_orders(owner, tenant, incoming[:2], sha256="b" * 64)).orders == 2


@pytest.mark.parametrize(
    ("orders", "sentence"),
    [
        ([], "no orders"),
        ([NewOrder(1, NOON, (SOUP,)), NewOrder(1, NOON, (TEA,))], "Order 1 is there twice"),
        ([NewOrder(1, NOON, (SOUP,)), NewOrder(2, NOON, ())], "Order 2 has no lines"),
    ],
)
async def test_orders_that_make_no_sense_are_refused(
    orders: list[NewOrder], sentence: str, owner: asyncpg.Connection
) -> None:
    tenant = await _tenant(owner)
    with pytest.raises(ProvisioningError, match=sentence):
        await import_orders(owner, tenant, orders)


@pytest.mark.parametrize(
    "order",
    [
        NewOrder(2, NOON, (TEA,), "refunded", 301),
        NewOrder(2, NOON, (TEA,), "refunded", 0),
        NewOrder(2, NOON, (TEA,), "completed", 1),
        NewOrder(2, NOON, (TEA,), "lost"),
        NewOrder(2, NOON, (NewLine("Tea", "", 0, 300),)),
        NewOrder(2, NOON, (NewLine("Tea", "", 1, -1),)),
        NewOrder(2, NOON, (TEA,), note="x" * 501),
    ],
)
async def test_the_database_itself_refuses_the_impossible_and_keeps_nothing(
    order: NewOrder, owner: asyncpg.Connection
) -> None:
    tenant = await _tenant(owner)
    with pytest.raises(asyncpg.CheckViolationError):
        await import_orders(owner, tenant, [NewOrder(1, NOON, (SOUP,)), order], sha256="a" * 64)
    assert await _counts(owner, tenant) == [0, 0, 0, 0]


async def test_an_unknown_tenant_is_refused(owner: asyncpg.Connection) -> None:
    with pytest.raises(ProvisioningError, match="There is no tenant"):
        await import_orders(owner, uuid4(), [NewOrder(1, NOON, (SOUP,))])


async def test_a_surrounding_transaction_takes_everything_back(owner: asyncpg.Connection) -> None:
    new = NewTenant(uuid4(), "Import Test", "UTC", "USD")
    transaction = owner.transaction()
    await transaction.start()
    await create_tenant(owner, new)
    await import_orders(owner, new.tenant_id, [NewOrder(1, NOON, (SOUP,))])
    await import_orders(owner, new.tenant_id, [NewOrder(2, NOON, (SOUP,))])
    await transaction.rollback()
    assert await _counts(owner, new.tenant_id) == [0, 0, 0, 0]


async def test_after_a_load_the_tables_are_not_visited_for_revenue_and_sales(owner: asyncpg.Connection) -> None:
    tenant = await _tenant(owner)
    days = [NewOrder(n, NOON - timedelta(hours=n), (SOUP, TEA)) for n in range(1, 2001)]
    await import_orders(owner, tenant, days)
    await vacuum_orders(owner)
    for query in (
        "SELECT ordered_on, sum(total_cents) FILTER (WHERE status <> 'cancelled') FROM orders"
        " WHERE ordered_on BETWEEN '2026-03-01' AND '2026-04-05' GROUP BY ordered_on",
        "SELECT item_id, sum(quantity * unit_price_cents) FROM order_lines"
        " WHERE ordered_on BETWEEN '2026-03-01' AND '2026-04-05' GROUP BY item_id",
        "SELECT order_number, ordered_at, status, total_cents FROM orders ORDER BY ordered_at DESC LIMIT 20",
    ):
        async with tenant_scope(owner, tenant):
            # So few rows would be read whole.
            await owner.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            plan = "\n".join(row[0] for row in await owner.fetch(f"EXPLAIN (ANALYZE, COSTS OFF) {query}"))
        assert "Index Only Scan" in plan, plan
        assert "Heap Fetches: 0" in plan, plan


@pytest.mark.parametrize(
    ("name", "zone", "orders", "lines", "cents"),
    [
        ("pizza-place-2015.csv.gz", "America/New_York", 21_350, 48_620, 81_786_005),
        ("london-takeaway-2015-2019.csv.gz", "Europe/London", 13_397, 74_818, 44_651_745),
    ],
)
async def test_a_real_file_loads_to_the_sums_that_are_known_of_it(
    name: str, zone: str, orders: int, lines: int, cents: int, owner: asyncpg.Connection
) -> None:
    if not (DATA / name).exists():
        pytest.skip(f"{name} is not in ../shared/data beside this checkout")
    content = (DATA / name).read_bytes()
    tenant = await _tenant(owner, zone)
    file = parse_order_file(content, zone)
    report = await import_orders(owner, tenant, file.orders, sha256=file.sha256)
    assert (report.orders, report.order_lines) == (orders, lines)
    assert await _rows(owner, tenant, "SELECT count(*), sum(total_cents) FROM orders") == [(orders, Decimal(cents))]
    by_day = await _rows(owner, tenant, "SELECT ordered_on, sum(total_cents) FROM orders GROUP BY 1 ORDER BY 1")
    assert {day.isoformat(): int(total) for day, total in by_day} == _by_day(content)
    if name.startswith("pizza"):
        assert len(by_day) == 358
        assert sum(total for day, total in by_day if day.month == 12) == 6_470_115
        lines = "SELECT sum(quantity) FROM order_lines JOIN menu_items USING (tenant_id, item_id)"
        deluxe = await _rows(owner, tenant, f"{lines} WHERE name LIKE 'The Classic Deluxe Pizza%'")
        assert deluxe == [(2_453,)]


def _by_day(content: bytes) -> dict[str, int]:
    """Cents by the day that the file itself writes, by other arithmetic than the import's."""
    days: dict[str, Decimal] = {}
    for row in csv.DictReader(gzip.decompress(content).decode().splitlines()):
        day = row["ordered_at"][:10]
        days[day] = days.get(day, Decimal(0)) + int(row["quantity"]) * Decimal(row["unit_price"])
    return {day: int(total * 100) for day, total in sorted(days.items())}
