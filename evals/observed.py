"""Observed: what came of a case, as the scorers, the leak check and the report read it. Nothing here judges."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field


class ToolCall(Struct, kw_only=True):
    """One look-up. output: the slice that it found, as the stream carried it; error: its sentence, when it failed."""

    id: str
    name: str
    arguments: dict[str, Any]
    output: dict[str, Any] | None = None
    error: str | None = None


class ObservedTurn(Struct, kw_only=True):
    """One question and its answer.

    text: all text parts, joined by a blank line, which is what receipts' offsets (UTF-16 code units) count in;
    parts: the stream's, in order; slices: the prefetched ones and then the tools' results in the order that they were
    asked for, which is how receipts number them; receipts: `data-receipts`' figures; usage: `data-usage`;
    failure: `data-failure`, or the problem document of an answer without a stream; spoken_by: who speaks for the
    model, when it says that somebody else does; first_token_ms, total_ms: on the asker's clock.
    """

    question: str
    conversation_id: str
    status: int
    text: str
    parts: list[dict[str, Any]]
    slices: list[dict[str, Any]]
    tools: list[ToolCall]
    receipts: list[dict[str, Any]]
    finish_reason: str | None
    failure: dict[str, Any] | None
    usage: dict[str, Any] | None
    prompt_version: str
    model: str
    spoken_by: str | None
    stand_in: bool
    first_token_ms: float | None
    total_ms: float


class Boundaries(Struct, kw_only=True):
    """What crossed each boundary while a case was asked, as bytes.

    sql_rows: the rows that PostgreSQL sent to the service; bedrock_requests: request bodies (JSON) as they reached
    Bedrock; tool_results: what the stream told of the tools' results (JSON); sse: every byte that the asker was sent;
    dynamodb_items: the conversation's items (JSON); log_lines: the service's lines about it.
    """

    sql_rows: list[bytes] = field(default_factory=list)
    bedrock_requests: list[bytes] = field(default_factory=list)
    tool_results: list[bytes] = field(default_factory=list)
    sse: bytes = b""
    dynamodb_items: list[bytes] = field(default_factory=list)
    log_lines: list[bytes] = field(default_factory=list)


class Observed(Struct, kw_only=True):
    """One case: a conversation of one restaurant's owner. tenant: the restaurant's key in `evals/restaurants.py`."""

    tenant: str
    turns: list[ObservedTurn]
    boundaries: Boundaries = field(default_factory=Boundaries)

    @property
    def last(self) -> ObservedTurn:
        """The turn that counts."""
        return self.turns[-1]
