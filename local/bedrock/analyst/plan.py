"""What is at hand and what has to be asked of a tool. An answer asks its Desk for data; what is not there is raised
as `Needed`, and the same answer is tried again when the tool results have come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from .figures import cents
from .query import Query
from .request import Request, Slice
from .spans import FIRST, Span, moved

TOOL_DAYS = 400
MOST_CALLS = 10
EVER_STAGES = (2, 3, 4)


@dataclass(frozen=True)
class Want:
    """A tool use that is needed; its arguments as the tool's schema has them."""

    name: str
    arguments: dict[str, Any]


class NeededError(Exception):
    def __init__(self, wants: Sequence[Want]) -> None:
        self.wants = tuple(wants)
        super().__init__(str([want.name for want in wants]))


class UnreadableError(Exception):
    """A tool said no, or gave what cannot be read. `sentence` is the tool's."""

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence
        super().__init__(sentence)


class OutOfReachError(Exception):
    """Neither at hand nor to be had with the tools that the request offers."""


class TooMuchError(Exception):
    """It would take more tool uses than one answer may."""


@dataclass(frozen=True)
class Day:
    day: date
    orders: int
    cancelled: int
    gross: int
    refunds: int
    net: int


@dataclass(frozen=True)
class Days:
    """The days of a span, in order, each of them there."""

    span: Span
    rows: tuple[Day, ...]

    @property
    def orders(self) -> int:
        return sum(row.orders for row in self.rows)

    @property
    def cancelled(self) -> int:
        return sum(row.cancelled for row in self.rows)

    @property
    def gross(self) -> int:
        return sum(row.gross for row in self.rows)

    @property
    def refunds(self) -> int:
        return sum(row.refunds for row in self.rows)

    @property
    def net(self) -> int:
        return sum(row.net for row in self.rows)

    @property
    def open_days(self) -> tuple[Day, ...]:
        return tuple(row for row in self.rows if row.orders or row.cancelled)

    def within(self, span: Span) -> Days:
        return Days(span, tuple(row for row in self.rows if span.holds(row.day)))


@dataclass(frozen=True)
class Desk:
    """What an answer works with: the request's data and today."""

    request: Request
    today: date
    currency: str

    # -- ranges ------------------------------------------------------------------------------------------------------

    @cached_property
    def usual_span(self) -> Span:
        """The range to answer for when none was asked for: the prefetched one."""
        for one in self.request.slices:
            if one.name == "revenue_by_day" and (span := _range_of(one)):
                return Span(span.start, span.end, loose=True)
        return Span(moved(self.today, -34), self.today, loose=True)

    def span_of(self, query: Query) -> Span:
        """The one range of a question, without the days to come."""
        return query.spans[0].until(self.today) if query.spans else self.usual_span

    # -- days --------------------------------------------------------------------------------------------------------

    def days(self, *spans: Span) -> list[Days]:
        found = [self.days_at_hand(span) for span in spans]
        wants = [want for span, days in zip(spans, found, strict=True) if days is None for want in _day_wants(span)]
        self.fetch(wants)
        return [
            days or self._joined(span, self.fetch(_day_wants(span))) for span, days in zip(spans, found, strict=True)
        ]

    def days_at_hand(self, span: Span) -> Days | None:
        for one in self.request.everything:
            covered = _range_of(one) if one.name == "revenue_by_day" else None
            if covered and covered.start <= span.start and span.end <= covered.end:
                return self._joined(span, [one])
        return None

    def days_since_ever(self) -> Days:
        """All days from the first with an order on, asked for in stages, newest first."""
        read: list[Day] = []
        end = self.today
        for stage in EVER_STAGES:
            spans = []
            for _ in range(stage):
                spans.append(Span(moved(end, 1 - TOOL_DAYS), end))
                end = moved(end, -TOOL_DAYS)
            parts = self.days(*spans)
            read = [row for part in reversed(parts) for row in part.rows] + read
            if not parts[-1].open_days:
                break
        first = next((place for place, row in enumerate(read) if row.orders or row.cancelled), 0)
        return Days(Span(read[first].day, self.today), tuple(read[first:]))

    def _joined(self, span: Span, slices: Iterable[Slice]) -> Days:
        rows = [day for one in slices for day in self._rows_of(one) if span.holds(day.day)]
        if [row.day for row in rows] != span.each_day():
            raise UnreadableError
        return Days(span, tuple(rows))

    def _rows_of(self, one: Slice) -> list[Day]:
        key = id(one)
        if key not in self._parsed:
            self._parsed[key] = [_day(row) for row in one.rows]
        return self._parsed[key]

    @cached_property
    def _parsed(self) -> dict[int, list[Day]]:
        return {}

    # -- tools -------------------------------------------------------------------------------------------------------

    def fetch(self, wants: Sequence[Want]) -> list[Slice]:
        """The results of those tool uses. Raises NeededError for those not made yet, all in one."""
        found: list[Slice] = []
        needed: list[Want] = []
        for want in wants:
            call = next(
                (one for one in self.request.calls if (one.name, one.arguments) == (want.name, want.arguments)), None
            )
            if call is None:
                if want not in needed:
                    needed.append(want)
            elif call.found is None or not call.found.intact:
                raise UnreadableError(call.error)
            else:
                found.append(call.found)
        if needed:
            raise NeededError(needed)
        return found

    def offers(self, want: Want) -> bool:
        arguments = self.request.tools.get(want.name)
        return arguments is not None and set(want.arguments) <= arguments


def _day_wants(span: Span) -> list[Want]:
    return [
        Want("revenue_by_day", {"start": part.start.isoformat(), "end": part.end.isoformat()})
        for part in tool_parts(span)
    ]


def tool_parts(span: Span) -> list[Span]:
    """A span in pieces that a tool takes, oldest first."""
    if span.start == FIRST or span.days > TOOL_DAYS * MOST_CALLS:
        raise TooMuchError
    starts = [moved(span.start, offset) for offset in range(0, span.days, TOOL_DAYS)]
    return [Span(start, min(moved(start, TOOL_DAYS - 1), span.end)) for start in starts]


def _range_of(one: Slice) -> Span | None:
    try:
        return Span(date.fromisoformat(one.facts["start"]), date.fromisoformat(one.facts["end"]))
    except (KeyError, ValueError):
        return None


def _day(row: dict[str, str]) -> Day:
    try:
        return Day(
            date.fromisoformat(row["day"]),
            int(row["orders"]),
            int(row["cancelled"]),
            cents(row["gross"]),
            cents(row["refunds"]),
            cents(row["net"]),
        )
    except (KeyError, ValueError, ArithmeticError) as error:
        raise UnreadableError from error
