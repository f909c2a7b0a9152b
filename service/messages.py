"""A conversation's messages: as the model sees them, and as they are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

Role = Literal["user", "assistant"]
FinishReason = Literal["stop", "length", "content-filter", "tool-calls", "error", "other"]

# -- as the model sees them -------------------------------------------------------------------------------------


class TextBlock(Struct, frozen=True, tag="text"):
    text: str


class ToolUseBlock(Struct, frozen=True, tag="tool_use"):
    id: str
    name: str
    input: dict[str, Any]


class ToolResultBlock(Struct, frozen=True, tag="tool_result"):
    id: str
    text: str
    failed: bool = False


ContentBlock = TextBlock | ToolUseBlock | ToolResultBlock


class Message(Struct, frozen=True):
    role: Role
    content: tuple[ContentBlock, ...]


class ToolSpec(Struct, frozen=True):
    """A tool offered to the model. schema: JSON Schema whose top level holds only type, properties and required."""

    name: str
    description: str
    schema: dict[str, Any]


# -- as they are kept -------------------------------------------------------------------------------------------


class TextPart(Struct, frozen=True, tag="text"):
    text: str


class ReasoningPart(Struct, frozen=True, tag="reasoning"):
    text: str


class ToolPart(Struct, frozen=True, tag="tool"):
    """A tool use and how it ended: `output` (a slice as JSON) or `error` (the sentence the model was given)."""

    id: str
    name: str
    input: Any
    output: dict[str, Any] | None = None
    error: str | None = None


class DataPart(Struct, frozen=True, tag="data"):
    """A named record that belongs to the answer: slice, isolation, usage, checkpoints."""

    name: str
    data: Any
    id: str | None = None


Part = TextPart | ReasoningPart | ToolPart | DataPart

AnswerStatus = Literal["complete", "stopped", "interrupted"]


class Question(Struct, frozen=True):
    id: str
    text: str
    asked_at: datetime


class Answer(Struct, frozen=True, kw_only=True):
    """id: the message's; status: `complete`, `stopped` (somebody asked for it) or `interrupted` (it broke off, and
    `error_code` says why); parts: what the browser showed, in order; metadata: as sent on the stream's `start`;
    finish_reason: as sent at its end, None when it was kept before that was."""

    id: str
    text: str
    status: AnswerStatus
    parts: tuple[Part, ...]
    metadata: dict[str, Any]
    answered_at: datetime
    error_code: str | None = None
    finish_reason: FinishReason | None = None


class Turn(Struct, frozen=True):
    """A question and its answer, if there is one yet. `position` counts from 1 within the conversation."""

    position: int
    question: Question
    answer: Answer | None = None


class ConversationSummary(Struct, frozen=True):
    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    turns: int
    answering: bool = False


class Conversation(Struct, frozen=True):
    """earlier: there are turns before these, at positions below this one; None when there are none."""

    summary: ConversationSummary
    turns: tuple[Turn, ...]
    earlier: int | None = None
