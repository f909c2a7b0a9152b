"""A voice: whoever answers a Converse request. The endpoint only carries what it says.

A voice yields ConverseStream's events as botocore names them, each a dict with one key. Before the first of
them it may yield a StandIn; in the place of one, a Spoilt (faults.py). A BedrockException that it raises
before the first event is an HTTP error, after it an exception frame in the stream. When the client leaves,
the voice is closed.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from local.bedrock.wire import encode_json

Event: TypeAlias = dict[str, Any]
Block: TypeAlias = dict[str, Any]


class ConverseRequest(Struct, frozen=True):
    """model_id: decoded, an id or an ARN; body: the parsed JSON body (messages, system, toolConfig, …)."""

    model_id: str
    body: dict[str, Any]


class StandIn(Struct, frozen=True):
    """Who speaks, when it is not the model that was asked for. Becomes the header `x-tableside-stand-in`."""

    name: str


class Spoilt(Struct, frozen=True):
    """An event that does not arrive whole: its frame with a wrong `checksum`, `cut` off half-way with the
    connection, or the connection `dropped` without any of it."""

    event: Event
    how: Literal["checksum", "cut", "dropped"]


Utterance: TypeAlias = Event | StandIn | Spoilt
Voice: TypeAlias = Callable[[ConverseRequest], AsyncIterator[Utterance]]
Respond: TypeAlias = Callable[[dict[str, Any]], list[Block]]

BYTES_A_TOKEN = 4
"""Our estimate; nothing here has the model's tokenizer."""

_WORDS = re.compile(r"\s*\S{1,12}|\s+")
_FRAGMENT = 12


def speaking(respond: Respond, stand_in: str, note: str, *, pace_ms: float = 0) -> Voice:
    """A voice out of a function from the request's body to Converse content blocks.

    pace_ms: silence between two deltas; the first one comes at once. note: told in messageStop's
    additionalModelResponseFields, together with that the usage is an estimate.
    """
    fields = {
        "stand_in": stand_in,
        "note": f"{note} Token counts are estimates: {BYTES_A_TOKEN} bytes a token.",
    }

    async def voice(request: ConverseRequest) -> AsyncIterator[Utterance]:
        started = time.monotonic()
        blocks = respond(request.body)
        yield StandIn(stand_in)
        first = True
        for event in speech(request.body, blocks, fields):
            if "contentBlockDelta" in event:
                if pace_ms and not first:
                    await asyncio.sleep(pace_ms / 1000)
                first = False
            elif "metadata" in event:
                event["metadata"]["metrics"] = {"latencyMs": round((time.monotonic() - started) * 1000)}
            yield event

    return voice


@asynccontextmanager
async def closing(said: AsyncIterator[Utterance]) -> AsyncIterator[AsyncIterator[Utterance]]:
    """A voice's utterances, and the voice closed at the end, wherever in them that is."""
    try:
        yield said
    finally:
        if isinstance(said, AsyncGenerator):
            await said.aclose()


def speech(body: dict[str, Any], blocks: list[Block], fields: dict[str, Any]) -> Iterator[Event]:
    """Content blocks as events, cut at the request's maxTokens. A text block has no contentBlockStart, as in
    Bedrock."""
    limit = body.get("inferenceConfig", {}).get("maxTokens")
    budget = None if limit is None else limit * BYTES_A_TOKEN
    spoken = 0
    reason = "tool_use" if any("toolUse" in block for block in blocks) else "end_turn"
    yield {"messageStart": {"role": "assistant"}}
    for index, block in enumerate(blocks):
        if "toolUse" in block:
            start = {key: block["toolUse"][key] for key in ("toolUseId", "name")}
            yield {"contentBlockStart": {"start": {"toolUse": start}, "contentBlockIndex": index}}
        for piece in pieces(block):
            fitting = piece if budget is None else _first_bytes(piece, budget - spoken)
            spoken += len(fitting.encode())
            if fitting or not piece:
                yield delta(block, fitting, index)
            if fitting != piece:
                reason = "max_tokens"
                break
        yield {"contentBlockStop": {"contentBlockIndex": index}}
        if reason == "max_tokens":
            break
    yield {"messageStop": {"stopReason": reason, "additionalModelResponseFields": fields}}
    yield {"metadata": {"usage": usage(body, spoken), "metrics": {"latencyMs": 0}}}


def pieces(block: Block) -> list[str]:
    """A text in words, a tool use's input in fragments of its JSON; an empty input is one empty fragment."""
    if "text" in block:
        return _WORDS.findall(block["text"])
    document = encode_json(block["toolUse"]["input"]).decode()
    if document == "{}":
        return [""]
    return [document[at : at + _FRAGMENT] for at in range(0, len(document), _FRAGMENT)]


def delta(block: Block, piece: str, index: int) -> Event:
    content: dict[str, Any] = {"text": piece} if "text" in block else {"toolUse": {"input": piece}}
    return {"contentBlockDelta": {"delta": content, "contentBlockIndex": index}}


def usage(body: dict[str, Any], spoken: int) -> dict[str, int]:
    """An estimate. spoken: bytes of output."""
    heard = {key: body[key] for key in ("system", "messages", "toolConfig") if key in body}
    tokens_in, tokens_out = (-(-size // BYTES_A_TOKEN) for size in (len(encode_json(heard)), spoken))
    return {"inputTokens": tokens_in, "outputTokens": tokens_out, "totalTokens": tokens_in + tokens_out}


def _first_bytes(text: str, size: int) -> str:
    """The longest beginning of `text` that fits, without half a character."""
    return text.encode()[: max(size, 0)].decode(errors="ignore")
