"""Logs and metrics: one JSON line a request, which is its CloudWatch metrics too (embedded metric format).

No question text, no token and no row is ever logged. The tenant is a property of the line and never a dimension:
a dimension a tenant would be a metric a tenant, and a bill.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import time
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from structlog.typing import FilteringBoundLogger

from service.failure_trace import failure_trace
from service.principal import Principal

NAMESPACE = "Tableside"

_UNITS = {
    "total_ms": "Milliseconds",
    "first_token_ms": "Milliseconds",
    "input_tokens": "Count",
    "output_tokens": "Count",
    "cost_usd": "None",
    "failures": "Count",
}


class RequestReport(Struct, kw_only=True, omit_defaults=True):
    """What is said of one request. `route` is the route's template, never the path, which may hold an id; `reason`:
    why a token was refused."""

    request_id: str
    method: str
    route: str
    status: int
    total_ms: float
    tenant: str | None = None
    user: str | None = None
    error_code: str | None = None
    reason: str | None = None


class TurnReport(Struct, kw_only=True, omit_defaults=True):
    """What a turn adds to its request's line."""

    conversation_id: str
    prompt_version: str
    prompt_hash: str
    model: str
    stand_in: bool = False
    outcome: str = ""
    stop_reason: str = ""
    tools: list[str] = []
    tool_rounds: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    first_token_ms: float | None = None
    total_ms: float = 0.0
    error_code: str | None = None
    incident_id: str | None = None


def configure_logging(level: str) -> None:
    """JSON lines on stdout. Whatever libraries say goes the same way, at WARNING and above: at DEBUG botocore and the
    web adapter log credentials and tokens."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_trace),
            structlog.processors.JSONRenderer(serializer=_to_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_LibraryFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def logger() -> FilteringBoundLogger:
    bound: FilteringBoundLogger = structlog.get_logger()
    return bound


def user_hash(principal: Principal) -> str:
    """Tells one user's lines from another's without naming anybody; the same person in two tenants differs."""
    return hashlib.sha256(f"{principal.tenant_id}/{principal.user_id}".encode()).hexdigest()[:16]


def log_request(report: RequestReport, turn: TurnReport | None = None) -> None:
    """The one line of a request."""
    fields: dict[str, Any] = msgspec.to_builtins(report)
    if turn is not None:
        fields |= msgspec.to_builtins(turn)
    fields["failures"] = int(report.status >= 500 or (turn is not None and turn.error_code is not None))
    fields["_aws"] = _embedded_metrics(fields)
    logger().info("request", **fields)


def log_failure(error: BaseException, code: str, incident_id: str) -> None:
    """Where a failure came from, under the id that the client was given."""
    logger().error("failure", error_code=code, incident_id=incident_id, exc_info=error)


def _embedded_metrics(fields: dict[str, Any]) -> dict[str, Any]:
    metrics = [{"Name": name, "Unit": unit} for name, unit in _UNITS.items() if fields.get(name) is not None]
    return {
        "Timestamp": int(time.time() * 1000),
        "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [["route"]], "Metrics": metrics}],
    }


def _trace(exc_info: tuple[Any, BaseException | None, Any]) -> str:
    """exc_info: as `sys.exc_info()` has it; its name is structlog's."""
    error = exc_info[1]
    return failure_trace(error) if error is not None else ""


def _to_json(value: Any, **_: Any) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()


class _LibraryFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {"event": record.getMessage(), "level": record.levelname.lower(), "logger": record.name}
        if record.exc_info:
            line["exception"] = _trace(record.exc_info)
        return _to_json(line)
