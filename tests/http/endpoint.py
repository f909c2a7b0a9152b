"""Fixtures of every suite that asks the service over a real socket: the model's endpoint, whose every word a test
chooses, and the judge of streams."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from local.bedrock.server import BedrockEndpoint
from tests.http.judge import StreamJudge
from tests.http.scripted import Director, text

MODEL = "stand-in.analyst-v1:0"


@pytest_asyncio.fixture(scope="session")
async def judge() -> AsyncIterator[StreamJudge]:
    async with StreamJudge() as judge:
        yield judge


@pytest_asyncio.fixture(scope="session")
async def endpoint_and_director() -> AsyncIterator[tuple[BedrockEndpoint, Director]]:
    director = Director(text("This was ", "not scripted."))
    async with BedrockEndpoint(director, model_ids=frozenset({MODEL})) as endpoint:
        yield endpoint, director


@pytest.fixture
def director(endpoint_and_director: tuple[BedrockEndpoint, Director]) -> Director:
    endpoint_and_director[1].reset()
    return endpoint_and_director[1]
