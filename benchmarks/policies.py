"""What row-level security costs: each slice's query as the service's role asks it, beside the same query asked by a
role that no policy binds, with the tenant written into it as a filter. The same plan, or the difference is of the plan.
"""

from __future__ import annotations

import re
import statistics
import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from benchmarks.restaurants import NOW, TABLES
from local.database import Database
from service.slices.recent_orders import NEWEST
from service.slices.revenue_by_day import REVENUE_BY_DAY
from service.slices.top_menu_items import RANKINGS, TOP_MENU_ITEMS

END = NOW.date()
START = END - timedelta(days=34)
QUERIES: dict[str, tuple[str, tuple[Any, ...]]] = {
    "revenue_by_day": (REVENUE_BY_DAY, (START, END)),
    "top_menu_items": (TOP_MENU_ITEMS.format(ranking=RANKINGS["quantity", "top"]), (START, END, None, None, 10)),
    "recent_orders": (NEWEST, (20, None, END, None)),
}
_ROLE = "bench_filter"
_TABLE = re.compile(r"\b(FROM|JOIN) (orders|order_lines|menu_items)\b(?: AS (\w+))?")


class Compared(Struct, frozen=True):
    """One query. Microseconds, medians; plan: whether both were planned alike, node for node and index for index."""

    name: str
    policies_us: float
    filter_us: float
    same_plan: bool
    policies_plan: list[str]
    filter_plan: list[str]


async def compare(database: Database, tenant_id: UUID, times: int) -> list[Compared]:
    """times: of each query, in turn with the other way to ask it. Raises AssertionError when they find other rows."""
    password = await _make_role(database)
    bound = await database.connect(database.service_user)
    free = await asyncpg.connect(
        host=database.host, port=database.port, database=database.name, user=_ROLE, password=password, ssl=False
    )
    try:
        await bound.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        await bound.execute(f"SELECT set_config('app.tenant_id', '{tenant_id}', true)")
        await free.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return [await _compare(bound, free, name, tenant_id, times) for name in QUERIES]
    finally:
        await bound.close()
        await free.close()


def filtered(sql: str, tenant: int) -> str:
    """The query with the filter that a policy stands for, at every table; tenant: the number of its parameter. The
    planner pulls such a subquery up, so that it is a condition like any other."""

    def with_filter(match: re.Match[str]) -> str:
        word, table, alias = match.groups()
        return f"{word} (SELECT * FROM {table} WHERE tenant_id = ${tenant}::uuid) AS {alias or table}"  # noqa: S608 (constants)

    return _TABLE.sub(with_filter, sql)


async def _make_role(database: Database) -> str:
    """One with the service's own settings, which BYPASSRLS frees of every policy. Its password."""
    connection = await database.connect(database.superuser)
    try:
        password = str(await connection.fetchval("SELECT md5(random()::text)"))
        await connection.execute(f"DROP OWNED BY {_ROLE}" if await _there(connection) else "SELECT")
        await connection.execute(f"DROP ROLE IF EXISTS {_ROLE}")
        await connection.execute(f"CREATE ROLE {_ROLE} LOGIN BYPASSRLS PASSWORD '{password}'")
        settings = await connection.fetchval(
            "SELECT setconfig FROM pg_db_role_setting WHERE setrole = $1::regrole AND setdatabase = 0",
            database.service_user,
        )
        for name, _, value in (each.partition("=") for each in settings):
            await connection.execute(f"ALTER ROLE {_ROLE} SET {name} = '{value}'")
        await connection.execute(f"GRANT CONNECT ON DATABASE {database.name} TO {_ROLE}")
        await connection.execute(f"GRANT USAGE ON SCHEMA public TO {_ROLE}")
        await connection.execute(f"GRANT SELECT ON {', '.join(TABLES)} TO {_ROLE}")
    finally:
        await connection.close()
    return password


async def _there(connection: asyncpg.Connection) -> bool:
    return bool(await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", _ROLE))


async def _compare(
    bound: asyncpg.Connection, free: asyncpg.Connection, name: str, tenant_id: UUID, times: int
) -> Compared:
    sql, arguments = QUERIES[name]
    explicit, given = filtered(sql, len(arguments) + 1), (*arguments, tenant_id)
    one, other = await bound.prepare(sql), await free.prepare(explicit)
    found = await one.fetch(*arguments)
    assert found, f"{name} finds nothing"  # noqa: S101
    assert found == await other.fetch(*given), f"{name} finds other rows with a filter"  # noqa: S101
    plans = await _plan(bound, sql, arguments), await _plan(free, explicit, given)
    spent: tuple[list[float], list[float]] = ([], [])
    for at in range(times + 20):
        for statement, values, into in ((one, arguments, spent[0]), (other, given, spent[1])):
            began = time.perf_counter()
            await statement.fetch(*values)
            if at >= 20:
                into.append((time.perf_counter() - began) * 1e6)
    policies, filters = (statistics.median(each) for each in spent)
    return Compared(name, policies, filters, plans[0] == plans[1], *plans)


async def _plan(connection: asyncpg.Connection, sql: str, arguments: tuple[Any, ...]) -> list[str]:
    explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON, COSTS OFF) {_literal(sql, arguments)}")
    return _nodes(msgspec.json.decode(explained)[0]["Plan"])


def _literal(sql: str, arguments: tuple[Any, ...]) -> str:
    """A plan for these very arguments, which is the plan that both roles get."""

    def literal(match: re.Match[str]) -> str:
        value = arguments[int(match[1]) - 1]
        if value is None:
            return "NULL"
        return f"DATE '{value}'" if isinstance(value, date) else f"'{value}'" if isinstance(value, UUID) else str(value)

    return re.sub(r"\$(\d+)", literal, sql)


def _nodes(node: dict[str, Any]) -> list[str]:
    """Each node of a plan, what it reads and by which index, from the top."""
    said = " ".join(str(node[key]) for key in ("Node Type", "Relation Name", "Index Name") if key in node)
    return [said, *(each for below in node.get("Plans", ()) for each in _nodes(below))]
