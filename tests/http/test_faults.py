"""Each way in which the model can fail has its one defined end: at the client, in the conversation, in the log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from msgspec import Struct

from local.bedrock.faults import Fault, FaultPlan
from service.config import Config
from service.messages import AnswerStatus
from tests.http.conftest import Answered, Client
from tests.http.faulty_service import FaultyService, faulty_service
from tests.http.judge import StreamJudge
from tests.http.scripted import text

ANSWER = ("You made ", "$2,817.50 ", "on Friday.")
WHOLE = "".join(ANSWER)

THROTTLED = "Too many questions at once. Please try again in a few seconds."
AWAY = "The model is away for a moment. Please try again."
TOO_LONG = "The model took too long to answer. Please try again."
BROKE_OFF = "The answer broke off. What came through is kept; please try again."
STUMBLED = "The model stumbled while looking something up. Please try again."
NO_ANSWER = "The model gave no answer. Please try again."
REPLIES_AFTER = "5"


class Case(Struct, frozen=True, kw_only=True):
    """A fault and its end. shown: the text that the reader has seen; status, code, sentence: of a failure, as a
    caller who wants one document is told it, None for an answer; finish: as the stream's last part says it."""

    fault: Fault
    shown: str = ""
    status: int = 200
    code: str | None = None
    sentence: str | None = None
    finish: str = "error"
    kept: AnswerStatus = "interrupted"
    calls: int = 1
    """Of the model: what is tried again before the first word is still one."""
    name: str = ""


def fails(fault: Fault, status: int, code: str, sentence: str, **more: Any) -> Case:
    return Case(fault=fault, status=status, code=code, sentence=sentence, **more)


def answers(fault: Fault, **more: Any) -> Case:
    return Case(fault=fault, **({"shown": WHOLE, "finish": "stop", "kept": "complete"} | more))


CASES = (
    # before the first word: tried again until patience ends
    fails(Fault(name="throttle_before"), 429, "model_throttled", THROTTLED),
    fails(Fault(name="unavailable_before"), 503, "model_unavailable", AWAY),
    fails(Fault(name="dropped_before"), 503, "model_unavailable", AWAY),
    fails(Fault(name="denied_before"), 503, "model_unavailable", AWAY),
    fails(Fault(name="slow_start"), 504, "model_timeout", TOO_LONG),
    fails(Fault(name="slow_first_token"), 504, "model_timeout", TOO_LONG),
    answers(Fault(name="throttle_before", times=1), name="throttled once before the stream"),
    answers(Fault(name="throttle_mid", after=0, times=1), name="throttled once before the first word"),
    answers(Fault(name="slow_first_token", seconds=0.05), name="slow, but within patience"),
    # in mid-answer: what came through is kept
    fails(Fault(name="throttle_mid", after=2), 429, "model_throttled", THROTTLED, shown="You made $2,817.50 "),
    fails(Fault(name="unavailable_mid", after=1), 503, "model_unavailable", AWAY, shown="You made "),
    fails(Fault(name="model_error_mid", after=1), 502, "model_stream_broken", BROKE_OFF, shown="You made "),
    fails(Fault(name="cut", after=1), 502, "model_stream_broken", BROKE_OFF, shown="You made "),
    fails(Fault(name="checksum", after=1), 502, "model_stream_broken", BROKE_OFF, shown="You made "),
    fails(Fault(name="early_end", after=3), 502, "model_stream_broken", BROKE_OFF, shown=WHOLE),
    fails(Fault(name="stall", after=1), 504, "model_timeout", TOO_LONG, shown="You made "),
    # a tool use gone wrong: tried once more, then told
    fails(Fault(name="malformed_tool_use"), 502, "malformed_tool_use", STUMBLED, calls=2),
    fails(
        Fault(name="malformed_tool_use", text="malformed_tool_use"),
        502,
        "malformed_tool_use",
        STUMBLED,
        calls=2,
        name="malformed tool use, and said to be",
    ),
    fails(Fault(name="invalid_tool_sequence"), 502, "malformed_tool_use", STUMBLED, calls=2),
    answers(Fault(name="malformed_tool_use", times=1), calls=2, name="malformed tool use, once"),
    answers(Fault(name="invalid_tool_sequence", times=1), calls=2, name="invalid tool sequence, once"),
    # an odd end
    fails(Fault(name="empty_answer"), 502, "model_stream_broken", NO_ANSWER),
    fails(Fault(name="stop_reason"), 502, "model_stream_broken", BROKE_OFF, shown=WHOLE),
    answers(Fault(name="stop_reason", text="tired"), finish="other", name="a stop reason that nobody knows"),
    answers(Fault(name="max_tokens", after=2), finish="length", shown="You made $2,817.50 "),
    # no failure at all
    answers(Fault(name="split_thinking", seed=5)),
    answers(Fault(name="unknown_event")),
    answers(Fault(name="duplicate_metadata")),
    answers(Fault(name="missing_metadata")),
)


