"""What streams and what is kept are one message: whatever happens in a turn, re-opening it shows what was seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ToolFailed, ToolRejected
from service.events import (
    ReasoningFinished,
    StepFinished,
    StepStarted,
    StreamEvent,
    TextDelta,
    TextFinished,
    TextStarted,
    ToolInputInvalid,
    ToolInputStarted,
    ToolOutputFailed,
    ToolOutputReady,
    TurnFinished,
    TurnStarted,
)
from service.messages import Answer, DataPart, Part, TextPart, ToolPart
from service.routes.ui_message import replay, ui_answer
from service.routes.ui_stream import DONE, frame, part
from service.transcript import UNFINISHED, Transcript
from tests.http.judge import StreamJudge
from tests.unit.routes.reader import Reader

STARTED = TurnStarted(
    conversation_id="c1",
    question_id="q1",
    answer_id="a1",
    prompt_version="v001",
    prompt_hash="0123456789ab",
    model_id="stand-in.analyst-v1:0",
    stand_in=True,
)


class Played:
    """A transcript, and what it emitted."""

    def __init__(self) -> None:
        self.events: list[StreamEvent] = []
        self.transcript = Transcript(self.events.append)

    def answer(self) -> Answer:
        return Answer(
            id="a1",
            text=self.transcript.answer_text,
            status="complete",
            parts=self.transcript.parts,
            metadata=msgspec.to_builtins(STARTED),
            answered_at=datetime(2026, 11, 23, tzinfo=UTC),
        )


class Model:
    """Does what a model may do, in any order: words, thoughts, tool uses side by side that are finished, garbled,
    answered, refused or left, steps and records in between. `draw` decides."""

    def __init__(self, played: Played, draw: Any) -> None:
        self.on, self.draw = played.transcript, draw
        self.opened: list[tuple[str, str]] = []
        self.ready: list[ToolPart] = []
        self.uses = 0

    def act(self) -> None:
        words = self.draw(st.text("ab\n ", max_size=3))
        actions = [self.step, self.open, self.record, lambda: self.on.text(words), lambda: self.on.reasoning(words)]
        actions += [self.fragment, self.close, self.garble] if self.opened else []
        actions += [self.succeed, self.fail] if self.ready else []
        self.draw(st.sampled_from(actions))()

    def step(self) -> None:
        self.on.step_finished()
        self.opened.clear()
        self.on.step_started()

    def open(self) -> None:
        self.uses += 1
        self.opened.append((f"use-{self.uses}", self.draw(st.sampled_from(["revenue_by_day", "order_details"]))))
        self.on.tool_opened(*self.opened[-1])

    def fragment(self) -> None:
        self.on.tool_fragment(self.draw(st.sampled_from(self.opened))[0], '{"number"')

    def close(self) -> None:
        id_, name = self._one_of(self.opened)
        self.on.tool_ready(id_, name, {"number": 5})
        self.ready.append(ToolPart(id_, name, {"number": 5}))

    def garble(self) -> None:
        id_, name = self._one_of(self.opened)
        self.on.tool_invalid(id_, name, '{"number": ', "The arguments were garbled.")

    def succeed(self) -> None:
        self.on.tool_answered(self._one_of(self.ready), {"name": "order_details", "rows": []})

    def fail(self) -> None:
        self.on.tool_failed(self._one_of(self.ready), self.draw(st.sampled_from([ToolFailed(), ToolRejected("No.")])))

    def record(self) -> None:
        name, id_ = self.draw(st.sampled_from([("slice", "a"), ("slice", "b"), ("usage", None)]))
        self.on.data(name, {"value": self.draw(st.integers(0, 9))}, id_)

    def _one_of(self, things: list[Any]) -> Any:
        return things.pop(self.draw(st.integers(0, len(things) - 1)))


@st.composite
def turns(draw: Any) -> Played:
    played = Played()
    model = Model(played, draw)
    for _ in range(draw(st.integers(0, 25))):
        model.act()
    played.transcript.finish()
    return played


@given(turns())
def test_what_streamed_what_is_replayed_and_what_is_re_opened_are_one_message(played: Played) -> None:
    streamed = Reader.of(map(part, played.events)).message
    answer = played.answer()
    assert Reader.of(map(part, replay(answer))).message == streamed
    assert ui_answer(answer)["parts"] == streamed


@given(turns())
def test_nothing_is_left_open(played: Played) -> None:
    reader = Reader.of(map(part, played.events))
    assert reader.open_blocks == set()
    assert reader.in_step is False
    assert all(shown["state"] in ("done", "output-available", "output-error") for shown in reader.message_states)


@given(turns())
def test_a_tool_has_one_part_however_it_ends(played: Played) -> None:
    asked = {event.id for event in played.events if isinstance(event, ToolInputStarted)}
    tools = [kept for kept in played.transcript.parts if isinstance(kept, ToolPart)]
    assert len(tools) == len(asked)
    assert {tool.id for tool in tools} == asked
    assert all((tool.output is None) != (tool.error is None) for tool in tools)


@given(turns())
def test_the_answer_s_text_is_its_text_parts(played: Played) -> None:
    texts = [kept.text for kept in played.transcript.parts if isinstance(kept, TextPart)]
    assert played.transcript.answer_text == "\n\n".join(texts)
    assert "".join(texts) == "".join(event.text for event in played.events if isinstance(event, TextDelta))


def test_a_step_that_breaks_off_closes_what_it_left_open() -> None:
    played = Played()
    on = played.transcript
    on.step_started()
    on.reasoning("hm")
    on.tool_opened("use-1", "order_details")
    on.tool_fragment("use-1", '{"num')
    on.text("Half a wo")
    on.step_finished()
    sentence = "The model broke off while asking for this."
    assert played.events[-3:] == [
        TextFinished("b2"),
        ToolInputInvalid("use-1", "order_details", None, sentence),
        StepFinished(),
    ]
    assert ReasoningFinished("b1") in played.events
    assert on.parts[1:] == (ToolPart("use-1", "order_details", None, error=sentence), TextPart("Half a wo"))
    on.step_finished()
    assert played.events.count(StepFinished()) == 1


def test_tools_asked_for_side_by_side_stay_in_the_order_that_they_began() -> None:
    played = Played()
    on = played.transcript
    on.tool_opened("use-1", "order_details")
    on.tool_opened("use-2", "revenue_by_day")
    on.tool_ready("use-2", "revenue_by_day", {})
    on.tool_ready("use-1", "order_details", {"number": 5})
    on.tool_answered(ToolPart("use-2", "revenue_by_day", {}), {"rows": []})
    on.tool_failed(ToolPart("use-1", "order_details", {"number": 5}), ToolRejected("There is no order 5."))
    assert on.parts == (
        ToolPart("use-1", "order_details", {"number": 5}, error="There is no order 5."),
        ToolPart("use-2", "revenue_by_day", {}, output={"rows": []}),
    )


def test_a_look_up_under_way_when_the_turn_ends_is_said_to_have_no_result() -> None:
    """Else it would turn for ever in the reader's window, and be an error when the conversation is re-opened."""
    played = Played()
    on = played.transcript
    on.step_started()
    on.tool_opened("use-1", "order_details")
    on.tool_ready("use-1", "order_details", {"number": 5})
    on.step_finished()
    assert not any(isinstance(event, ToolOutputFailed) for event in played.events)
    on.finish()
    assert played.events[-1] == ToolOutputFailed("use-1", UNFINISHED)
    assert on.parts == (ToolPart("use-1", "order_details", {"number": 5}, error=UNFINISHED),)
    on.finish()
    assert played.events.count(ToolOutputFailed("use-1", UNFINISHED)) == 1


