"""A kept conversation -> the AI SDK's UI messages; a kept answer -> the events that it streamed as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.events import (
    DataReady,
    ReasoningDelta,
    ReasoningFinished,
    ReasoningStarted,
    StreamEvent,
    TextDelta,
    TextFinished,
    TextStarted,
    ToolInputInvalid,
    ToolInputReady,
    ToolOutputFailed,
    ToolOutputReady,
    TurnStarted,
    TurnStopped,
)
from service.messages import Answer, DataPart, FinishReason, Part, Question, ReasoningPart, TextPart, ToolPart, Turn
from service.routes.ui_stream import metadata
from service.transcript import UNFINISHED


def ui_messages(turns: tuple[Turn, ...]) -> list[dict[str, Any]]:
    """Questions and answers in order; a question whose answer is still being made stands alone."""
    found = []
    for turn in turns:
        found.append(_question(turn.question))
        if turn.answer is not None:
            found.append(ui_answer(turn.answer))
    return found


def _question(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "role": "user",
        "parts": [{"type": "text", "text": question.text}],
        "metadata": {"askedAt": question.asked_at},
    }


def ui_answer(answer: Answer) -> dict[str, Any]:
    started = metadata(TurnStarted(**answer.metadata))
    ended = {
        "status": answer.status,
        "answeredAt": answer.answered_at,
        "errorCode": answer.error_code,
        "finishReason": finish_reason(answer),
    }
    return {
        "id": answer.id,
        "role": "assistant",
        "parts": [_ui_part(part) for part in answer.parts],
        "metadata": started | ended,
    }


def _ui_part(part: Part) -> dict[str, Any]:
    match part:
        case TextPart(text):
            return {"type": "text", "text": text, "state": "done"}
        case ReasoningPart(text):
            return {"type": "reasoning", "text": text, "state": "done"}
        case DataPart(name, data, id_):
            return {"type": f"data-{name}", "data": data} | ({"id": id_} if id_ else {})
        case ToolPart(id_, name, given, output, error):
            shown = {"type": f"tool-{name}", "toolCallId": id_}
            if output is not None:
                return shown | {"state": "output-available", "input": given, "output": output}
            read = {"input": given} if isinstance(given, dict) else {"rawInput": given}
            return shown | read | {"state": "output-error", "errorText": error or UNFINISHED}


def replay(answer: Answer) -> Iterator[StreamEvent]:
    """The events of an answer that was given before, for a question that is submitted again."""
    yield TurnStarted(**answer.metadata)
    for number, part in enumerate(answer.parts):
        yield from _events(part, f"k{number}")
    if answer.status == "stopped":
        yield TurnStopped()


def _events(part: Part, block: str) -> Iterator[StreamEvent]:
    match part:
        case TextPart(text):
            yield from (TextStarted(block), TextDelta(block, text), TextFinished(block))
        case ReasoningPart(text):
            yield from (ReasoningStarted(block), ReasoningDelta(block, text), ReasoningFinished(block))
        case DataPart(name, data, id_):
            yield DataReady(name, data, id_)
        case ToolPart(id_, name, given, None, error) if not isinstance(given, dict):
            yield ToolInputInvalid(id_, name, given, error or UNFINISHED)
        case ToolPart(id_, name, given, output, error):
            yield ToolInputReady(id_, name, given)
            if output is not None:
                yield ToolOutputReady(id_, output)
            else:
                yield ToolOutputFailed(id_, error or UNFINISHED)


def finish_reason(answer: Answer) -> FinishReason:
    return answer.finish_reason or ("error" if answer.status == "interrupted" else "stop")
