"""StreamEvent -> parts of the AI SDK's UI message stream, version 1; heartbeat; nothing else.

The stream is server-sent events: `data: {json}` and a blank line for each part, comments as heartbeat, and
`data: [DONE]` at the end. An unknown part ends the browser's chat, so the parts' schema in npm `ai` judges the tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from service.events import (
    DataReady,
    ReasoningDelta,
    ReasoningFinished,
    ReasoningStarted,
    StandInSpoke,
    StatusChanged,
    StepFinished,
    StepStarted,
    StreamEvent,
    TextDelta,
    TextFinished,
    TextStarted,
    ToolInputDelta,
    ToolInputInvalid,
    ToolInputReady,
    ToolInputStarted,
    ToolOutputFailed,
    ToolOutputReady,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnStopped,
)

HEADERS = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "x-vercel-ai-ui-message-stream": "v1",
    "x-accel-buffering": "no",
}
DONE = b"data: [DONE]\n\n"
HEARTBEAT = b": heartbeat\n\n"

_encode = msgspec.json.Encoder().encode


class EventQueue:
    """The turn puts events in; the response takes them out, all that have gathered at once. Nobody need take: the
    turn goes on when the reader has left, and its caps bound what gathers. ended: nothing more will come."""

    def __init__(self) -> None:
        self._events: list[StreamEvent] = []
        self.ended = False
        self._something = asyncio.Event()

    def put(self, event: StreamEvent) -> None:
        self._events.append(event)
        self._something.set()

    def end(self) -> None:
        self.ended = True
        self._something.set()

    async def something(self) -> None:
        """Returns as soon as there is an event to take, the end, or a `nudge`."""
        await self._something.wait()

    def nudge(self) -> None:
        """Lets the reader look up, though there may be nothing."""
        self._something.set()

    def take(self) -> list[StreamEvent]:
        """What has gathered since the last time."""
        taken, self._events = self._events, []
        if not self.ended:
            self._something.clear()
        return taken


class Heartbeat:
    """A comment each `seconds`, counted from the first byte on and apart from whatever the model does, so that no
    proxy takes a long thought for a dead connection. One timer a beat: one a part would cost more than the part."""

    def __init__(self, seconds: float, queue: EventQueue) -> None:
        self._seconds = seconds
        self._queue = queue
        self._loop = asyncio.get_running_loop()
        self._begin()

    def _begin(self) -> None:
        self._due = False
        self._timer = self._loop.call_later(self._seconds, self._fall_due)

    def _fall_due(self) -> None:
        self._due = True
        self._queue.nudge()

    def take(self) -> bytes:
        """The comment, when it is due, and the next one's time begins; else nothing."""
        if not self._due:
            return b""
        self._begin()
        return HEARTBEAT

    def stop(self) -> None:
        self._timer.cancel()


async def ui_stream(queue: EventQueue, heartbeat: float) -> AsyncIterator[bytes]:
    """The bytes of the response: parts that have come together leave together. heartbeat: seconds."""
    beat = Heartbeat(heartbeat, queue)
    try:
        ended = False
        while not ended:
            await queue.something()
            ended = queue.ended
            out = b"".join(map(frame, queue.take())) + beat.take()
            if out:
                yield out
    finally:
        beat.stop()
    yield DONE


def frame(event: StreamEvent) -> bytes:
    return b"data: " + _encode(part(event)) + b"\n\n"


def metadata(started: TurnStarted) -> dict[str, Any]:
    """What the browser is told of an answer before its first word."""
    return {
        "conversationId": started.conversation_id,
        "questionId": started.question_id,
        "promptVersion": started.prompt_version,
        "promptHash": started.prompt_hash,
        "model": started.model_id,
        "standIn": started.stand_in,
    }


def part(event: StreamEvent) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 (one line an event: a table)
    """The one part that an event becomes."""
    match event:
        case TextDelta(id_, text):
            return {"type": "text-delta", "id": id_, "delta": text}
        case ReasoningDelta(id_, text):
            return {"type": "reasoning-delta", "id": id_, "delta": text}
        case TurnStarted():
            return {"type": "start", "messageId": event.answer_id, "messageMetadata": metadata(event)}
        case StandInSpoke(name):
            return {"type": "message-metadata", "messageMetadata": {"standIn": True, "spokenBy": name}}
        case StatusChanged(code, sentence):
            return {"type": "data-status", "data": {"code": code, "sentence": sentence}, "transient": True}
        case DataReady(name, data, None):
            return {"type": f"data-{name}", "data": data}
        case DataReady(name, data, id_):
            return {"type": f"data-{name}", "id": id_, "data": data}
        case StepStarted():
            return {"type": "start-step"}
        case StepFinished():
            return {"type": "finish-step"}
        case TextStarted(id_):
            return {"type": "text-start", "id": id_}
        case TextFinished(id_):
            return {"type": "text-end", "id": id_}
        case ReasoningStarted(id_):
            return {"type": "reasoning-start", "id": id_}
        case ReasoningFinished(id_):
            return {"type": "reasoning-end", "id": id_}
        case ToolInputStarted(id_, name):
            return {"type": "tool-input-start", "toolCallId": id_, "toolName": name}
        case ToolInputDelta(id_, text):
            return {"type": "tool-input-delta", "toolCallId": id_, "inputTextDelta": text}
        case ToolInputReady(id_, name, given):
            return {"type": "tool-input-available", "toolCallId": id_, "toolName": name, "input": given}
        case ToolInputInvalid(id_, name, given, sentence):
            return {
                "type": "tool-input-error",
                "toolCallId": id_,
                "toolName": name,
                "input": given,
                "errorText": sentence,
            }
        case ToolOutputReady(id_, output):
            return {"type": "tool-output-available", "toolCallId": id_, "output": output}
        case ToolOutputFailed(id_, sentence):
            return {"type": "tool-output-error", "toolCallId": id_, "errorText": sentence}
        case TurnFailed(_, sentence):
            return {"type": "error", "errorText": sentence}
        case TurnStopped():
            return {"type": "abort"}
        case TurnFinished(reason):
            return {"type": "finish", "finishReason": reason}
