from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.aws import Identity
from local.build_web import OUT
from local.database import Database
from local.edge import Edge, browser_config, read_routes
from local.ministack import Ministack
from local.pages import Pages
from local.service_environment import STAND_IN, service_environment
from service.app import create_app
from service.config import Config, read_config

MODEL = {"BEDROCK_MODEL_ID": STAND_IN, "BEDROCK_ENDPOINT": "http://127.0.0.1:9"}


@pytest.fixture(scope="module")
def config(database: Database, ministack: Ministack, identity: Identity) -> Config:
    return read_config(service_environment(database, ministack, identity, "conversations", MODEL))


@asynccontextmanager
async def edge(config: Config, out: Path | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service behind its edge, for a test's own task: its lifespan may not change tasks."""
    app = create_app(config)
    browser = browser_config(config)
    wrapped = Edge(app, browser, read_routes(), Pages(browser.cognito_endpoint, out) if out else None)
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


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A small export of the same shape as the real one."""
    (tmp_path / "_next" / "static").mkdir(parents=True)
    (tmp_path / "_next" / "static" / "app.js").write_text("go()")
    for page in ("index", "ask", "404"):
        (tmp_path / f"{page}.html").write_text(f"<title>{page}</title>")
    (tmp_path.parent / "secret.html").write_text("not for anybody")
    return tmp_path


async def test_pages_are_served_by_name_under_one_policy(config: Config, ministack: Ministack, export: Path) -> None:
    async with edge(config, export) as client:
        home, ask = await client.get("/"), await client.get("/ask?c=1")
    assert (home.text, ask.text) == ("<title>index</title>", "<title>ask</title>")
    assert home.headers["cache-control"] == ask.headers["cache-control"] == "no-cache"
    policy = dict(part.split(" ", 1) for part in home.headers["content-security-policy"].split("; "))
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == f"'self' {ministack.endpoint}"
    assert policy["default-src"] == "'none'"
    assert "strict-transport-security" not in home.headers


async def test_a_slash_too_many_leads_to_the_page_and_to_no_other_host(config: Config, export: Path) -> None:
    async with edge(config, export) as client:
        slashed = await client.get("/ask/")
        others = [await client.get(path) for path in ("//ask/", "/nothing/", "/_next/", "/../secret/")]
    assert (slashed.status_code, slashed.headers["location"]) == (301, "/ask")
    assert {other.headers.get("location") for other in others} <= {None, "/ask"}


async def test_what_is_named_by_its_content_is_kept_for_ever(config: Config, export: Path) -> None:
    async with edge(config, export) as client:
        script = await client.get("/_next/static/app.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in script.headers["cache-control"]


async def test_nothing_outside_of_the_export_is_served(config: Config, export: Path) -> None:
    async with edge(config, export) as client:
        for path in ("/../secret.html", "/%2e%2e/secret.html", "/..%2fsecret", "//etc/passwd", "/_next"):
            assert (await client.get(path)).status_code == 404, path


async def test_a_person_sees_a_page_where_a_program_reads_a_problem(config: Config, export: Path) -> None:
    async with edge(config, export) as client:
        person = await client.get("/nothing", headers={"accept": "text/html,*/*"})
        program = await client.get("/nothing", headers={"accept": "*/*"})
    assert (person.status_code, person.text) == (404, "<title>404</title>")
    assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")


async def test_the_front_page_says_when_the_pages_are_not_built(config: Config, tmp_path: Path) -> None:
    async with edge(config, tmp_path / "none") as client:
        answer = await client.get("/")
    assert answer.status_code == 200
    assert "make web" in answer.text


def test_nothing_of_the_export_lies_where_the_api_is() -> None:
    """The export itself, every page and file of it by the address that a browser asks for."""
    assert OUT.is_dir(), "the pages have not been built: make web"
    files = [file.relative_to(OUT).as_posix() for file in OUT.rglob("*") if file.is_file()]
    addresses = {"/" + re.sub(r"(^|(?<=/))index$", "", name.removesuffix(".html")) for name in files}
    assert {"/", "/ask", "/sign-in", "/icon.svg"} <= addresses
    routes = read_routes()
    assert [each for each in addresses if routes.reaches_service(each) or each == "/config.json"] == []


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
