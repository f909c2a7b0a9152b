"""POST /ai/ask: parse, begin the turn, run it in a task of its own, return its stream or one JSON document."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar
from uuid import uuid4

from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.response import Stream
from msgspec import Struct

from service.agent_loop import TurnResources
from service.checkpoints import Checkpoints
from service.conversations.store import AnsweredTurn, BeganTurn, BegunTurn, ConversationStore
from service.errors import InvalidRequestError, ServiceError, TurnInProgressError
from service.events import StreamEvent, TurnFailed, TurnFinished
from service.grounding import Grounding
from service.messages import Answer, Question
from service.principal import Principal
from service.routes.dependencies import Resources, Store
from service.routes.problems import problem, refusals
from service.routes.request_log import add_turn, begin_report
from service.routes.ui_message import finish_reason, replay, ui_answer
from service.routes.ui_stream import HEADERS, EventQueue, ui_stream
from service.telemetry import RequestReport, log_request
from service.turn import FinishedTurn, run_turn

LONGEST_QUESTION = 4096
JSON = "application/json"

T = TypeVar("T")


class AskPart(Struct):
    type: str = ""
    text: Any = None


class AskMessage(Struct):
    id: str = ""
    role: str = ""
    parts: list[AskPart] = []


class AskRequest(Struct, rename="camel"):
    """The AI SDK's request body. Only these are read, and of the messages only the last user message: history comes
    from the store, and whatever else a body claims is ignored.

    id: the conversation's, made by the client; message_id: with regenerate-message, the answer to be replaced.
    """

    id: str
    messages: list[AskMessage] = []
    trigger: Literal["submit-message", "regenerate-message"] = "submit-message"
    message_id: str | None = None


class AskResponse(Struct, rename="camel"):
    """The answer in one document. message: an AI SDK UI message."""

    conversation_id: str
    message: dict[str, Any]
    finish_reason: str


@post(
    "/ai/ask",
    status_code=200,
    operation_id="ask",
    summary="Ask a question about the restaurant's own numbers",
    description="Answers with server-sent events (AI SDK UI message stream, v1), or with one JSON document when the "
    "request accepts only application/json.",
    responses={
        200: ResponseSpec(AskResponse, generate_examples=False, description="The answer"),
        **refusals(404, 409, 413, 429, 502, 504),
    },
)
async def ask(
    request: Request[Principal, Any, State],
    data: JSONBody[AskRequest],
    resources: Resources,
    store: Store,
) -> Response[Any]:
    checkpoints = _checkpoints(request, resources)
    grounding = _grounding(resources, request.user, checkpoints)
    begun: BeganTurn | None = None
    try:
        begun = await _begin(data, store, timedelta(seconds=2 * resources.config.turn_max_seconds))
    finally:
        if not isinstance(begun, BegunTurn):  # refused, or answered before
            await grounding.give_up()
    wants_json = request.headers.get("accept", "").split(";")[0].strip() == JSON
    if isinstance(begun, AnsweredTurn):
        return _again(begun.turn.answer, data.id, wants_json, resources.config.heartbeat_seconds)
    queue = EventQueue()
    running_turns: set[asyncio.Task[Any]] = request.app.state.running_turns
    turn = run_turn(resources, store, begun, grounding, checkpoints, queue.put)
    if wants_json:
        finished = await _ended(_in_a_task(running_turns, turn))
        add_turn(request, finished.report)
        return _document(queue.take(), begun.conversation_id, finished.answer)
    _in_a_task(running_turns, _log_at_end(turn, queue, begin_report(request)))
    return _stream(queue, resources.config.heartbeat_seconds)


def _checkpoints(request: Request[Principal, Any, State], resources: TurnResources) -> Checkpoints:
    front_doors = frozenset(name.strip() for name in resources.config.front_doors.split(","))
    checkpoints = Checkpoints(front_doors, request.scope["state"]["arrived"])
    checkpoints.passed("lambda")
    return checkpoints


def _grounding(resources: TurnResources, principal: Principal, checkpoints: Checkpoints) -> Grounding:
    patience = resources.config.database_wake_seconds
    return Grounding(resources.pool, principal, resources.clock(), checkpoints, patience=patience)


async def _begin(data: AskRequest, store: ConversationStore, stale_after: timedelta) -> BeganTurn:
    """The question is stored here, before the model is called and before the first byte."""
    answer_id = f"a{uuid4().hex}"
    if data.trigger == "regenerate-message":
        return await store.begin_again(data.id, data.message_id, answer_id, stale_after=stale_after)
    return await store.begin_turn(data.id, _question(data), answer_id, stale_after=stale_after)


def _question(data: AskRequest) -> Question:
    asked = next((message for message in reversed(data.messages) if message.role == "user"), None)
    if asked is None:
        raise InvalidRequestError("There is no user message to answer.")
    texts = [part.text for part in asked.parts if part.type == "text" and isinstance(part.text, str)]
    text = "\n".join(texts).strip()
    size = len(text.encode("utf-8", "surrogatepass"))
    if not 1 <= size <= LONGEST_QUESTION:
        raise InvalidRequestError(f"A question is 1 to {LONGEST_QUESTION} bytes long; this one has {size}.")
    return Question(asked.id or f"q{uuid4().hex}", text, datetime.now(UTC))


def _in_a_task(running_turns: set[asyncio.Task[Any]], turn: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    task = asyncio.create_task(turn)
    running_turns.add(task)
    task.add_done_callback(running_turns.discard)
    return task


async def _ended(task: asyncio.Task[FinishedTurn]) -> FinishedTurn:
    """Waits without a hold on the turn: what ends the waiting does not end it."""
    await asyncio.wait({task})
    return task.result()


async def _log_at_end(running: Coroutine[Any, Any, FinishedTurn], queue: EventQueue, request: RequestReport) -> None:
    """The turn's own line is the request's line: the connection may be gone long before the turn is."""
    report = None
    try:
        report = (await running).report
    finally:
        if report is None:  # a bug in the turn itself; asyncio logs what it was
            request.status, request.error_code = ServiceError.status, ServiceError.code
        log_request(request, report)
        queue.end()


def _stream(queue: EventQueue, heartbeat: float) -> Stream:
    return Stream(ui_stream(queue, heartbeat), status_code=200, headers=HEADERS, media_type="text/event-stream")


def _document(events: list[StreamEvent], conversation_id: str, answer: Answer) -> Response[Any]:
    for event in events:
        if isinstance(event, TurnFailed):
            return _failed(event)
    reason = next(event.reason for event in events if isinstance(event, TurnFinished))
    return Response(AskResponse(conversation_id, ui_answer(answer), reason), status_code=200)


def _failed(event: TurnFailed) -> Response[Any]:
    headers = {"retry-after": str(event.retry_after)} if event.retry_after is not None else None
    return problem(event.status, event.code, event.sentence, incident=event.incident_id, headers=headers)


def _again(answer: Answer | None, conversation_id: str, wants_json: bool, heartbeat: float) -> Response[Any]:
    """The question was answered before: the same answer, not a second one."""
    if answer is None:
        raise TurnInProgressError
    reason = finish_reason(answer)
    if wants_json:
        return Response(AskResponse(conversation_id, ui_answer(answer), reason), status_code=200)
    queue = EventQueue()
    for event in (*replay(answer), TurnFinished(reason)):
        queue.put(event)
    queue.end()
    return _stream(queue, heartbeat)
