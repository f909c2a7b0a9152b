"""Edge: CloudFront and API Gateway on this machine, an ASGI app around the service in the same process.

Which paths lead to the API it reads from `infra/routes.json`; everything else is a page of `web/`. It adds
`/config.json`, from which a page learns where to sign in, and it lets through what stays private in AWS, /health and
the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from local.pages import Page, Pages
from service.config import Config

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Any, Any, Any], Awaitable[None]]

_ROUTES = Path(__file__).parent.parent / "infra" / "routes.json"
_JSON, _PROBLEM = "application/json", "application/problem+json"


class Behaviours(Struct, frozen=True):
    app: str
    api: list[str]


class Route(Struct, frozen=True):
    """path: with {names} as in OpenAPI; function: the Lambda function that serves it."""

    path: str
    methods: list[str]
    function: str
    streams: bool


class Routes(Struct, frozen=True, forbid_unknown_fields=True):
    """infra/routes.json. A path pattern ends in `*` or is a whole path, as in CloudFront."""

    behaviours: Behaviours
    routes: list[Route]
    not_public: list[str]

    def reaches_service(self, path: str) -> bool:
        return any(_matches(pattern, path) for pattern in (*self.behaviours.api, *self.not_public))


def read_routes(path: Path = _ROUTES) -> Routes:
    return msgspec.json.decode(path.read_bytes(), type=Routes)


def _matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


class BrowserConfig(Struct, frozen=True, rename="camel"):
    """What `/config.json` says. cognito_endpoint: where a browser sends its sign-in."""

    region: str
    user_pool_id: str
    user_pool_client_id: str
    cognito_endpoint: str


def browser_config(config: Config) -> BrowserConfig:
    """From the service's own settings: an issuer ends in its pool's id, and the keys lie where Cognito is."""
    keys = urlsplit(config.token_keys)
    return BrowserConfig(
        region=config.aws_region,
        user_pool_id=config.token_issuer.rpartition("/")[2],
        user_pool_client_id=config.token_audience,
        cognito_endpoint=f"{keys.scheme}://{keys.netloc}",
    )


class Edge:
    def __init__(self, service: Asgi, browser: BrowserConfig, routes: Routes, pages: Pages | None = None) -> None:
        self._service = service
        self._routes = routes
        self._config = msgspec.json.encode(browser)
        self._pages = pages or Pages(browser.cognito_endpoint)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._routes.reaches_service(scope["path"]):
            await self._service(scope, receive, send)
        else:
            await _answer(send, self._page(scope))

    def _page(self, scope: Message) -> Page:
        if scope["path"] == "/config.json":
            return _closed(200, _JSON, self._config)
        found = self._pages.find(scope["path"])
        if found is None and _is_read_by_a_person(scope):
            found = self._pages.not_found()
        return found or _closed(404, _PROBLEM, _NOTHING_HERE)


_NOTHING_HERE = msgspec.json.encode(
    {
        "type": "urn:tableside:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "There is nothing here by that name.",
    }
)


def _is_read_by_a_person(scope: Message) -> bool:
    accepts: list[bytes] = [value for name, value in scope["headers"] if name == b"accept"]
    return any(b"text/html" in value for value in accepts)


def _closed(status: int, media_type: str, body: bytes) -> Page:
    """What is no page may do nothing in a browser."""
    headers = {
        "content-type": media_type,
        "cache-control": "no-cache",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
    }
    return Page(status, headers, body)


async def _answer(send: Send, page: Page) -> None:
    headers = {**page.headers, "content-length": str(len(page.body))}
    start = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": page.status, "headers": start})
    await send({"type": "http.response.body", "body": page.body})
