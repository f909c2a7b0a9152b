"""An answer with each of its figures marked: right (it is what SQL counts), wrong (it is, but of another day or under
another name), supported (a row supports it, and no case asks for it) or unsupported. For the report."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct
from pydantic_evals.reporting import ReportCase

from evals.cases import Asked, Expected
from evals.scorers.figures_grounded import offsets, without_receipt
from evals.scorers.figures_right import Reading
from evals.scorers.subject import Subject


class MarkedFigure(Struct, frozen=True):
    """start, end: in the last answer, in Python's offsets; source: the receipt's, None without one; right: what it is
    in the case's words, when it is right or wrong."""

    start: int
    end: int
    text: str
    mark: Literal["right", "wrong", "supported", "unsupported"]
    source: dict[str, Any] | None = None
    right: str | None = None


def marked_figures(ctx: ReportCase[Asked, Any, Expected]) -> list[MarkedFigure]:
    """Of the last answer, in order."""
    subject = Subject(ctx)
    reading = Reading(subject)
    for right in subject.rights:
        reading.fault(right)
    proven = {figure.start: right.what for right, figure in reading.evidence}
    misplaced = {figure.start: right.what for right, figure in reading.misplaced}
    marked = []
    for receipt in subject.turn.receipts:
        start, end = offsets(subject.turn.text, receipt)
        at = [place for place in range(start, end) if place in proven or place in misplaced]
        what = next((proven.get(place) or misplaced.get(place) for place in at), None)
        marked.append(MarkedFigure(start, end, receipt["text"], _mark(receipt, at, proven), receipt["source"], what))
    for figure in without_receipt(subject.turn, subject):
        marked.append(MarkedFigure(figure.start, figure.end, figure.text, "unsupported"))
    return sorted(marked, key=lambda each: each.start)


def _mark(
    receipt: dict[str, Any], at: list[int], proven: dict[int, str]
) -> Literal["right", "wrong", "supported", "unsupported"]:
    if receipt["source"]["type"] == "unmatched":
        return "unsupported"
    if not at:
        return "supported"
    return "right" if at[0] in proven else "wrong"
