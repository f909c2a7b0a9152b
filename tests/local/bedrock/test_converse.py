"""Converse and ConverseStream, read by boto3 and aioboto3."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from botocore.exceptions import ClientError, EventStreamError

from local.bedrock.errors import STATUS, BedrockException
from local.bedrock.server import BedrockEndpoint
from local.bedrock.voice import ConverseRequest, Event, Voice, speech
from tests.local.bedrock import clients
from tests.local.bedrock.clients import MODEL, QUESTION, TEXT, TOOL, TOOL_USE, aio, saying

ARN = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"
STREAM_ERROR = "ModelStreamErrorException"
TOOLS = {"toolConfig": {"tools": [{"toolSpec": TOOL}]}}


def raising(*events: Event, error: Exception) -> Voice:
    async def voice(_request: ConverseRequest) -> AsyncIterator[Event]:
        for event in events:
            yield event
        raise error

    return voice


def without_latency(events: list[Event]) -> list[Event]:
    return [{**event, "metadata": event["metadata"]["usage"]} if "metadata" in event else event for event in events]


async def test_the_events_are_those_that_the_voice_said() -> None:
    async with BedrockEndpoint(saying(TEXT, TOOL_USE)) as endpoint:
        events, error = await clients.stream(endpoint.url, **TOOLS)
    note = "A test, not Nova. Token counts are estimates: 4 bytes a token."
    said = speech({**QUESTION, **TOOLS}, [TEXT, TOOL_USE], {"stand_in": "analyst", "note": note})
    assert error is None
    assert without_latency(events) == without_latency(list(said))
    assert events[-1]["metadata"]["metrics"]["latencyMs"] >= 0


async def test_aioboto3_sees_the_same() -> None:
    async with BedrockEndpoint(saying(TEXT, TOOL_USE)) as endpoint, aio(endpoint.url) as client:
        response = await client.converse_stream(modelId=MODEL, **QUESTION, **TOOLS)
        theirs = [event async for event in response["stream"]]
        ours, _ = await clients.stream(endpoint.url, **TOOLS)
    assert without_latency(theirs) == without_latency(ours)


async def test_converse_is_the_same_answer_in_one_document() -> None:
    async with BedrockEndpoint(saying(TEXT, TOOL_USE)) as endpoint:
        answer = await clients.converse(endpoint.url, **TOOLS)
        events, _ = await clients.stream(endpoint.url, **TOOLS)
    assert answer["output"] == {"message": {"role": "assistant", "content": [TEXT, TOOL_USE]}}
    assert answer["stopReason"] == "tool_use"
    assert answer["usage"] == events[-1]["metadata"]["usage"]
    assert answer["additionalModelResponseFields"]["stand_in"] == "analyst"
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-tableside-stand-in"] == "analyst"


async def test_a_stream_says_who_speaks_and_what_it_is() -> None:
    async with BedrockEndpoint(saying(TEXT)) as endpoint, aio(endpoint.url) as client:
        response = await client.converse_stream(modelId=MODEL, **QUESTION)
        headers = response["ResponseMetadata"]["HTTPHeaders"]
        async for _ in response["stream"]:
            pass
    assert headers["content-type"] == "application/vnd.amazon.eventstream"
    assert headers["x-tableside-stand-in"] == "analyst"
    assert response["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize("model", [ARN, "us.amazon.nova-lite-v1:0", MODEL])
async def test_the_voice_is_told_the_decoded_model_id_and_the_body(model: str) -> None:
    heard: list[ConverseRequest] = []

    async def voice(request: ConverseRequest) -> AsyncIterator[Event]:
        heard.append(request)
        for event in speech(request.body, [TEXT], {}):
            yield event

    async with BedrockEndpoint(voice) as endpoint:
        await clients.converse(endpoint.url, model, system=[{"text": "Be brief."}])
    assert heard[0].model_id == model
    assert heard[0].body == {**QUESTION, "system": [{"text": "Be brief."}]}


@pytest.mark.parametrize("operation", ["converse", "converse_stream"])
@pytest.mark.parametrize("type", sorted(STATUS))
async def test_an_exception_before_the_first_event_is_a_status(type: str, operation: str) -> None:
    expected = "ModelErrorException" if (type, operation) == (STREAM_ERROR, "converse") else type
    voice = raising(error=BedrockException(type, "It cannot be done."))
    async with BedrockEndpoint(voice) as endpoint:
        with clients.boto(endpoint.url) as client, pytest.raises(ClientError) as caught:
            await asyncio.to_thread(getattr(client, operation), modelId=MODEL, **QUESTION)
    assert caught.value.response["Error"] == {"Code": expected, "Message": "It cannot be done."}
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == STATUS[expected]
    modelled = hasattr(client.exceptions, expected)
    assert modelled == (expected not in ("SerializationException", "UnknownOperationException"))
    assert not modelled or isinstance(caught.value, getattr(client.exceptions, expected))


@pytest.mark.parametrize(
    ("type", "in_stream"),
    [
        ("ThrottlingException", "throttlingException"),
        ("ModelStreamErrorException", "modelStreamErrorException"),
        ("InternalServerException", "internalServerException"),
        ("ValidationException", "validationException"),
        ("ServiceUnavailableException", "serviceUnavailableException"),
        ("ModelErrorException", "modelStreamErrorException"),
        ("AccessDeniedException", "internalServerException"),
    ],
)
async def test_an_exception_behind_the_first_event_is_in_the_stream(type: str, in_stream: str) -> None:
    start = {"messageStart": {"role": "assistant"}}
    async with BedrockEndpoint(raising(start, error=BedrockException(type, "It broke."))) as endpoint:
        events, error = await clients.stream(endpoint.url)
        with pytest.raises(ClientError) as caught:
            await clients.converse(endpoint.url)
    assert events == [start]
    assert isinstance(error, EventStreamError)
    assert error.response["Error"] == {"Code": in_stream, "Message": "It broke."}
    whole = "ModelErrorException" if type == "ModelStreamErrorException" else type
    assert caught.value.response["Error"]["Code"] == whole


@pytest.mark.parametrize("events", [(), ({"messageStart": {"role": "assistant"}},)], ids=["before", "behind"])
async def test_a_bug_in_a_voice_is_an_internal_error_that_tells_nothing(
    events: tuple[Event, ...], caplog: pytest.LogCaptureFixture
) -> None:
    async with BedrockEndpoint(raising(*events, error=RuntimeError("secret"))) as endpoint:
        with pytest.raises(ClientError, match="InternalServerException") as caught:
            await clients.converse(endpoint.url)
        try:
            _, error = await clients.stream(endpoint.url)
        except ClientError as refused:
            error = refused
    assert "secret" not in str(caught.value)
    assert "secret" not in str(error)
    assert "nternalServerException" in str(error)
    assert caplog.text.count("RuntimeError: secret") == 2


async def test_a_tool_use_with_broken_json_is_a_model_error_in_converse() -> None:
    start = {"start": {"toolUse": {"toolUseId": "t", "name": "n"}}, "contentBlockIndex": 0}
    half = {"delta": {"toolUse": {"input": '{"a": '}}, "contentBlockIndex": 0}

    async def voice(_request: ConverseRequest) -> AsyncIterator[Event]:
        yield {"messageStart": {"role": "assistant"}}
        yield {"contentBlockStart": start}
        yield {"contentBlockDelta": half}
        yield {"messageStop": {"stopReason": "tool_use"}}

    async with BedrockEndpoint(voice) as endpoint:
        with pytest.raises(ClientError, match="invalid sequence as part of ToolUse"):
            await clients.converse(endpoint.url)
