"""What the service logs: one JSON line a request, which is its metrics too, and nothing private in any line."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any, TextIO, cast

import httpx
import pytest
import pytest_asyncio
import structlog

from local.bedrock.errors import BedrockException
from local.bedrock.voice import ConverseRequest, Spoilt, StandIn, Utterance
from service.slices.slice import show
from tests.embedded_metrics import dimensions_of, metrics_of
from tests.http.conftest import Client
from tests.http.scripted import Director, Script, text, tool_use

QUESTION = "Did Zebulon the waiter sell well?"
ANSWER = "Yes, Wilhelmina saw it."
GARBLED = '{"number": "Quackenbush'


class Log(io.TextIOBase):
    """What is logged while a test runs, line by line. It is the service's own text: only where it goes is changed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._began = ""
        self._grew = asyncio.Event()

    def write(self, said: str) -> int:
        *whole, self._began = (self._began + said).split("\n")
        self.lines.extend(whole)
        self._grew.set()
        return len(said)

    async def requests(self, path: str, count: int = 1) -> list[dict[str, Any]]:
        """The request lines, as soon as there are `count` of this route (a template)."""
        async with asyncio.timeout(20):
            while len(found := [each for each in self._requests() if each["route"] == path]) < count:
                self._grew.clear()
                await self._grew.wait()
        return found

    async def all_requests(self, address: str) -> list[dict[str, Any]]:
        """All request lines up to now: a last request's line tells that those before it are out."""
        async with httpx.AsyncClient(base_url=address) as client:
            await client.get("/health")
        await self.requests("/health")
        return [each for each in self._requests() if each["route"] != "/health"]

    def _requests(self) -> list[dict[str, Any]]:
        parsed = [json.loads(line) for line in self.lines]
        return [each for each in parsed if each["event"] == "request"]


@contextmanager
def logging_to(to: Log) -> Iterator[Log]:
    before, handlers = structlog.get_config(), logging.getLogger().handlers
    streams = [(each, each.setStream(to)) for each in handlers if type(each) is logging.StreamHandler]
    structlog.configure(**(before | {"logger_factory": structlog.PrintLoggerFactory(file=cast(TextIO, to))}))
    try:
        yield to
    finally:
        structlog.configure(**before)
        for handler, stream in streams:
            handler.setStream(stream)


@asynccontextmanager
async def watched(serve_with: Any, **changes: Any) -> AsyncIterator[tuple[str, Log]]:
    """A service of its own, and its log. A new service sets logging up anew, so it is made first."""
    service = serve_with(**changes)
    with logging_to(Log()) as log:
        async with service as address:
            yield address, log


@pytest_asyncio.fixture
async def log(address: str) -> AsyncIterator[Log]:
    with logging_to(Log()) as log:
        yield log


# -- nothing private --------------------------------------------------------------------------------------------


def private(client: Client) -> set[str]:
    """Words that are the owner's: figures as cents and as text, names, what was asked, thought and said."""
    of = client.of
    days = [of.today() - timedelta(days=back) for back in range(61)]
    cents = {of.order_total(day, number) for day in days for number in (1, 2, 3)} | {of.gross(day) for day in days}
    names = {"Zebulon", "Wilhelmina", "Quackenbush", "Thinkwell", *" ".join(of.items).split()}
    return names | {str(each) for each in cents} | {show(each, "money") for each in cents}


def assert_nothing_private(log: Log, client: Client) -> None:
    assert log.lines
    whole = "\n".join(log.lines)
    assert client.of.tenant.name not in whole
    assert client.of.email not in whole
    assert not [part for part in client.token.split(".") if part in whole]
    leaked = private(client) & set(re.findall(r"[\w.]*\w", whole))
    assert not leaked


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


# -- turns that fail --------------------------------------------------------------------------------------------


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
REFUSED = BedrockException("ValidationException", "The value at toolConfig is invalid.")
BROKEN = BedrockException("ModelStreamErrorException", "The model's stream broke.")

FAILURES: dict[str, tuple[list[Script], dict[str, Any]]] = {
    "model_refused_request": ([breaking(REFUSED)], {}),
    "model_throttled": ([breaking(THROTTLED)] * 9, {"model_patience_seconds": 0.5}),
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
