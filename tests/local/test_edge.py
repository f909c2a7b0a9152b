from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from local.aws import Identity
from local.database import Database
from local.edge import Edge, browser_config, read_routes
from local.ministack import Ministack
from local.service_environment import STAND_IN, service_environment
from service.app import create_app
from service.config import Config, read_config

MODEL = {"BEDROCK_MODEL_ID": STAND_IN, "BEDROCK_ENDPOINT": "http://127.0.0.1:9"}


@pytest.fixture(scope="module")
def config(database: Database, ministack: Ministack, identity: Identity) -> Config:
    return read_config(service_environment(database, ministack, identity, "conversations", MODEL))


@asynccontextmanager
async def edge(config: Config) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service behind its edge, for a test's own task: its lifespan may not change tasks."""
    app = create_app(config)
    wrapped = Edge(app, browser_config(config), read_routes())
    transport = httpx.ASGITransport(wrapped)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://edge") as client:
        yield client


def test_the_service_is_given_its_config_and_no_more_than_it_needs(
    database: Database, ministack: Ministack, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_USER", "not for the service")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    given = service_environment(database, ministack, identity, "conversations", MODEL)
    fields = {field.upper() for field in Config.__struct_fields__}
    python = {"PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    aws = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"}
    assert given.keys() <= fields | python | aws
    assert "LOG_LEVEL" not in given
    assert database.owner_password not in given.values()
    assert database.superuser_password not in given.values()


async def test_a_browser_learns_where_to_sign_in(config: Config, identity: Identity, ministack: Ministack) -> None:
    async with edge(config) as client:
        answer = await client.get("/config.json")
    assert answer.json() == {
        "region": "us-east-1",
        "userPoolId": identity.pool_id,
        "userPoolClientId": identity.client_id,
        "cognitoEndpoint": ministack.endpoint,
    }


async def test_the_api_s_paths_reach_the_service_which_asks_for_a_token(config: Config) -> None:
    async with edge(config) as client:
        for path in ("/me", "/orders/recent", "/orders/1", "/chat/conversations"):
            answer = await client.get(path)
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert (await client.post("/ai/ask", json={})).status_code == 401


async def test_elsewhere_is_nothing(config: Config) -> None:
    async with edge(config) as client:
        for path in ("/nothing", "/meals", "/.env", "/mee", "/health/deep"):
            answer = await client.get(path)
            assert answer.status_code == 404, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == 404


async def test_the_front_page_says_where_the_api_is(config: Config) -> None:
    async with edge(config) as client:
        answer = await client.get("/")
    assert answer.status_code == 200
    assert "POST /ai/ask" in answer.text


async def test_routes_json_names_every_route_of_the_service_and_no_other(config: Config) -> None:
    async with edge(config) as client:
        document: dict[str, Any] = (await client.get("/schema/openapi.json")).json()
    served = {
        (path, method.upper())
        for path, operations in document["paths"].items()
        for method in operations
        if method in ("get", "post", "put", "patch", "delete")
    }
    routes = read_routes()
    named = {(route.path, method) for route in routes.routes for method in route.methods}
    assert named == {(path, method) for path, method in served if path not in routes.not_public}
    for path, _ in named:
        assert routes.reaches_service(re.sub(r"\{\w+\}", "1", path))
