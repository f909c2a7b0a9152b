"""The restaurants put into a database, as its administrator, and the proof that their amounts tell them apart."""

from __future__ import annotations

import hashlib
from typing import Any

import asyncpg

from evals.menus import menu_of
from evals.orders import fingerprints_of, is_only_of, orders_of
from evals.restaurants import NOW, RESTAURANTS, EvalRestaurant
from local.database import Database

_COLUMNS = {
    "tenants": ("tenant_id", "name", "time_zone", "currency", "created_at"),
    "menu_items": ("tenant_id", "item_id", "name", "category"),
    "orders": (
        "tenant_id", "order_number", "ordered_at", "ordered_on", "status", "total_cents", "refunded_cents", "note",
    ),
    "order_lines": (
        "tenant_id", "order_number", "line_number", "ordered_on", "item_id", "quantity", "unit_price_cents",
    ),
    "imports": ("tenant_id", "sha256", "imported_at", "orders", "order_lines"),
}  # fmt: skip

# Every amount of money that there is, by tenant. Sums and differences of multiples of a prime are multiples of it.
_AMOUNTS = """
SELECT tenant_id, pg_temp.gcd_all(a) AS divisor
FROM (
    SELECT tenant_id, total_cents AS a FROM orders
    UNION ALL SELECT tenant_id, refunded_cents FROM orders
    UNION ALL SELECT tenant_id, unit_price_cents FROM order_lines
) AS amounts
GROUP BY tenant_id
"""
_GCD = """
CREATE FUNCTION pg_temp.gcd_of(bigint, bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS 'SELECT gcd($1, $2)';
CREATE AGGREGATE pg_temp.gcd_all(bigint) (SFUNC = pg_temp.gcd_of, STYPE = bigint, INITCOND = '0');
"""


class NotToldApartError(Exception):
    """Two restaurants' amounts could be taken for each other: the evals could not see a leak between them."""


async def seed(database: Database) -> None:
    """Loads all restaurants into a database with the schema and no tenants. As superuser, for COPY is refused on a
    table with row security. Raises NotToldApartError."""
    connection = await database.connect(database.superuser)
    try:
        for table, columns in _COLUMNS.items():
            records = [row for each in RESTAURANTS for row in _rows(table, each)]
            await connection.copy_records_to_table(table, records=records, columns=columns)
        await connection.execute("ANALYZE")
        await check_told_apart(connection)
    finally:
        await connection.close()


async def check_told_apart(connection: asyncpg.Connection) -> None:
    """That each restaurant's amounts are multiples of its prime, and its fingerprints of nobody else's. Raises
    NotToldApartError."""
    await connection.execute(_GCD)
    found = await connection.fetch(_AMOUNTS)
    divisors = {record["tenant_id"]: record["divisor"] for record in found}
    for each in RESTAURANTS:
        if divisors.get(each.tenant_id, 0) % each.prime:
            raise NotToldApartError(f"An amount of {each.key} is no multiple of {each.prime}.")
        if (each.days and not fingerprints_of(each)) or not all(is_only_of(each, a) for a in fingerprints_of(each)):
            raise NotToldApartError(f"{each.key} has no fingerprints, or some that another's amounts could come to.")


def _rows(table: str, of: EvalRestaurant) -> list[tuple[Any, ...]]:
    tenant_id = of.tenant_id
    match table:
        case "tenants":
            return [(tenant_id, of.name, of.time_zone, of.currency, NOW)]
        case "menu_items":
            return [(tenant_id, of.first_item_id + at, dish.name, dish.category) for at, dish in enumerate(menu_of(of))]
        case "orders":
            return [
                (tenant_id, o.number, o.ordered_at, o.day, o.status, o.total_cents, o.refunded_cents, o.note)
                for o in orders_of(of)
            ]
        case "order_lines":
            return [
                (tenant_id, o.number, at, o.day, line.item_id, line.quantity, line.dish.cents)
                for o in orders_of(of)
                for at, line in enumerate(o.lines, start=1)
            ]
    lines = sum(len(order.lines) for order in orders_of(of))
    return [(tenant_id, imported_file(of), NOW, len(orders_of(of)), lines)] if lines else []


def imported_file(of: EvalRestaurant) -> str:
    """The digest of the file that its orders are said to have come from: the canary of a column that holds hex."""
    return hashlib.sha256(of.canaries.name.encode()).hexdigest()