@pytest.fixture(scope="module")
def plan() -> FaultPlan:
    return FaultPlan()


@pytest_asyncio.fixture(scope="module")
async def service(config: Config, plan: FaultPlan) -> AsyncIterator[FaultyService]:
    async with faulty_service(config, plan, model_patience_seconds=1.0, model_idle_seconds=0.5) as service:
        yield service


@pytest_asyncio.fixture
async def owner(service: FaultyService, maria: Client, plan: FaultPlan, judge: StreamJudge) -> AsyncIterator[Client]:
    plan.clear()
    service.director.reset()
    async with Client(service.address, maria.token, maria.of, judge) as client:
        await client.ask("Is everything warm?")
        service.director.reset()
        service.director.otherwise = text(*ANSWER)
        yield client


class Log:
    """What the service has said on stdout, a JSON document a line."""

    def __init__(self, printed: str) -> None:
        self.printed = printed
        self.lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]

    def of_request(self, conversation: str) -> dict[str, Any]:
        [line] = [line for line in self.lines if line.get("conversation_id") == conversation]
        return dict(line)

    def of_incident(self, incident: str) -> dict[str, Any]:
        [line] = [line for line in self.lines if line["event"] == "failure" and line["incident_id"] == incident]
        return dict(line)


def name_of(case: Case) -> str:
    return case.name or case.fault.name


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_as_a_stream(case: Case, owner: Client, plan: FaultPlan, capsys: pytest.CaptureFixture[str]) -> None:
    plan.add(case.fault)
    body = owner.body(f"How was Friday, {uuid4().hex}?")
    capsys.readouterr()
    answered = await owner.send_ask(body)
    log = Log(capsys.readouterr().out)
    assert answered.text == case.shown
    assert answered.parts[-1] == {"type": "finish", "finishReason": case.finish}
    if case.code is None:
        assert not answered.of_type("error")
        assert not answered.of_type("data-failure")
    else:
        assert [part["type"] for part in answered.parts[-3:]] == ["data-failure", "error", "finish"]
        failure = answered.data("failure")
        assert answered.of_type("error") == [{"type": "error", "errorText": case.sentence}]
        assert (failure["code"], failure["sentence"]) == (case.code, case.sentence)
        _is_logged(log, body["id"], case, failure["incidentId"])
    _says_nothing_of_the_restaurant(log, body, owner)
    _steps_are_closed(answered)
    assert answered.data("usage")["modelCalls"] == case.calls
    await _is_kept(case, owner, body)


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_as_one_document(case: Case, owner: Client, plan: FaultPlan, capsys: pytest.CaptureFixture[str]) -> None:
    plan.add(case.fault)
    body = owner.body(f"How was Friday, {uuid4().hex}?")
    capsys.readouterr()
    response = await owner.post("/ai/ask", json=body, headers={"accept": "application/json"})
    log = Log(capsys.readouterr().out)
    document = response.json()
    assert response.status_code == case.status
    if case.code is None:
        assert document["finishReason"] == case.finish
        assert _text_of(document["message"]) == case.shown
        assert document["message"]["metadata"]["status"] == case.kept
    else:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["retry-after"] == REPLIES_AFTER
        assert (document["status"], document["code"], document["detail"]) == (case.status, case.code, case.sentence)
        _is_logged(log, body["id"], case, document["incident"])
    _says_nothing_of_the_restaurant(log, body, owner)
    await _is_kept(case, owner, body)


def _is_logged(log: Log, conversation: str, case: Case, incident: str) -> None:
    """One line for the request, one for its cause, and the id that the reader was given leads to both."""
    line = log.of_request(conversation)
    assert (line["error_code"], line["incident_id"], line["outcome"]) == (case.code, incident, "interrupted")
    assert line["failures"] == 1
    assert log.of_incident(incident)["error_code"] == case.code


