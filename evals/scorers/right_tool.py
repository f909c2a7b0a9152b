"""right_tool: the calls that the case expects are made, with the arguments that matter, and no other tool is used.
Whatever the case: no tool is made up, and no argument is one that the tool refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evals.cases import Call, Scored, Scorer
from evals.observed import ToolCall
from evals.scorers.subject import Subject
from evals.scorers.verdict import Verdict, verdict

_REFUSED = re.compile(r"The only (?:tools|arguments)|must be|is missing|garbled")


@dataclass
class RightTool(Scorer):
    def evaluate(self, ctx: Scored) -> Verdict:
        subject = Subject(ctx)
        made = subject.turn.tools
        faults = [
            f"{call.name} was refused: {call.error}"
            for turn in subject.turns
            for call in turn.tools
            if call.error and _REFUSED.search(call.error)
        ]
        if subject.expected.tools is not None:
            faults += _against(subject.expected.tools, made)
        return verdict("right_tool", faults)


def _against(expected: list[Call], made: list[ToolCall]) -> list[str]:
    missing = [call for call in expected if not any(_is(call, one) for one in made)]
    names = {call.name for call in expected}
    others = sorted({call.name for call in made} - names)
    return [f"{call.name}({_shown(call.arguments)}) was not called" for call in missing] + [
        f"{name} was called and not needed" for name in others
    ]


def _is(expected: Call, made: ToolCall) -> bool:
    return expected.name == made.name and all(
        made.arguments.get(name) == value for name, value in expected.arguments.items()
    )


def _shown(arguments: dict[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in arguments.items())
