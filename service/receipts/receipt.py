"""What a receipt says: a figure of an answer, and the one place it comes from.

The sources are a closed list, and short on purpose: whatever is added here also blesses inventions
(`benchmarks/receipts_false_matches.py` counts how many).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

FigureKind = Literal["money", "count", "percent", "date", "time"]
Operation = Literal["total", "mean", "minimum", "maximum", "count"]
Reason = Literal["nowhere", "elsewhere", "currency", "contradiction"]


class RowSource(Struct, frozen=True, tag="row"):
    """A cell. `slice` and `row` count from 0; `name` is the slice's."""

    slice: int
    name: str
    row: int
    column: str


class FactSource(Struct, frozen=True, tag="fact"):
    slice: int
    name: str
    fact: str


class RangeSource(Struct, frozen=True, tag="range"):
    """A column over days that the answer itself states, both ends included; `only` names the rows when not all of
    them count: a weekday, an order status, or the days with or without orders. Without `start` and `end`: all rows
    of a slice that has no days. `count` of the column `day` is a number of days."""

    operation: Operation
    slice: int
    name: str
    column: str
    start: date | None = None
    end: date | None = None
    only: str | None = None


class DifferenceSource(Struct, frozen=True, tag="difference"):
    """`of` are positions among the answer's receipts: the first figure less the second."""

    of: tuple[int, int]


class ChangeSource(Struct, frozen=True, tag="change"):
    """How many percent the first figure is above (below) the second."""

    of: tuple[int, int]


class RatioSource(Struct, frozen=True, tag="ratio"):
    """The first figure divided by the second: a share, or money for each of a count."""

    of: tuple[int, int]


class WithinSource(Struct, frozen=True, tag="within"):
    """A date, month or year that the days of a slice contain."""

    slice: int
    name: str


class ClockSource(Struct, frozen=True, tag="clock"):
    day: Literal["today", "yesterday"]


class Unmatched(Struct, frozen=True, tag="unmatched"):
    """`nowhere`: no such figure; `elsewhere`: there is one, but of another day, item or order than the answer says;
    `currency`: not the restaurant's; `contradiction`: a date that its own weekday or `yesterday` belies."""

    reason: Reason


Source = (
    RowSource
    | FactSource
    | RangeSource
    | DifferenceSource
    | ChangeSource
    | RatioSource
    | WithinSource
    | ClockSource
    | Unmatched
)


class Receipt(Struct, frozen=True):
    """start, end: offsets into the answer in UTF-16 code units, as a browser's strings are indexed;
    value: cents for money, hundredths of a percent, a whole number for a count; otherwise text: 2026-11-22 (2026-11
    and 2026 for a month and a year), 19:05, and 25.4 for a count with decimals;
    rounded: the figure is its source rounded to the precision that the answer gives.
    """

    start: int
    end: int
    text: str
    kind: FigureKind
    value: int | str
    source: Source
    rounded: bool = False

    @property
    def matched(self) -> bool:
        return not isinstance(self.source, Unmatched)
