"""figures_grounded: every figure of every answer has a receipt, and the receipt holds: what it points to, in the slices
that the answer came with, is that figure. Numerals that the asker typed or that stand in a name need none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from evals.cases import Scored, Scorer
from evals.observed import ObservedTurn
from evals.reading.figures import Stated, stated_figures
from evals.scorers.subject import Subject
from evals.scorers.verdict import Verdict, verdict

Receipt = dict[str, Any]


@dataclass
class FiguresGrounded(Scorer):
    def evaluate(self, ctx: Scored) -> Verdict:
        subject = Subject(ctx)
        faults = [fault for turn in subject.turns for fault in _faults(turn, subject)]
        return verdict("figures_grounded", faults)


def _faults(turn: ObservedTurn, subject: Subject) -> list[str]:
    unmatched = [receipt["text"] for receipt in turn.receipts if receipt["source"]["type"] == "unmatched"]
    faults = [f"no row supports {text}" for text in unmatched if not _typed(text, subject.typed)]
    faults += [f"{figure.text} has no receipt" for figure in without_receipt(turn, subject)]
    return faults + [
        f"the receipt of {receipt['text']} points to another figure"
        for receipt in turn.receipts
        if receipt["kind"] in ("money", "count", "percent") and not _holds(receipt, turn)
    ]


def without_receipt(turn: ObservedTurn, subject: Subject) -> list[Stated]:
    covered = bytearray(len(turn.text))
    for start, end in (offsets(turn.text, receipt) for receipt in turn.receipts):
        covered[start:end] = b"x" * (end - start)
    for text in subject.data_texts:
        at = turn.text.find(text)
        while at >= 0:
            covered[at : at + len(text)] = b"x" * len(text)
            at = turn.text.find(text, at + 1)
    stated = stated_figures(turn.text, subject.of.today, ())
    return [
        figure
        for figure in stated
        if not any(covered[figure.start : figure.end]) and not _typed(figure.text, subject.typed)
    ]


def offsets(text: str, receipt: Receipt) -> tuple[int, int]:
    """A receipt's place in Python's own offsets: it counts UTF-16 code units, as a browser does."""
    units = text.encode("utf-16-le")
    start, end = (len(units[: 2 * receipt[name]].decode("utf-16-le")) for name in ("start", "end"))
    return start, end


def _typed(text: str, typed: str) -> bool:
    digits = text.strip("#*$£€₹ ").replace(",", "")
    return digits in typed.replace(",", "")


def _holds(receipt: Receipt, turn: ObservedTurn) -> bool:
    """Of the kinds of source that can be looked up or worked out in a line; ranges are recounted by SQL where a case
    expects them."""
    found = _worked_out(receipt, turn)
    if found is None or receipt.get("rounded") or not str(receipt["value"]).lstrip("-").isdigit():
        return True
    return abs(int(receipt["value"])) == abs(found.quantize(Decimal(1), ROUND_HALF_UP))


def _worked_out(receipt: Receipt, turn: ObservedTurn) -> Decimal | None:
    """In the receipt's own unit; None for what is not worked out here."""
    source = receipt["source"]
    match source["type"]:
        case "row":
            return Decimal(turn.slices[source["slice"]]["rows"][source["row"]][source["column"]])
        case "fact":
            facts = {fact["name"]: fact["value"] for fact in turn.slices[source["slice"]]["facts"]}
            return Decimal(facts[source["fact"]])
        case "difference" | "change" | "ratio":
            first, second = (Decimal(turn.receipts[place]["value"]) for place in source["of"])
            return _derived(source["type"], first, second, receipt["kind"])
    return None


def _derived(how: str, first: Decimal, second: Decimal, kind: str) -> Decimal:
    if how == "difference":
        return first - second
    if how == "change":
        return 10_000 * (first - second) / abs(second)
    return first / second * (10_000 if kind == "percent" else 1)
