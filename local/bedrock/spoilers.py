"""The ways to go wrong: each takes a voice's utterances and gives them on, spoilt."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeAlias

from msgspec import Struct

from local.bedrock.errors import INVALID_TOOL_USE, BedrockException
from local.bedrock.voice import ConverseRequest, Event, Spoilt, Utterance, usage


class Fault(Struct, frozen=True, kw_only=True):
    """One thing that goes wrong.

    name: one of FAULTS; times: for how many requests in turn, None: for good; after: deltas of content that
    still come through; seconds: of silence, where the fault is one; seed: of a split's random points; text:
    the thinking that is split, or the stop reason that is garbage.
    """

    name: str
    times: int | None = None
    after: int = 3
    seconds: float = 3600.0
    seed: int = 0
    text: str = ""


Stream: TypeAlias = AsyncIterator[Utterance]
Spoiler: TypeAlias = Callable[[Fault, ConverseRequest, Stream], Stream]


def refused(type: str, message: str) -> Spoiler:
    async def spoiler(_fault: Fault, _request: ConverseRequest, _said: Stream) -> Stream:
        raise BedrockException(type, message)
        yield  # type: ignore[unreachable]

    return spoiler


def broken_off(type: str, message: str) -> Spoiler:
    async def spoiler(fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
        due = _Due(fault.after)
        async for utterance in said:
            if due(utterance):
                raise BedrockException(type, message)
            yield utterance

    return spoiler


async def early_end(fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
    """The response ends in good order, and messageStop never came."""
    due = _Due(fault.after)
    async for utterance in said:
        if due(utterance):
            return
        yield utterance


async def stall(fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
    due = _Due(fault.after)
    async for utterance in said:
        if due(utterance):
            await asyncio.sleep(fault.seconds)
        yield utterance


async def slow_start(fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
    """Not even the status comes for a while."""
    await asyncio.sleep(fault.seconds)
    async for utterance in said:
        yield utterance


async def slow_first_token(fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
    """messageStart comes, and then nothing for a while."""
    due = _Due(0)
    async for utterance in said:
        if due(utterance):
            await asyncio.sleep(fault.seconds)
        yield utterance


async def cut(fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
    due = _Due(fault.after)
    async for utterance in said:
        yield Spoilt(utterance, "cut") if due(utterance) and isinstance(utterance, dict) else utterance


async def dropped(_fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
    async for utterance in said:
        yield Spoilt(utterance, "dropped") if isinstance(utterance, dict) else utterance


async def checksum(fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
    due = _Due(fault.after)
    async for utterance in said:
        yield Spoilt(utterance, "checksum") if due(utterance) and isinstance(utterance, dict) else utterance


async def max_tokens(fault: Fault, request: ConverseRequest, said: Stream) -> Stream:
    """The answer ends in the middle of a block, as when maxTokens is reached."""
    spoken, unfinished = 0, None
    due = _Due(fault.after)
    async for utterance in said:
        if due(utterance):
            break
        yield utterance
        if isinstance(utterance, dict) and "contentBlockDelta" in utterance:
            unfinished = utterance["contentBlockDelta"]["contentBlockIndex"]
            spoken += len(str(utterance["contentBlockDelta"]["delta"].get("text", "")).encode())
        elif isinstance(utterance, dict) and "contentBlockStop" in utterance:
            unfinished = None
    if unfinished is not None:
        yield {"contentBlockStop": {"contentBlockIndex": unfinished}}
    for event in _ending("max_tokens", request, spoken):
        yield event


async def malformed_tool_use(fault: Fault, request: ConverseRequest, said: Stream) -> Stream:
    """A tool use whose input ends in the middle of its JSON, with everything else in order."""
    for utterance in [*await _opening(said), *_half_tool_use(request)]:
        yield utterance
    yield {"contentBlockStop": {"contentBlockIndex": 0}}
    for event in _ending(fault.text or "tool_use", request, 20):
        yield event


async def invalid_tool_sequence(_fault: Fault, request: ConverseRequest, said: Stream) -> Stream:
    """What Nova does when it loses itself in a tool use."""
    for utterance in [*await _opening(said), *_half_tool_use(request)]:
        yield utterance
    raise BedrockException("ModelStreamErrorException", INVALID_TOOL_USE)


async def split_thinking(fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
    """<thinking> before the answer, as Nova writes it into the text, split at random points, its tags too.
    Its last piece comes in one delta with the beginning of the answer; before a tool use it is a text block
    of its own."""
    chance = random.Random(fault.seed)  # noqa: S311 (repeatable, nothing secret)
    thinking = fault.text or "I need the rows of the last days; 3 < 5, so they are there."
    left = _random_pieces(f"<thinking>{thinking}</thinking>\n\n", chance)
    shift = 0
    async for utterance in said:
        if not isinstance(utterance, dict):
            yield utterance
            continue
        event = utterance
        if left and "contentBlockStart" in event:
            shift = 1
            for piece in left:
                yield _text(piece)
            yield {"contentBlockStop": {"contentBlockIndex": 0}}
            left = []
        elif left and "contentBlockDelta" in event:
            for piece in left[:-1]:
                yield _text(piece)
            event = _text(left[-1] + event["contentBlockDelta"]["delta"]["text"])
            left = []
        yield _shifted(event, shift)


async def stop_reason(fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
    async for utterance in said:
        if isinstance(utterance, dict) and "messageStop" in utterance:
            reason = fault.text or "malformed_model_output"
            yield {"messageStop": {**utterance["messageStop"], "stopReason": reason}}
        else:
            yield utterance


async def empty_answer(_fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
    """messageStart and messageStop, and nothing else."""
    for utterance in await _opening(said):
        yield utterance
    yield {"messageStop": {"stopReason": "end_turn"}}


async def metadata(said: Stream, times: int) -> Stream:
    async for utterance in said:
        for _ in range(times if isinstance(utterance, dict) and "metadata" in utterance else 1):
            yield utterance


async def unknown_event(fault: Fault, _request: ConverseRequest, said: Stream) -> Stream:
    """An event that no client of today knows, in the middle of the others."""
    due = _Due(fault.after)
    async for utterance in said:
        if due(utterance):
            yield {"contentBlockAside": {"contentBlockIndex": 0, "aside": {"text": "not of the answer"}}}
        yield utterance


# -- shared by them --------------------------------------------------------------------------------


class _Due:
    """Whether the fault is due at an utterance: once, at the first event of content behind `after` deltas,
    or at messageStop."""

    def __init__(self, after: int) -> None:
        self._left = after
        self._over = False

    def __call__(self, utterance: Utterance) -> bool:
        kind = next(iter(utterance)) if isinstance(utterance, dict) else ""
        content = kind in ("contentBlockStart", "contentBlockDelta", "contentBlockStop")
        due = not self._over and (kind == "messageStop" or (content and self._left <= 0))
        self._over = self._over or due
        self._left -= kind == "contentBlockDelta"
        return due


async def _opening(said: Stream) -> list[Utterance]:
    """What the voice says up to its first event."""
    opening: list[Utterance] = []
    async for utterance in said:
        opening.append(utterance)
        if isinstance(utterance, dict):
            break
    return opening


def _half_tool_use(request: ConverseRequest) -> Iterator[Event]:
    """The beginning of a call of the first tool that was offered."""
    offered = [tool["toolSpec"]["name"] for tool in request.body.get("toolConfig", {}).get("tools", [])]
    use = {"toolUseId": "tooluse_malformed", "name": offered[0] if offered else "no_such_tool"}
    yield {"contentBlockStart": {"start": {"toolUse": use}, "contentBlockIndex": 0}}
    for fragment in ('{"start": "20', "26-11-"):
        yield {"contentBlockDelta": {"delta": {"toolUse": {"input": fragment}}, "contentBlockIndex": 0}}


def _ending(reason: str, request: ConverseRequest, spoken: int) -> Iterator[Event]:
    yield {"messageStop": {"stopReason": reason}}
    yield {"metadata": {"usage": usage(request.body, spoken), "metrics": {"latencyMs": 0}}}


def _random_pieces(text: str, chance: random.Random) -> list[str]:
    points = sorted(chance.sample(range(1, len(text)), k=min(12, len(text) - 1)))
    return [text[start:end] for start, end in zip([0, *points], [*points, len(text)], strict=True)]


def _text(piece: str) -> Event:
    return {"contentBlockDelta": {"delta": {"text": piece}, "contentBlockIndex": 0}}


def _shifted(event: Event, shift: int) -> Event:
    ((kind, members),) = event.items()
    if not shift or "contentBlockIndex" not in members:
        return event
    return {kind: {**members, "contentBlockIndex": members["contentBlockIndex"] + shift}}
