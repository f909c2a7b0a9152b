"""Content blocks as events."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from local.bedrock.answer import Answer
from local.bedrock.voice import BYTES_A_TOKEN, pieces, speech
from tests.local.bedrock.clients import QUESTION, TEXT, TOOL_USE, kinds, text_of

INPUTS = st.dictionaries(st.text(), st.none() | st.integers(0, 2**50) | st.text() | st.lists(st.text()))


def said(body: dict[str, Any], *blocks: dict[str, Any]) -> list[dict[str, Any]]:
    return list(speech(body, list(blocks), {"stand_in": "analyst"}))


def put_together(events: list[dict[str, Any]]) -> dict[str, Any]:
    answer = Answer()
    for event in events:
        answer.take(event)
    return answer.document()


@given(st.text(min_size=1))
def test_the_words_of_a_text_are_the_text(text: str) -> None:
    assert "".join(pieces({"text": text})) == text
    assert all(len(piece.strip()) <= 12 for piece in pieces({"text": text}))


@given(INPUTS)
def test_the_fragments_of_an_input_are_the_input(document: dict[str, Any]) -> None:
    fragments = "".join(pieces({"toolUse": {"input": document}}))
    assert msgspec.json.decode(fragments or "{}") == document


def test_the_order_of_events() -> None:
    events = said(QUESTION, {"text": "Let me see."}, TOOL_USE)
    assert kinds(events) == [
        "messageStart",
        *["contentBlockDelta"] * 3,
        "contentBlockStop",
        "contentBlockStart",
        *["contentBlockDelta"] * 2,
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert events[5]["contentBlockStart"] == {
        "start": {"toolUse": {"toolUseId": "tooluse_1", "name": "revenue_by_day"}},
        "contentBlockIndex": 1,
    }
    assert events[-2]["messageStop"]["stopReason"] == "tool_use"


def test_an_empty_input_is_an_empty_fragment() -> None:
    events = said(QUESTION, {"toolUse": {"toolUseId": "t", "name": "n", "input": {}}})
    assert events[2]["contentBlockDelta"]["delta"] == {"toolUse": {"input": ""}}
    assert put_together(events)["output"]["message"]["content"][0]["toolUse"]["input"] == {}


@given(text=st.text(min_size=1, max_size=200), limit=st.integers(1, 60))
def test_max_tokens_cuts(text: str, limit: int) -> None:
    events = said({**QUESTION, "inferenceConfig": {"maxTokens": limit}}, {"text": text})
    document = put_together(events)
    whole = len(text.encode()) <= limit * BYTES_A_TOKEN
    assert document["stopReason"] == ("end_turn" if whole else "max_tokens")
    assert document["usage"]["outputTokens"] <= limit
    assert text.startswith(text_of(events))
    assert whole == (text_of(events) == text)


def test_max_tokens_cuts_a_tool_use_in_its_json_and_leaves_out_what_follows() -> None:
    events = said({**QUESTION, "inferenceConfig": {"maxTokens": 4}}, TOOL_USE, TEXT)
    inputs = [event["contentBlockDelta"]["delta"]["toolUse"]["input"] for event in events[2:4]]
    assert inputs == ['{"start":"20', "26-1"]
    assert kinds(events)[4:] == ["contentBlockStop", "messageStop", "metadata"]


def test_usage_is_whole_numbers_that_add_up() -> None:
    usage = said(QUESTION, TEXT)[-1]["metadata"]["usage"]
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]
    assert usage["outputTokens"] == -(-len(TEXT["text"].encode()) // BYTES_A_TOKEN)
    assert all(type(count) is int and count > 0 for count in usage.values())
