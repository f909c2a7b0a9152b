from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar, Request, Response, get, post

from service.auth.middleware import AuthenticationMiddleware, bearer_token, challenge, is_open
from service.auth.tokens import TokenVerifier
from service.errors import AuthenticationError, ServiceError, TokenKeysUnavailableError
from tests.unit.auth.pool import TENANT, JwksServer, SigningKey, id_token_claims


@get("/me")
async def me(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {
        "tenant": str(request.user.tenant_id),
        "user": request.user.user_id,
        "email": request.user.email,
        "expires": request.auth.expires_at.isoformat(),
    }


@post("/ask")
async def ask() -> str:
    return "asked"


@get(["/health", "/healthz", "/health/live", "/schemas"])
async def health() -> str:
    return "healthy"


def refuse(_: Request[Any, Any, Any], error: ServiceError) -> Response[dict[str, str]]:
    headers = {"WWW-Authenticate": challenge(error)} if isinstance(error, AuthenticationError) else {}
    return Response({"code": error.code}, status_code=error.status, headers=headers)


@pytest_asyncio.fixture
async def client(verifier: TokenVerifier) -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar(
        [me, ask, health],
        middleware=[AuthenticationMiddleware],
        exception_handlers={ServiceError: refuse},
    )
    app.state.token_verifier = verifier
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tableside.test") as client:
        yield client


async def test_a_good_token_makes_a_principal(client: httpx.AsyncClient, key: SigningKey) -> None:
    claims = id_token_claims()
    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = await client.get("/me", headers={"Authorization": f"{scheme} {key.sign(claims)}"})
        assert answer.status_code == 200
        assert answer.json()["tenant"] == TENANT
        assert answer.json()["user"] == claims["sub"]
        assert answer.json()["email"] == claims["email"]


async def test_a_refusal_says_why_in_its_challenge(client: httpx.AsyncClient, key: SigningKey) -> None:
    without = await client.get("/me")
    assert (without.status_code, without.headers["WWW-Authenticate"]) == (401, 'Bearer realm="tableside"')
    expired = key.sign(id_token_claims(exp=1, iat=0))
    refused = await client.get("/me", headers={"Authorization": f"Bearer {expired}"})
    assert refused.status_code == 401
    assert (
        refused.headers["WWW-Authenticate"]
        == 'Bearer realm="tableside", error="invalid_token", error_description="expired"'
    )


async def test_keys_that_are_away_are_no_refusal(client: httpx.AsyncClient, key: SigningKey, jwks: JwksServer) -> None:
    jwks.stop()
    answer = await client.get("/me", headers={"Authorization": f"Bearer {key.sign(id_token_claims())}"})
    assert (answer.status_code, answer.json()["code"]) == (503, TokenKeysUnavailableError.code)


@pytest.mark.parametrize("path", ["/health", "/schema", "/schema/openapi.json"])
async def test_health_and_schema_need_no_token(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/health/live", "/schemas", "//health", "/health/", "/%68ealth"])
async def test_what_only_looks_like_them_needs_one(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(httpx.URL("http://tableside.test", raw_path=path.encode()))
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/health/../me", "/schema/../me", "/schema/%2e%2e/me", "/schema//me"])
async def test_no_way_leads_from_them_to_a_protected_route(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(httpx.URL("http://tableside.test", raw_path=path.encode()))
    assert answer.status_code in {401, 404}


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
async def test_every_method_needs_a_token(client: httpx.AsyncClient, method: str) -> None:
    assert (await client.request(method, "/ask")).status_code == 401


@pytest.mark.parametrize("path", ["/health", "/schema", "/schema/openapi.json", "/schema/swagger/oauth2.html"])
def test_open_paths(path: str) -> None:
    assert is_open(path.encode())


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/health/",
        "/healthz",
        "/Health",
        "/health\n",
        "/schemas",
        "/schema/",
        "/schema/.",
        "/schema/..",
        "/schema/../me",
        "/schema/.hidden",
        "/schema//me",
        "/schema/%2e%2e/me",
        "//health",
        "/health/../me",
        "/health;x",
        "/me/health",
        "/me",
    ],
)
def test_closed_paths(path: str) -> None:
    assert not is_open(path.encode())


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "no_token"),
        ([b"Bearer a.b.c", b"Bearer a.b.c"], "several_headers"),
        ([b""], "malformed_header"),
        ([b"Bearer"], "malformed_header"),
        ([b"Bearer "], "malformed_header"),
        ([b"a.b.c"], "malformed_header"),
        ([b"Basic dXNlcjpwYXNz"], "malformed_header"),
        ([b"Bearer a.b.c, Bearer d.e.f"], "malformed_header"),
        ([b"Bearer a.b.c extra"], "malformed_header"),
        ([b"Bearer a.b.c\n"], "malformed_header"),
        ([b"Bearer \xe9.b.c"], "malformed_header"),
        ([b"Bearer\ta.b.c"], "malformed_header"),
    ],
)
def test_header_that_is_not_one_bearer_token(values: list[bytes], reason: str) -> None:
    with pytest.raises(AuthenticationError) as refusal:
        bearer_token([(b"host", b"x"), *((b"authorization", value) for value in values)])
    assert refusal.value.reason == reason
