"""What the service answers comes through the adapter as it was meant: status, headers and body, in both modes."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from local.bedrock.errors import BedrockException
from tests.http.conftest import parts_of
from tests.http.scripted import Director, text

from .conftest import Functions
from .events import proxy_event
from .function import Function, asked
from .invocation import Answer

SIX_MEGABYTES = 6 * 1024 * 1024


@pytest.fixture(params=["streamed", "buffered"])
def either(request: pytest.FixtureRequest, function: Function, buffered: Function) -> Function:
    return function if request.param == "streamed" else buffered


def assert_problem(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.json()["code"]) == (status, code), answer.body
    assert answer.header("content-type") == "application/problem+json"
    assert answer.json()["detail"]


async def test_a_buffered_route(buffered: Function) -> None:
    of = buffered.cloud.restaurant
    end = of.today() - timedelta(days=1)
    asking = buffered.get(f"/revenue/daily?start={end - timedelta(days=6)}&end={end}")
    answer = await asking.answer()
    assert not asking.streamed
    assert (answer.status, answer.header("content-type")) == (200, "application/json")
    assert len(answer.header("x-request-id")) == 32
    assert [row["gross"] for row in answer.json()["rows"] if row["day"] == str(end)] == [of.gross(end)]


async def test_what_the_authorizer_found_adds_nothing_to_the_token(either: Function) -> None:
    """The gateway has verified it; the service verifies it again."""
    claims = {"sub": "somebody", "custom:tenant_id": str(either.cloud.restaurant.tenant_id), "token_use": "id"}
    answer = await either.invoke(proxy_event("GET", "/me", claims=claims)).answer()
    assert_problem(answer, 401, "unauthenticated")
    assert answer.header("www-authenticate").startswith("Bearer")


async def test_a_forged_token(either: Function) -> None:
    head, _, signature = either.cloud.token.split(".")
    body = base64.urlsafe_b64encode(json.dumps({"custom:tenant_id": str(uuid4())}).encode()).decode().rstrip("=")
    asking = either.invoke(proxy_event("GET", "/me", headers={"Authorization": f"Bearer {head}.{body}.{signature}"}))
    assert_problem(await asking.answer(), 401, "unauthenticated")


async def test_a_client_s_own_context_changes_nothing(either: Function) -> None:
    """The adapter writes the context headers itself and lets a client's tenant pass: the service reads none of them."""
    other = str(uuid4())
    context = json.dumps({"authorizer": {"claims": {"custom:tenant_id": other}}, "apiId": "forged"})
    forged = {"X-Amz-Tenant-Id": other, "X-Amzn-Request-Context": context, "X-Amzn-Lambda-Context": context}
    event = proxy_event("GET", "/me", headers={**either.signed_in(), **forged})
    told = await either.invoke(event).answer()
    honest = await either.get("/me").answer()
    assert told.status == 200
    assert told.json() == honest.json()
    assert other not in told.body.decode()


async def test_nothing_of_that_name(either: Function) -> None:
    assert_problem(await either.get(f"/chat/conversations/{uuid4().hex}").answer(), 404, "not_found")
    assert (await either.get("/nowhere").answer()).status == 404


async def test_a_value_out_of_range(either: Function) -> None:
    assert_problem(await either.get("/revenue/daily?start=2026-11-07&end=2026-11-01").answer(), 422, "invalid_request")


async def test_the_model_is_throttled(either: Function, director: Director) -> None:
    async def throttled(_request: Any) -> Any:
        raise BedrockException("ThrottlingException", "Too many requests.")
        yield

    director.otherwise, before = throttled, director.otherwise
    try:
        answer = await either.ask("Busy?", accept="application/json").answer()
    finally:
        director.otherwise = before
    assert_problem(answer, 429, "model_throttled")
    assert int(answer.header("retry-after")) > 0


async def test_a_question_answered_in_one_document(buffered: Function, director: Director) -> None:
    director.play(text("In one ", "piece."))
    answer = await buffered.ask("How so?", accept="application/json").answer()
    assert answer.status == 200
    assert "".join(part.get("text", "") for part in answer.json()["message"]["parts"]) == "In one piece."


async def test_a_body_in_base64_is_what_it_was(function: Function, director: Director) -> None:
    director.play(text("Understood."))
    body = json.dumps(asked("Wie war’s gestern?"), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", **function.signed_in()}
    answer = await function.invoke(proxy_event("POST", "/ai/ask", headers=headers, body=body)).answer()
    assert answer.status == 200
    assert "Wie war’s gestern?" in json.dumps(director.requests[-1].body, ensure_ascii=False)


@pytest.mark.parametrize("binary", [False, True], ids=["text", "base64"])
async def test_a_body_of_six_megabytes_is_refused_and_forgotten(either: Function, binary: bool) -> None:
    big = json.dumps(asked("x" * SIX_MEGABYTES))
    headers = {"Content-Type": "application/json", **either.signed_in()}
    event = proxy_event("POST", "/ai/ask", headers=headers, body=big.encode() if binary else big)
    assert_problem(await either.invoke(event).answer(), 413, "content_too_large")
    assert (await either.get("/me").answer()).status == 200


async def test_a_question_whose_time_is_up_ends_before_the_function_s(functions: Functions, director: Director) -> None:
    """The model goes on for ever; the turn does not."""

    async def endless(number: int) -> None:
        if number == 1:
            await director.left.wait()

    director.play(text("Well, ", "never said.", before=endless))
    async with functions({"TURN_MAX_SECONDS": "1"}) as function:
        answering = function.ask("What is the answer to everything?", seconds=10)
        answer = await answering.answer()
        failure = [part for part in parts_of(answer.body) if part["type"] == "data-failure"]
        assert failure[0]["data"]["code"] == "turn_time_limit"
        assert answer.body.endswith(b"data: [DONE]\n\n")
        assert b"Well, " in answer.body
        assert (await function.get("/me").answer()).status == 200


async def test_no_database_is_a_503_in_time_and_no_failure_at_start(functions: Functions) -> None:
    changes = {"AWS_LWA_INVOKE_MODE": "buffered", "DATABASE_PATIENCE_SECONDS": "0.5"}
    async with functions(changes, without=("DATABASE_HOST",)) as function:
        answer = await function.get("/me").answer()
        assert_problem(answer, 503, answer.json()["code"])
        assert answer.json()["code"] in ("database_unavailable", "database_waking")
        assert int(answer.header("retry-after")) > 0
        await function.reach.relays["DATABASE_HOST"].open()
        assert (await function.get("/me").answer()).status == 200


async def test_an_event_that_is_no_request_reaches_no_route(buffered: Function) -> None:
    """The adapter posts it to a path that the service does not have, and returns what that says."""
    assert (await buffered.invoke({"action": "migrate"}).returned())["code"] == "not_found"


async def test_one_line_a_request_and_nothing_private_in_it(function: Function, director: Director) -> None:
    director.play(text("A quiet word."))
    await function.ask("Zebulon, how are the books?").answer()
    await function.get("/me").answer()
    lines = function.log_lines("request")
    assert lines[-1]["route"] == "/me"
    assert {"method", "status", "total_ms", "tenant"} <= lines[-1].keys()
    said = function.container.log()
    for private in ("Zebulon", "quiet word", function.cloud.token, function.cloud.environment["DATABASE_PASSWORD"]):
        assert private not in said
