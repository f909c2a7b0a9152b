"""Transcript: says what happens in a turn as events, and keeps it as the parts of the stored message.

One place does both, so that what is re-opened tomorrow is what streamed today.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.errors import ToolError, ToolFailed
from service.events import (
    DataReady,
    ReasoningDelta,
    ReasoningFinished,
    ReasoningStarted,
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
)
from service.messages import DataPart, Part, ReasoningPart, TextPart, ToolPart

Emit = Callable[[StreamEvent], None]

UNFINISHED = "This look-up did not finish."


class Transcript:
    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._parts: list[Part] = []
        self._block: type[TextPart] | type[ReasoningPart] | None = None
        self._chunks: list[str] = []
        self._blocks = 0
        self._open_tools: dict[str, str] = {}
        self._places: dict[tuple[str, ...], int] = {}
        self._in_step = False

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self._parts)

    @property
    def answer_text(self) -> str:
        """All text parts, in order; offsets of receipts count within it."""
        return "\n\n".join(part.text for part in self._parts if isinstance(part, TextPart))

    # -- steps ---------------------------------------------------------------------------------------------------

    def step_started(self) -> None:
        self._in_step = True
        self._emit(StepStarted())

    def step_finished(self) -> None:
        """Closes whatever the step left open: a block in mid-word, a tool use whose arguments never came."""
        self._close_block()
        for id_, name in list(self._open_tools.items()):
            self.tool_invalid(id_, name, None, "The model broke off while asking for this.")
        if self._in_step:
            self._in_step = False
            self._emit(StepFinished())

    def finish(self) -> None:
        """The turn has ended: a look-up that was under way has no result, and never will."""
        self.step_finished()
        for part in self.parts:
            if isinstance(part, ToolPart) and part.output is None and part.error is None:
                self.tool_failed(part, ToolFailed(UNFINISHED))

    # -- text and reasoning --------------------------------------------------------------------------------------

    def text(self, chunk: str) -> None:
        self._switch_to(TextPart)
        self._chunks.append(chunk)
        self._emit(TextDelta(self._block_id, chunk))

    def reasoning(self, chunk: str) -> None:
        self._switch_to(ReasoningPart)
        self._chunks.append(chunk)
        self._emit(ReasoningDelta(self._block_id, chunk))

    @property
    def _block_id(self) -> str:
        return f"b{self._blocks}"

    def _switch_to(self, kind: type[TextPart] | type[ReasoningPart]) -> None:
        if self._block is kind:
            return
        self._close_block()
        self._block = kind
        self._blocks += 1
        self._emit(TextStarted(self._block_id) if kind is TextPart else ReasoningStarted(self._block_id))

    def _close_block(self) -> None:
        if self._block is None:
            return
        finished = TextFinished if self._block is TextPart else ReasoningFinished
        self._emit(finished(self._block_id))
        self._parts.append(self._block("".join(self._chunks)))
        self._block, self._chunks = None, []

    # -- tools ---------------------------------------------------------------------------------------------------

    def tool_opened(self, id_: str, name: str) -> None:
        self._close_block()
        self._open_tools[id_] = name
        self._emit(ToolInputStarted(id_, name))
        self._keep_tool(ToolPart(id_, name, None))

    def tool_fragment(self, id_: str, text: str) -> None:
        self._emit(ToolInputDelta(id_, text))

    def tool_ready(self, id_: str, name: str, arguments: dict[str, Any]) -> None:
        self._open_tools.pop(id_, None)
        self._emit(ToolInputReady(id_, name, arguments))
        self._keep_tool(ToolPart(id_, name, arguments))

    def tool_invalid(self, id_: str, name: str, arguments: str | None, sentence: str) -> None:
        """arguments: the text that the model wrote, which is no JSON object; None when it wrote no end."""
        self._open_tools.pop(id_, None)
        self._emit(ToolInputInvalid(id_, name, arguments, sentence))
        self._keep_tool(ToolPart(id_, name, arguments, error=sentence))

    def tool_answered(self, part: ToolPart, output: dict[str, Any]) -> None:
        self._emit(ToolOutputReady(part.id, output))
        self._keep_tool(ToolPart(part.id, part.name, part.input, output=output))

    def tool_failed(self, part: ToolPart, error: ToolError) -> None:
        self._emit(ToolOutputFailed(part.id, error.sentence))
        self._keep_tool(ToolPart(part.id, part.name, part.input, error=error.sentence))

    def _keep_tool(self, part: ToolPart) -> None:
        """A tool has one part, where it was asked for; its result replaces it there."""
        self._keep(part, ("tool", part.id))

    def _keep(self, part: Part, key: tuple[str, ...]) -> None:
        if key not in self._places:
            self._close_block()
            self._places[key] = len(self._parts)
        at = self._places[key]
        self._parts[at : at + 1] = [part]

    # -- data ----------------------------------------------------------------------------------------------------

    def data(self, name: str, data: Any, id_: str | None = None) -> None:
        """A record with an id replaces the one of that name and id."""
        self._close_block()
        self._emit(DataReady(name, data, id_))
        part = DataPart(name, data, id_)
        if id_ is None:
            self._parts.append(part)
        else:
            self._keep(part, ("data", name, id_))
