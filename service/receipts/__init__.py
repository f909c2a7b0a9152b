"""Receipts: each figure of a finished answer -> the one place it comes from, or unmatched.

    plain.py numerals.py currency.py               characters, written numbers, marks of money
    dates.py relative.py names.py -> mentions.py   the days, items and orders that an answer speaks of
    figures.py layout.py order_cells.py            its figures, and how it is laid out
    nearby.py binding.py words.py bare.py          what stands near a figure, and what that says
    evidence.py table.py                           cells and facts of the slices
    matching.py aggregates.py landmarks.py derive.py   the closed list of sources
    receipt.py listing.py                          what comes out

A figure is matched only to what its surroundings name. Where its own sentence, list item or table row names a day, an
item or an order, the figure has to be that one's: a right figure for the wrong day is unmatched, for the reason
`elsewhere`. Where they name none, what leads them in counts, then the sentences before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from service.receipts.bare import typed
from service.receipts.dates import Calendar
from service.receipts.derive import Stated, match_derived, match_ratio
from service.receipts.evidence import Evidence
from service.receipts.figures import Figure, is_rank_header, read_figures
from service.receipts.landmarks import match_date, match_length, match_order, match_time
from service.receipts.layout import lay_out
from service.receipts.listing import listed
from service.receipts.matching import Match, match_directly, measures_of
from service.receipts.nearby import Nearby, Surroundings
from service.receipts.numerals import Numeral
from service.receipts.plain import lowered, plain
from service.receipts.receipt import FigureKind, Receipt
from service.rows import SliceResult

__all__ = ["Receipt", "receipts", "to_json"]

_MOST_CHARACTERS = 100_000
_RESTATED_WITHIN = 3


def receipts(answer: str, slices: Sequence[SliceResult], *, today: date) -> tuple[Receipt, ...]:
    """Every figure of `answer` in order, each with its source among `slices` or Unmatched. Never raises for any text.

    answer: Markdown as the model wrote it; slices: all that it was given, prefetched ones first, then tool results, in
    the order that receipts name them by; today: the tenant's local day.
    """
    text = plain(answer[:_MOST_CHARACTERS])
    low = lowered(text)
    evidence = Evidence(slices, today)
    calendar = Calendar(today, evidence.currency == "USD", evidence.knows)
    reading = read_figures(low, calendar, evidence.currency, evidence.names_in(low), evidence.orders)
    whole = [(f.start, f.end) for f in reading.figures if f.kind == "date"]
    surroundings = Surroundings(reading, lay_out(text, whole))
    found = [(nearby, match_first(nearby, evidence)) for nearby in _figures(surroundings)]
    return tuple(listed(answer, _derived(found), evidence))


def to_json(found: Sequence[Receipt]) -> dict[str, Any]:
    """The `data-receipts` part:

        {"figures": [{"start": 12, "end": 21, "text": "$2,817.50", "kind": "money", "value": 281750, "rounded": false,
                      "source": {"type": "row", "slice": 0, "name": "revenue_by_day", "row": 33, "column": "net"}}, …],
         "matched": 11, "unmatched": 1}

    A source's `type` is row, fact, range, difference, change, ratio, within, clock or unmatched; `receipt.py` gives the
    fields of each. Offsets are UTF-16 code units. Days are ISO dates.
    """
    matched = sum(receipt.matched for receipt in found)
    return {
        "figures": msgspec.json.decode(msgspec.json.encode(found)),
        "matched": matched,
        "unmatched": len(found) - matched,
    }


def match_first(nearby: Nearby, evidence: Evidence) -> Match | None:
    """The figure's source without regard to other figures."""
    figure = nearby.figure
    if figure.order:
        return match_order(nearby, evidence)
    match figure.kind:
        case "date":
            return match_date(nearby, evidence)
        case "time":
            return match_time(nearby, evidence)
        case "count":
            return match_length(nearby, evidence) or match_directly(nearby, evidence)
        case _:
            return match_directly(nearby, evidence)


Found = list[tuple[Nearby, Match | None]]


def _figures(surroundings: Surroundings) -> list[Nearby]:
    """The ranks of a table are not figures; a bare number under `Net` is money, one under `Share` a percentage."""
    return [
        typed(nearby)
        for nearby in surroundings.each()
        if not (nearby.cell and nearby.figure.bare and is_rank_header(nearby.header))
    ]


def _derived(found: Found) -> Found:
    """Ratios first, for a change may be told of two averages; then differences, changes, shares; then repetitions."""
    for derive in (match_ratio, match_derived):
        stated = [Stated(position, nearby, match) for position, (nearby, match) in enumerate(found) if match]
        stated = [s for s in stated if s.match.measures and s.nearby.figure.kind != "date"]
        if len(stated) < 2:  # a figure is derived from two others
            continue
        found = [
            (nearby, match or (derive(nearby, stated) if _can_be_derived(nearby.figure) else None))
            for nearby, match in found
        ]
    return list(_with_repetitions(found))


def _can_be_derived(figure: Figure) -> bool:
    return figure.kind in ("money", "count", "percent") and not figure.order


def _with_repetitions(found: Found) -> Iterator[tuple[Nearby, Match | None]]:
    """A figure that names nothing of its own, and repeats one of the last sentences, comes from where that came."""
    earlier: dict[tuple[FigureKind, Numeral], tuple[Nearby, Match]] = {}
    for nearby, match in found:
        figure = nearby.figure
        if not _can_be_derived(figure) or figure.foreign:
            yield nearby, match
            continue
        if match is None and not nearby.anything and (said := earlier.get((figure.kind, figure.numeral))):
            yield nearby, (said[1] if _repeats(nearby, said[0]) else None)
            continue
        if match is not None:
            earlier[figure.kind, figure.numeral] = nearby, match
        yield nearby, match


def _repeats(nearby: Nearby, earlier: Nearby) -> bool:
    if nearby.segment - earlier.segment > _RESTATED_WITHIN:
        return False
    return nearby.figure.kind != "count" or bool(measures_of(nearby) & measures_of(earlier))
