"""The real client before the real endpoint, whose voice the test writes and spoils."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import aioboto3
import pytest
from aiobotocore.config import AioConfig
from msgspec import Struct

from local.bedrock.faults import Fault, FaultPlan, with_faults
from local.bedrock.server import BedrockEndpoint
from local.bedrock.voice import Voice
from service.messages import Message, TextBlock, ToolSpec
from service.model import bedrock
from service.model.bedrock import BedrockModel
from service.model.stream import ModelEvent, ModelRequest, ModelSettings, TextChunk
from tests.http.scripted import Director, text

MODEL = "stand-in.test-v1:0"
SESSION = aioboto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
REQUEST = ModelRequest(
    "Be true.",
    (Message("user", (TextBlock("How?"),)),),
    (ToolSpec("menu", "The menu.", {"type": "object", "properties": {}}),),
    ModelSettings(100, 0.0, 1),
    {"prompt": "ask"},
)


@pytest.fixture(autouse=True)
def quick_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bedrock, "FIRST_PAUSE", 0.001)


class Line(Struct):
    """model: ours, to be tested; client: the aioboto3 client that it uses; director: the endpoint's voice, which
    counts its requests and knows when the client has left; tries: requests that the client set out to send; held: set
    when the voice begins to keep silent."""

    model: BedrockModel
    client: Any
    endpoint: BedrockEndpoint
    director: Director
    tries: int = 0
    held: asyncio.Event | None = None

    @property
    def busy_connections(self) -> int:
        """Connections that are neither closed nor back in the client's pool."""
        return sum(len(session.connector._acquired) for session in self._sessions)

    @property
    def idle_connections(self) -> int:
        return sum(len(idle) for session in self._sessions for idle in session.connector._conns.values())

    @property
    def _sessions(self) -> list[Any]:
        return list(self.client._endpoint.http_session._sessions.values())


@asynccontextmanager
async def line_to(
    voice: Voice, director: Director, *, patience: float = 20.0, idle: float = 20.0, listening: bool = True
) -> AsyncIterator[Line]:
    config = AioConfig(
        connect_timeout=3, read_timeout=idle, retries={"total_max_attempts": 1}, parameter_validation=False
    )
    endpoint = BedrockEndpoint(voice, model_ids=frozenset({MODEL}))
    await endpoint.start()
    if not listening:
        await endpoint.stop()
    try:
        async with SESSION.client("bedrock-runtime", endpoint_url=endpoint.url, config=config, verify=False) as client:
            line = Line(BedrockModel(client, MODEL, patience=patience), client, endpoint, director)

            def count(**_: Any) -> None:
                line.tries += 1

            client.meta.events.register("before-send.bedrock-runtime.ConverseStream", count)
            yield line
    finally:
        await endpoint.stop()


@asynccontextmanager
async def faulty(*faults: Fault, **settings: Any) -> AsyncIterator[Line]:
    """A line to a voice that says `One two three` and ends, spoilt by these faults in turn."""
    director = Director(text("One ", "two ", "three."))
    async with line_to(with_faults(director, FaultPlan(*faults)), director, **settings) as line:
        yield line


def in_one(events: Iterable[ModelEvent]) -> list[ModelEvent]:
    """Text in a row as one chunk: how it was cut tells how it came over the network, and that it may do as it likes."""
    joined: list[ModelEvent] = []
    for event in events:
        if isinstance(event, TextChunk) and joined and isinstance(joined[-1], TextChunk):
            joined[-1] = TextChunk(joined[-1].text + event.text)
        else:
            joined.append(event)
    return joined


async def hear(line: Line) -> list[ModelEvent]:
    """All that the model says to its end."""
    async with asyncio.timeout(20), aclosing(line.model.stream(REQUEST)) as events:
        return [event async for event in events]


async def hear_until_it_fails(line: Line) -> tuple[list[ModelEvent], Exception | None]:
    events: list[ModelEvent] = []
    try:
        async with asyncio.timeout(20), aclosing(line.model.stream(REQUEST)) as stream:
            async for event in stream:
                events.append(event)
    except TimeoutError:
        raise
    except Exception as error:  # it is the result
        return events, error
    return events, None