def test_text_stays_in_one_block_until_something_else_comes() -> None:
    played = Played()
    for chunk in ("You ", "made ", "$5."):
        played.transcript.text(chunk)
    assert played.events == [TextStarted("b1"), *(TextDelta("b1", chunk) for chunk in ("You ", "made ", "$5."))]
    assert played.transcript.parts == ()
    played.transcript.data("usage", {})
    assert played.transcript.parts == (TextPart("You made $5."), DataPart("usage", {}))


async def test_npm_ai_reads_a_turn_as_the_reader_of_these_tests_does() -> None:
    """The reader is small; npm `ai` itself is the judge of whether it reads as the browser does."""
    played = Played()
    on = played.transcript
    on.data("slice", {"value": 1}, "a")
    on.step_started()
    on.reasoning("hm")
    on.tool_opened("use-1", "order_details")
    on.tool_opened("use-2", "revenue_by_day")
    on.tool_fragment("use-1", '{"number": 5}')
    on.tool_invalid("use-2", "revenue_by_day", "{", "The arguments were garbled.")
    on.text("While I look")
    on.tool_ready("use-1", "order_details", {"number": 5})
    on.tool_opened("use-3", "order_details")
    on.data("slice", {"value": 2}, "a")
    on.tool_ready("use-3", "order_details", {"number": 6})
    on.step_finished()
    on.tool_answered(ToolPart("use-1", "order_details", {"number": 5}), {"rows": []})
    on.finish()
    assert any(isinstance(event, ToolOutputReady) for event in played.events)
    assert any(isinstance(event, StepStarted) for event in played.events)
    answer = played.answer()
    again: tuple[Part, ...] = answer.parts
    assert len(again) == 6
    async with StreamJudge() as judge:
        for events in ([STARTED, *played.events], list(replay(answer))):
            stream = b"".join(map(frame, [*events, TurnFinished("stop")])) + DONE
            message = await judge.check(stream)
            shown = [each for each in message["parts"] if each["type"] != "step-start"]
            reader = Reader.of(map(part, events))
            assert [_without_block_id(each) for each in shown] == reader.message
            assert reader.message == ui_answer(answer)["parts"]


def _without_block_id(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "id" or shown["type"].startswith("data-")}
