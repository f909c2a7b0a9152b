"""Every event of a turn has its part in the browser's stream, and no part holds what an exception says."""

from __future__ import annotations

from types import UnionType
from typing import Any, get_args

import msgspec
import pytest
from msgspec import Struct

from service import events
from service.errors import ModelStreamError, ToolFailed
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
from service.routes.ui_stream import frame, part

SECRET = "psycopg: password for user tableside_service is hunter2"

STARTED = TurnStarted(
    conversation_id="c1",
    question_id="q1",
    answer_id="a1",
    prompt_version="v001",
    prompt_hash="0123456789ab",
    model_id="us.amazon.nova-lite-v1:0",
    stand_in=False,
)

MAPPED: list[tuple[Any, dict[str, Any]]] = [
    (
        STARTED,
        {
            "type": "start",
            "messageId": "a1",
            "messageMetadata": {
                "conversationId": "c1",
                "questionId": "q1",
                "promptVersion": "v001",
                "promptHash": "0123456789ab",
                "model": "us.amazon.nova-lite-v1:0",
                "standIn": False,
            },
        },
    ),
    (
        StandInSpoke("analyst"),
        {"type": "message-metadata", "messageMetadata": {"standIn": True, "spokenBy": "analyst"}},
    ),
    (
        StatusChanged("waking_database", "It wakes."),
        {"type": "data-status", "data": {"code": "waking_database", "sentence": "It wakes."}, "transient": True},
    ),
    (DataReady("usage", {"inputTokens": 5}), {"type": "data-usage", "data": {"inputTokens": 5}}),
    (DataReady("slice", {"rows": []}, "s1"), {"type": "data-slice", "id": "s1", "data": {"rows": []}}),
    (StepStarted(), {"type": "start-step"}),
    (StepFinished(), {"type": "finish-step"}),
    (TextStarted("b1"), {"type": "text-start", "id": "b1"}),
    (TextDelta("b1", "Hi"), {"type": "text-delta", "id": "b1", "delta": "Hi"}),
    (TextFinished("b1"), {"type": "text-end", "id": "b1"}),
    (ReasoningStarted("b1"), {"type": "reasoning-start", "id": "b1"}),
    (ReasoningDelta("b1", "Hm"), {"type": "reasoning-delta", "id": "b1", "delta": "Hm"}),
    (ReasoningFinished("b1"), {"type": "reasoning-end", "id": "b1"}),
    (
        ToolInputStarted("u1", "order_details"),
        {"type": "tool-input-start", "toolCallId": "u1", "toolName": "order_details"},
    ),
    (ToolInputDelta("u1", '{"n'), {"type": "tool-input-delta", "toolCallId": "u1", "inputTextDelta": '{"n'}),
    (
        ToolInputReady("u1", "order_details", {"number": 5}),
        {
            "type": "tool-input-available",
            "toolCallId": "u1",
            "toolName": "order_details",
            "input": {"number": 5},
        },
    ),
    (
        ToolInputInvalid("u1", "order_details", "{", "Garbled."),
        {
            "type": "tool-input-error",
            "toolCallId": "u1",
            "toolName": "order_details",
            "input": "{",
            "errorText": "Garbled.",
        },
    ),
    (
        ToolOutputReady("u1", {"rows": []}),
        {"type": "tool-output-available", "toolCallId": "u1", "output": {"rows": []}},
    ),
    (ToolOutputFailed("u1", "No."), {"type": "tool-output-error", "toolCallId": "u1", "errorText": "No."}),
    (
        TurnFailed("internal", "Something went wrong.", "0a1b2c", 500, None),
        {"type": "error", "errorText": "Something went wrong."},
    ),
    (TurnStopped(), {"type": "abort"}),
    (TurnFinished("stop"), {"type": "finish", "finishReason": "stop"}),
]


def test_every_event_is_mapped() -> None:
    """Fails when an event is added and nobody says here, and in `part`, what the browser gets of it."""
    assert isinstance(StreamEvent, UnionType)
    assert {type(event) for event, _ in MAPPED} == set(get_args(StreamEvent))


def test_every_event_of_the_module_is_in_the_union() -> None:
    defined = {
        each
        for each in vars(events).values()
        if isinstance(each, type) and issubclass(each, Struct) and each.__module__ == events.__name__
    }
    assert defined == set(get_args(StreamEvent))


@pytest.mark.parametrize(("event", "expected"), MAPPED, ids=lambda value: type(value).__name__)
def test_an_event_becomes_one_part(event: Any, expected: dict[str, Any]) -> None:
    assert part(event) == expected
    sent = frame(event)
    assert sent.startswith(b"data: {")
    assert sent.endswith(b"}\n\n")
    assert sent.count(b"\n") == 2
    assert msgspec.json.decode(sent.removeprefix(b"data: ")) == expected


def test_no_text_can_end_a_frame_early() -> None:
    sent = frame(TextDelta("b1", "one\n\ndata: [DONE]\n\n\r\n\u2028two"))
    assert sent.count(b"\n") == 2
    assert b"\r" not in sent


@pytest.mark.parametrize("error", [ModelStreamError(), ToolFailed()], ids=lambda error: type(error).__name__)
def test_what_an_exception_says_is_in_no_part(error: ModelStreamError | ToolFailed) -> None:
    error.__cause__ = RuntimeError(SECRET)
    told: list[StreamEvent] = [
        TurnFailed(error.code, error.sentence, "0a1b2c", error.status, error.retry_after),
        ToolOutputFailed("u1", error.sentence),
        DataReady("failure", {"code": error.code, "sentence": error.sentence, "incidentId": "0a1b2c"}),
    ]
    for event in told:
        assert SECRET.encode() not in frame(event)
        assert error.sentence.encode() in frame(event)


def test_the_incident_of_a_failure_stays_out_of_the_error_part() -> None:
    """The sentence is the whole of what the reader's window shows; the id comes in the record `failure`."""
    assert b"0a1b2c" not in frame(TurnFailed("internal", "Sorry.", "0a1b2c", 500, None))
