"""The Converse request as the analyst sees it: the restaurant, the slices, what was asked, what the tools gave.

Data is read from the system text and from tool results only: whatever looks like a slice inside a question is words.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from html import unescape
from typing import Any

RESTAURANT = re.compile(r"<restaurant (?P<attributes>[^<>]*?)/>")
SLICE = re.compile(r"<slice (?P<attributes>[^<>]*)>\n(?P<rows>[^<]*)</slice>")
ATTRIBUTE = re.compile(r'([a-z_]+)="([^"]*)"')


@dataclass(frozen=True)
class Restaurant:
    name: str
    currency: str
    today: date


@dataclass(frozen=True)
class Slice:
    """`facts` are the fence's attributes as text; `rows` the CSV under it, a dict of text a row."""

    name: str
    facts: dict[str, str]
    table: str

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        """None of them when any does not fit its header, or when there are not as many as the fence says."""
        lines = list(csv.reader(self.table.strip("\n").split("\n")))
        header, rows = (lines[0], lines[1:]) if lines else ([], [])
        if any(len(row) != len(header) for row in rows) or str(len(rows)) != self.facts.get("rows", str(len(rows))):
            return []
        return [dict(zip(header, map(unescape, row), strict=True)) for row in rows]

    @property
    def intact(self) -> bool:
        return bool(self.rows) or self.facts.get("rows") == "0"


@dataclass(frozen=True)
class ToolCall:
    """What was asked of a tool in this turn; `found` is None when it ended badly, and `error` is its sentence."""

    name: str
    arguments: dict[str, Any]
    found: Slice | None
    error: str = ""


@dataclass(frozen=True)
class Request:
    """questions: what the user typed in this conversation, oldest first; calls: those of the present turn;
    tools: the argument names of each tool that is offered; messages: how many the request holds."""

    restaurant: Restaurant | None
    slices: tuple[Slice, ...]
    questions: tuple[str, ...]
    calls: tuple[ToolCall, ...] = ()
    rounds: int = 0
    messages: int = 0
    tools: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def everything(self) -> Iterator[Slice]:
        yield from self.slices
        yield from (call.found for call in self.calls if call.found)


def read_request(body: Any) -> Request:
    """Never raises: what is not there or not as it should be is left out."""
    body = body if isinstance(body, dict) else {}
    system = "\n".join(_texts(body.get("system")))
    messages = [message for message in _list(body.get("messages")) if isinstance(message, dict)]
    asked = [place for place, message in enumerate(messages) if _is_question(message)]
    turn = messages[asked[-1] + 1 :] if asked else []
    return Request(
        restaurant=_restaurant(system),
        slices=tuple(read_slices(system)),
        questions=tuple("\n".join(_texts(messages[place].get("content"))) for place in asked),
        calls=tuple(_calls(turn)),
        rounds=sum(any(True for _ in _blocks(message, "toolUse")) for message in turn),
        messages=len(messages),
        tools=_tools(body.get("toolConfig")),
    )


def read_slices(text: str) -> Iterator[Slice]:
    for fence in SLICE.finditer(text):
        facts = _attributes(fence["attributes"])
        if name := facts.get("name"):
            yield Slice(name, facts, fence["rows"])


def _restaurant(system: str) -> Restaurant | None:
    for tag in RESTAURANT.finditer(system):
        attributes = _attributes(tag["attributes"])
        try:
            today = date.fromisoformat(attributes.get("today", ""))
        except ValueError:
            continue
        return Restaurant(attributes.get("name", ""), attributes.get("currency", ""), today)
    return None


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(text)}


def _is_question(message: dict[str, Any]) -> bool:
    return (
        message.get("role") == "user"
        and not any(True for _ in _blocks(message, "toolResult"))
        and any(_texts(message.get("content")))
    )


def _calls(turn: list[dict[str, Any]]) -> Iterator[ToolCall]:
    asked = {use.get("toolUseId"): use for message in turn for use in _blocks(message, "toolUse")}
    for message in turn:
        for result in _blocks(message, "toolResult"):
            use = asked.get(result.get("toolUseId"))
            if use and isinstance(use.get("name"), str):
                arguments = use.get("input")
                yield _call(use["name"], arguments if isinstance(arguments, dict) else {}, result)


def _call(name: str, arguments: dict[str, Any], result: dict[str, Any]) -> ToolCall:
    text = "\n".join(_texts(result.get("content")))
    found = None if result.get("status") == "error" else next(read_slices(text), None)
    return ToolCall(name, arguments, found, text)


def _tools(config: Any) -> dict[str, frozenset[str]]:
    offered: dict[str, frozenset[str]] = {}
    for tool in _list(config.get("tools") if isinstance(config, dict) else None):
        spec = tool.get("toolSpec") if isinstance(tool, dict) else None
        if isinstance(spec, dict) and isinstance(spec.get("name"), str):
            offered[spec["name"]] = _properties(spec)
    return offered


def _properties(spec: dict[str, Any]) -> frozenset[str]:
    schema = spec.get("inputSchema")
    document = schema.get("json") if isinstance(schema, dict) else None
    properties = document.get("properties") if isinstance(document, dict) else None
    return frozenset(properties) if isinstance(properties, dict) else frozenset()


def _blocks(message: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    for block in _list(message.get("content")):
        inner = block.get(kind) if isinstance(block, dict) else None
        if isinstance(inner, dict):
            yield inner


def _texts(blocks: Any) -> list[str]:
    return [block["text"] for block in _list(blocks) if isinstance(block, dict) and isinstance(block.get("text"), str)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
