"""The OpenAPI document: it is served, it agrees with the routes that the edge knows, and it tells how refusals look."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from service.app import create_app
from service.config import Config
from tests.http.conftest import Client

EDGE = json.loads((Path(__file__).parents[2] / "infra" / "routes.json").read_text())
NOT_PUBLIC = {"/health"}


@pytest_asyncio.fixture
async def document(address: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=address) as stranger:
        response = await stranger.get("/schema/openapi.json")
    assert response.status_code == 200
    return dict(response.json())


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "put", "post", "delete", "options", "head", "patch", "trace")
    }


def references(value: Any) -> set[str]:
    match value:
        case dict():
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*map(references, value.values()))
        case list():
            return set().union(*map(references, value))
        case _:
            return set()


async def test_it_is_served_without_a_token(address: str, document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d", document["openapi"])
    assert document["info"]["title"] == "Tableside"
    async with httpx.AsyncClient(base_url=address) as stranger:
        assert (await stranger.get("/schema")).json() == document
        as_yaml = await stranger.get("/schema/openapi.yaml")
    assert as_yaml.status_code == 200
    assert as_yaml.text.startswith(("openapi:", "components:", "info:"))


def test_it_is_the_same_each_time(config: Config) -> None:
    first, second = (_schema(create_app(config)) for _ in range(2))
    assert first == second


def _schema(app: Litestar) -> str:
    return json.dumps(app.openapi_schema.to_schema())


async def test_the_edge_and_the_service_know_the_same_routes(document: dict[str, Any]) -> None:
    """API Gateway, CloudFront, the WAF and the local edge are made of `infra/routes.json`."""
    of_the_edge = [(method, route["path"]) for route in EDGE["routes"] for method in route["methods"]]
    assert len(set(of_the_edge)) == len(of_the_edge)
    assert set(of_the_edge) == {each for each in operations(document) if each[1] not in NOT_PUBLIC}
    assert set(EDGE["not_public"]) >= NOT_PUBLIC


def test_every_route_lies_under_a_behaviour_of_the_edge() -> None:
    patterns = [re.escape(pattern).replace(r"\*", ".*") for pattern in EDGE["behaviours"]["api"]]
    for route in EDGE["routes"]:
        assert any(re.fullmatch(pattern, route["path"]) for pattern in patterns), route["path"]


def test_only_the_question_streams() -> None:
    assert [route["path"] for route in EDGE["routes"] if route["streams"]] == ["/ai/ask"]


async def test_every_operation_has_an_id_of_its_own_and_a_summary(document: dict[str, Any]) -> None:
    found = operations(document)
    ids = [operation["operationId"] for operation in found.values()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", id_) for id_ in ids)
    summaries = [operation["summary"] for operation in found.values()]
    assert all(summaries)
    assert len(set(summaries)) == len(summaries)


async def test_every_refusal_is_told_as_problem_json(document: dict[str, Any]) -> None:
    for (method, path), operation in operations(document).items():
        refusals = {status: told for status, told in operation["responses"].items() if status >= "400"}
        assert path in NOT_PUBLIC or {"401", "403", "422", "503"} <= set(refusals)
        for status, told in refusals.items():
            assert list(told["content"]) == ["application/problem+json"], (method, path, status)
            schema = told["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}
    problem = document["components"]["schemas"]["Problem"]
    assert set(problem["required"]) == {"type", "title", "status", "detail", "code"}


@pytest.mark.parametrize("path", ["/orders/999999", "/revenue/daily?start=yesterday"])
async def test_a_refusal_is_as_it_was_told(maria: Client, document: dict[str, Any], path: str) -> None:
    problem = (await maria.get(path)).json()
    told = document["components"]["schemas"]["Problem"]
    assert set(told["required"]) <= set(problem) <= set(told["properties"])


async def test_every_route_but_health_wants_an_id_token(document: dict[str, Any]) -> None:
    assert document["security"] == [{"idToken": []}]
    scheme = document["components"]["securitySchemes"]["idToken"]
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "JWT")
    for (_, path), operation in operations(document).items():
        assert operation.get("security") == ([{}] if path in NOT_PUBLIC else None)


async def test_every_parameter_of_a_path_is_declared(document: dict[str, Any]) -> None:
    for (_, path), operation in operations(document).items():
        declared = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
        assert declared == set(re.findall(r"\{(\w+)\}", path))


async def test_no_route_takes_a_tenant(document: dict[str, Any]) -> None:
    assert "tenant" not in json.dumps(document["paths"]).lower()
    assert "tenant" not in json.dumps(document["components"]).lower()


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = references(document)
    assert found
    for reference in found:
        at: Any = document
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]
