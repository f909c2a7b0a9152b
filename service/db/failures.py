"""Which of the driver's exceptions mean that the database is away, asleep or full, as against a faulty query.

A fault of ours (a column that is not there, a permission not granted, no tenant set) is in none of these and
is never dressed up as an outage: it passes through as it is.
"""

from __future__ import annotations

import ssl

import asyncpg

ASLEEP: tuple[type[Exception], ...] = (
    OSError,  # refused, reset, no such host, and TimeoutError
    asyncpg.PostgresConnectionError,  # the server closed the connection before it was ready
    asyncpg.CannotConnectNowError,  # starting up, recovering or shutting down
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
"""While connecting: nobody there yet. Worth trying again."""

FULL: tuple[type[Exception], ...] = (asyncpg.InsufficientResourcesError,)
"""While connecting: it is awake and has no room (too many connections, no memory). Worth trying again."""

LOST: tuple[type[Exception], ...] = (
    *ASLEEP,
    *FULL,
    asyncpg.OperatorInterventionError,  # a cancelled statement, an idle session closed, a dropped database
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
    asyncpg.InternalClientError,  # the driver lost its footing when the server was killed under it
    asyncpg.PostgresSystemError,  # a disk or file error on the server
)
"""While a connection is in use: the database failed, not the query."""


def may_pass(error: Exception) -> bool:
    """Whether an error met while connecting can pass by itself. A certificate that does not verify cannot."""
    return isinstance(error, (*ASLEEP, *FULL)) and not isinstance(error, ssl.SSLCertVerificationError)
