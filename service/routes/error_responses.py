"""ServiceError -> problem+json (RFC 9457) while the status can still be said.

Every refusal has the same shape, whoever makes it (`problems.py`). Where a failure came from is in the log, under
the incident id; what an exception says is nowhere.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import uuid4

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from service.auth.middleware import challenge
from service.errors import AuthenticationError, InvalidRequestError, NotFoundError, RequestError, ServiceError
from service.routes.problems import Problem, phrase, problem
from service.telemetry import log_failure

CLIENT_LEFT = "client disconnected prematurely"
"""Litestar's words for a body that never came whole; it raises it as an internal error, and has no type for it."""


def service_error(request: Request[Any, Any, Any], error: ServiceError) -> Response[Problem]:
    """A request that the caller can mend is no incident; whatever else goes wrong is one."""
    request.scope["state"]["error_code"] = error.code
    headers: dict[str, str] = {}
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    if isinstance(error, AuthenticationError):
        headers["www-authenticate"] = challenge(error)
        request.scope["state"]["reason"] = error.reason
    if isinstance(error, RequestError):
        return problem(error.status, error.code, error.sentence, headers=headers)
    incident = uuid4().hex[:12]
    log_failure(error, error.code, incident)
    return problem(error.status, error.code, error.sentence, incident=incident, headers=headers)


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Litestar's own refusals: an unknown path, a wrong method, a body that is no JSON."""
    if isinstance(error, ValidationException):
        return service_error(request, InvalidRequestError(_validation_sentence(error)))
    if error.status_code == HTTPStatus.NOT_FOUND:
        return service_error(request, NotFoundError())
    if error.detail == CLIENT_LEFT:
        request.scope["state"]["error_code"] = "client_left"
        return problem(400, "client_left", "The request broke off.")  # nobody reads it, and it is no failure of ours
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return unexpected(request, error)
    words = phrase(error.status_code)
    code = words.lower().replace(" ", "_")
    request.scope["state"]["error_code"] = code
    return problem(error.status_code, code, f"{words}.", headers=dict(error.headers or {}))


def _validation_sentence(error: ValidationException) -> str:
    """Names the field and what it should be; never repeats what was sent."""
    extra: Any = error.extra
    found = [item for item in extra if isinstance(item, dict)] if isinstance(extra, list) else []
    told = [f"{item.get('key', 'body')}: {_without_value(item.get('message', 'is not valid'))}" for item in found]
    return "; ".join(told) or "The request's body is not what this address takes."


def _without_value(message: str) -> str:
    """Of all that msgspec says, only this repeats what was sent."""
    return "is none of the values it can have" if message.startswith("Invalid enum value") else message


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """A bug. The reader is told that it is ours; the log is told what it is."""
    incident = uuid4().hex[:12]
    request.scope["state"]["error_code"] = ServiceError.code
    log_failure(error, ServiceError.code, incident)
    return problem(500, ServiceError.code, ServiceError.sentence, incident=incident)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    ServiceError: service_error,
    HTTPException: http_error,
    Exception: unexpected,
}
