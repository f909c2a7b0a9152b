"""A copy of the whole system with a fault in it, running: database, source, conversations' table, service process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
from msgspec import Struct

from evals.cloud import CHECKOUT, EvalCloud, EvalService, copied_database, serving
from evals.faults.fault import Fault, copy_service
from evals.faults.prying import prying
from evals.leaks.crowd import POOL_SIZE
from evals.leaks.marks import TenantMarks
from evals.leaks.sql_tap import SqlTap
from evals.leaks.stored_items import own_table
from local.bedrock.standin import MODEL_ID
from local.database import Database


class BrokenCopy(Struct, frozen=True, kw_only=True):
    """database: the copy, without the tap; its service_user is whom the broken service signs in as."""

    service: EvalService
    database: Database
    tap: SqlTap
    marks: tuple[TenantMarks, ...]


@asynccontextmanager
async def broken_database(cloud: EvalCloud, fault: Fault, name: str) -> AsyncIterator[Database]:
    """The database alone, with the fault in it. name: the copy's."""
    async with copied_database(cloud.database, name) as database:
        await _run(database, fault.sql)
        await _run(database, fault.role_sql)
        try:
            yield _as_signed_in(database, _placed(cloud, fault))
        finally:
            await _run(database, fault.undo_sql)


@asynccontextmanager
async def broken_copy(
    cloud: EvalCloud, fault: Fault, database: Database, marks: tuple[TenantMarks, ...]
) -> AsyncIterator[BrokenCopy]:
    """The service before the broken database, which names its table too. Raises FaultDoesNotFitError."""
    name = database.name
    async with AsyncExitStack() as stack:
        tap = await stack.enter_async_context(SqlTap(database.host, database.port))
        mine: dict[str, Any] = {"database": database, "table": await own_table(cloud.dynamodb, name)}
        settings = await asyncio.to_thread(_settings, cloud, fault, name, tap)
        service = await stack.enter_async_context(
            serving(msgspec.structs.replace(cloud, **mine), prying(), model_id=MODEL_ID, settings=settings, name=name)
        )
        yield BrokenCopy(service=service, database=database, tap=tap, marks=marks)


async def _run(database: Database, sql: str) -> None:
    if not sql:
        return
    connection = await database.connect(database.superuser)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _settings(cloud: EvalCloud, fault: Fault, name: str, tap: SqlTap) -> dict[str, str]:
    source = CHECKOUT
    if fault.edits:
        source = cloud.directory / f"{name}-source"
        copy_service(source, fault.edits)
    return {
        # The copy's service is found before the checkout's; evals and local are the checkout's.
        "PYTHONPATH": f"{source}:{CHECKOUT}",
        "DATABASE_PORT": str(tap.port),
        "DATABASE_POOL_SIZE": str(POOL_SIZE),
        "STOP_POLL_SECONDS": "0.02",
        **_placed(cloud, fault),
    }


def _placed(cloud: EvalCloud, fault: Fault) -> dict[str, str]:
    known = {"superuser": cloud.database.superuser, "superuser_password": cloud.database.superuser_password}
    return {setting: value.format(**known) for setting, value in fault.settings.items()}


def _as_signed_in(database: Database, settings: dict[str, str]) -> Database:
    user = settings.get("DATABASE_USER", database.service_user)
    password = settings.get("DATABASE_PASSWORD", database.service_password)
    return msgspec.structs.replace(database, service_user=user, service_password=password)
