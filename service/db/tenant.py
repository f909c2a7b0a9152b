"""tenant_transaction: the only way to a database connection.

It opens a read-only transaction on one snapshot, sets the tenant for that transaction alone, and lends a
TenantConnection, which can read and nothing else. When it ends, the setting ends with it: a connection that
another tenant gets next carries nothing over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import structlog

from service.db.failures import LOST
from service.db.pool import Ending, Pool
from service.errors import DatabaseUnavailableError, UnknownTenantError
from service.principal import Principal, Tenant
from service.rows import Isolation, TableProtection

if TYPE_CHECKING:
    from service.db.pool import Connection

Record = asyncpg.Record

logger = structlog.get_logger(__name__)

FIRST_OPENING_SECONDS = 3.0
"""How long a connection may keep silent before it is held to be dead: it may have been idle for an hour."""

DRIVER_FAILURES: tuple[type[Exception], ...] = (*LOST, asyncpg.InterfaceError)

# Both in one round trip, and so as text, because parameters cannot go with two statements. That is safe: what
# is put in is written by UUID from a number, so it is hexadecimal digits and dashes whatever the claim said.
BEGIN = """
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT set_config('app.tenant_id', '{tenant_id}', true)
"""

# The restaurant itself: its policy leaves one row, or none when the tenant was never provisioned.
TENANT = "SELECT name, currency, time_zone FROM tenants"

# What the server says of this very transaction: who reads, whether policies bind that role, which snapshot.
ISOLATION = """
SELECT
    current_user::text AS database_user,
    (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS bypasses_row_security,
    pg_current_snapshot()::text AS snapshot,
    ARRAY(
        SELECT row_security_active(name)
        FROM unnest($1::text[]) WITH ORDINALITY AS named (name, place)
        ORDER BY place
    ) AS active
"""


class TenantConnection:
    """Reads one tenant's rows, within one transaction. Made by `tenant_transaction` and nowhere else.

    tenant: whose rows; local_now: the moment of the question on the tenant's clock, without an offset; today:
    its day. Reading raises DatabaseUnavailableError when the database fails, and asyncpg's own error for a
    faulty query.
    """

    __slots__ = ("_connection", "_zone", "local_now", "tenant", "today")

    def __init__(self, connection: Connection, tenant: Tenant, now: datetime) -> None:
        self._connection = connection
        self._zone = ZoneInfo(tenant.time_zone)
        self.tenant = tenant
        self.local_now = self.local(now)
        self.today: date = self.local_now.date()

    async def fetch(self, sql: str, *arguments: Any) -> list[Record]:
        with _outages_named(self._connection):
            return await self._connection.fetch(sql, *arguments)

    async def fetchrow(self, sql: str, *arguments: Any) -> Record | None:
        with _outages_named(self._connection):
            return await self._connection.fetchrow(sql, *arguments)

    async def fetchval(self, sql: str, *arguments: Any) -> Any:
        with _outages_named(self._connection):
            return await self._connection.fetchval(sql, *arguments)

    async def isolation(self, tables: Sequence[str]) -> Isolation:
        """What the database says of this transaction and of the protection of these tables in it."""
        record = await self.fetchrow(ISOLATION, list(tables))
        assert record is not None  # noqa: S101 (a SELECT without FROM has one row)
        return Isolation(
            database_user=record["database_user"],
            bypasses_row_security=record["bypasses_row_security"],
            snapshot=record["snapshot"],
            tables=tuple(map(TableProtection, tables, record["active"])),
        )

    def end(self) -> None:
        """Whoever keeps this past its transaction finds no connection in it, and not another tenant's."""
        del self._connection

    def local(self, moment: datetime) -> datetime:
        """An aware moment on the tenant's clock, without an offset."""
        if moment.tzinfo is None:
            raise ValueError("a moment without an offset has no place on a clock")
        return moment.astimezone(self._zone).replace(tzinfo=None)


@asynccontextmanager
async def tenant_transaction(
    pool: Pool, principal: Principal, now: datetime, *, patience: float
) -> AsyncIterator[TenantConnection]:
    """A read-only transaction in which only the principal's tenant exists.

    now: aware; patience: seconds until the transaction is open, a waking database and a busy pool included.
    Raises UnknownTenantError (the tenant is not provisioned), DatabaseWakingError, DatabaseUnavailableError.
    """
    connection, tenant = await _open(pool, principal.tenant_id, patience)
    ending: Ending = "close"  # when cancelled, perhaps in the middle of a query
    try:
        lent = TenantConnection(connection, tenant, now)
        try:
            yield lent
        finally:
            lent.end()
        ending = "keep"
    except DatabaseUnavailableError:
        ending = "cut"
        raise
    except Exception:
        ending = "keep"
        raise
    finally:
        await pool.give_back(connection, ending)


async def _open(pool: Pool, tenant_id: UUID, patience: float) -> tuple[Connection, Tenant]:
    """Tried twice: an idle connection can die unnoticed, when the server restarts or the function is frozen."""
    deadline = asyncio.get_running_loop().time() + patience
    try:
        return await _open_once(pool, tenant_id, deadline, FIRST_OPENING_SECONDS)
    except DRIVER_FAILURES as error:
        logger.info("database_connection_was_dead", reason=type(error).__name__)
    await pool.forget_idle()
    try:
        return await _open_once(pool, tenant_id, deadline, patience)
    except DRIVER_FAILURES as error:
        raise DatabaseUnavailableError from error


async def _open_once(pool: Pool, tenant_id: UUID, deadline: float, seconds: float) -> tuple[Connection, Tenant]:
    """The driver's own error when the connection fails; `borrow`'s when there is none."""
    connection = await pool.borrow(deadline)
    try:
        async with asyncio.timeout_at(min(deadline, asyncio.get_running_loop().time() + seconds)):
            return connection, await _begin(connection, tenant_id)
    except BaseException as error:
        await pool.give_back(connection, _ending_after(error))
        raise


def _ending_after(error: BaseException) -> Ending:
    if isinstance(error, UnknownTenantError):
        return "keep"
    return "cut" if isinstance(error, Exception) else "close"


async def _begin(connection: Connection, tenant_id: UUID) -> Tenant:
    await connection.execute(BEGIN.format(tenant_id=UUID(int=tenant_id.int)))
    record = await connection.fetchrow(TENANT)
    if record is None:
        raise UnknownTenantError
    return Tenant(name=record["name"], currency=record["currency"], time_zone=record["time_zone"])


@contextmanager
def _outages_named(connection: Connection) -> Iterator[None]:
    try:
        yield
    except LOST as error:
        raise DatabaseUnavailableError from error
    except asyncpg.InterfaceError as error:
        # asyncpg says so of a closed connection and of a wrong use of an open one alike.
        if _is_open(connection):
            raise
        raise DatabaseUnavailableError from error


def _is_open(connection: Connection) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has cut it off
        return False
