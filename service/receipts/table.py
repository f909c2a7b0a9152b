"""One slice, laid out for finding things in it, and the figures it offers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec
from msgspec import Struct

from service.receipts.mentions import DayRange
from service.receipts.plain import lowered, plain
from service.receipts.receipt import Source
from service.rows import Column, Fact, Kind, Row, SliceResult

_NOT_NAMES = ("weekday", "status", "period", "category")

Scope = tuple[object, ...]
"""What a figure is about: ("days", first, last), ("item", slice, name), ("order", number)."""


class Candidate(Struct, frozen=True):
    """A figure that an answer may state: numerator / denominator in whole units (not cents)."""

    source: Source
    kind: Kind
    measure: str
    scope: Scope
    numerator: int
    denominator: int = 1
    change: bool = False
    """A difference or change in itself: its sign is told by words such as `fell`."""


class Table(Struct, frozen=True):
    """One slice, laid out for finding things in it. The names are those of its columns, None where there is none."""

    position: int
    result: SliceResult
    columns: tuple[Column, ...]
    days: DayRange | None
    day: str | None
    periods: tuple[DayRange, ...]
    time: str | None
    item: str | None
    number: bool
    only: tuple[str, ...]
    """The item or category that the slice was asked for alone."""
    made: dict[object, tuple[Candidate, ...]] = msgspec.field(default_factory=dict)
    """Candidates that were worked out already, by what they are of."""

    @property
    def name(self) -> str:
        return self.result.name

    @property
    def order(self) -> int | None:
        """The order that the whole slice is about."""
        return next((f.value for f in self.result.facts if f.name == "number" and isinstance(f.value, int)), None)

    @property
    def status(self) -> str | None:
        return next((f.value for f in self.result.facts if f.name == "status" and isinstance(f.value, str)), None)


def table_of(position: int, result: SliceResult) -> Table:
    columns = result.columns
    days = [column.name for column in columns if column.kind == "day"]
    names = [column.name for column in columns if column.kind == "text" and column.name not in _NOT_NAMES]
    return Table(
        position=position,
        result=result,
        columns=columns,
        days=_days_of(result.facts),
        day=days[0] if len(days) == 1 else None,
        periods=tuple(_period(row) for row in result.rows) if {"start", "end"} <= set(days) else (),
        time=next((column.name for column in columns if column.kind == "time"), None),
        item=names[0] if names else None,
        number=any(column.name == "number" for column in columns),
        only=tuple(key(f.value) for f in result.facts if f.name in ("item", "category") and f.value),
    )


def _days_of(facts: Sequence[Fact]) -> DayRange | None:
    days = {fact.name: fact.value for fact in facts if fact.kind == "day"}
    start, end = days.get("start"), days.get("end")
    return (start, end) if isinstance(start, date) and isinstance(end, date) else None


def _period(row: Row) -> DayRange:
    return row.start, row.end  # type: ignore[attr-defined]


def key(value: object) -> str:
    """A name as it is looked for in plain, lower-case text."""
    return lowered(plain(" ".join(str(value).split())))


def whole_units(value: int, kind: Kind) -> tuple[int, int]:
    """Cents and hundredths of a percent as a fraction of whole units."""
    return (value, 1) if kind == "count" else (value, 100)
