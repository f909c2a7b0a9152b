"""What happens during a turn, in our own neutral words. `routes/ui_stream.py` maps them to the browser's protocol."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from service.messages import FinishReason


class TurnStarted(Struct, frozen=True, kw_only=True):
    conversation_id: str
    question_id: str
    answer_id: str
    prompt_version: str
    prompt_hash: str
    model_id: str
    stand_in: bool


class StandInSpoke(Struct, frozen=True):
    """The model's endpoint says that somebody else answers for the model that was asked for."""

    name: str


class StatusChanged(Struct, frozen=True):
    """Something the reader should know while waiting; gone when the answer comes. `sentence` is plain words."""

    code: str
    sentence: str


class DataReady(Struct, frozen=True):
    """A named record that belongs to the answer: slice, isolation, usage, checkpoints."""

    name: str
    data: Any
    id: str | None = None


class StepStarted(Struct, frozen=True):
    """One call of the model begins."""


class StepFinished(Struct, frozen=True):
    pass


class TextStarted(Struct, frozen=True):
    id: str


class TextDelta(Struct, frozen=True):
    id: str
    text: str


class TextFinished(Struct, frozen=True):
    id: str


class ReasoningStarted(Struct, frozen=True):
    id: str


class ReasoningDelta(Struct, frozen=True):
    id: str
    text: str


class ReasoningFinished(Struct, frozen=True):
    id: str


class ToolInputStarted(Struct, frozen=True):
    id: str
    name: str


class ToolInputDelta(Struct, frozen=True):
    id: str
    text: str


class ToolInputReady(Struct, frozen=True):
    id: str
    name: str
    input: Any


class ToolInputInvalid(Struct, frozen=True):
    """The model's arguments were no JSON, or not what the tool takes."""

    id: str
    name: str
    input: Any
    sentence: str


class ToolOutputReady(Struct, frozen=True):
    id: str
    output: dict[str, Any]


class ToolOutputFailed(Struct, frozen=True):
    id: str
    sentence: str


class TurnFailed(Struct, frozen=True):
    """`sentence` is for the reader; `incident_id` finds the cause in the log; `status` and `retry_after` (seconds) are
    for a caller who gets one document instead of a stream."""

    code: str
    sentence: str
    incident_id: str
    status: int
    retry_after: int | None


class TurnStopped(Struct, frozen=True):
    """Somebody asked for it to stop."""


class TurnFinished(Struct, frozen=True):
    reason: FinishReason


StreamEvent = (
    TurnStarted
    | StandInSpoke
    | StatusChanged
    | DataReady
    | StepStarted
    | StepFinished
    | TextStarted
    | TextDelta
    | TextFinished
    | ReasoningStarted
    | ReasoningDelta
    | ReasoningFinished
    | ToolInputStarted
    | ToolInputDelta
    | ToolInputReady
    | ToolInputInvalid
    | ToolOutputReady
    | ToolOutputFailed
    | TurnFailed
    | TurnStopped
    | TurnFinished
)
