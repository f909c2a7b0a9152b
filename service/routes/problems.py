"""The one shape of every refusal (RFC 9457): as it is sent, and as the OpenAPI document tells of it."""

from __future__ import annotations

from http import HTTPStatus

from litestar import Response
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct

PROBLEM = "application/problem+json"


class Problem(Struct, omit_defaults=True):
    """detail: one plain sentence for the reader; code: stable, for programs; incident: finds the cause in the log."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    incident: str | None = None


def phrase(status: int) -> str:
    """The status in RFC 9110's words. Python's own changed between its versions, and codes are made from them."""
    return {413: "Content Too Large", 422: "Unprocessable Content"}.get(status) or HTTPStatus(status).phrase


def problem(
    status: int,
    code: str,
    sentence: str,
    *,
    incident: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response[Problem]:
    content = Problem(f"urn:tableside:problem:{code}", phrase(status), status, sentence, code, incident)
    return Response(content, status_code=status, media_type=PROBLEM, headers=headers)


def refusals(*more: int) -> dict[int, ResponseSpec]:
    """What every guarded route may answer with, and the statuses of this one besides."""
    statuses = sorted({400, 401, 403, 422, 500, 503, *more})
    return {
        status: ResponseSpec(Problem, media_type=PROBLEM, generate_examples=False, description=phrase(status))
        for status in statuses
    }
