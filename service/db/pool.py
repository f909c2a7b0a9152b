"""The pool of database connections: how one is made, and the patience that a sleeping database needs.

`borrow` and `give_back` are for `tenant.py` alone, which is the only way to a connection; a test holds the
service to that. A sleeping Aurora refuses or hangs connections for 15 to 30 s, so connecting is tried again
for as long as the caller has patience, and no connection is made before the first one is needed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal

import asyncpg
import structlog

from service.config import Config, ConfigError
from service.db.failures import ASLEEP, may_pass
from service.errors import DatabaseUnavailableError, DatabaseWakingError

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[asyncpg.Record]

logger = structlog.get_logger(__name__)

Ending = Literal["keep", "close", "cut"]
"""How a connection is given back: `keep` ends its transaction; `close` waits first until a cancelled statement is
over, so that its cancellation cannot hit another; `cut` waits for nothing, because the server does not answer."""

WAKING_AFTER_SECONDS = 1.5
"""A server that is up answers a connection in far less."""
ATTEMPT_SECONDS = 10.0
RETRY_SECONDS = 0.25
COMMAND_SECONDS = 12.0
"""Above the role's statement_timeout of 10 s, so that a server that is there speaks first."""
RETURN_SECONDS = 2.0
IDLE_SECONDS = 60.0

SERVER_SETTINGS = {
    "application_name": "tableside",
    # Queries of milliseconds gain nothing from compiling, and lose tens of them.
    "jit": "off",
    # A frozen Lambda closes no connection, and Aurora pauses only when none is open: let the server do it.
    "idle_session_timeout": "120s",
}


class Pool:
    """At most `size` connections, none of them made before it is needed.

    asyncpg's pool keeps them; the waiting is here, so that it is known whether a caller waits for its turn
    (the pool is busy) or for the server (it may be waking).
    """

    def __init__(self, connections: asyncpg.Pool, size: int) -> None:
        self._connections = connections
        self._turns = asyncio.Semaphore(size)
        self._reaching: dict[object, float] = {}
        self._answered_at = 0.0
        self._returning: set[asyncio.Task[None]] = set()

    @property
    def waking(self) -> bool:
        """Whether somebody has been trying to connect for more than 1.5 s with no answer."""
        now = asyncio.get_running_loop().time()
        return any(now - max(began, self._answered_at) > WAKING_AFTER_SECONDS for began in self._reaching.values())

    async def borrow(self, deadline: float) -> Connection:
        """A connection, idle or new; it may be dead, if it was idle. deadline: on the event loop's clock.

        Raises DatabaseWakingError when the server did not answer in time or said that it is starting, and
        DatabaseUnavailableError when every connection stayed in use or the server turned us away.
        """
        await self._take_turn(deadline)
        try:
            return await self._reach(deadline)
        except BaseException:
            self._turns.release()
            raise

    async def give_back(self, connection: Connection, ending: Ending) -> None:
        """Goes on to its end when the caller is cancelled meanwhile. A connection that there is anything wrong with
        is closed, which is no error."""
        returning = asyncio.create_task(self._take_back(connection, ending))
        self._returning.add(returning)
        returning.add_done_callback(self._returning.discard)
        await asyncio.shield(returning)

    async def forget_idle(self) -> None:
        """Has every idle connection replaced before its next use: one was found dead, so others may be."""
        await self._connections.expire_connections()

    async def close(self, seconds: float = 5.0) -> None:
        """Waits so long for connections in use, then cuts them."""
        try:
            async with asyncio.timeout(seconds):
                await self._connections.close()
        except TimeoutError:
            logger.warning("database_pool_cut", seconds=seconds)

    async def _take_turn(self, deadline: float) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                await self._turns.acquire()
        except TimeoutError as error:
            # Those who hold a turn may be waiting for the server themselves.
            raise (DatabaseWakingError if self._reaching else DatabaseUnavailableError)() from error

    async def _reach(self, deadline: float) -> Connection:
        failures: list[Exception] = []
        with self._being_reached():
            try:
                async with asyncio.timeout_at(deadline):
                    return await self._acquire_when_answered(failures)
            except TimeoutError as error:
                last = failures[-1] if failures else error
                asleep = isinstance(last, ASLEEP)
                raise (DatabaseWakingError if asleep else DatabaseUnavailableError)() from last
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                raise DatabaseUnavailableError from error

    async def _acquire_when_answered(self, failures: list[Exception]) -> Connection:
        while True:
            try:
                connection = await self._connections.acquire()
            except Exception as error:
                if not may_pass(error):
                    raise
                failures.append(error)
            else:
                self._answered_at = asyncio.get_running_loop().time()
                return connection
            await asyncio.sleep(RETRY_SECONDS)

    @contextmanager
    def _being_reached(self) -> Iterator[None]:
        token = object()
        self._reaching[token] = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            del self._reaching[token]

    async def _take_back(self, connection: Connection, ending: Ending) -> None:
        try:
            async with asyncio.timeout(RETURN_SECONDS):
                match ending:
                    case "keep":
                        await connection.execute("COMMIT")  # of a transaction that failed, this is its ROLLBACK
                    case "close":
                        await connection.close()
                    case "cut":
                        connection.terminate()
        except Exception as error:
            # Whatever it was, such a connection is not used again.
            logger.warning("database_connection_dropped", reason=type(error).__name__)
            with suppress(asyncpg.InterfaceError):  # closing the pool has cut it off already
                connection.terminate()
        finally:
            try:
                await self._connections.release(connection)
            finally:
                self._turns.release()


async def create_pool(config: Config, tls: ssl.SSLContext | bool | None = None) -> Pool:
    """Makes no connection. tls: as database_tls made it already; without, it is made, or ConfigError raised."""
    connections = asyncpg.create_pool(
        host=config.database_host,
        port=config.database_port,
        database=config.database_name,
        user=config.database_user,
        password=_password(config),
        ssl=database_tls(config) if tls is None else tls,
        min_size=0,
        max_size=config.database_pool_size,
        max_inactive_connection_lifetime=IDLE_SECONDS,
        reset=_nothing_to_reset,
        timeout=ATTEMPT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        max_cached_statement_lifetime=0,
        server_settings=SERVER_SETTINGS,
    )
    await connections
    return Pool(connections, config.database_pool_size)


async def _nothing_to_reset(_connection: Any) -> None:
    """In place of asyncpg's RESET ALL, which costs a round trip and pins an RDS Proxy. The tenant is local to
    its transaction, and the service sets nothing else."""


def database_tls(config: Config) -> ssl.SSLContext | bool:
    """Verified TLS wherever a CA is named; none without, which Config allows for password sign-in only. Raises
    ConfigError when DATABASE_TLS_CA cannot be read."""
    if config.database_tls_ca is None:
        return False
    try:
        return ssl.create_default_context(cafile=config.database_tls_ca)
    except OSError as error:
        raise ConfigError("DATABASE_TLS_CA is not a file of certificates that can be read") from error


def _password(config: Config) -> str | Callable[[], Awaitable[str]] | None:
    if config.database_auth == "password":
        return config.database_password
    # Password sign-in has no need of AWS's libraries.
    from service.db.iam_token import iam_token  # noqa: PLC0415

    return iam_token(config.database_host, config.database_port, config.database_user, config.aws_region)
