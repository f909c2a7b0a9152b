"""Requests that are turned away: each with its status, in one shape, and with nothing of what was sent in it."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from local.aws import Identity, create_user, sign_in
from local.ministack import Ministack
from tests.http.conftest import Client
from tests.http.restaurants import Restaurant

GUARDED = [
    ("POST", "/ai/ask"),
    ("GET", "/chat/conversations"),
    ("GET", "/chat/conversations/c1"),
    ("PATCH", "/chat/conversations/c1"),
    ("DELETE", "/chat/conversations/c1"),
    ("POST", "/chat/conversations/c1/stop"),
    ("GET", "/revenue/daily"),
    ("GET", "/menu/top"),
    ("GET", "/orders/recent"),
    ("GET", "/orders/1"),
    ("GET", "/me"),
]


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = dict(response.json())
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["detail"].endswith((".", "]")) or problem["detail"]
    return problem


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_every_route_wants_a_token(address: str, method: str, path: str) -> None:
    async with httpx.AsyncClient(base_url=address) as stranger:
        response = await stranger.request(method, path)
    assert_problem(response, 401, "unauthenticated")
    assert response.headers["www-authenticate"] == 'Bearer realm="tableside"'


async def test_the_list_of_guarded_routes_is_the_schema_s(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as stranger:
        document = (await stranger.get("/schema/openapi.json")).json()
    told = {
        (method.upper(), path.replace("{conversation_id}", "c1").replace("{number}", "1"))
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert told - {("GET", "/health")} == set(GUARDED)


async def test_health_and_schema_are_open(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as stranger:
        assert (await stranger.get("/health")).json() == {"status": "ok"}
        assert (await stranger.get("/schema")).json()["info"]["title"] == "Tableside"


async def test_an_access_token_and_a_forged_one_are_refused_and_never_logged(
    address: str, ministack: Ministack, identity: Identity, pizza: Restaurant, capfd: pytest.CaptureFixture[str]
) -> None:
    password = await create_user(ministack, identity, pizza.email, pizza.tenant_id)
    tokens = await sign_in(ministack, identity, pizza.email, password)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = {
        "iss": identity.issuer,
        "aud": identity.client_id,
        "sub": "x",
        "token_use": "id",
        "custom:tenant_id": str(pizza.tenant_id),
        "iat": int(time.time()),
        "exp": int(time.time()) + 600,
    }
    kid = jwt.get_unverified_header(tokens.id_token)["kid"]
    forged = jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})
    async with httpx.AsyncClient(base_url=address) as client:
        for token in (tokens.access_token, forged):
            response = await client.get("/me", headers={"authorization": f"Bearer {token}"})
            assert_problem(response, 401, "unauthenticated")
            assert 'error="invalid_token"' in response.headers["www-authenticate"]
            assert token[-40:] not in capfd.readouterr().out


async def test_a_tenant_that_is_not_provisioned_is_403(address: str, ministack: Ministack, identity: Identity) -> None:
    tenant_id, email = uuid4(), f"{uuid4().hex}@nowhere.example"
    password = await create_user(ministack, identity, email, tenant_id)
    tokens = await sign_in(ministack, identity, email, password)
    async with httpx.AsyncClient(base_url=address, headers={"authorization": f"Bearer {tokens.id_token}"}) as client:
        assert_problem(await client.get("/me"), 403, "unknown_tenant")


@pytest.mark.parametrize("question", ["", "  \n ", "é" * 2049])
async def test_a_question_is_1_to_4096_bytes(maria: Client, question: str) -> None:
    body = maria.body(question)
    assert_problem(await maria.post("/ai/ask", json=body), 422, "invalid_request")
    assert_problem(await maria.get(f"/chat/conversations/{body['id']}"), 404, "not_found")


async def test_a_question_of_exactly_4096_bytes_is_asked(maria: Client) -> None:
    answered = await maria.ask("é" * 2048)
    assert answered.of_type("finish")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "bad_request"),
        (b"[]", 422, "invalid_request"),
        (b'{"id": 5}', 422, "invalid_request"),
        (b'{"id": "c1", "messages": [], "trigger": "dance"}', 422, "invalid_request"),
        (b'{"id": "c1", "messages": []}', 422, "invalid_request"),
        (b'{"id": "c1", "messages": [{"role": "assistant", "parts": []}]}', 422, "invalid_request"),
        (b'{"id": "' + b"x" * 70_000 + b'"}', 413, "content_too_large"),
    ],
)
async def test_a_body_that_is_no_question(maria: Client, content: bytes, status: int, code: str) -> None:
    response = await maria.post("/ai/ask", content=content, headers={"content-type": "application/json"})
    assert_problem(response, status, code)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/revenue/daily?start=2026-11-02&end=2026-11-01", "after"),
        ("/revenue/daily?start=2025-01-01&end=2026-11-01", "400"),
        ("/revenue/daily?start=yesterday", "start"),
        ("/menu/top?limit=51", "limit"),
        ("/menu/top?by=profit", "by"),
        ("/orders/recent?limit=0", "limit"),
        ("/orders/recent?cursor=x", "cursor"),
        ("/chat/conversations?limit=101", "limit"),
        ("/chat/conversations?cursor=x", "cursor"),
    ],
)
async def test_a_range_or_limit_that_makes_no_sense(maria: Client, path: str, said: str) -> None:
    problem = assert_problem(await maria.get(path), 422, "invalid_request")
    assert said in problem["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/orders/999999", 404, "not_found"),
        ("GET", "/orders/abc", 404, "not_found"),
        ("DELETE", "/me", 405, "method_not_allowed"),
        ("GET", "/chat/conversations/not%20an%20id", 404, "not_found"),
    ],
)
async def test_what_is_not_there(maria: Client, method: str, path: str, status: int, code: str) -> None:
    assert_problem(await maria.request(method, path), status, code)


async def test_headers_and_parameters_choose_no_tenant(maria: Client, amir: Client) -> None:
    theirs = str(amir.of.tenant_id)
    forged = {
        "x-amz-tenant-id": theirs,
        "x-tenant-id": theirs,
        "x-amzn-request-context": f'{{"authorizer":{{"claims":{{"custom:tenant_id":"{theirs}"}}}}}}',
    }
    plain = (await maria.get("/revenue/daily")).json()
    assert (await maria.get("/revenue/daily", headers=forged, params={"tenant_id": theirs})).json() == plain
    assert plain["currency"] == "USD"
