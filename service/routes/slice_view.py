"""A slice over HTTP: the same rows that ground the answers, so cards and answers cannot differ."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from service.agent_loop import TurnResources
from service.db.tenant import tenant_transaction
from service.errors import InvalidRequestError, ToolRejected
from service.principal import Principal
from service.rows import SliceResult
from service.slices.arguments import decode
from service.slices.slice import Slice

A = TypeVar("A", bound=Struct)


class SliceView(Struct):
    """facts: [{name, kind, value}]; columns: [{name, kind}]; rows: [{column: value}]. Kinds: day, time, text, count,
    money (hundredths of `currency`), percent (hundredths of a percent)."""

    name: str
    currency: str
    facts: list[dict[str, Any]]
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]


async def read_slice(resources: TurnResources, principal: Principal, wanted: Slice[A], **given: Any) -> SliceResult:
    """Raises InvalidRequestError for arguments that make no sense; what is None was not given."""
    patience = resources.config.database_patience_seconds
    try:
        args = decode(wanted.args, msgspec.to_builtins(given))
        async with tenant_transaction(resources.pool, principal, resources.clock(), patience=patience) as connection:
            return await wanted.fetch(connection, args)
    except ToolRejected as error:
        raise InvalidRequestError(error.sentence) from error


def view(result: SliceResult) -> SliceView:
    return SliceView(**msgspec.to_builtins(result.to_json()))
