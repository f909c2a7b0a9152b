"""format_and_length: a whole answer that ended as it should, no longer than it may be, in Markdown that a page can
show: closed marks, tables whose rows fit their heads, none of the model's own tags."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evals.cases import Scored, Scorer
from evals.observed import ObservedTurn
from evals.scorers.subject import Subject
from evals.scorers.verdict import Verdict, verdict

_CELL_END = re.compile(r"(?<!\\)\|")


@dataclass
class FormatAndLength(Scorer):
    def evaluate(self, ctx: Scored) -> Verdict:
        subject = Subject(ctx)
        faults = [fault for turn in subject.turns for fault in _faults(turn)]
        length = len(subject.turn.text)
        if length > subject.expected.longest:
            faults.append(f"{length} characters, and {subject.expected.longest} are allowed")
        return verdict("format_and_length", faults)


def _faults(turn: ObservedTurn) -> list[str]:
    text, faults = turn.text, []
    if turn.status != 200 or turn.failure is not None:
        faults.append(f"it failed: {(turn.failure or {}).get('code', turn.status)}")
    elif turn.finish_reason != "stop":
        faults.append(f"it ended with {turn.finish_reason!r}")
    if not text.strip():
        faults.append("it is empty")
    if text.count("**") % 2:
        faults.append("a ** is not closed")
    if re.search(r"</?(?:thinking|response|answer)>", text):
        faults.append("it holds the model's own tags")
    return faults + _table_faults(text)


def _table_faults(text: str) -> list[str]:
    columns: int | None = None
    for line in text.split("\n"):
        if not line.startswith("|"):
            columns = None
            continue
        cells = len(_CELL_END.findall(line))
        if columns is not None and cells != columns:
            return ["a table's row does not fit its head"]
        columns = cells
    return []
