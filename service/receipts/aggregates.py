"""Aggregates of a column: total, mean, minimum, maximum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from service.receipts.mentions import DayRange
from service.receipts.receipt import Operation, RangeSource
from service.receipts.table import Candidate, Scope, Table
from service.receipts.words import measure_of
from service.rows import Kind, Row

AGGREGATED = ("money", "count")
_NEVER_ADDED = ("number", "rank", "line", "unit_price", "average_order")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def rows_on(rows: list[Row], days: DayRange, weekdays: frozenset[int]) -> list[Row]:
    """Of `rows`, one for each of `days`, those that fall on the weekdays; all when there are none."""
    first = days[0].weekday()
    return [row for offset, row in enumerate(rows) if (first + offset) % 7 in weekdays] if weekdays else rows


WITH_ORDERS, WITHOUT_ORDERS = "with orders", "without orders"
"""Which of a range's days count, where not all of them do."""


def rows_by_trade(rows: list[Row], which: str) -> list[Row]:
    """Of daily `rows`, those of days with, or without, a single order, cancelled ones included."""
    trade = which == WITH_ORDERS
    known = [row for row in rows if hasattr(row, "orders")]
    return [row for row in known if bool(row.orders or getattr(row, "cancelled", 0)) is trade]


def weekday_words(weekdays: frozenset[int]) -> str | None:
    return ", ".join(_WEEKDAYS[day] for day in sorted(weekdays)) or None


def aggregates(
    table: Table, rows: Sequence[Row], operations: Iterable[Operation], days: DayRange | None, only: str | None
) -> Iterator[Candidate]:
    """The aggregates of every column over `rows`, which `days` and `only` describe; each made once for an answer."""
    for operation in operations:
        found = table.made.get((operation, days, only))
        if found is None:
            found = table.made[operation, days, only] = tuple(_make(table, rows, operation, days, only))
        yield from found


def _make(
    table: Table, rows: Sequence[Row], operation: Operation, days: DayRange | None, only: str | None
) -> Iterator[Candidate]:
    for column in table.columns if rows else ():
        if column.kind in AGGREGATED and column.name not in _NEVER_ADDED:
            numerator, denominator = _aggregate(operation, [getattr(row, column.name) for row in rows])
            yield Candidate(
                aggregate_source(operation, table, column.name, days, only),
                column.kind,
                measure_of(column.name),
                _scope(operation, days, only),
                numerator,
                denominator * _unit(column.kind),
            )


def _scope(operation: Operation, days: DayRange | None, only: str | None) -> Scope:
    """The total of days is about the same thing as those days' row in a comparison."""
    plain = operation == "total" and only is None
    return ("days", *(days or ())) if plain else ("days", *(days or ()), only, operation)


def aggregate_source(
    operation: Operation, table: Table, column: str, days: DayRange | None, only: str | None
) -> RangeSource:
    first, last = days or (None, None)
    return RangeSource(operation, table.position, table.name, column, first, last, only)


def _aggregate(operation: Operation, values: list[int]) -> tuple[int, int]:
    match operation:
        case "mean":
            return sum(values), len(values)
        case "maximum":
            return max(values), 1
        case "minimum":
            return min(values), 1
        case "count":
            return len(values), 1
        case "total":
            return sum(values), 1


def _unit(kind: Kind) -> int:
    return 1 if kind == "count" else 100
