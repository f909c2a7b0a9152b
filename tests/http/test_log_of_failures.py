"""What the service logs of turns that fail: one line of the request, one of where it came from, and nothing private."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from local.bedrock.errors import BedrockException
from local.bedrock.voice import ConverseRequest, Spoilt, StandIn, Utterance
from tests.embedded_metrics import metrics_of
from tests.http.conftest import Client
from tests.http.log_watch import ANSWER, GARBLED, QUESTION, Log, assert_nothing_private, logging_to, watched
from tests.http.scripted import Director, Script, text, tool_use


@pytest_asyncio.fixture
async def log(address: str) -> AsyncIterator[Log]:
    with logging_to(Log()) as log:
        yield log


def breaking(error: Exception | None, *deltas: str) -> Script:
    """Says the deltas, then an exception; or, when there is none, the connection is cut."""

    async def script(request: ConverseRequest) -> AsyncIterator[Utterance]:
        yield StandIn("script")
        if deltas:
            yield {"messageStart": {"role": "assistant"}}
        for delta in deltas:
            yield {"contentBlockDelta": {"delta": {"text": delta}, "contentBlockIndex": 0}}
        if error is not None:
            raise error
        yield Spoilt({"contentBlockStop": {"contentBlockIndex": 0}}, "cut")

    return script


def forever() -> Script:
    async def hold(number: int) -> None:
        if number == 1:
            await asyncio.Event().wait()

    return text("Yes, ", "Wilhelmina", before=hold)


THROTTLED = BedrockException("ThrottlingException", "Too many requests, please wait before trying again.")
REFUSED = BedrockException("ValidationException", f"The value {QUESTION!r} is invalid.")
BROKEN = BedrockException("ModelStreamErrorException", "The model's stream broke.")

FAILURES: dict[str, tuple[list[Script], dict[str, Any]]] = {
    "model_refused_request": ([breaking(REFUSED)], {}),
    "model_throttled": ([breaking(THROTTLED)] * 9, {"model_patience_seconds": 1.0}),
    "model_stream_broken": ([breaking(BROKEN, "Yes, ", "Wilhelmina")], {}),
    "model_stream_broken: cut": ([breaking(None, "Yes, ", "Wilhelmina")], {}),
    "model_stream_broken: silent": ([text()], {}),
    "malformed_tool_use": ([tool_use(("order_details", GARBLED))] * 2, {}),
    "too_many_tool_rounds": ([tool_use(("order_details", {"number": n})) for n in range(1, 7)], {}),
    "turn_time_limit": ([forever()], {"turn_max_seconds": 1.0}),
    "model_timeout": ([forever()], {"model_idle_seconds": 1.0}),
}


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
async def test_a_failed_turn_has_one_line_and_its_cause_another(
    maria: Client, director: Director, serve_with: Any, kind: str, accept: str
) -> None:
    scripts, changes = FAILURES[kind]
    director.play(*scripts)
    async with watched(serve_with, **changes) as (address, log):
        async with Client(address, maria.token, maria.of, maria.judge) as client:
            response = await client.post("/ai/ask", json=client.body(QUESTION), headers={"accept": accept})
        [line] = await log.all_requests(address)
    [failure] = [each for each in map(json.loads, log.lines) if each["event"] == "failure"]
    code = kind.split(":", maxsplit=1)[0]
    assert (line["outcome"], line["error_code"], line["status"]) == ("interrupted", code, response.status_code)
    assert (response.status_code == 200) == (accept == "text/event-stream")
    assert (failure["error_code"], failure["incident_id"]) == (code, line["incident_id"])
    assert line["incident_id"] in response.text
    assert "Error" in failure["exception"]
    assert line["failures"] == metrics_of(_request_line(log))["failures"] == 1
    if response.status_code == 200:
        assert ("first_token_ms" in line) == (b"Yes, " in response.content)
    assert_nothing_private(log, maria)


def _request_line(log: Log) -> str:
    return next(line for line in log.lines if json.loads(line)["event"] == "request")


async def test_a_stopped_turn_s_line(maria: Client, director: Director, log: Log, address: str) -> None:
    director.play(forever())
    body = maria.body(QUESTION)
    async with maria.stream("POST", "/ai/ask", json=body) as response:
        async for chunk in response.aiter_raw():
            if b"Yes" in chunk:
                await maria.post(f"/chat/conversations/{body['id']}/stop")
    lines = {line["route"]: line for line in await log.all_requests(address)}
    assert lines["/ai/ask"]["outcome"] == "stopped"
    assert lines["/ai/ask"]["failures"] == 0
    assert lines["/chat/conversations/{conversation_id}/stop"]["status"] == 202
    assert_nothing_private(log, maria)


async def test_a_tool_that_the_model_may_not_use_so_leaves_nothing_behind(
    maria: Client, director: Director, log: Log, address: str
) -> None:
    director.play(
        tool_use(("top_menu_items", {"item": "Quackenbush", "limit": 7531}), ("Quackenbush", {})), text(ANSWER)
    )
    await maria.ask(QUESTION)
    [line] = await log.all_requests(address)
    assert (line["outcome"], line["tools"]) == ("complete", ["top_menu_items", "unknown"])
    assert_nothing_private(log, maria)


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
async def test_a_database_that_is_away(maria: Client, director: Director, serve_with: Any, accept: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        changes = {"database_port": nobody.getsockname()[1], "database_wake_seconds": 0.5}
        async with watched(serve_with, **changes, database_patience_seconds=0.5) as (address, log):
            async with Client(address, maria.token, maria.of, maria.judge) as client:
                await client.post("/ai/ask", json=client.body(QUESTION), headers={"accept": accept})
                card = await client.get("/revenue/daily")
            asked, daily = await log.all_requests(address)
    assert asked["error_code"] in ("database_unavailable", "database_waking")
    assert asked["status"] == (200 if accept == "text/event-stream" else 503)
    assert daily["status"] == card.status_code == 503
    assert daily["failures"] == 1
    assert "first_token_ms" not in asked
    assert_nothing_private(log, maria)


async def test_conversations_that_are_away(maria: Client, director: Director, serve_with: Any) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        async with watched(serve_with, dynamodb_endpoint=endpoint) as (address, log):
            async with Client(address, maria.token, maria.of, maria.judge) as client:
                response = await client.post("/ai/ask", json=client.body(QUESTION))
            [line] = await log.all_requests(address)
    assert (line["error_code"], line["failures"]) == ("conversations_unavailable", 1)
    assert line["status"] == response.status_code == 503
    assert_nothing_private(log, maria)
