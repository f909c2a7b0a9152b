"""Each fault, as boto3 sees it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from botocore.eventstream import ChecksumMismatch
from botocore.exceptions import ClientError, EventStreamError, HTTPClientError
from urllib3.exceptions import ProtocolError

from local.bedrock.faults import FAULTS, Fault, FaultPlan, with_faults
from local.bedrock.server import BedrockEndpoint
from local.bedrock.voice import ConverseRequest, Event, Voice
from tests.local.bedrock import clients
from tests.local.bedrock.clients import MODEL, TEXT, TOOL, TOOL_USE, kinds, raw, saying, text_of

TOOLS: dict[str, Any] = {"toolConfig": {"tools": [{"toolSpec": TOOL}]}}


def faulty(name: str, *blocks: dict[str, Any], **parameters: Any) -> Voice:
    return with_faults(saying(*(blocks or (TEXT,))), FaultPlan(Fault(name=name, **parameters)))


async def spoilt(name: str, *blocks: dict[str, Any], **parameters: Any) -> tuple[list[Event], Exception | None]:
    async with asyncio.timeout(20), BedrockEndpoint(faulty(name, *blocks, **parameters)) as endpoint:
        return await clients.stream(endpoint.url, **TOOLS)


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [
        ("throttle_before", "ThrottlingException", 429),
        ("unavailable_before", "ServiceUnavailableException", 503),
        ("internal_before", "InternalServerException", 500),
        ("timeout_before", "ModelTimeoutException", 408),
        ("not_ready_before", "ModelNotReadyException", 429),
        ("model_error_before", "ModelErrorException", 424),
        ("denied_before", "AccessDeniedException", 403),
    ],
)
async def test_a_refusal_before_the_stream(name: str, code: str, status: int) -> None:
    async with BedrockEndpoint(faulty(name)) as endpoint:
        refusal = await clients.refusal(endpoint.url)
    assert refusal[:2] == (code, status)
    assert refusal[2]


async def test_a_plan_goes_by_the_order_of_the_requests() -> None:
    plan = FaultPlan(Fault(name="throttle_before", times=2), Fault(name="empty_answer", times=1))
    async with BedrockEndpoint(with_faults(saying(TEXT), plan)) as endpoint:
        for _ in range(2):
            with pytest.raises(ClientError, match="ThrottlingException"):
                await clients.converse(endpoint.url)
        assert (await clients.converse(endpoint.url))["output"]["message"]["content"] == []
        assert (await clients.converse(endpoint.url))["output"]["message"]["content"] == [TEXT]
        plan.add(Fault(name="denied_before"))
        for _ in range(3):
            with pytest.raises(ClientError, match="AccessDeniedException"):
                await clients.converse(endpoint.url)
        plan.clear()
        assert (await clients.converse(endpoint.url))["output"]["message"]["content"] == [TEXT]


async def test_a_plan_may_be_any_function_of_the_request() -> None:
    def plan(request: ConverseRequest) -> Fault | None:
        return Fault(name="denied_before") if "system" in request.body else None

    async with BedrockEndpoint(with_faults(saying(TEXT), plan)) as endpoint:
        assert (await clients.converse(endpoint.url))["stopReason"] == "end_turn"
        with pytest.raises(ClientError, match="AccessDeniedException"):
            await clients.converse(endpoint.url, system=[{"text": "x"}])


def test_a_plan_knows_its_faults() -> None:
    with pytest.raises(ValueError, match="no fault called earthquake"):
        FaultPlan(Fault(name="earthquake"))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("throttle_mid", "throttlingException"),
        ("unavailable_mid", "serviceUnavailableException"),
        ("internal_mid", "internalServerException"),
        ("model_error_mid", "modelStreamErrorException"),
    ],
)
@pytest.mark.parametrize("after", [0, 1, 3])
async def test_an_exception_in_mid_stream(name: str, code: str, after: int) -> None:
    events, error = await spoilt(name, after=after)
    assert kinds(events) == ["messageStart", *["contentBlockDelta"] * after]
    assert isinstance(error, EventStreamError)
    assert error.response["Error"]["Code"] == code


async def test_a_fault_that_would_come_too_late_comes_at_the_end() -> None:
    events, error = await spoilt("throttle_mid", after=1_000)
    assert text_of(events) == TEXT["text"]
    assert kinds(events)[-1] == "contentBlockStop"
    assert isinstance(error, EventStreamError)


async def test_malformed_tool_use_is_broken_json_and_nothing_else() -> None:
    events, error = await spoilt("malformed_tool_use")
    assert error is None
    assert events[1]["contentBlockStart"]["start"]["toolUse"]["name"] == "revenue_by_day"
    fragments = "".join(
        event["contentBlockDelta"]["delta"]["toolUse"]["input"] for event in events if "contentBlockDelta" in event
    )
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(fragments)
    assert kinds(events)[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    assert events[-2]["messageStop"]["stopReason"] == "tool_use"


async def test_an_invalid_tool_sequence_ends_the_stream_in_it() -> None:
    events, error = await spoilt("invalid_tool_sequence")
    assert kinds(events) == ["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockDelta"]
    assert isinstance(error, EventStreamError)
    assert error.response["Error"]["Code"] == "modelStreamErrorException"
    message = error.response["Error"]["Message"]
    assert message.startswith("Model produced invalid sequence as part of ToolUse.")


@pytest.mark.parametrize("seed", range(8))
async def test_split_thinking_is_all_there_and_split(seed: int) -> None:
    events, error = await spoilt("split_thinking", seed=seed, text="a < b")
    plain, _ = await spoilt("stop_reason")
    assert error is None
    assert text_of(events) == f"<thinking>a < b</thinking>\n\n{TEXT['text']}"
    assert kinds(events).count("contentBlockDelta") == kinds(plain).count("contentBlockDelta") + 12
    deltas = [event["contentBlockDelta"] for event in events if "contentBlockDelta" in event]
    assert {delta["contentBlockIndex"] for delta in deltas} == {0}


async def test_thinking_before_a_tool_use_is_a_block_of_its_own() -> None:
    events, error = await spoilt("split_thinking", TOOL_USE)
    assert error is None
    assert text_of(events).endswith("</thinking>\n\n")
    blocks = [(kind, event[kind]["contentBlockIndex"]) for event in events for kind in event if "Block" in kind]
    assert [block for block in blocks if block[0] != "contentBlockDelta"] == [
        ("contentBlockStop", 0),
        ("contentBlockStart", 1),
        ("contentBlockStop", 1),
    ]


@pytest.mark.parametrize("blocks", [(TEXT,), (TEXT, TOOL_USE)])
@pytest.mark.parametrize("after", [0, 2, 9, 10, 1_000])
async def test_max_tokens_closes_its_block_and_tells(blocks: tuple[dict[str, Any], ...], after: int) -> None:
    events, error = await spoilt("max_tokens", *blocks, after=after)
    assert error is None
    assert events[-2]["messageStop"]["stopReason"] == "max_tokens"
    assert events[-1]["metadata"]["usage"]["inputTokens"] > 0
    stops = [event["contentBlockStop"]["contentBlockIndex"] for event in events if "contentBlockStop" in event]
    begun = {event["contentBlockDelta"]["contentBlockIndex"] for event in events if "contentBlockDelta" in event}
    assert set(stops) == begun
    assert len(stops) == len(begun)


async def test_a_stall_is_silence_until_the_client_leaves() -> None:
    async with asyncio.timeout(20), BedrockEndpoint(faulty("stall", after=2)) as endpoint:
        before = asyncio.all_tasks()
        async with raw(endpoint.url) as (reader, writer):
            await reader.readuntil(b" revenue")
            stalled = asyncio.all_tasks() - before
            writer.write_eof()
            assert b"contentBlockDelta" not in await reader.read()
        assert stalled
        await asyncio.gather(*stalled, return_exceptions=True)


@pytest.mark.parametrize("name", ["stall", "slow_start", "slow_first_token"])
async def test_after_a_silence_the_answer_goes_on(name: str) -> None:
    events, error = await spoilt(name, seconds=0.01)
    assert error is None
    assert text_of(events) == TEXT["text"]


@pytest.mark.parametrize(("name", "first"), [("slow_start", b""), ("slow_first_token", b"messageStart")])
async def test_what_comes_before_a_slow_token(name: str, first: bytes) -> None:
    voice = faulty(name)
    async with asyncio.timeout(20), BedrockEndpoint(voice) as endpoint, raw(endpoint.url) as (reader, writer):
        if first:
            await reader.readuntil(first)
        writer.write_eof()
        rest = await reader.read()
    assert b"contentBlockDelta" not in rest
    assert first or not rest


async def test_a_cut_connection_breaks_off_in_mid_frame() -> None:
    events, error = await spoilt("cut", after=2)
    assert text_of(events) == "Net revenue"
    assert isinstance(error, ProtocolError)


async def test_a_cut_is_half_a_frame_on_the_wire() -> None:
    voice = faulty("cut", after=0)
    async with asyncio.timeout(20), BedrockEndpoint(voice) as endpoint, raw(endpoint.url) as (reader, _):
        received = await reader.read()
    assert received.count(b"messageStart") == 1
    assert b"contentBlockDelta" in received
    assert not received.endswith(b"0\r\n\r\n")
    assert b"Net" not in received


async def test_a_dropped_connection_says_nothing() -> None:
    voice = faulty("dropped_before")
    async with asyncio.timeout(20), BedrockEndpoint(voice) as endpoint, raw(endpoint.url) as (reader, _):
        assert await reader.read() == b""


async def test_an_early_end_is_an_orderly_end_without_message_stop() -> None:
    events, error = await spoilt("early_end", after=2)
    assert error is None
    assert kinds(events) == ["messageStart", "contentBlockDelta", "contentBlockDelta"]


async def test_a_wrong_checksum() -> None:
    events, error = await spoilt("checksum", after=2)
    assert text_of(events) == "Net revenue"
    assert isinstance(error, ChecksumMismatch)


async def test_a_stop_reason_that_nobody_knows() -> None:
    events, error = await spoilt("stop_reason")
    assert error is None
    assert events[-2]["messageStop"]["stopReason"] == "malformed_model_output"
    events, _ = await spoilt("stop_reason", text="malformed_tool_use")
    assert events[-2]["messageStop"]["stopReason"] == "malformed_tool_use"


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("empty_answer", ["messageStart", "messageStop"]),
        ("duplicate_metadata", ["messageStop", "metadata", "metadata"]),
        ("missing_metadata", ["contentBlockStop", "messageStop"]),
    ],
)
async def test_events_that_are_too_many_or_too_few(name: str, end: list[str]) -> None:
    events, error = await spoilt(name)
    assert error is None
    assert kinds(events)[-len(end) :] == end
    assert name != "empty_answer" or kinds(events) == end


async def test_an_unknown_event_is_passed_over() -> None:
    events, error = await spoilt("unknown_event")
    assert error is None
    assert text_of(events) == TEXT["text"]
    async with BedrockEndpoint(faulty("unknown_event")) as endpoint:
        async with raw(endpoint.url) as (reader, _):
            assert await reader.readuntil(b"contentBlockAside")
        assert (await clients.converse(endpoint.url))["output"]["message"]["content"] == [TEXT]


@pytest.mark.parametrize("name", sorted(FAULTS))
@pytest.mark.parametrize("after", [0, 7])
async def test_no_fault_leaves_anything_behind(name: str, after: int, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a fault does, both operations end, the next request is answered and no error is logged."""
    plan = FaultPlan(Fault(name=name, after=after, seconds=0.001, times=2))
    async with asyncio.timeout(20), BedrockEndpoint(with_faults(saying(TEXT), plan)) as endpoint:
        for ask in (clients.stream, clients.converse):
            with suppress(ClientError, HTTPClientError):
                await ask(endpoint.url, **TOOLS)
        assert (await clients.converse(endpoint.url, MODEL))["output"]["message"]["content"] == [TEXT]
    assert not caplog.records
