"""ConverseStream's shapes <-> our types: the request as Bedrock wants it, its events as ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from msgspec import Struct

from service.messages import ContentBlock, Message, TextBlock, ToolResultBlock, ToolSpec, ToolUseBlock
from service.model.stream import (
    AnswerStopped,
    ModelEvent,
    ModelRequest,
    ReasoningChunk,
    TextChunk,
    ToolUseChunk,
    ToolUseClosed,
    ToolUseOpened,
    UsageCounted,
)
from service.model.thinking import ThinkingSplitter

Event = dict[str, Any]
"""Its type as the only key, with its members."""

BETWEEN_BLOCKS = "\n\n"


class _ToolUse(Struct):
    id: str
    name: str
    arguments: str = ""


class ContentReader:
    """Reads events as they come. Blocks are told apart by their index, so they may interleave; a text block
    usually has no contentBlockStart; metadata comes after messageStop, and counts once. What is of no type that we
    know is passed over."""

    def __init__(self) -> None:
        self._texts: dict[int, ThinkingSplitter] = {}
        self._tools: dict[int, _ToolUse] = {}
        self._text_of: int | None = None
        self._counted = False
        self._stopped = False

    @property
    def complete(self) -> bool:
        """Whether the model has said that it is finished, and no tool use was left in mid-word."""
        return self._stopped and not self._tools

    def read(self, events: Sequence[Event]) -> Iterator[ModelEvent]:
        """What events that came together say: text of one block in a row is one chunk."""
        for event in events if len(events) == 1 else _text_joined(events):
            yield from self._read(event)

    def _read(self, event: Event) -> Iterator[ModelEvent]:
        match event:
            case {"contentBlockDelta": {"delta": delta, "contentBlockIndex": index}}:
                yield from self._delta(delta, index)
            case {"contentBlockStart": {"start": {"toolUse": tool}, "contentBlockIndex": index}}:
                self._text_of = None
                self._tools[index] = _ToolUse(tool["toolUseId"], tool["name"])
                yield ToolUseOpened(tool["toolUseId"], tool["name"])
            case {"contentBlockStop": {"contentBlockIndex": index}}:
                yield from self._block_ended(index)
            case {"messageStop": {"stopReason": reason}}:
                for index in list(self._texts):
                    yield from self._block_ended(index)
                self._stopped = True
                yield AnswerStopped(reason)
            case {"metadata": {"usage": usage}} if not self._counted:
                self._counted = True
                yield UsageCounted(usage["inputTokens"], usage["outputTokens"])

    def _delta(self, delta: dict[str, Any], index: int) -> Iterator[ModelEvent]:
        match delta:
            case {"text": text}:
                splitter = self._texts.setdefault(index, ThinkingSplitter())
                yield from self._told_apart(index, splitter.feed(text))
            case {"reasoningContent": {"text": text}}:
                self._text_of = None
                yield ReasoningChunk(text)
            case {"toolUse": {"input": fragment}} if index in self._tools:
                tool = self._tools[index]
                tool.arguments += fragment
                yield ToolUseChunk(tool.id, fragment)

    def _block_ended(self, index: int) -> Iterator[ModelEvent]:
        """Arguments that never came are none: `{}`."""
        if (tool := self._tools.pop(index, None)) is not None:
            yield ToolUseClosed(tool.id, tool.name, tool.arguments or "{}")
        if (splitter := self._texts.pop(index, None)) is not None:
            yield from self._told_apart(index, splitter.finish())

    def _told_apart(self, index: int, chunks: Iterable[TextChunk | ReasoningChunk]) -> Iterator[ModelEvent]:
        """Two blocks of text in a row are two paragraphs: run together, two figures would become a third."""
        for chunk in chunks:
            if isinstance(chunk, ReasoningChunk):
                self._text_of = None
                yield chunk
            else:
                apart = self._text_of not in (None, index)
                self._text_of = index
                yield TextChunk(BETWEEN_BLOCKS + chunk.text) if apart else chunk


def _text_joined(events: Sequence[Event]) -> Iterator[Event]:
    for index, run in groupby(events, _text_block):
        if index is None:
            yield from run
        else:
            text = "".join(event["contentBlockDelta"]["delta"]["text"] for event in run)
            yield {"contentBlockDelta": {"delta": {"text": text}, "contentBlockIndex": index}}


def _text_block(event: Event) -> int | None:
    """The block that the event adds text to."""
    match event:
        case {"contentBlockDelta": {"delta": {"text": _}, "contentBlockIndex": int(index)}}:
            return index
        case _:
            return None


def to_converse(model_id: str, request: ModelRequest) -> dict[str, Any]:
    """topK has no place in inferenceConfig; Nova takes it among the model's own fields. An empty list of tools would
    be refused."""
    tools = {"toolConfig": {"tools": [_tool(tool) for tool in request.tools]}} if request.tools else {}
    return {
        "modelId": model_id,
        "system": [{"text": request.system}],
        "messages": [_message(message) for message in request.messages],
        "inferenceConfig": {
            "maxTokens": request.settings.max_tokens,
            "temperature": request.settings.temperature,
        },
        "requestMetadata": request.labels,
        "additionalModelRequestFields": {"inferenceConfig": {"topK": request.settings.top_k}},
        **tools,
    }


def _message(message: Message) -> dict[str, Any]:
    return {"role": message.role, "content": [_block(block) for block in message.content]}


def _block(block: ContentBlock) -> dict[str, Any]:
    match block:
        case TextBlock(text):
            return {"text": text}
        case ToolUseBlock(id_, name, arguments):
            return {"toolUse": {"toolUseId": id_, "name": name, "input": arguments}}
        case ToolResultBlock(id_, text, failed):
            status = "error" if failed else "success"
            return {"toolResult": {"toolUseId": id_, "content": [{"text": text}], "status": status}}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    schema = {"json": tool.schema}
    return {"toolSpec": {"name": tool.name, "description": tool.description, "inputSchema": schema}}
