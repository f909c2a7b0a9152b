"""Hearing: a voice that notes each request that reaches Bedrock for the question that it belongs to.

A request is known by the text of its question and by nothing that came out of a database, so that a request filled
with another restaurant's rows is still the asker's. Hence no two may ask the same words at the same time: the second
waits for the first.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from msgspec import Struct, field

from local.bedrock.errors import BedrockException
from local.bedrock.recordings import question_of
from local.bedrock.replay import NO_RECORDING
from local.bedrock.voice import ConverseRequest, Utterance, Voice, closing


class Heard(Struct):
    """What came of one question: request bodies as JSON, and those that were not recorded, in the voice's words."""

    requests: list[bytes] = field(default_factory=list)
    unrecorded: list[str] = field(default_factory=list)


class Hearing:
    """A voice around another. strays: questions that nobody was asking when a request with them came."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._open: dict[str, Heard] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.strays: list[str] = []

    @asynccontextmanager
    async def listening(self, question: str) -> AsyncIterator[Heard]:
        """What reaches Bedrock for the question inside the block."""
        words = question.strip()
        async with self._turns[words]:
            heard = self._open[words] = Heard()
            try:
                yield heard
            finally:
                del self._open[words]

    async def __call__(self, request: ConverseRequest) -> AsyncIterator[Utterance]:
        heard = self._of(request)
        heard.requests.append(msgspec.json.encode(request.body))
        try:
            async with closing(self._voice(request)) as said:
                async for utterance in said:
                    yield utterance
        except BedrockException as error:
            if error.message.startswith(NO_RECORDING):
                heard.unrecorded.append(error.message)
            raise

    def _of(self, request: ConverseRequest) -> Heard:
        question = question_of(request.body).strip()
        if question not in self._open:
            self.strays.append(question)
            return Heard()
        return self._open[question]
