"""Refusals over HTTP: one shape, one plain sentence; an incident where it is our fault, and the cause in the log."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import httpx
import pytest
import pytest_asyncio
import structlog
from litestar import Litestar, get, post
from litestar.exceptions import HTTPException, InternalServerException
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from service.errors import (
    AuthenticationError,
    DatabaseWakingError,
    ModelRefusedRequestError,
    NotFoundError,
    RequestError,
    ServiceError,
    TurnInProgressError,
    UnknownTenantError,
)
from service.routes.error_responses import EXCEPTION_HANDLERS
from tests.unit.test_errors import ALL

SECRET = "password for tableside_service is hunter2"
BY_NAME = {error.__name__: error for error in ALL}


class Named(Struct, forbid_unknown_fields=True):
    title: str


def made(name: str) -> ServiceError:
    return AuthenticationError("expired") if name == "AuthenticationError" else BY_NAME[name]()


@get("/refuse/{name:str}")
async def refuse(name: FromPath[str]) -> None:
    raise made(name) from RuntimeError(SECRET)


@get("/bug")
async def bug() -> None:
    raise RuntimeError(SECRET)


@get("/litestar")
async def of_litestar(status: FromQuery[int]) -> None:
    raise (InternalServerException(SECRET) if status == 500 else HTTPException(SECRET, status_code=status))


@get("/top")
async def top(
    by: FromQuery[Literal["quantity", "revenue"]], limit: Annotated[int, QueryParameter(ge=1, le=50)] = 10
) -> None: ...


@post("/named")
async def named(data: JSONBody[Named]) -> None: ...


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar([refuse, bug, of_litestar, top, named], exception_handlers=EXCEPTION_HANDLERS, logging_config=None)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tableside.test") as client:
        yield client


class Refusal(Struct):
    """What a client gets, and what the log got meanwhile."""

    status: int
    headers: httpx.Headers
    problem: dict[str, Any]
    log: list[Any]


async def refused(client: httpx.AsyncClient, method: str, path: str, **given: Any) -> Refusal:
    with structlog.testing.capture_logs() as log:
        response = await client.request(method, path, **given)
    assert response.headers["content-type"] == "application/problem+json"
    assert SECRET not in response.text
    return Refusal(response.status_code, response.headers, response.json(), log)


def assert_shape(refusal: Refusal, status: int, code: str) -> None:
    problem = refusal.problem
    assert set(problem) - {"incident"} == {"type", "title", "status", "detail", "code"}
    assert refusal.status == problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"urn:tableside:problem:{code}"
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
async def test_every_error_has_its_status_and_its_sentence(
    client: httpx.AsyncClient, error: type[ServiceError]
) -> None:
    refusal = await refused(client, "GET", f"/refuse/{error.__name__}")
    assert_shape(refusal, error.status, error.code)
    assert refusal.problem["detail"] == error.sentence


@pytest.mark.parametrize("error", [each for each in ALL if not issubclass(each, RequestError)])
async def test_what_is_our_fault_is_an_incident_and_its_cause_is_in_the_log(
    client: httpx.AsyncClient, error: type[ServiceError]
) -> None:
    refusal = await refused(client, "GET", f"/refuse/{error.__name__}")
    incident = refusal.problem["incident"]
    assert re.fullmatch(r"[0-9a-f]{12}", incident)
    [entry] = refusal.log
    assert (entry["event"], entry["error_code"], entry["incident_id"]) == ("failure", error.code, incident)
    assert type(entry["exc_info"]) is error
    assert str(entry["exc_info"].__cause__) == SECRET


@pytest.mark.parametrize("error", [each for each in ALL if issubclass(each, RequestError)])
async def test_what_the_caller_can_mend_is_no_incident(client: httpx.AsyncClient, error: type[ServiceError]) -> None:
    refusal = await refused(client, "GET", f"/refuse/{error.__name__}")
    assert "incident" not in refusal.problem
    assert refusal.log == []


@pytest.mark.parametrize("path", ["/bug", "/litestar?status=500"])
async def test_a_bug_tells_the_log_and_nobody_else(client: httpx.AsyncClient, path: str) -> None:
    refusal = await refused(client, "GET", path)
    assert_shape(refusal, 500, "internal")
    assert refusal.problem["detail"] == ServiceError.sentence
    [entry] = refusal.log
    assert entry["incident_id"] == refusal.problem["incident"]
    assert SECRET in str(entry["exc_info"])


async def test_two_incidents_have_two_ids(client: httpx.AsyncClient) -> None:
    ids = {(await refused(client, "GET", "/bug")).problem["incident"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize("error", [DatabaseWakingError, TurnInProgressError])
async def test_when_to_come_back_is_said(client: httpx.AsyncClient, error: type[ServiceError]) -> None:
    refusal = await refused(client, "GET", f"/refuse/{error.__name__}")
    assert refusal.headers["retry-after"] == str(error.retry_after)


@pytest.mark.parametrize("error", [UnknownTenantError, NotFoundError, ModelRefusedRequestError])
async def test_only_a_refused_token_is_challenged(client: httpx.AsyncClient, error: type[ServiceError]) -> None:
    assert "www-authenticate" not in (await refused(client, "GET", f"/refuse/{error.__name__}")).headers
    challenged = await refused(client, "GET", "/refuse/AuthenticationError")
    assert 'error_description="expired"' in challenged.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("status", "code", "detail"),
    [
        (400, "bad_request", "Bad Request."),
        (404, "not_found", NotFoundError.sentence),
        (413, "content_too_large", "Content Too Large."),
        (418, "i'm_a_teapot", "I'm a Teapot."),
    ],
)
async def test_litestar_s_own_refusals_have_the_same_shape(
    client: httpx.AsyncClient, status: int, code: str, detail: str
) -> None:
    refusal = await refused(client, "GET", f"/litestar?status={status}")
    assert_shape(refusal, status, code)
    assert refusal.problem["detail"] == detail
    assert refusal.log == []


async def test_a_path_that_is_not_there_and_a_wrong_method(client: httpx.AsyncClient) -> None:
    assert_shape(await refused(client, "GET", "/nowhere"), 404, "not_found")
    assert_shape(await refused(client, "DELETE", "/bug"), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("GET", "/top?by=Zaubertrank", None, "by"),
        ("GET", "/top?by=revenue&limit=7531", None, "limit"),
        ("GET", "/top?by=revenue&limit=Zaubertrank", None, "limit"),
        ("POST", "/named", {"title": 7531}, "title"),
        ("POST", "/named", {"title": "x", "colour": "Zaubertrank"}, "colour"),
        ("POST", "/named", ["Zaubertrank"], ""),
    ],
)
async def test_a_wrong_value_is_named_by_its_field_and_not_repeated(
    client: httpx.AsyncClient, method: str, path: str, body: Any, field: str
) -> None:
    refusal = await refused(client, method, path, json=body)
    assert_shape(refusal, 422, "invalid_request")
    detail = refusal.problem["detail"]
    assert field in detail
    assert "Zaubertrank" not in detail
    assert "7531" not in detail
