"""Kept conversations as the browser's messages, and kept answers as the stream that they once were."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from service.events import StreamEvent, TurnStarted, TurnStopped
from service.messages import Answer, AnswerStatus, DataPart, Part, Question, ReasoningPart, TextPart, ToolPart, Turn
from service.routes.ui_message import finish_reason, replay, ui_answer, ui_messages
from service.routes.ui_stream import part
from service.transcript import UNFINISHED

ASKED = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
ANSWERED = datetime(2026, 11, 23, 14, 1, tzinfo=UTC)
STARTED = TurnStarted(
    conversation_id="c1",
    question_id="q1",
    answer_id="a1",
    prompt_version="v001",
    prompt_hash="0123456789ab",
    model_id="stand-in.analyst-v1:0",
    stand_in=True,
)


def answer(*parts: Part, status: AnswerStatus = "complete", error_code: str | None = None) -> Answer:
    return Answer(
        id="a1",
        text="",
        status=status,
        parts=parts,
        metadata=msgspec.to_builtins(STARTED),
        answered_at=ANSWERED,
        error_code=error_code,
    )


def test_questions_and_answers_in_order() -> None:
    turns = (
        Turn(1, Question("q1", "How much?", ASKED), answer(TextPart("$5."))),
        Turn(2, Question("q2", "And then?", ASKED)),
    )
    shown = ui_messages(turns)
    assert [(message["id"], message["role"]) for message in shown] == [
        ("q1", "user"),
        ("a1", "assistant"),
        ("q2", "user"),
    ]
    assert shown[0] == {
        "id": "q1",
        "role": "user",
        "parts": [{"type": "text", "text": "How much?"}],
        "metadata": {"askedAt": ASKED},
    }


def test_an_answer_says_what_made_it_and_how_it_ended() -> None:
    shown = ui_answer(answer(status="interrupted", error_code="model_timeout"))
    assert shown["metadata"] == {
        "conversationId": "c1",
        "questionId": "q1",
        "promptVersion": "v001",
        "promptHash": "0123456789ab",
        "model": "stand-in.analyst-v1:0",
        "standIn": True,
        "status": "interrupted",
        "answeredAt": ANSWERED,
        "errorCode": "model_timeout",
        "finishReason": "error",
    }


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        (TextPart("Hi"), {"type": "text", "text": "Hi", "state": "done"}),
        (ReasoningPart("Hm"), {"type": "reasoning", "text": "Hm", "state": "done"}),
        (DataPart("usage", {"inputTokens": 5}), {"type": "data-usage", "data": {"inputTokens": 5}}),
        (DataPart("slice", {"rows": []}, "s1"), {"type": "data-slice", "id": "s1", "data": {"rows": []}}),
        (
            ToolPart("u1", "order_details", {"number": 5}, output={"rows": []}),
            {
                "type": "tool-order_details",
                "toolCallId": "u1",
                "state": "output-available",
                "input": {"number": 5},
                "output": {"rows": []},
            },
        ),
        (
            ToolPart("u1", "order_details", {"number": 5}, error="There is no order 5."),
            {
                "type": "tool-order_details",
                "toolCallId": "u1",
                "state": "output-error",
                "input": {"number": 5},
                "errorText": "There is no order 5.",
            },
        ),
        (
            ToolPart("u1", "order_details", "{", error="Garbled."),
            {
                "type": "tool-order_details",
                "toolCallId": "u1",
                "state": "output-error",
                "rawInput": "{",
                "errorText": "Garbled.",
            },
        ),
        (
            ToolPart("u1", "order_details", {"number": 5}),
            {
                "type": "tool-order_details",
                "toolCallId": "u1",
                "state": "output-error",
                "input": {"number": 5},
                "errorText": UNFINISHED,
            },
        ),
    ],
)
def test_a_kept_part_is_shown_as_it_streamed(kept: Part, shown: dict[str, Any]) -> None:
    assert ui_answer(answer(kept))["parts"] == [shown]


def test_a_replay_says_who_answered_first_and_gives_its_blocks_ids_of_their_own() -> None:
    events = list(replay(answer(ReasoningPart("Hm"), TextPart("One"), TextPart("Two"))))
    assert events[0] == STARTED
    shown = [part(event) for event in events[1:]]
    assert [each["type"] for each in shown] == [
        *("reasoning-start", "reasoning-delta", "reasoning-end"),
        *("text-start", "text-delta", "text-end"),
        *("text-start", "text-delta", "text-end"),
    ]
    assert len({each["id"] for each in shown}) == 3


@pytest.mark.parametrize(
    ("status", "ending", "reason"),
    [("complete", [], "stop"), ("stopped", [TurnStopped()], "stop"), ("interrupted", [], "error")],
)
def test_a_replay_ends_as_the_answer_did(status: AnswerStatus, ending: list[StreamEvent], reason: str) -> None:
    given = answer(status=status)
    assert list(replay(given))[1:] == ending
    assert finish_reason(given) == reason
    assert finish_reason(replace(given, finish_reason="length")) == "length"
