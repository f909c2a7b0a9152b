"""The connection: each event flushed, the client's leaving seen, a slow reader, a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from local.bedrock.server import BedrockEndpoint
from local.bedrock.voice import ConverseRequest, Event
from tests.local.bedrock import clients
from tests.local.bedrock.clients import MODEL, QUESTION, TEXT, aio, raw, saying

START: Event = {"messageStart": {"role": "assistant"}}


def delta(text: str) -> Event:
    return {"contentBlockDelta": {"delta": {"text": text}, "contentBlockIndex": 0}}


class Waiting:
    """A voice that says its first event and then waits to be closed."""

    def __init__(self, *, silent: bool = False) -> None:
        self.asked = asyncio.Event()
        self.left = asyncio.Event()
        self._silent = silent

    async def __call__(self, _request: ConverseRequest) -> AsyncIterator[Event]:
        self.asked.set()
        try:
            if not self._silent:
                yield START
            await asyncio.Event().wait()
        finally:
            self.left.set()


async def test_each_event_is_flushed_on_its_own() -> None:
    """The voice holds back the next event until the client has read the last one."""
    read = asyncio.Semaphore(0)

    async def voice(_request: ConverseRequest) -> AsyncIterator[Event]:
        yield START
        for number in range(20):
            await read.acquire()
            yield delta(str(number))

    async with asyncio.timeout(20), BedrockEndpoint(voice) as endpoint, aio(endpoint.url) as client:
        response = await client.converse_stream(modelId=MODEL, **QUESTION)
        events = []
        async for event in response["stream"]:
            events.append(event)
            read.release()
    assert clients.text_of(events) == "".join(map(str, range(20)))


@pytest.mark.parametrize("operation", ["converse", "converse-stream"])
@pytest.mark.parametrize("silent", [True, False])
async def test_a_client_that_leaves_stops_the_voice(operation: str, silent: bool) -> None:
    voice = Waiting(silent=silent)
    async with asyncio.timeout(20), BedrockEndpoint(voice) as endpoint:
        async with raw(endpoint.url, operation=operation) as (reader, _):
            await voice.asked.wait()
            if operation == "converse-stream" and not silent:
                assert await reader.readuntil(b"assistant")
        await voice.left.wait()


async def test_a_client_that_does_not_read_holds_the_voice_back() -> None:
    said, left = 0, asyncio.Event()

    async def voice(_request: ConverseRequest) -> AsyncIterator[Event]:
        nonlocal said
        try:
            yield START
            for said in range(100_000):  # noqa: B007 (counted from outside)
                yield delta("x" * 65_536)
        finally:
            left.set()

    async with asyncio.timeout(20), BedrockEndpoint(voice) as endpoint:
        async with raw(endpoint.url) as (reader, _):
            await reader.readuntil(b"assistant")
        await left.wait()
    assert said < 1_000


async def test_no_task_is_left_behind_by_those_who_leave() -> None:
    async with asyncio.timeout(20), BedrockEndpoint(saying({"text": "word " * 5_000}, pace_ms=1)) as endpoint:
        before = asyncio.all_tasks()
        for _ in range(20):
            async with raw(endpoint.url) as (reader, _):
                await reader.readuntil(b"contentBlockDelta")
        while asyncio.all_tasks() - before:
            await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)


async def test_stopping_cuts_what_is_under_way_and_the_port_stays() -> None:
    voice = Waiting()
    endpoint = BedrockEndpoint(voice)
    async with asyncio.timeout(20):
        await endpoint.start()
        url = endpoint.url
        async with raw(url) as (reader, _):
            await reader.readuntil(b"assistant")
            await endpoint.stop()
            await voice.left.wait()
            await reader.read()
        with pytest.raises(ConnectionRefusedError):
            async with raw(url):
                pass
        await endpoint.start()
        assert endpoint.url == url
        await endpoint.stop()


async def test_many_at_once() -> None:
    async with BedrockEndpoint(saying(TEXT, pace_ms=1)) as endpoint, aio(endpoint.url) as client:

        async def ask() -> str:
            response = await client.converse_stream(modelId=MODEL, **QUESTION)
            return clients.text_of([event async for event in response["stream"]])

        answers = await asyncio.gather(*(ask() for _ in range(50)))
    assert answers == [TEXT["text"]] * 50


async def test_those_who_leave_are_no_errors(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    voice = Waiting()
    async with asyncio.timeout(20), BedrockEndpoint(voice) as endpoint:
        async with raw(endpoint.url) as (reader, _):
            await reader.readuntil(b"assistant")
        await voice.left.wait()
    ours = ("aiohttp", "local", "asyncio")
    assert not [record for record in caplog.records if record.name.startswith(ours)]