def _says_nothing_of_the_restaurant(log: Log, body: dict[str, Any], owner: Client) -> None:
    question = body["messages"][0]["parts"][0]["text"]
    assert log.of_request(body["id"])["route"] == "/ai/ask"
    assert question not in log.printed
    assert owner.token not in log.printed
    assert owner.token.split(".")[2] not in log.printed
    assert WHOLE not in log.printed
    for row in (*owner.of.items, owner.of.tenant.name, owner.of.email):
        assert row not in log.printed


def _steps_are_closed(answered: Answered) -> None:
    for kind in ("step", "text", "reasoning"):
        opening, closing = ("start-step", "finish-step") if kind == "step" else (f"{kind}-start", f"{kind}-end")
        assert len(answered.of_type(opening)) == len(answered.of_type(closing))


async def _is_kept(case: Case, owner: Client, body: dict[str, Any]) -> None:
    """The question whole, the answer as far as it came, the conversation free."""
    kept = (await owner.get(f"/chat/conversations/{body['id']}")).json()
    question, answer = kept["messages"]
    assert kept["conversation"]["answering"] is False
    assert (question["id"], question["parts"]) == (body["messages"][0]["id"], body["messages"][0]["parts"])
    assert _text_of(answer) == case.shown
    assert (answer["metadata"]["status"], answer["metadata"]["errorCode"]) == (case.kept, case.code)


def _text_of(message: dict[str, Any]) -> str:
    return "".join(part["text"] for part in message["parts"] if part["type"] == "text")


async def test_a_tool_use_gone_wrong_is_paid_for(owner: Client, plan: FaultPlan) -> None:
    """Its tokens count towards the price and the cap on output, and its stream is heard to its end."""
    plan.add(Fault(name="malformed_tool_use", times=1))
    usage = (await owner.ask("How was Friday?")).data("usage")
    assert (usage["modelCalls"], usage["outputTokens"]) == (2, 5 + 10)


async def test_thinking_that_was_split_is_no_part_of_the_answer(owner: Client, plan: FaultPlan) -> None:
    for seed in range(8):
        plan.add(Fault(name="split_thinking", seed=seed, text="3 < 5, so <b> it is.", times=1))
        answered = await owner.ask("How was Friday?")
        assert answered.text == WHOLE
        assert "".join(part["delta"] for part in answered.of_type("reasoning-delta")) == "3 < 5, so <b> it is."


async def test_a_question_whose_answer_broke_off_can_be_asked_again(owner: Client, plan: FaultPlan) -> None:
    """By its own id it is told how it ended; regenerated, it is answered, and the broken answer is gone."""
    plan.add(Fault(name="cut", after=1, times=1))
    body = owner.body("How was Friday?")
    broken = await owner.send_ask(body)
    again = await owner.send_ask(body)
    assert (again.text, again.message["id"]) == ("You made ", broken.message["id"])
    assert again.data("failure") == broken.data("failure")
    assert again.parts[-1] == {"type": "finish", "finishReason": "error"}
    mended = await owner.send_ask({"id": body["id"], "trigger": "regenerate-message", "messages": []})
    assert mended.text == WHOLE
    await _is_kept(answers(Fault(name="cut")), owner, body)


async def test_an_answer_that_broke_off_is_part_of_what_the_model_is_told_next(
    owner: Client, plan: FaultPlan, service: FaultyService
) -> None:
    plan.add(Fault(name="cut", after=1, times=1))
    body = owner.body("How was Friday?")
    await owner.send_ask(body)
    await owner.ask("And Saturday?", conversation=body["id"])
    told = service.director.requests[-1].body["messages"]
    assert [message["role"] for message in told] == ["user", "assistant", "user"]
    assert told[1]["content"] == [{"text": "You made "}]


async def test_a_client_that_leaves_while_it_asks_is_no_failure_of_ours(
    owner: Client, service: FaultyService, capsys: pytest.CaptureFixture[str]
) -> None:
    """Litestar calls it an internal server error; an alarm on those would ring for every closed laptop."""
    host, port = service.address.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /ai/ask HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {owner.token}\r\n"
    capsys.readouterr()
    writer.write(f'{head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{{"id": '.encode())
    await writer.drain()
    writer.close()
    printed = ""
    async with asyncio.timeout(10):
        while "/ai/ask" not in printed:
            await owner.get("/health")
            printed += capsys.readouterr().out
    log = Log(printed)
    [line] = [line for line in log.lines if line.get("route") == "/ai/ask"]
    assert (line["status"], line["error_code"], line["failures"]) == (400, "client_left", 0)
    assert not [line for line in log.lines if line["event"] == "failure"]
