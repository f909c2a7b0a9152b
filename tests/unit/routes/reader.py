"""A small reader of the UI message stream: what the browser's message comes to, part by part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

Json = dict[str, Any]


class Reader:
    """message: the parts, in the order that they began. Raises AssertionError for a part that refers to nothing."""

    def __init__(self) -> None:
        self.message: list[Json] = []
        self.in_step = False
        self._blocks: dict[str, Json] = {}

    @classmethod
    def of(cls, parts: Iterable[Json]) -> Self:
        reader = cls()
        for part in parts:
            reader.read(part)
        return reader

    @property
    def open_blocks(self) -> set[str]:
        return set(self._blocks)

    @property
    def message_states(self) -> list[Json]:
        """The parts that have a state: all but records."""
        return [part for part in self.message if not part["type"].startswith("data-")]

    def read(self, part: Json) -> None:
        match part["type"].split("-", 1):
            case ["data", _]:
                self._record(part)
            case ["text" | "reasoning" as kind, moment]:
                self._block(kind, moment, part)
            case ["tool", moment]:
                self._tool(moment, part)
            case ["start", "step"]:
                assert not self.in_step
                self.in_step = True
            case ["finish", "step"]:
                assert self.in_step
                self.in_step = False

    def _record(self, part: Json) -> None:
        shown = {key: value for key, value in part.items() if key in ("type", "data", "id")}
        old = self._found(lambda each: "id" in part and each["type"] == part["type"] and each["id"] == part["id"])
        self._put(old, shown)

    def _block(self, kind: str, moment: str, part: Json) -> None:
        if moment == "start":
            assert part["id"] not in self._blocks
            self._blocks[part["id"]] = {"type": kind, "text": "", "state": "streaming"}
            self.message.append(self._blocks[part["id"]])
        elif moment == "delta":
            self._blocks[part["id"]]["text"] += part["delta"]
        else:
            self._blocks.pop(part["id"])["state"] = "done"

    def _tool(self, moment: str, part: Json) -> None:
        old = self._found(lambda each: each.get("toolCallId") == part["toolCallId"])
        shown = {"toolCallId": part["toolCallId"]}
        if "toolName" in part:
            shown["type"] = f"tool-{part['toolName']}"
        if moment == "input-start":
            assert old is None
            self._put(old, shown | {"state": "input-streaming"})
        elif moment == "input-available":
            self._put(old, shown | {"state": "input-available", "input": part["input"]})
        elif moment == "input-error":
            failed = {"state": "output-error", "rawInput": part["input"], "errorText": part["errorText"]}
            self._put(old, shown | failed)
        else:
            assert old is not None, f"{part} of a tool that nobody asked for"
            self._tool_went_on(moment, part, old)

    def _tool_went_on(self, moment: str, part: Json, tool: Json) -> None:
        if moment == "input-delta":
            assert tool["state"] == "input-streaming"
        elif moment == "output-available":
            assert tool["state"] == "input-available"
            tool.update(state=moment, output=part["output"])
        else:
            assert (moment, tool["state"]) == ("output-error", "input-available")
            tool.update(state=moment, errorText=part["errorText"])

    def _found(self, is_it: Any) -> Json | None:
        return next((each for each in self.message if is_it(each)), None)

    def _put(self, old: Json | None, new: Json) -> None:
        if old is None:
            self.message.append(new)
        else:
            old.clear()
            old.update(new)
