"""run_turn: one question to one finished answer, kept.

The turn runs in a task of its own. It is ended by its caps or by a stop that was asked for, not by the connection:
a streaming Lambda never sees the client leave, so every host behaves alike. Its question is stored before it begins;
its answer, or what there is of it, is stored before it says that it has finished.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct

from service.agent_loop import AgentLoop, TurnContext, TurnResources
from service.checkpoints import Checkpoints
from service.conversations.store import BegunTurn, ConversationStore
from service.errors import (
    ConversationsUnavailableError,
    NotFoundError,
    ServiceError,
    ShuttingDownError,
    TurnLimitError,
)
from service.events import TurnFailed, TurnFinished, TurnStarted, TurnStopped
from service.grounding import Grounding
from service.messages import Answer, AnswerStatus, FinishReason
from service.rows import SliceResult
from service.telemetry import TurnReport, log_failure
from service.transcript import Emit, Transcript
from service.usage import Usage

STAND_IN = "stand-in."


class FinishedTurn(Struct, frozen=True):
    """answer: as it was kept; report: for the log."""

    answer: Answer
    report: TurnReport


class Outcome(Struct, frozen=True):
    """How a turn ended. `error` is what the reader is told; `cause` goes to the log."""

    status: AnswerStatus
    reason: FinishReason
    error: ServiceError | None = None
    cause: BaseException | None = None


async def run_turn(
    resources: TurnResources,
    store: ConversationStore,
    begun: BegunTurn,
    grounding: Grounding,
    checkpoints: Checkpoints,
    emit: Emit,
) -> FinishedTurn:
    """Answers a question whose turn has begun, emitting events as they happen, and stores the answer. Every failure
    ends as an event and an `interrupted` answer, and so does cancellation: the process is shutting down."""
    started = TurnStarted(
        conversation_id=begun.conversation_id,
        question_id=begun.question.id,
        answer_id=begun.answer_id,
        prompt_version=resources.prompt.version,
        prompt_hash=resources.prompt.hash,
        model_id=resources.model.model_id,
        stand_in=resources.model.model_id.startswith(STAND_IN),
    )
    report = TurnReport(
        conversation_id=started.conversation_id,
        prompt_version=started.prompt_version,
        prompt_hash=started.prompt_hash,
        model=started.model_id,
        stand_in=started.stand_in,
    )
    usage, transcript = Usage(started.model_id), Transcript(emit)
    context = TurnContext(store, begun, grounding, checkpoints, emit, transcript, usage, report)
    return await _RunningTurn(resources, context, started).run()


class _RunningTurn:
    def __init__(self, resources: TurnResources, context: TurnContext, started: TurnStarted) -> None:
        self._config = resources.config
        self._loop = AgentLoop(resources, context)
        self._started = started
        self._stops = resources.stops
        self._principal = context.grounding.principal
        self._store = context.store
        self._begun = context.begun
        self._checkpoints = context.checkpoints
        self._emit = context.emit
        self._transcript = context.transcript
        self._usage = context.usage
        self._report = context.report

    async def run(self) -> FinishedTurn:
        self._emit(self._started)
        try:
            outcome = await self._answer_until_ended()
        except asyncio.CancelledError:
            outcome = Outcome("interrupted", "error", ShuttingDownError())
        return await self._conclude(outcome)

    async def _answer_until_ended(self) -> Outcome:
        """Whatever comes first: the answer, a stop that was asked for, the cap on wall time."""
        answering = asyncio.create_task(self._loop.answer())
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
                bug = watching.exception()
                return Outcome("interrupted", "error", ServiceError(), bug) if bug else Outcome("stopped", "stop")
            return Outcome("interrupted", "error", TurnLimitError())
        finally:
            await _end(answering, watching)

    async def _watch_for_stop(self) -> None:
        """Returns when a stop was asked for. A store that is away for a moment is no reason to stop."""
        with self._stops.watch(self._principal, self._begun.conversation_id) as watch:
            while True:
                await watch.time_to_look()
                try:
                    if await self._store.stop_requested(self._begun):
                        return
                except ConversationsUnavailableError:
                    continue

    async def _conclude(self, outcome: Outcome) -> FinishedTurn:
        self._transcript.finish()
        if self._checkpoints.at("bedrock") is not None:
            self._checkpoints.passed("stream_back")
        await self._write_receipts()
        self._transcript.data("usage", self._usage.report())
        self._transcript.data("checkpoints", self._checkpoints.report())
        incident_id = uuid4().hex[:12]
        if outcome.error is not None:
            self._say_failure(outcome.error, incident_id)
        answer = self._answer(outcome)
        kept = await self._keep(answer, outcome)
        if kept.error is not None and outcome.error is None:
            self._say_failure(kept.error, incident_id)
        self._emit_end(kept, incident_id)
        self._fill_report(kept)
        return FinishedTurn(answer, self._report)

    async def _write_receipts(self) -> None:
        """Where each figure comes from. Offsets count within all text parts, joined by a blank line; slices are
        numbered as they were shown, prefetched ones first, then the tools' results."""
        text = self._transcript.answer_text
        if not text or self._loop.today is None:
            return
        try:
            # In a thread: a long answer full of figures takes a while, and other streams go on.
            found = await asyncio.to_thread(_receipts, text, self._loop.grounds, self._loop.today)
        except Exception as bug:  # a mistake in checking an answer must not lose the answer
            log_failure(bug, "receipts_failed", uuid4().hex[:12])
            return
        self._transcript.data("receipts", found)

    def _say_failure(self, error: ServiceError, incident_id: str) -> None:
        self._transcript.data("failure", {"code": error.code, "sentence": error.sentence, "incidentId": incident_id})

    def _answer(self, outcome: Outcome) -> Answer:
        return Answer(
            id=self._begun.answer_id,
            text=self._transcript.answer_text,
            status=outcome.status,
            parts=self._transcript.parts,
            metadata=msgspec.to_builtins(self._started),
            answered_at=datetime.now(UTC),
            error_code=outcome.error.code if outcome.error else None,
            finish_reason=outcome.reason,
        )

    async def _keep(self, answer: Answer, outcome: Outcome) -> Outcome:
        """Stores the answer before anybody is told that it is finished; an answer that could not be kept says so."""
        try:
            await self._store.finish_turn(self._begun, answer)
        except NotFoundError:
            return outcome  # the conversation was deleted meanwhile, or taken over: nobody waits for this answer
        except Exception as cause:  # a bug too has to reach the reader as an end, not as silence
            error = cause if isinstance(cause, ServiceError) else ServiceError()
            return outcome if outcome.error else Outcome("interrupted", "error", error, cause)
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


def _receipts(text: str, grounds: list[SliceResult], today: date) -> Any:
    # Imported when the first answer's words are out: its patterns take as long to compile as the rest of ours.
    from service.receipts import receipts, to_json  # noqa: PLC0415

    return to_json(receipts(text, grounds, today=today))


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
