"""Questions as owners type them, each checked against figures worked out from the orders."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from .fake_tenant import FakeTenant, make_orders
from .talk import Reply, ask
from .truth import contains, texts_for

RANGE = re.compile(r"\d{4}-\d\d-\d\d(?:\.\.\d{4}-\d\d-\d\d)?")
HERE = Path(__file__).parent
DEVELOPED = json.loads((HERE / "questions.json").read_text())
HELD_BACK = [
    case for name in ("held_back", "second_held_back") for case in json.loads((HERE / f"{name}.json").read_text())
]


@cache
def restaurant() -> FakeTenant:
    return FakeTenant(make_orders())


def named(case: dict[str, Any]) -> str:
    return " / ".join(case["ask"])


@pytest.mark.parametrize("case", DEVELOPED, ids=named)
def test_a_question_is_answered_truly(case: dict[str, Any]) -> None:
    assert not faults(case)


@pytest.mark.parametrize("case", HELD_BACK, ids=named)
def test_a_held_back_question_is_answered_truly(case: dict[str, Any]) -> None:
    assert not faults(case)


def faults(case: dict[str, Any]) -> list[str]:
    """What is wrong with the answer; nothing when it is right."""
    reply = ask(restaurant(), *case["ask"])
    wanted = [text for expectation in case.get("expect", ()) for text in texts_for(restaurant(), expectation)]
    wanted += case.get("says", ())
    found = [f"does not say {text!r}" for text in wanted if not contains(reply.text, text)]
    ranges = {str(part) for name, *parts in case.get("expect", ()) for part in parts if RANGE.fullmatch(str(part))}
    if len(ranges) == 1 and ", against " in reply.text:
        found.append("compares where one range was asked for")
    if "tools" in case:
        found += _wrong_tools(reply, case["tools"])
    if "declines" in case:
        found += _no_decline(reply, case["declines"])
    return [*found, f"answer: {reply.text}"] if found else []


def _wrong_tools(reply: Reply, wanted: list[str]) -> list[str]:
    right = not reply.tools if not wanted else set(reply.tools) == set(wanted)
    return [] if right else [f"asked {reply.tools}, not {wanted}"]


def _no_decline(reply: Reply, about: list[str]) -> list[str]:
    found = [] if any(word.lower() in reply.text.lower() for word in about) else [f"does not decline by any of {about}"]
    if re.search(r"\d", reply.text):
        found.append("states a figure while it declines")
    if len(re.findall(r"[.!?](?=\s|$)", reply.text)) != 1:
        found.append("declines in more or less than one sentence")
    return found + (["asked a tool"] if reply.tools else [])
