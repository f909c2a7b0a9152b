"""What the service logs: one JSON line a request, which is its metrics too, and nothing private in any line."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.embedded_metrics import dimensions_of, metrics_of
from tests.http.conftest import Client
from tests.http.log_watch import ANSWER, QUESTION, Log, assert_nothing_private, logging_to, watched
from tests.http.scripted import Director, text, tool_use


@pytest_asyncio.fixture
async def log(address: str) -> AsyncIterator[Log]:
    with logging_to(Log()) as log:
        yield log


async def test_the_owner_s_words_are_found_when_they_are_there(maria: Client, log: Log) -> None:
    """The judge of the tests below is awake."""
    for word in ("Zebulon", "Wilhelmina", str(maria.of.gross(maria.of.today() - timedelta(days=3))), maria.of.items[0]):
        log.lines = [json.dumps({"event": "failure", "exception": f"RuntimeError: of {word}, sadly"})]
        with pytest.raises(AssertionError):
            assert_nothing_private(log, maria)


# -- one line a request -----------------------------------------------------------------------------------------


async def test_a_question_s_line(maria: Client, director: Director, log: Log, address: str) -> None:
    director.play(tool_use(("order_details", {"number": 7}), thinking="<thinking>Thinkwell</thinking>"), text(ANSWER))
    answered = await maria.ask(QUESTION)
    [line] = await log.all_requests(address)
    assert (line["method"], line["route"], line["status"]) == ("POST", "/ai/ask", 200)
    assert line["request_id"] == answered.headers["x-request-id"]
    assert line["tenant"] == str(maria.of.tenant_id)
    assert re.fullmatch(r"[0-9a-f]{16}", line["user"])
    assert line["conversation_id"] == answered.metadata["conversationId"]
    assert line["prompt_version"] == answered.metadata["promptVersion"]
    assert line["prompt_hash"] == answered.metadata["promptHash"]
    assert (line["input_tokens"], line["output_tokens"], line["tool_rounds"]) == (200, 20, 1)
    assert line["tools"] == ["order_details"]
    assert (line["outcome"], line["stop_reason"], line["failures"]) == ("complete", "end_turn", 0)
    assert (line["model"], line["stand_in"]) == (answered.metadata["model"], True)
    assert 0 < line["first_token_ms"] <= line["total_ms"]
    assert "error_code" not in line
    assert_nothing_private(log, maria)


async def test_the_line_is_the_request_s_metrics(maria: Client, director: Director, log: Log) -> None:
    director.play(text(ANSWER))
    await maria.ask(QUESTION)
    await maria.get("/revenue/daily")
    await log.requests("/revenue/daily")
    asked, daily = [line for line in log.lines if json.loads(line)["event"] == "request"]
    assert set(metrics_of(asked)) == {
        "total_ms",
        "first_token_ms",
        "input_tokens",
        "output_tokens",
        "cost_usd",
        "failures",
    }
    assert set(metrics_of(daily)) == {"total_ms", "failures"}
    for line in (asked, daily):
        assert dimensions_of(line) == {"route"}
        assert json.loads(line)["tenant"] == str(maria.of.tenant_id)


async def test_two_users_of_one_restaurant_are_told_apart_and_not_named(
    maria: Client, amir: Client, log: Log, address: str
) -> None:
    await maria.get("/me")
    await maria.get("/me")
    await amir.get("/me")
    first, second, other = await log.all_requests(address)
    assert first["user"] == second["user"] != other["user"]
    assert_nothing_private(log, maria)
    assert_nothing_private(log, amir)


async def test_cards_leave_no_figure_behind(maria: Client, log: Log, address: str) -> None:
    paths = ["/revenue/daily", "/menu/top?item=Zebulon", "/orders/recent", "/orders/7", "/me", "/chat/conversations"]
    for path in paths:
        assert (await maria.get(path)).status_code == 200
    lines = await log.all_requests(address)
    assert [line["route"] for line in lines] == [
        "/revenue/daily",
        "/menu/top",
        "/orders/recent",
        "/orders/{number}",
        "/me",
        "/chat/conversations",
    ]
    assert_nothing_private(log, maria)


@pytest.mark.parametrize(
    ("method", "path", "route", "status", "code"),
    [
        ("GET", "/Zebulon/nowhere", "unknown", 404, "not_found"),
        ("DELETE", "/me", "unknown", 405, "method_not_allowed"),
        ("GET", "/orders/Zebulon", "unknown", 404, "not_found"),
        ("GET", "/orders/999999", "/orders/{number}", 404, "not_found"),
        ("GET", "/chat/conversations/Zebulon", "/chat/conversations/{conversation_id}", 404, "not_found"),
        ("GET", "/menu/top?by=Zebulon", "/menu/top", 422, "invalid_request"),
        ("POST", "/ai/ask", "/ai/ask", 422, "invalid_request"),
    ],
)
async def test_a_refused_request_has_its_line(
    maria: Client, log: Log, address: str, method: str, path: str, route: str, status: int, code: str
) -> None:
    """Its route is a template or `unknown`: a path may hold anything, and each route is a metric of its own."""
    response = await maria.request(method, path)
    [line] = await log.all_requests(address)
    assert response.status_code == status
    assert (line["route"], line["status"], line["error_code"]) == (route, status, code)
    assert line["request_id"] == response.headers["x-request-id"]
    assert line["failures"] == 0
    assert_nothing_private(log, maria)


@pytest.mark.parametrize("token", ["none", "forged"])
async def test_a_stranger_s_request_has_its_line(maria: Client, log: Log, address: str, token: str) -> None:
    forged = maria.token[:-8] + "AAAAAAAA"
    headers = {"authorization": f"Bearer {forged}"} if token == "forged" else {}
    async with httpx.AsyncClient(base_url=address, headers=headers) as stranger:
        response = await stranger.get("/me")
    [line] = await log.all_requests(address)
    assert (line["status"], line["error_code"], line["failures"]) == (401, "unauthenticated", 0)
    assert line["reason"] == {"none": "no_token", "forged": "signature"}[token]
    assert line["request_id"] == response.headers["x-request-id"]
    assert not {"tenant", "user"} & set(line)
    assert_nothing_private(log, maria)


async def test_an_answer_given_again_has_a_line_without_a_turn(
    maria: Client, director: Director, log: Log, address: str
) -> None:
    director.play(text(ANSWER))
    body = maria.body(QUESTION)
    await maria.send_ask(body)
    await maria.send_ask(body)
    first, again = await log.all_requests(address)
    assert "input_tokens" in first
    assert (again["status"], "input_tokens" in again) == (200, False)


async def test_who_leaves_early_leaves_one_line_and_it_is_the_whole_turn_s(
    maria: Client, director: Director, log: Log, address: str
) -> None:
    client_left = asyncio.Event()

    async def hold(number: int) -> None:
        if number == 1:
            await client_left.wait()

    director.play(text("Yes, ", "Wilhelmina", before=hold))
    async with maria.stream("POST", "/ai/ask", json=maria.body(QUESTION)) as response:
        async for chunk in response.aiter_raw():
            if b"Yes" in chunk:
                break
    assert not [each for each in await log.all_requests(address) if each["route"] == "/ai/ask"]
    client_left.set()
    await log.requests("/ai/ask")
    [line] = [each for each in await log.all_requests(address) if each["route"] == "/ai/ask"]
    assert (line["outcome"], line["output_tokens"], line["status"]) == ("complete", 10, 200)
    assert_nothing_private(log, maria)


async def test_a_turn_that_a_shutdown_cuts_off_has_its_line(
    maria: Client, director: Director, serve_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process has no time left to wait for the model."""
    monkeypatch.setattr("service.app.DRAIN_SECONDS", 0)
    shown, never = asyncio.Event(), asyncio.Event()

    async def hold(number: int) -> None:
        if number == 1:
            shown.set()
            await never.wait()

    director.play(text("Yes, ", "Wilhelmina", before=hold))
    async with watched(serve_with) as (address, log):
        client = Client(address, maria.token, maria.of, maria.judge)
        async with client, client.stream("POST", "/ai/ask", json=client.body(QUESTION)):
            await asyncio.wait_for(shown.wait(), 20)
    [line] = await log.requests("/ai/ask")
    assert (line["outcome"], line["error_code"], line["failures"]) == ("interrupted", "shutting_down", 1)
    assert_nothing_private(log, maria)
