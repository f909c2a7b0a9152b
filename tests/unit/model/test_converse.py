"""ConverseStream's events as ours, and our request as Converse's."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.messages import Message, TextBlock, ToolResultBlock, ToolSpec, ToolUseBlock
from service.model.converse import ContentReader, to_converse
from service.model.stream import (
    AnswerStopped,
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
from tests.unit.model.conftest import in_one

Event = dict[str, Any]

STOP: Event = {"messageStop": {"stopReason": "end_turn"}}
METADATA: Event = {"metadata": {"usage": {"inputTokens": 7, "outputTokens": 3}, "metrics": {"latencyMs": 1}}}


def text(piece: str, index: int = 0) -> Event:
    return {"contentBlockDelta": {"delta": {"text": piece}, "contentBlockIndex": index}}


def opened(id_: str, index: int) -> Event:
    return {"contentBlockStart": {"start": {"toolUse": {"toolUseId": id_, "name": "menu"}}, "contentBlockIndex": index}}


def fragment(piece: str, index: int) -> Event:
    return {"contentBlockDelta": {"delta": {"toolUse": {"input": piece}}, "contentBlockIndex": index}}


def ended(index: int) -> Event:
    return {"contentBlockStop": {"contentBlockIndex": index}}


def read(*events: Event) -> list[ModelEvent]:
    reader = ContentReader()
    return [out for event in events for out in reader.read([event])]


def said(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextChunk))


def test_text_needs_no_start() -> None:
    assert read({"messageStart": {"role": "assistant"}}, text("Hi "), text("you"), ended(0), STOP, METADATA) == [
        TextChunk("Hi "),
        TextChunk("you"),
        AnswerStopped("end_turn"),
        UsageCounted(7, 3),
    ]


def test_a_tool_use_comes_in_fragments() -> None:
    assert read(opened("u1", 0), fragment('{"n', 0), fragment('": 5}', 0), ended(0)) == [
        ToolUseOpened("u1", "menu"),
        ToolUseChunk("u1", '{"n'),
        ToolUseChunk("u1", '": 5}'),
        ToolUseClosed("u1", "menu", '{"n": 5}'),
    ]


def test_no_arguments_are_empty_ones() -> None:
    assert read(opened("u1", 0), ended(0))[-1] == ToolUseClosed("u1", "menu", "{}")
    assert read(opened("u1", 0), fragment("", 0), ended(0))[-1] == ToolUseClosed("u1", "menu", "{}")


def test_a_thought_ends_with_its_block() -> None:
    """Never closed in one block, it does not swallow the answer that follows in the next."""
    assert read(text("<thinking>hm </thin", 0), ended(0), text("Yes.", 1), ended(1), STOP) == [
        ReasoningChunk("hm "),
        ReasoningChunk("</thin"),
        TextChunk("Yes."),
        AnswerStopped("end_turn"),
    ]


def test_a_tag_does_not_span_blocks() -> None:
    assert said(read(text("<think", 0), ended(0), text("ing>", 1), ended(1))) == "<think\n\ning>"


def test_two_blocks_of_text_do_not_run_together() -> None:
    assert said(read(text("You made $1", 0), ended(0), text("234 orders", 1), ended(1))) == "You made $1\n\n234 orders"


def test_text_behind_a_tool_use_or_a_thought_begins_afresh() -> None:
    events = read(text("One.", 0), ended(0), opened("u1", 1), ended(1), text("Two.", 2), ended(2))
    assert [event.text for event in events if isinstance(event, TextChunk)] == ["One.", "Two."]
    events = read(text("One.<thinking>hm</thinking>", 0), ended(0), text("Two.", 1), ended(1))
    assert [event.text for event in events if isinstance(event, TextChunk)] == ["One.", "Two."]


def test_what_was_held_back_comes_before_the_end_when_a_block_was_never_ended() -> None:
    assert read(text("a <thin"), STOP) == [TextChunk("a "), TextChunk("<thin"), AnswerStopped("end_turn")]


def test_reasoning_in_blocks_of_its_own() -> None:
    delta = {"contentBlockDelta": {"delta": {"reasoningContent": {"text": "hm"}}, "contentBlockIndex": 0}}
    signature = {"contentBlockDelta": {"delta": {"reasoningContent": {"signature": "x"}}, "contentBlockIndex": 0}}
    assert read(delta, signature, ended(0)) == [ReasoningChunk("hm")]


def test_what_we_do_not_know_is_passed_over() -> None:
    assert (
        read(
            {"contentBlockAside": {"contentBlockIndex": 0, "aside": {"text": "no"}}},
            {"SDK_UNKNOWN_MEMBER": {"name": "contentBlockAside"}},
            {"contentBlockStart": {"start": {"image": {"format": "png"}}, "contentBlockIndex": 0}},
            {"contentBlockDelta": {"delta": {"citation": {}}, "contentBlockIndex": 0}},
            fragment("{", 5),
            ended(0),
            ended(5),
            {"metadata": {"trace": {}}},
            {},
        )
        == []
    )


def test_metadata_counts_once() -> None:
    assert read(STOP, METADATA, METADATA) == [AnswerStopped("end_turn"), UsageCounted(7, 3)]


def test_complete_is_what_was_stopped_with_nothing_half_said() -> None:
    for events, complete in (
        ([], False),
        ([text("a"), ended(0)], False),
        ([text("a"), METADATA], False),
        ([text("a"), STOP], True),
        ([opened("u", 0), ended(0), STOP, METADATA], True),
        ([opened("u", 0), fragment("{", 0), STOP, METADATA], False),
    ):
        reader = ContentReader()
        for event in events:
            list(reader.read([event]))
        assert reader.complete is complete, events


def test_text_that_comes_together_is_one_chunk() -> None:
    told = list(ContentReader().read([text("Hi "), text("you"), text("!"), ended(0), STOP]))
    assert told == [TextChunk("Hi you!"), AnswerStopped("end_turn")]


def test_text_of_two_blocks_that_comes_together_is_two_paragraphs() -> None:
    told = list(ContentReader().read([text("$1", 0), text("0", 1), opened("u", 2), text(".", 1), STOP]))
    assert told == [
        TextChunk("$1"),
        TextChunk("\n\n0"),
        ToolUseOpened("u", "menu"),
        TextChunk("."),
        AnswerStopped("end_turn"),
    ]


BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=4)),
        st.tuples(st.just("tool"), st.lists(st.text(max_size=4), max_size=4)),
    ),
    max_size=4,
)


@given(BLOCKS, st.randoms(use_true_random=False))
def test_blocks_may_interleave(blocks: list[tuple[str, list[str]]], chance: random.Random) -> None:
    """Each tool's arguments are its own and whole, and all text is there, whatever comes between."""
    events = read(*interleaved(blocks, chance), STOP)
    closed = {event.id: event.arguments for event in events if isinstance(event, ToolUseClosed)}
    assert closed == {f"u{i}": "".join(pieces) or "{}" for i, (kind, pieces) in enumerate(blocks) if kind == "tool"}
    given = sorted("".join(piece for kind, pieces in blocks if kind == "text" for piece in pieces).replace(" ", ""))
    assert sorted("".join(said(events).split())) == sorted("".join("".join(given).split()))


