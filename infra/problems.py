"""What API Gateway says itself, in the shape of the service's own refusals: one sentence, and a stable code.

A test holds the shape, the codes and the sentences against those of the service.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """title: the status in RFC 9110's words; retry_after: seconds."""

    status: int
    title: str
    code: str
    detail: str
    retry_after: int | None = None

    def template(self) -> str:
        """The body. Where the failure is ours it names the request, by which the access log finds it."""
        body: dict[str, str | int] = {
            "type": f"urn:tableside:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.status >= 500:
            body["incident"] = "$context.requestId"
        return json.dumps(body)

    def headers(self) -> dict[str, str]:
        """As API Gateway wants them: a literal value stands in single quotes."""
        headers = {"Content-Type": f"'{MEDIA_TYPE}'", "Cache-Control": "'no-store'"}
        if self.status == 401:
            headers["WWW-Authenticate"] = "'Bearer'"
        if self.retry_after is not None:
            headers["Retry-After"] = f"'{self.retry_after}'"
        return headers


_NOT_READ = Problem(400, "Bad Request", "bad_request", "That request could not be read.")
_SIGN_IN = Problem(401, "Unauthorized", "unauthenticated", "Please sign in again.")
_FORBIDDEN = Problem(403, "Forbidden", "forbidden", "That request was refused.")
_NOT_FOUND = Problem(404, "Not Found", "not_found", "There is nothing here by that name.")
_TOO_LARGE = Problem(413, "Content Too Large", "content_too_large", "Content Too Large.")
_NOT_SUPPORTED = Problem(415, "Unsupported Media Type", "unsupported_media_type", "Unsupported Media Type.")
_TOO_MANY = Problem(
    429, "Too Many Requests", "too_many_requests", "Too many requests at once. Please try again in a few seconds.", 5
)
_OURS = Problem(
    500, "Internal Server Error", "internal", "Something went wrong on our side. Please try again."
)  # fmt: skip
_AWAY = Problem(
    503,
    "Service Unavailable",
    "dependency_unavailable",
    "A part of the service is away for a moment. Please try again.",
    5,
)
_TOO_SLOW = Problem(
    504, "Gateway Timeout", "gateway_timeout", "The service took too long to answer. Please try again.", 5
)

GATEWAY_PROBLEMS: dict[str, Problem] = {
    "ACCESS_DENIED": _FORBIDDEN,
    "API_CONFIGURATION_ERROR": _OURS,
    "AUTHORIZER_CONFIGURATION_ERROR": _OURS,
    "AUTHORIZER_FAILURE": _AWAY,
    "BAD_REQUEST_BODY": _NOT_READ,
    "BAD_REQUEST_PARAMETERS": _NOT_READ,
    "DEFAULT_4_XX": _NOT_READ,
    "DEFAULT_5_XX": _OURS,
    "EXPIRED_TOKEN": _SIGN_IN,
    "INTEGRATION_FAILURE": _AWAY,
    "INTEGRATION_TIMEOUT": _TOO_SLOW,
    "INVALID_API_KEY": _FORBIDDEN,
    "INVALID_SIGNATURE": _SIGN_IN,
    # A path that is not there is refused for want of a token before anything else.
    "MISSING_AUTHENTICATION_TOKEN": _NOT_FOUND,
    "QUOTA_EXCEEDED": _TOO_MANY,
    "REQUEST_TOO_LARGE": _TOO_LARGE,
    "RESOURCE_NOT_FOUND": _NOT_FOUND,
    "THROTTLED": _TOO_MANY,
    "UNAUTHORIZED": _SIGN_IN,
    "UNSUPPORTED_MEDIA_TYPE": _NOT_SUPPORTED,
    "WAF_FILTERED": _FORBIDDEN,
}
"""By the names of apigateway.ResponseType: every one of them."""


def add_problems(api: apigateway.RestApi) -> None:
    for name, problem in GATEWAY_PROBLEMS.items():
        api.add_gateway_response(
            name.title().replace("_", ""),
            type=getattr(apigateway.ResponseType, name),
            status_code=str(problem.status),
            response_headers=problem.headers(),
            # The header above says what it is; a template is found under the type that every client is taken to accept.
            templates={"application/json": problem.template()},
        )
