"""AgentLoop: grounds a question, calls the model, uses the tools it asks for, until it has answered.

The agent loop lives here and only here. Who waits for it, how it is stopped and where its answer is kept is the
turn's business (`turn.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from service.checkpoints import Checkpoints
from service.config import Config
from service.conversations.store import BegunTurn, ConversationStore
from service.db.pool import Pool
from service.errors import (
    MalformedToolUseError,
    ModelStreamError,
    ServiceError,
    ToolError,
    ToolRoundsError,
    TurnLimitError,
)
from service.events import StandInSpoke, StatusChanged
from service.grounding import Grounding
from service.messages import ContentBlock, FinishReason, Message, TextBlock, ToolPart, ToolResultBlock, ToolUseBlock
from service.model.stream import (
    AnswerOpened,
    AnswerStopped,
    Model,
    ModelEvent,
    ModelRequest,
    ModelSettings,
    ReasoningChunk,
    TextChunk,
    ToolUseChunk,
    ToolUseClosed,
    ToolUseOpened,
    UsageCounted,
)
from service.prompts import Prompt
from service.rows import SliceResult
from service.slices.context import restaurant_tag
from service.slices.execute import execute, tool_specs
from service.slices.prefetch import Prefetched
from service.slices.registry import slice_named
from service.slices.slice import render
from service.stops import Stops
from service.telemetry import TurnReport
from service.transcript import Emit, Transcript
from service.usage import Usage

WAKING = StatusChanged("waking_database", "The database is waking up; this can take half a minute.")

_FINISH: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "guardrail_intervened": "content-filter",
    "content_filtered": "content-filter",
}


class TurnResources(Struct, frozen=True):
    """What every turn of this process shares; opened by `app.py`. clock: now, for questions about the business."""

    config: Config
    pool: Pool
    model: Model
    prompt: Prompt
    stops: Stops
    clock: Callable[[], datetime]


class TurnContext(Struct, frozen=True):
    """What belongs to one turn: who asks, what, and where what happens is said, kept and counted."""

    store: ConversationStore
    begun: BegunTurn
    grounding: Grounding
    checkpoints: Checkpoints
    emit: Emit
    transcript: Transcript
    usage: Usage
    report: TurnReport


class _Step(Struct):
    """One call of the model, as far as it came. `asked`: (part, the model's arguments) for each tool use."""

    text: str = ""
    asked: list[ToolPart] = msgspec.field(default_factory=list)
    stop_reason: str = ""
    garbled: Exception | None = None


class AgentLoop:
    """`grounds`: every slice that the answer may rest on, prefetched and from tools; `today`: the tenant's day, once
    the slices are there."""

    def __init__(self, resources: TurnResources, turn: TurnContext) -> None:
        self._config = resources.config
        self._pool = resources.pool
        self._model = resources.model
        self._prompt = resources.prompt
        self._grounding = turn.grounding
        self._store = turn.store
        self._begun = turn.begun
        self._checkpoints = turn.checkpoints
        self._emit = turn.emit
        self._transcript = turn.transcript
        self._usage = turn.usage
        self._report = turn.report
        self.grounds: list[SliceResult] = []
        self.today: date | None = None

    # -- the answer ----------------------------------------------------------------------------------------------

    async def answer(self) -> FinishReason:
        """Raises a ServiceError; whatever was said before it is in the transcript."""
        system, messages = await self._ground()
        rounds = 0
        while True:
            step = await self._step(system, messages)
            if not step.asked:
                return self._finished(step)
            if rounds == self._config.turn_max_tool_rounds:
                raise ToolRoundsError
            rounds += 1
            self._report.tool_rounds = rounds
            messages = (*messages, *await self._use_tools(step))

    def _finished(self, step: _Step) -> FinishReason:
        if not step.text and step.stop_reason not in ("guardrail_intervened", "content_filtered"):
            raise ModelStreamError("The model gave no answer. Please try again.")
        return _FINISH.get(step.stop_reason, "other")

    async def _ground(self) -> tuple[str, tuple[Message, ...]]:
        """History, while the slices are on their way; no database connection is held when this returns."""
        try:
            async with asyncio.TaskGroup() as group:
                history = group.create_task(self._history())
                group.create_task(self._say_when_waking())
                prefetched = await self._grounding.fetched()
        except* ServiceError as errors:
            raise errors.exceptions[0] from errors
        question = Message("user", (TextBlock(self._begun.question.text),))
        return self._show_grounds(prefetched), (*history.result(), question)

    async def _history(self) -> tuple[Message, ...]:
        history = await self._store.history(self._begun, max_tokens=self._config.history_max_tokens)
        self._checkpoints.passed("dynamodb")
        return history

    async def _say_when_waking(self) -> None:
        if await self._grounding.database_is_waking():
            self._emit(WAKING)

    def _show_grounds(self, prefetched: Prefetched) -> str:
        self.today = prefetched.local_now.date()
        self.grounds.extend(prefetched.slices)
        for result in prefetched.slices:
            self._transcript.data("slice", result.to_json(), result.name)
        self._transcript.data("isolation", prefetched.isolation)
        return self._prompt.render(
            restaurant=restaurant_tag(prefetched.tenant, prefetched.local_now),
            slices="\n\n".join(render(result) for result in prefetched.slices),
        )

    # -- one call of the model -----------------------------------------------------------------------------------

    async def _step(self, system: str, messages: tuple[Message, ...]) -> _Step:
        """A malformed tool use is tried once more; the second time it is told."""
        try:
            return await self._call_model(system, messages)
        except MalformedToolUseError:
            return await self._call_model(system, messages)

    async def _call_model(self, system: str, messages: tuple[Message, ...]) -> _Step:
        settings = self._prompt.settings
        left = self._config.turn_max_output_tokens - self._usage.output_tokens
        if left <= 0:
            raise TurnLimitError
        settings = msgspec.structs.replace(settings, max_tokens=min(settings.max_tokens, left))
        step = _Step()
        self._usage.model_calls += 1
        self._transcript.step_started()
        try:
            async with aclosing(self._model.stream(self._request(system, messages, settings))) as events:
                async for event in events:
                    self._take(event, step)
        finally:
            self._transcript.step_finished()
        if step.garbled or step.stop_reason == "malformed_tool_use":
            raise MalformedToolUseError from step.garbled
        if step.stop_reason.startswith("malformed"):
            raise ModelStreamError  # an answer, not a tool use: tried once more, it would be shown twice
        return step

    def _request(self, system: str, messages: tuple[Message, ...], settings: ModelSettings) -> ModelRequest:
        labels = {"prompt": self._prompt.name, "prompt_version": self._prompt.version}
        return ModelRequest(system, messages, tool_specs(), settings, labels)

    def _take(self, event: ModelEvent, step: _Step) -> None:
        match event:
            case TextChunk(text):
                self._checkpoints.passed("bedrock")
                step.text += text
                self._transcript.text(text)
            case ReasoningChunk(text):
                self._transcript.reasoning(text)
            case ToolUseOpened(id_, name):
                self._transcript.tool_opened(id_, name)
            case ToolUseChunk(id_, text):
                self._transcript.tool_fragment(id_, text)
            case ToolUseClosed(id_, name, arguments):
                self._read_arguments(id_, name, arguments, step)
            case UsageCounted(input_tokens, output_tokens):
                self._usage.add(input_tokens, output_tokens)
            case AnswerStopped(reason):
                step.stop_reason = self._report.stop_reason = reason
            case AnswerOpened(stand_in):
                self._note_stand_in(stand_in)

    def _note_stand_in(self, name: str | None) -> None:
        if name is not None and not self._report.stand_in:
            self._report.stand_in = True
            self._emit(StandInSpoke(name))

    def _read_arguments(self, id_: str, name: str, arguments: str, step: _Step) -> None:
        """Garbled ones are no end yet: what the call cost is told last of all."""
        try:
            given = msgspec.json.decode(arguments, type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            self._transcript.tool_invalid(id_, name, arguments, "The arguments were garbled.")
            step.garbled = error
            return
        self._transcript.tool_ready(id_, name, given)
        step.asked.append(ToolPart(id_, name, given))

    # -- tools ---------------------------------------------------------------------------------------------------

    async def _use_tools(self, step: _Step) -> tuple[Message, Message]:
        """The model's message and the tools' results, the tools side by side, each in a transaction of its own."""
        said: list[ContentBlock] = [TextBlock(step.text)] if step.text.strip() else []
        said += [ToolUseBlock(part.id, part.name, part.input) for part in step.asked]
        async with asyncio.TaskGroup() as group:
            using = [group.create_task(self._use_tool(part)) for part in step.asked]
        used = [task.result() for task in using]
        # In the order they were asked for, as the reader sees them: receipts number them so.
        self.grounds += [found for _, found in used if found is not None]
        return Message("assistant", tuple(said)), Message("user", tuple(block for block, _ in used))

    async def _use_tool(self, part: ToolPart) -> tuple[ToolResultBlock, SliceResult | None]:
        # A name that the model made up may be anything: it is not for the log.
        self._report.tools.append(part.name if slice_named(part.name) else "unknown")
        try:
            result = await execute(
                self._pool,
                self._grounding.principal,
                self._grounding.now,
                part.name,
                part.input,
                seconds=self._config.tool_max_seconds,
            )
        except ToolError as error:
            self._transcript.tool_failed(part, error)
            return ToolResultBlock(part.id, error.sentence, failed=True), None
        self._transcript.tool_answered(part, result.to_json())
        return ToolResultBlock(part.id, render(result)), result
