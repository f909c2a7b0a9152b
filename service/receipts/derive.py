"""The second half of the closed list: a difference, a change in percent or a ratio of two figures that the answer
itself states and that are matched themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from service.receipts.matching import Match, agreeing, is_coarse, measures_of, tells_change
from service.receipts.nearby import Nearby
from service.receipts.receipt import ChangeSource, DifferenceSource, RangeSource, RatioSource
from service.receipts.table import Candidate, Scope
from service.receipts.words import AVERAGE_ORDER, AVERAGE_PRICE, MULTIPLE, SHARE, SHARE_ALONE

_TAKINGS = frozenset({"gross", "net", "total"})
_REACH_BACK, _REACH_ON = 3, 3
_BESIDE = 2
_MOST_OPERANDS = 12


class Stated(Struct, frozen=True):
    """A matched figure of the answer, by its place among all figures."""

    position: int
    nearby: Nearby
    match: Match


def match_ratio(nearby: Nearby, stated: Sequence[Stated]) -> Match | None:
    """Money for one order or one piece: two figures about the same thing, divided."""
    if nearby.figure.kind != "money" or not nearby.per_one or nearby.figure.foreign:
        return None
    orders, pieces = nearby.says(AVERAGE_ORDER), nearby.says(AVERAGE_PRICE)
    candidates = (
        _quotient(money, count, "average_order" if orders else "price")
        for money, count in _pairs(nearby, stated)
        if money.nearby.figure.kind == "money"
        and count.nearby.figure.kind == "count"
        and money.match.measures & _TAKINGS
        and ((orders and "orders" in count.match.measures) or (pieces and "pieces" in count.match.measures))
        and money.match.scope == count.match.scope
    )
    return agreeing(nearby, candidates, frozenset())


def match_derived(nearby: Nearby, stated: Sequence[Stated]) -> Match | None:
    """A difference, a change or a share of two comparable figures nearby."""
    if nearby.figure.foreign:
        return None
    return agreeing(nearby, _derivations(nearby, stated), frozenset())


def _derivations(nearby: Nearby, stated: Sequence[Stated]) -> Iterator[Candidate]:
    figure = nearby.figure
    compares = tells_change(nearby)
    shares = nearby.says(SHARE) or nearby.sentence_says(SHARE_ALONE)
    measures = measures_of(nearby)
    for first, second in _pairs(nearby, stated):
        if not _comparable(first.match, second.match) or first.nearby.figure.kind != second.nearby.figure.kind:
            continue
        same_kind = first.nearby.figure.kind == figure.kind
        if compares and same_kind and _of_measure(figure.kind, measures, first.match, second.match):
            yield _difference(first, second)
        if figure.kind == "percent" and not figure.points and first.nearby.figure.kind in ("money", "count"):
            named = not measures or measures & first.match.measures & second.match.measures
            if compares and named and _alike(first.match, second.match):
                yield _change(first, second)
            if shares and not figure.signed and _part_of(first.match.scope, second.match.scope):
                yield _quotient(first, second, "share", percent=True)
        if figure.kind == "count" and MULTIPLE.match(nearby.after) and _alike(first.match, second.match):
            yield _quotient(first, second, "times")


def _of_measure(kind: str, measures: frozenset[str], first: Match, second: Match) -> bool:
    """A difference of counts needs its noun; money its word only where it has one."""
    if kind == "percent":
        return True
    if kind == "count":
        return bool(measures & (first.measures | second.measures))
    return _alike(first, second) or not measures


def _comparable(first: Match, second: Match) -> bool:
    """The same measure of two things, or two measures of the same thing."""
    if first.scope == second.scope:
        return first.measures != second.measures
    return _alike(first, second)


def _alike(first: Match, second: Match) -> bool:
    return bool(first.measures & second.measures)


def _part_of(part: Scope, whole: Scope) -> bool:
    """An item of a range's sales, a day of a week, a line of an order; or two measures of the same thing."""
    if part == whole:
        return True
    if whole[:1] == ("days",) and len(whole) == 3:
        return part[:1] != ("days",) or (_adds_up(part) and _within(part[1:3], whole[1:3]))
    return part[:1] == ("line",) and whole[:1] == ("order",)