@given(BLOCKS, st.randoms(use_true_random=False))
def test_how_events_come_together_changes_nothing(blocks: list[tuple[str, list[str]]], chance: random.Random) -> None:
    events, reader, told = [*interleaved(blocks, chance), STOP, METADATA], ContentReader(), list[ModelEvent]()
    at = 0
    while at < len(events):
        count = chance.randint(1, 5)
        told += reader.read(events[at : at + count])
        at += count
    assert in_one(told) == in_one(read(*events))


def interleaved(blocks: list[tuple[str, list[str]]], chance: random.Random) -> list[Event]:
    streams = []
    for index, (kind, pieces) in enumerate(blocks):
        make = text if kind == "text" else fragment
        beginning = [] if kind == "text" else [opened(f"u{index}", index)]
        streams.append([*beginning, *(make(piece, index) for piece in pieces), ended(index)])
    merged = []
    while any(streams):
        merged.append(chance.choice([stream for stream in streams if stream]).pop(0))
    return merged


def test_a_request_in_converse_s_words() -> None:
    schema = {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}
    request = ModelRequest(
        system="Be true.",
        messages=(
            Message("user", (TextBlock("Order 5?"),)),
            Message("assistant", (TextBlock("Let me see."), ToolUseBlock("u1", "order_details", {"number": 5}))),
            Message("user", (ToolResultBlock("u1", "<slice/>"), ToolResultBlock("u2", "No.", failed=True))),
        ),
        tools=(ToolSpec("order_details", "One order.", schema),),
        settings=ModelSettings(max_tokens=900, temperature=0.0, top_k=1),
        labels={"prompt": "ask"},
    )
    converse = to_converse("nova", request)
    json.dumps(converse)
    assert converse == {
        "modelId": "nova",
        "system": [{"text": "Be true."}],
        "messages": [
            {"role": "user", "content": [{"text": "Order 5?"}]},
            {
                "role": "assistant",
                "content": [
                    {"text": "Let me see."},
                    {"toolUse": {"toolUseId": "u1", "name": "order_details", "input": {"number": 5}}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"toolResult": {"toolUseId": "u1", "content": [{"text": "<slice/>"}], "status": "success"}},
                    {"toolResult": {"toolUseId": "u2", "content": [{"text": "No."}], "status": "error"}},
                ],
            },
        ],
        "inferenceConfig": {"maxTokens": 900, "temperature": 0.0},
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "order_details", "description": "One order.", "inputSchema": {"json": schema}}}
            ]
        },
        "requestMetadata": {"prompt": "ask"},
        "additionalModelRequestFields": {"inferenceConfig": {"topK": 1}},
    }


def test_no_tools_are_not_mentioned() -> None:
    request = ModelRequest("", (), (), ModelSettings(1, 0.0, 1), {})
    assert "toolConfig" not in to_converse("nova", request)
