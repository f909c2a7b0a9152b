"""One log line a request. The line of a question that streams is written when its turn ends, with its figures."""

from __future__ import annotations

from time import perf_counter
from typing import Any
from uuid import uuid4

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from service.principal import Principal
from service.telemetry import RequestReport, TurnReport, log_request, user_hash


def request_log(app: ASGIApp) -> ASGIApp:
    """ASGI middleware around the whole application: notes when the request arrived, names it, and writes its line."""

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["arrived"], state["request_id"] = perf_counter(), uuid4().hex

        async def noting_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                state["status"] = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", state["request_id"].encode())]
            await send(message)

        try:
            await app(scope, receive, noting_status)
        finally:
            if not state.get("logged_by_turn"):
                log_request(_report(scope), state.get("turn"))

    return logged


def add_turn(request: Request[Principal, Any, Any], turn: TurnReport) -> None:
    """For a request that waits for its turn: its line tells of the turn too."""
    request.scope["state"]["turn"] = turn


def begin_report(request: Request[Principal, Any, Any]) -> RequestReport:
    """The line of a request whose turn outlives it: the turn writes it."""
    scope = request.scope
    scope["state"]["logged_by_turn"] = True
    scope["state"]["status"] = 200
    return _report(scope)


def _report(scope: Scope) -> RequestReport:
    state: dict[str, Any] = scope["state"]
    principal = scope.get("user")
    known = isinstance(principal, Principal)
    return RequestReport(
        request_id=state["request_id"],
        method=str(scope.get("method", "")),
        route=str(scope.get("path_template") or "unknown"),
        status=state.get("status", 500),
        total_ms=round((perf_counter() - state["arrived"]) * 1000, 2),
        tenant=str(principal.tenant_id) if known else None,
        user=user_hash(principal) if known else None,
        error_code=state.get("error_code"),
        reason=state.get("reason"),
    )
