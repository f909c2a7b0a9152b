"""run_turn: one question to one finished answer. The agent loop lives here and only here.

The turn runs in a task of its own. It is ended by its caps or by a stop that was asked for, not by the connection:
a streaming Lambda never sees the client leave, so every host behaves alike. Its question is stored before it begins;
its answer, or what there is of it, is stored before it says that it has finished.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct

from service.checkpoints import Checkpoints
from service.config import Config
from service.conversations.store import BegunTurn, ConversationStore
from service.db.pool import Pool
from service.errors import (
    ConversationsUnavailableError,
    MalformedToolUseError,
    ModelStreamError,
    NotFoundError,
    ServiceError,
    ShuttingDownError,
    ToolError,
    ToolRoundsError,
    TurnLimitError,
)
from service.events import (
    FinishReason,
    StandInSpoke,
    StatusChanged,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnStopped,
)
from service.messages import (
    Answer,
    AnswerStatus,
    ContentBlock,
    Message,
    TextBlock,
    ToolPart,
    ToolResultBlock,
    ToolUseBlock,
)
from service.model.stream import (
    AnswerOpened,
    AnswerStopped,
    Model,
    ModelEvent,
    ModelRequest,
    ReasoningChunk,
    TextChunk,
    ToolUseChunk,
    ToolUseClosed,
    ToolUseOpened,
    UsageCounted,
)
from service.principal import Principal
from service.prompts import Prompt
from service.slices.context import restaurant_tag
from service.slices.execute import execute, tool_specs
from service.slices.prefetch import Prefetched, prefetch
from service.slices.slice import render
from service.telemetry import TurnReport, log_failure
from service.transcript import Emit, Transcript
from service.usage import Usage

STAND_IN = "stand-in."
TOOL_SECONDS = 8.0
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
    clock: Callable[[], datetime]


class Outcome(Struct, frozen=True):
    """How a turn ended. `error` is what the reader is told; `cause` goes to the log."""

    status: AnswerStatus
    reason: FinishReason
    error: ServiceError | None = None
    cause: BaseException | None = None


async def run_turn(
    resources: TurnResources,
    principal: Principal,
    store: ConversationStore,
    begun: BegunTurn,
    checkpoints: Checkpoints,
    emit: Emit,
) -> TurnReport:
    """Answers a question whose turn has begun, emitting events as they happen, and stores the answer. Every failure
    ends as an event and an `interrupted` answer; only cancellation (the process is shutting down) comes out, and that
    after what there is has been stored."""
    return await _RunningTurn(resources, principal, store, begun, checkpoints, emit).run()


class _Step(Struct):
    """One call of the model, as far as it came. `asked`: (part, the model's arguments) for each tool use."""

    text: str = ""
    asked: list[ToolPart] = msgspec.field(default_factory=list)
    stop_reason: str = ""


class _RunningTurn:
    def __init__(
        self,
        resources: TurnResources,
        principal: Principal,
        store: ConversationStore,
        begun: BegunTurn,
        checkpoints: Checkpoints,
        emit: Emit,
    ) -> None:
        self._config = resources.config
        self._pool = resources.pool
        self._model = resources.model
        self._prompt = resources.prompt
        self._now = resources.clock()
        self._principal = principal
        self._store = store
        self._begun = begun
        self._checkpoints = checkpoints
        self._emit = emit
        self._transcript = Transcript(emit)
        self._usage = Usage(resources.model.model_id)
        self._report = TurnReport(
            conversation_id=begun.conversation_id,
            prompt_version=resources.prompt.version,
            prompt_hash=resources.prompt.hash,
            model=resources.model.model_id,
            stand_in=resources.model.model_id.startswith(STAND_IN),
        )
        self._started = TurnStarted(
            conversation_id=begun.conversation_id,
            question_id=begun.question.id,
            answer_id=begun.answer_id,
            prompt_version=resources.prompt.version,
            prompt_hash=resources.prompt.hash,
            model_id=resources.model.model_id,
            stand_in=self._report.stand_in,
        )

    async def run(self) -> TurnReport:
        self._emit(self._started)
        try:
            outcome = await self._answer_until_ended()
        except asyncio.CancelledError:
            await self._conclude(Outcome("interrupted", "error", ShuttingDownError()))
            raise
        await self._conclude(outcome)
        return self._report

    # -- how it ends ---------------------------------------------------------------------------------------------

    async def _answer_until_ended(self) -> Outcome:
        """Whatever comes first: the answer, a stop that was asked for, the cap on wall time."""
        answering = asyncio.create_task(self._answer())
        watching = asyncio.create_task(self._watch_for_stop())
        try:
            await asyncio.wait(
                {answering, watching},
                timeout=self._config.turn_max_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if answering.done():
                return _outcome_of(answering)
            if watching.done():
                return Outcome("stopped", "stop")
            return Outcome("interrupted", "error", TurnLimitError())
        finally:
            await _end(answering, watching)

    async def _watch_for_stop(self) -> None:
        """Returns when a stop was asked for. The flag lies in the store, for another process may have taken the
        request; a store that is away for a moment is no reason to stop."""
        while True:
            await asyncio.sleep(self._config.stop_poll_seconds)
            try:
                if await self._store.stop_requested(self._begun):
                    return
            except ConversationsUnavailableError:
                continue

    async def _conclude(self, outcome: Outcome) -> None:
        self._transcript.step_finished()
        self._transcript.data("usage", self._usage.report())
        self._transcript.data("checkpoints", self._checkpoints.report())
        incident_id = uuid4().hex[:12]
        if outcome.error is not None:
            self._say_failure(outcome.error, incident_id)
        kept = await self._keep(outcome)
        if kept.error is not None and outcome.error is None:
            self._say_failure(kept.error, incident_id)
        self._emit_end(kept, incident_id)
        self._fill_report(kept)

    def _say_failure(self, error: ServiceError, incident_id: str) -> None:
        self._transcript.data("failure", {"code": error.code, "sentence": error.sentence, "incidentId": incident_id})

    async def _keep(self, outcome: Outcome) -> Outcome:
        """Stores the answer before anybody is told that it is finished; an answer that could not be kept says so."""
        answer = Answer(
            id=self._begun.answer_id,
            text=self._transcript.answer_text,
            status=outcome.status,
            parts=self._transcript.parts,
            metadata=msgspec.to_builtins(self._started),
            answered_at=datetime.now(UTC),
            error_code=outcome.error.code if outcome.error else None,
        )
        try:
            await self._store.finish_turn(self._begun, answer)
        except NotFoundError:
            return outcome  # the conversation was deleted meanwhile, or taken over: nobody waits for this answer
        except ServiceError as error:
            return outcome if outcome.error else Outcome("interrupted", "error", error, error)
        return outcome

    def _emit_end(self, outcome: Outcome, incident_id: str) -> None:
        if (error := outcome.error) is not None:
            log_failure(outcome.cause or error, error.code, incident_id)
            self._report.error_code, self._report.incident_id = error.code, incident_id
            self._emit(TurnFailed(error.code, error.sentence, incident_id, error.status, error.retry_after))
        elif outcome.status == "stopped":
            self._emit(TurnStopped())
        self._emit(TurnFinished(outcome.reason))

    def _fill_report(self, outcome: Outcome) -> None:
        report, usage = self._report, self._usage
        report.outcome, report.stop_reason = outcome.status, report.stop_reason or outcome.reason
        report.input_tokens, report.output_tokens = usage.input_tokens, usage.output_tokens
        report.cost_usd = None if usage.cost is None else float(usage.cost)
        report.first_token_ms, report.total_ms = (
            self._checkpoints.at("bedrock"),
            self._checkpoints.elapsed_ms(),
        )

    # -- the answer ----------------------------------------------------------------------------------------------

    async def _answer(self) -> FinishReason:
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
        if not step.text and step.stop_reason not in (
            "max_tokens",
            "guardrail_intervened",
            "content_filtered",
        ):
            raise ModelStreamError("The model gave no answer. Please try again.")
        return _FINISH.get(step.stop_reason, "other")

    async def _ground(self) -> tuple[str, tuple[Message, ...]]:
        """History and slices, fetched at the same time; no database connection is held when this returns."""
        fetching = asyncio.create_task(
            prefetch(self._pool, self._principal, self._now, patience=self._config.database_wake_seconds)
        )
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._say_when_waking(fetching))
                history = group.create_task(
                    self._store.history(self._begun, max_tokens=self._config.history_max_tokens)
                )
        except* ServiceError as errors:
            raise errors.exceptions[0] from errors
        finally:
            fetching.cancel()
        self._checkpoints.passed("dynamodb")
        prefetched = await fetching
        question = Message("user", (TextBlock(self._begun.question.text),))
        return self._show_grounds(prefetched), (*history.result(), question)

    async def _say_when_waking(self, fetching: asyncio.Task[Prefetched]) -> None:
        said = False
        while not fetching.done():
            await asyncio.wait({fetching}, timeout=0.5)
            if not said and not fetching.done() and self._pool.waking:
                said = True
                self._emit(WAKING)
        self._checkpoints.passed("postgres")

    def _show_grounds(self, prefetched: Prefetched) -> str:
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
            async for event in self._model.stream(ModelRequest(system, messages, tool_specs(), settings)):
                self._take(event, step)
        finally:
            self._transcript.step_finished()
        if step.stop_reason.startswith("malformed"):
            raise MalformedToolUseError
        return step

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
                step.asked.append(self._read_arguments(id_, name, arguments))
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

    def _read_arguments(self, id_: str, name: str, arguments: str) -> ToolPart:
        try:
            given = msgspec.json.decode(arguments, type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            self._transcript.tool_invalid(id_, name, arguments, "The arguments were garbled.")
            raise MalformedToolUseError from error
        self._transcript.tool_ready(id_, name, given)
        return ToolPart(id_, name, given)

    # -- tools ---------------------------------------------------------------------------------------------------

    async def _use_tools(self, step: _Step) -> tuple[Message, Message]:
        """The model's message and the tools' results, the tools side by side, each in a transaction of its own."""
        said: list[ContentBlock] = [TextBlock(step.text)] if step.text.strip() else []
        said += [ToolUseBlock(part.id, part.name, part.input) for part in step.asked]
        results = await asyncio.gather(*(self._use_tool(part) for part in step.asked))
        return Message("assistant", tuple(said)), Message("user", tuple(results))

    async def _use_tool(self, part: ToolPart) -> ToolResultBlock:
        self._report.tools.append(part.name)
        try:
            result = await execute(self._pool, self._principal, self._now, part.name, part.input, seconds=TOOL_SECONDS)
        except ToolError as error:
            self._transcript.tool_failed(part, error)
            return ToolResultBlock(part.id, error.sentence, failed=True)
        self._transcript.tool_answered(part, result.to_json())
        return ToolResultBlock(part.id, render(result))


def _outcome_of(answering: asyncio.Task[FinishReason]) -> Outcome:
    match answering.exception():
        case None:
            return Outcome("complete", answering.result())
        case ServiceError() as error:
            return Outcome("interrupted", "error", error, error)
        case bug:
            return Outcome("interrupted", "error", ServiceError(), bug)


async def _end(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
