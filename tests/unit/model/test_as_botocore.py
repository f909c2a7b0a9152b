"""A response's own bytes, read by us and by botocore: the same words, the same errors. Both through the real client
and a real socket, so that a version of it that no longer hands the body over unread fails here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import aiohttp
import pytest
from botocore import exceptions as aws
from botocore.eventstream import ParserError
from hypothesis import given, settings
from hypothesis import strategies as st

from local.bedrock.wire import (
    encode_frame,
    encode_headers,
    encode_json,
    event_frame,
    exception_frame,
    with_wrong_checksum,
)
from service.errors import (
    MalformedToolUseError,
    ModelStreamError,
    ModelThrottledError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from service.model import bedrock
from service.model.converse import ContentReader, to_converse
from service.model.stream import AnswerOpened, ModelEvent, TextChunk
from service.routes.ui_stream import DONE, EventQueue, ui_stream
from service.transcript import Transcript
from tests.unit.model.conftest import MODEL, REQUEST, hear_until_it_fails, in_one
from tests.unit.model.raw_endpoint import RawLine, raw_line

Heard = tuple[list[ModelEvent], type[Exception] | None]


def message(payload: Any, **headers: str) -> bytes:
    """headers: without their colon, `_` for `-`."""
    named = {":" + name.replace("_", "-"): value for name, value in headers.items()}
    return encode_frame(encode_headers(named), payload if isinstance(payload, bytes) else encode_json(payload))


def event(kind: str, **members: Any) -> bytes:
    return message(members, message_type="event", event_type=kind, content_type="application/json")


def word(text: str, index: int = 0) -> bytes:
    return event_frame({"contentBlockDelta": {"delta": {"text": text}, "contentBlockIndex": index}})


def tool(index: int, **delta: Any) -> bytes:
    if delta:
        return event_frame({"contentBlockDelta": {"delta": {"toolUse": delta}, "contentBlockIndex": index}})
    start = {"toolUse": {"toolUseId": f"use-{index}", "name": "menu"}}
    return event_frame({"contentBlockStart": {"start": start, "contentBlockIndex": index}})


START = event_frame({"messageStart": {"role": "assistant"}})
STOP = event_frame({"messageStop": {"stopReason": "end_turn", "additionalModelResponseFields": {"seen": [1, None]}}})
USAGE = event_frame({"metadata": {"usage": {"inputTokens": 7, "outputTokens": 3, "totalTokens": 10}}})
EXCEPTIONS = [
    "throttlingException",
    "validationException",
    "internalServerException",
    "modelStreamErrorException",
    "serviceUnavailableException",
    "aNewException",
]

_indexes = st.integers(0, 2)
_good = st.one_of(
    st.sampled_from([START, STOP, USAGE]),
    st.builds(word, st.sampled_from(["One ", "2,5 €", "<thin", "king>", "</thinking>", "\n", ""]), _indexes),
    st.builds(tool, _indexes),
    st.builds(lambda index, text: tool(index, input=text), _indexes, st.sampled_from(["", '{"n', '": 5}'])),
    _indexes.map(lambda index: event_frame({"contentBlockStop": {"contentBlockIndex": index}})),
)
_odd = st.one_of(
    st.builds(exception_frame, st.sampled_from(EXCEPTIONS), st.sampled_from(["", "Invalid sequence in ToolUse"])),
    st.sampled_from(
        [
            message(b"", message_type="exception", exception_type="throttlingException"),
            message(b"ToolUse", message_type="exception", exception_type="modelStreamErrorException"),
            message({"Message": "capital"}, message_type="exception", exception_type="validationException"),
            message(b"", message_type="error", error_code="throttlingException", error_message="Slow down."),
            message(b"{}", message_type="error", error_code="modelStreamErrorException", error_message="ToolUse"),
            message(b"", message_type="error"),
            message({}, message_type="event", event_type="initial-response"),
            message({"text": "?"}, message_type="event", event_type="contentBlockAside"),
            message({"message": "?"}, message_type="event", event_type="throttlingException"),
            message({"text": "?"}, message_type="event"),
            message(b"", message_type="event", event_type="contentBlockDelta"),
            message(b""),
            event("contentBlockDelta", contentBlockIndex=0),
            event("contentBlockDelta", contentBlockIndex=0, delta={"text": "no type"}, unknown={"a": 1}),
            event("metadata", metrics={"latencyMs": 5}),
            with_wrong_checksum(word("wrong ")),
            word("cut ")[:-5],
        ]
    ),
)
_streams = st.lists(st.one_of(_good, _good, _odd), max_size=8)


@pytest.fixture(autouse=True)
def one_try(monkeypatch: pytest.MonkeyPatch, quick_tries: None) -> None:
    """No second one is begun that patience would not see the end of."""
    monkeypatch.setattr(bedrock, "FIRST_PAUSE", 3600.0)


async def as_we_hear(line: RawLine) -> Heard:
    events, error = await hear_until_it_fails(line)
    return in_one(said for said in events if not isinstance(said, AnswerOpened)), error and type(error)


async def as_botocore_hears(line: RawLine) -> Heard:
    reader, said = ContentReader(), []
    stream = (await line.client.converse_stream(**to_converse(MODEL, REQUEST)))["stream"]
    try:
        async for found in stream:
            said += reader.read([found])
    except aws.EventStreamError as error:
        return in_one(said), type(bedrock._error_of(error))
    except ParserError:
        return in_one(said), ModelStreamError
    finally:
        stream.close()
        await stream._event_generator.aclose()
    return in_one(said), None if reader.complete else ModelStreamError


async def heard(streams: Iterable[list[bytes]]) -> list[tuple[Heard, Heard]]:
    """As we hear each, and as botocore does."""
    async with raw_line() as line:
        found = []
        for says in streams:
            line.endpoint.says = says
            found.append((await as_we_hear(line), await as_botocore_hears(line)))
        return found


@settings(max_examples=25)
@given(st.lists(_streams, min_size=5, max_size=5))
def test_words_and_errors_are_those_that_botocore_hears(streams: list[list[bytes]]) -> None:
    for ours, theirs in asyncio.run(heard([[START, *said, STOP, USAGE] for said in streams])):
        assert ours == theirs


@settings(max_examples=25)
@given(st.lists(_streams, min_size=5, max_size=5))
def test_also_when_the_answer_has_neither_beginning_nor_end(streams: list[list[bytes]]) -> None:
    for ours, theirs in asyncio.run(heard(streams)):
        assert ours == theirs


@pytest.mark.parametrize("kind", EXCEPTIONS)
async def test_each_exception_in_mid_answer(kind: str) -> None:
    async with raw_line() as line:
        line.endpoint.says = [START, word("One "), exception_frame(kind, "No."), word("two")]
        ours, theirs = await as_we_hear(line), await as_botocore_hears(line)
    assert ours == theirs
    assert ours[0] == [TextChunk("One ")]
    assert ours[1] is not None


async def test_an_error_is_known_by_its_type_or_its_code() -> None:
    async with raw_line() as line:
        line.endpoint.says = [START, word("One "), message(b"", message_type="error", error_code="throttlingException")]
        assert (await as_we_hear(line))[1] is ModelThrottledError
        line.endpoint.says = [START, word("One "), message(b"", message_type="error", error_code="somethingNew")]
        assert (await as_we_hear(line))[1] is ModelUnavailableError
        line.endpoint.says = [START, word("One "), exception_frame("modelTimeoutException", "Botocore lists none here")]
        assert (await as_we_hear(line))[1] is ModelTimeoutError
        line.endpoint.says = [START, word("One "), exception_frame("modelStreamErrorException", "Bad ToolUse")]
        assert (await as_we_hear(line))[1] is MalformedToolUseError


@pytest.mark.parametrize(
    "failure",
    [
        exception_frame("modelStreamErrorException", "Invalid sequence as part of ToolUse"),
        message(b"ToolUse, not JSON", message_type="exception", exception_type="modelStreamErrorException"),
        message(b"{}", message_type="error", error_code="modelStreamErrorException", error_message="ToolUse"),
    ],
)
async def test_what_an_error_says_is_read_wherever_it_stands(failure: bytes) -> None:
    async with raw_line() as line:
        line.endpoint.says = [START, word("One "), failure]
        assert (await as_we_hear(line))[1] is MalformedToolUseError
        assert (await as_botocore_hears(line))[1] is MalformedToolUseError


async def test_a_word_that_is_no_json_breaks_the_answer() -> None:
    """Here we are stricter: botocore passes over it, and half a figure would be shown as a whole one."""
    async with raw_line() as line:
        lost = message(b'{"delta": {"te', message_type="event", event_type="contentBlockDelta")
        line.endpoint.says = [START, word("$1"), lost, word(".00"), STOP]
        assert await as_we_hear(line) == ([TextChunk("$1")], ModelStreamError)
        assert await as_botocore_hears(line) == ([TextChunk("$1.00"), *_stopped()], None)


def _stopped() -> list[ModelEvent]:
    return list(ContentReader().read([{"messageStop": {"stopReason": "end_turn"}}]))


async def test_the_client_hands_over_the_body_unread() -> None:
    """What all of this rests on. When this fails, a new aiobotocore has another way: see `_hand_over_body`."""
    async with raw_line() as line:
        line.endpoint.says = [START, word("One "), STOP]
        response = await line.client.converse_stream(**to_converse(MODEL, REQUEST))
        body = response[bedrock._BODY]
        assert isinstance(body, aiohttp.ClientResponse)
        assert await body.read() == b"".join(line.endpoint.says)


async def test_words_that_come_together_leave_together() -> None:
    """One read of Bedrock's socket is one write to the browser's, however many events there are in it."""
    async with raw_line() as line:
        line.endpoint.says = [START, *(word(f"{number} ") for number in range(50)), STOP, USAGE]
        queue = EventQueue()
        transcript = Transcript(queue.put)

        async def answer() -> None:
            async for said in line.model.stream(REQUEST):
                if isinstance(said, TextChunk):
                    transcript.text(said.text)
            queue.end()

        answering = asyncio.create_task(answer())
        [words, end] = [chunk async for chunk in ui_stream(queue, 60)]
        await answering
    assert words.count(b'"text-delta"') == 1
    assert all(f"{number} ".encode() in words for number in range(50))
    assert end == DONE
