"""A model whose every word a test chooses, behind the real endpoint: real sockets, real ConverseStream frames."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from local.bedrock.voice import ConverseRequest, StandIn, Utterance, Voice

Script = Callable[[ConverseRequest], AsyncIterator[Utterance]]


class Director:
    """The endpoint's voice: plays the scripts it was given, one a call, then `otherwise`; keeps what it was asked."""

    def __init__(self, otherwise: Voice) -> None:
        self.otherwise = otherwise
        self.scripts: list[Script] = []
        self.requests: list[ConverseRequest] = []
        self.left = asyncio.Event()

    def reset(self) -> None:
        self.scripts, self.requests, self.left = [], [], asyncio.Event()

    def play(self, *scripts: Script) -> None:
        self.scripts.extend(scripts)

    async def __call__(self, request: ConverseRequest) -> AsyncIterator[Utterance]:
        self.requests.append(request)
        voice = self.scripts.pop(0) if self.scripts else self.otherwise
        try:
            async for utterance in voice(request):
                yield utterance
        except (GeneratorExit, asyncio.CancelledError):
            self.left.set()
            raise


def text(*deltas: str, stop: str = "end_turn", before: Callable[[int], Any] | None = None) -> Script:
    """Says the deltas; `before(n)` is awaited before the n-th (from 0), so that a test can hold one back."""

    async def script(request: ConverseRequest) -> AsyncIterator[Utterance]:
        yield StandIn("script")
        yield {"messageStart": {"role": "assistant"}}
        for number, delta in enumerate(deltas):
            if before is not None:
                await before(number)
            yield {"contentBlockDelta": {"delta": {"text": delta}, "contentBlockIndex": 0}}
        yield {"contentBlockStop": {"contentBlockIndex": 0}}
        for event in ending(stop):
            yield event

    return script


def tool_use(*uses: tuple[str, Any], thinking: str = "", stop: str = "tool_use") -> Script:
    """Asks for tools: (name, arguments), arguments a dict or the raw text of it."""

    async def script(request: ConverseRequest) -> AsyncIterator[Utterance]:
        yield StandIn("script")
        yield {"messageStart": {"role": "assistant"}}
        index = 0
        if thinking:
            yield {"contentBlockDelta": {"delta": {"text": thinking}, "contentBlockIndex": 0}}
            yield {"contentBlockStop": {"contentBlockIndex": 0}}
            index = 1
        for at, (name, arguments) in enumerate(uses, start=index):
            raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
            start = {"toolUse": {"toolUseId": f"use-{len(request.body['messages'])}-{at}", "name": name}}
            yield {"contentBlockStart": {"start": start, "contentBlockIndex": at}}
            for cut in range(0, len(raw), 7):
                delta = {"toolUse": {"input": raw[cut : cut + 7]}}
                yield {"contentBlockDelta": {"delta": delta, "contentBlockIndex": at}}
            yield {"contentBlockStop": {"contentBlockIndex": at}}
        for event in ending(stop):
            yield event

    return script


def ending(stop: str) -> list[dict[str, Any]]:
    usage = {"inputTokens": 100, "outputTokens": 10, "totalTokens": 110}
    return [
        {"messageStop": {"stopReason": stop}},
        {"metadata": {"usage": usage, "metrics": {"latencyMs": 1}}},
    ]