def _adds_up(part: Scope) -> bool:
    """Whether it is a total: of the days, or of a weekday or category in them."""
    return len(part) == 3 or part[-1] == "total"


def _within(part: Scope, whole: Scope) -> bool:
    days = [day for day in (whole[0], *part, whole[1]) if isinstance(day, date)]
    return len(days) == 4 and days == sorted(days)


def _pairs(nearby: Nearby, stated: Sequence[Stated]) -> Iterator[tuple[Stated, Stated]]:
    """Ordered pairs of figures close by. A figure that is written roughly must stand beside both."""
    close = _nearest([s for s in stated if _reaches(nearby, s)], nearby)
    bound = is_coarse(nearby)
    for first in close:
        for second in close:
            if first is second or (bound and not _beside(nearby, first, second)):
                continue
            yield first, second


def _nearest(stated: list[Stated], nearby: Nearby) -> list[Stated]:
    """As many as one sentence may well compare, so that a long list of figures does not make everything derivable."""
    place = nearby.figure.start
    return sorted(
        sorted(stated, key=lambda s: abs(s.nearby.figure.start - place))[:_MOST_OPERANDS], key=lambda s: s.position
    )


def _reaches(nearby: Nearby, stated: Stated) -> bool:
    """In a table the same row, the same column for a row such as `Change`, or what stands before the table."""
    if nearby.cell is not None and stated.nearby.cell is not None:
        same_column = nearby.compares_rows and nearby.header == stated.nearby.header
        return nearby.segment == stated.nearby.segment or same_column
    away = (nearby.table_start if nearby.cell else nearby.segment) - stated.nearby.segment
    return -_REACH_ON <= away <= _REACH_BACK or (away > 0 and isinstance(stated.match.source, RangeSource))


def _beside(nearby: Nearby, first: Stated, second: Stated) -> bool:
    """In the sentence of one of them, or of a line or two from both."""
    away = [abs(nearby.segment - s.nearby.segment) for s in (first, second)]
    return 0 in away or max(away) <= _BESIDE


def _difference(first: Stated, second: Stated) -> Candidate:
    a, b = first.match, second.match
    numerator = a.numerator * b.denominator - b.numerator * a.denominator
    return Candidate(
        DifferenceSource((first.position, second.position)),
        first.nearby.figure.kind,  # type: ignore[arg-type]
        min(a.measures),
        ("difference", a.scope, b.scope),
        numerator,
        a.denominator * b.denominator,
        True,
    )


def _change(first: Stated, second: Stated) -> Candidate:
    a, b = first.match, second.match
    base = b.numerator * a.denominator
    numerator = 100 * (a.numerator * b.denominator - base)
    sign = -1 if base < 0 else 1
    source = ChangeSource((first.position, second.position))
    if base == 0:
        return Candidate(source, "text", "change", (), 0)
    return Candidate(source, "percent", "change", ("change", a.scope, b.scope), sign * numerator, abs(base), True)


def _quotient(first: Stated, second: Stated, measure: str, *, percent: bool = False) -> Candidate:
    a, b = first.match, second.match
    numerator, denominator = a.numerator * b.denominator, b.numerator * a.denominator
    source = RatioSource((first.position, second.position))
    if denominator <= 0:
        return Candidate(source, "text", measure, (), 0)
    if percent:
        return Candidate(source, "percent", measure, ("share", a.scope, b.scope), 100 * numerator, denominator)
    kind = first.nearby.figure.kind if measure != "times" else "count"
    return Candidate(source, kind, measure, a.scope, numerator, denominator)  # type: ignore[arg-type]
