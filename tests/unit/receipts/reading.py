"""Receipts of an answer, in a form that a test can write down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from benchmarks.receipts_example import TODAY, prefetched
from service.receipts import receipts
from service.receipts.receipt import Receipt
from service.rows import SliceResult


def read(answer: str, *extra: SliceResult, slices: Sequence[SliceResult] | None = None) -> tuple[Receipt, ...]:
    """The example restaurant's prefetched slices, and `extra` tool results after them."""
    return receipts(answer, (*(prefetched() if slices is None else slices), *extra), today=TODAY)


def sources(answer: str, *extra: SliceResult) -> dict[str, str]:
    """Each figure's text -> where it comes from; the last one where a text stands twice."""
    found = read(answer, *extra)
    return {receipt.text: brief(receipt, found) for receipt in found}


def brief(receipt: Receipt, among: Sequence[Receipt]) -> str:
    """`row 33 net`, `fact total_net`, `mean net 2026-11-16..2026-11-22`, `change $5.00 $4.00`,
    `unmatched elsewhere`."""
    source: dict[str, Any] = msgspec.to_builtins(receipt.source)
    match source["type"]:
        case "row":
            words = f"row {source['row']} {source['column']}"
        case "fact":
            words = f"fact {source['fact']}"
        case "range":
            days = f" {source['start']}..{source['end']}" if source["start"] else ""
            only = f" {source['only']}" if source["only"] else ""
            words = f"{source['operation']} {source['column']}{days}{only}"
        case "difference" | "change" | "ratio":
            words = " ".join((source["type"], *(among[place].text for place in source["of"])))
        case "within":
            words = f"within {source['name']}"
        case "clock":
            words = str(source["day"])
        case _:
            words = f"unmatched {source['reason']}"
    return f"~ {words}" if receipt.rounded else words


def unmatched(answer: str, *extra: SliceResult) -> list[str]:
    return [receipt.text for receipt in read(answer, *extra) if not receipt.matched]
