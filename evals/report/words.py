"""Sources, truths and expectations in a reader's words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from evals.observed import ObservedTurn
from evals.restaurants import restaurant
from evals.result import CaseResult
from evals.scorers.figures_right import written
from evals.truth.rights import Right


def source_in_words(source: dict[str, Any] | None, turn: ObservedTurn | None = None) -> str:
    """turn: of the answer, where the row itself is to be shown and not only named."""
    match source:
        case None:
            words = "no receipt"
        case {"type": "row"}:
            words = f"{source['name']}, row {source['row'] + 1}, {source['column']}{_row(source, turn)}"
        case {"type": "fact"}:
            words = f"{source['name']}, {source['fact']}"
        case {"type": "range"}:
            days = f" of {source['start']} to {source['end']}" if source.get("start") else ""
            only = f", {source['only']} only" if source.get("only") else ""
            words = f"{source['name']}, {source['operation']} of {source['column']}{days}{only}"
        case {"type": "within"}:
            words = f"{source['name']}, within its days"
        case {"type": "clock"}:
            words = f"the restaurant's own {source['day']}"
        case {"type": "unmatched"}:
            words = f"no row: {source['reason']}"
        case {"type": derived, "of": (first, second) | [first, second]}:
            words = f"{derived} of figures {first + 1} and {second + 1}"
        case _:
            words = str(source["type"])
    return words


def _row(source: dict[str, Any], turn: ObservedTurn | None) -> str:
    if turn is None:
        return ""
    row = turn.slices[source["slice"]]["rows"][source["row"]]
    return " · " + ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def expectations(case: CaseResult) -> list[str]:
    """What the case asks of the last answer, a line each."""
    expected, currency = case.expected, restaurant(case.tenant).currency
    lines = [f"states {right.what}: {_value(right, currency)}" for right in case.rights]
    lines += [f"says {each!r}" for each in expected.get("says", [])]
    lines += [f"never says {each!r}" for each in expected.get("never_says", [])]
    lines += [f"calls {each['name']} {each.get('arguments') or ''}".rstrip() for each in expected.get("tools") or []]
    if expected.get("tools") == []:
        lines.append("calls no tool")
    if expected.get("abstains"):
        lines.append(
            {"must": "says that it cannot answer", "may": "may say that it cannot answer"}[expected["abstains"]]
        )
    return lines


def _value(right: Right, currency: str) -> str:
    return written(right, currency) if isinstance(right.value, Decimal) else str(right.value)
