"""Authorization header -> Principal. Every request but those for /health and /schema."""

from __future__ import annotations

import re
from collections.abc import Iterable

from litestar.types import ASGIApp, Receive, Scope, Send

from service.auth.tokens import TokenVerifier
from service.errors import AuthenticationError
from service.principal import Principal

_BEARER = re.compile(rb"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
_OPEN = re.compile(rb"/health|/schema(/[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)*")


class AuthenticationMiddleware:
    """Sets scope["user"] (Principal) and scope["auth"] (Claims), using app.state.token_verifier.

    Raises AuthenticationError or TokenKeysUnavailableError, for the app's exception handlers. Litestar's
    own base class is not used: it searches its patterns anywhere in a path and lets every OPTIONS request
    pass.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_open(scope["raw_path"]):
            verifier: TokenVerifier = scope["litestar_app"].state.token_verifier
            claims = await verifier.verify(bearer_token(scope["headers"]))
            scope["user"] = Principal(claims.tenant_id, claims.user_id, claims.email)
            scope["auth"] = claims
        await self.app(scope, receive, send)


def is_open(raw_path: bytes) -> bool:
    """Whether a path, as it was sent, needs no token: /health, /schema, and plain names below /schema.

    Litestar has tidied scope["path"] by now; only the path as sent tells //health from /health.
    """
    return _OPEN.fullmatch(raw_path) is not None


def bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The one bearer token. Raises AuthenticationError (no_token, several_headers, malformed_header)."""
    given = [value for name, value in headers if name == b"authorization"]
    if len(given) != 1:
        raise AuthenticationError("several_headers" if given else "no_token")
    bearer = _BEARER.fullmatch(given[0])
    if bearer is None:
        raise AuthenticationError("malformed_header")
    return bearer[1].decode("ascii")


def challenge(error: AuthenticationError) -> str:
    """What WWW-Authenticate says of a refusal (RFC 6750): a request that brought no token is told no
    error."""
    if error.reason == "no_token":
        return 'Bearer realm="tableside"'
    return f'Bearer realm="tableside", error="invalid_token", error_description="{error.reason}"'
