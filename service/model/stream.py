"""What a model is to the service: a request in, a stream of small events out."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from msgspec import Struct

from service.messages import Message, ToolSpec


class ModelSettings(Struct, frozen=True):
    """max_tokens: cap on this call's output. top_k 1 with temperature 0 is what makes tool use dependable."""

    max_tokens: int
    temperature: float
    top_k: int


class ModelRequest(Struct, frozen=True):
    """labels: go with the request into the model's invocation log and into recordings; never into the prompt."""

    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]
    settings: ModelSettings
    labels: dict[str, str]


class AnswerOpened(Struct, frozen=True):
    """The model took the request. stand_in: who speaks when it is not the model asked for, else None."""

    stand_in: str | None


class TextChunk(Struct, frozen=True):
    text: str


class ReasoningChunk(Struct, frozen=True):
    text: str


class ToolUseOpened(Struct, frozen=True):
    id: str
    name: str


class ToolUseChunk(Struct, frozen=True):
    """A fragment of the arguments' JSON."""

    id: str
    text: str


class ToolUseClosed(Struct, frozen=True):
    """arguments: the whole JSON text as the model wrote it; it may be malformed."""

    id: str
    name: str
    arguments: str


class AnswerStopped(Struct, frozen=True):
    """reason: Bedrock's stop reason, an open set: end_turn, tool_use, max_tokens, malformed_tool_use, …"""

    reason: str


class UsageCounted(Struct, frozen=True):
    input_tokens: int
    output_tokens: int


ModelEvent = (
    AnswerOpened
    | TextChunk
    | ReasoningChunk
    | ToolUseOpened
    | ToolUseChunk
    | ToolUseClosed
    | AnswerStopped
    | UsageCounted
)


class Model(Protocol):
    """Raises a ModelError. What can be tried again unseen (nothing streamed yet) it has tried already. A stream that
    is left before its end is closed by whoever leaves it (`contextlib.aclosing`)."""

    model_id: str

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]: ...
