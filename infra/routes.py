"""infra/routes.json as typed data: what API Gateway, CloudFront and the rate rule are made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_FILE = Path(__file__).parent / "routes.json"


@dataclass(frozen=True, kw_only=True)
class Route:
    """path: with {names} as in OpenAPI; function: the Lambda function that serves it."""

    path: str
    methods: tuple[str, ...]
    function: Literal["ask", "api"]
    streams: bool


@dataclass(frozen=True, kw_only=True)
class Routes:
    """app, api: CloudFront's path patterns, each whole or ending in `*`; not_public: what no edge lets through."""

    app: str
    api: tuple[str, ...]
    routes: tuple[Route, ...]
    not_public: tuple[str, ...]


def read_routes(file: Path = _FILE) -> Routes:
    """Raises TypeError or KeyError when the file holds something else."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return Routes(
        app=content["behaviours"]["app"],
        api=tuple(content["behaviours"]["api"]),
        routes=tuple(Route(**{**route, "methods": tuple(route["methods"])}) for route in content["routes"]),
        not_public=tuple(content["not_public"]),
    )
