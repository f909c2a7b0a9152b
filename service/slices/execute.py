"""A tool use: decode its arguments, run its slice in a transaction of its own, within a time limit."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import cache
from typing import Any

import structlog
from msgspec import Struct
from msgspec.structs import replace

from service.db.pool import Pool
from service.db.tenant import tenant_transaction
from service.errors import ServiceError, ToolError, ToolFailed, ToolRejected
from service.messages import ToolSpec
from service.principal import Principal
from service.rows import Fact, SliceResult
from service.slices.arguments import decode, schema_of
from service.slices.registry import SLICES, slice_named
from service.slices.slice import Slice

logger = structlog.get_logger(__name__)

MAX_ROWS = 400


@cache
def tool_specs() -> tuple[ToolSpec, ...]:
    return tuple(ToolSpec(known.name, known.description, schema_of(known.args)) for known in SLICES)


async def execute(
    pool: Pool, principal: Principal, now: datetime, name: str, raw_input: Any, *, seconds: float
) -> SliceResult:
    """What the tool found; of more than 400 rows the first 400, and the fact `rows_left_out`.

    raw_input: as the model sent it, whatever it is; seconds: for everything, a connection included.
    Raises ToolRejected when the model asked wrongly, and ToolFailed when the database or the time ran out.
    """
    known = slice_named(name)
    if known is None:
        raise ToolRejected(f"The only tools are: {', '.join(each.name for each in SLICES)}.")
    args = decode(known.args, raw_input)
    try:
        async with asyncio.timeout(seconds):
            return _capped(await _run(known, args, pool, principal, now, seconds))
    except ToolError:
        raise
    except (ServiceError, TimeoutError) as error:
        cause = error.__cause__ or error
        logger.warning("tool_failed", tool=name, error=type(error).__name__, cause=type(cause).__name__)
        raise ToolFailed from error


async def _run(
    known: Slice[Any], args: Struct, pool: Pool, principal: Principal, now: datetime, patience: float
) -> SliceResult:
    async with tenant_transaction(pool, principal, now, patience=patience) as connection:
        return await known.fetch(connection, args)


def _capped(result: SliceResult) -> SliceResult:
    left_out = len(result.rows) - MAX_ROWS
    if left_out <= 0:
        return result
    facts = (*result.facts, Fact("rows_left_out", "count", left_out))
    return replace(result, facts=facts, rows=result.rows[:MAX_ROWS])
