"""The first half of the closed list: a cell, a fact, or an aggregate of a column over days that the answer states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from service.receipts.aggregates import (
    AGGREGATED,
    WITH_ORDERS,
    aggregate_source,
    aggregates,
    rows_by_trade,
    rows_on,
    weekday_words,
)
from service.receipts.evidence import Evidence
from service.receipts.mentions import DayRange, Mention
from service.receipts.nearby import Nearby
from service.receipts.numerals import Numeral
from service.receipts.receipt import Operation, Source
from service.receipts.table import Candidate, Scope, Table
from service.receipts.words import (
    AVERAGE_ORDER,
    CHANGE,
    HIGHEST,
    LOWEST,
    MEAN,
    TOTAL,
    TRADING_DAYS,
    Measures,
    counted,
    counted_in_table,
    earned,
)
from service.rows import Row

_STATUSES = frozenset({"cancelled", "refunded", "completed"})
_LEANING = 4
_NOTHING: Measures = frozenset()
_LENGTHS: Measures = frozenset({"days", "weeks"})
_PIECES: Measures = frozenset({"pieces"})
_AVERAGE_ORDER: Measures = frozenset({"average_order"})


class Match(Struct, frozen=True):
    """Where a figure comes from, and what it is: two figures make a third only when these go together."""

    source: Source
    rounded: bool = False
    measures: Measures = _NOTHING
    scope: Scope = ()
    numerator: int = 0
    denominator: int = 1


def match_directly(nearby: Nearby, evidence: Evidence) -> Match | None:
    """A cell, a fact or an aggregate that the figure's surroundings point at."""
    figure = nearby.figure
    if figure.foreign or (figure.numeral.decimals < 0 and figure.numeral.significant() < 2):
        return None
    measures = measures_of(nearby)
    if figure.kind == "count" and not measures:
        return None
    if figure.kind == "percent" and nearby.items.strength == "none" and not tells_change(nearby):
        return None
    return agreeing(nearby, _candidates(nearby, evidence, measures), measures if figure.kind != "percent" else _NOTHING)


def measures_of(nearby: Nearby) -> Measures:
    """What the words near a figure say that it measures; empty when they do not say. A figure with no words of its own
    measures what the one before it does (`from 100 to 112`, `8.7 orders a day: 61 in all`, `$955.35 (5.3%)`)."""
    found = _named_measures(nearby)
    kind = nearby.figure.kind
    lean = nearby.previous if kind == "count" else nearby.leans
    for _ in range(_LEANING):
        if found or lean is None or kind not in (lean.figure.kind, "percent"):
            break
        found, lean = _named_measures(lean) - _LENGTHS, lean.leans
    if not found and nearby.figure.kind == "count" and nearby.items.strength == "own":
        return _PIECES
    return found


def _named_measures(nearby: Nearby) -> Measures:
    match nearby.figure.kind:
        case "money" if nearby.says(AVERAGE_ORDER):
            return _AVERAGE_ORDER
        case "money":
            return earned(nearby.labels, nearby.after)
        case "count" if nearby.cell:
            return counted_in_table(nearby.header, nearby.row_label) or counted("", nearby.after)
        case "count":
            return counted(nearby.labels, nearby.after)
        case _:
            return _NOTHING


def tells_change(nearby: Nearby) -> bool:
    """Whether the figure may be a difference, by its sign or the words of its sentence."""
    return nearby.figure.signed or nearby.direction != 0 or nearby.sentence_says(CHANGE)


def is_coarse(nearby: Nearby) -> bool:
    """Whether the figure is written so roughly that much would fit it: then only what it names may be its source."""
    figure = nearby.figure
    if figure.kind == "money":
        return figure.numeral.decimals < 2
    return figure.kind == "count" or figure.numeral.decimals < 1


def agreeing(nearby: Nearby, candidates: Iterable[Candidate], measures: Measures) -> Match | None:
    """The first candidate that the figure states, exactly or rounded to the precision it is written with. Where gross
    and net of a day are the same, the match is of both measures."""
    kind = nearby.figure.kind
    found: Candidate | None = None
    shared: list[str] = []
    for candidate in candidates:
        if candidate.kind != kind or (measures and candidate.measure not in measures):
            continue
        if found is not None and candidate.scope != found.scope:
            break
        if any(n.rounds(candidate.numerator, candidate.denominator) for n in _readings(nearby, candidate)):
            found = found or candidate
            shared.append(candidate.measure)
    return _match(nearby, found, frozenset(shared)) if found else None


def _match(nearby: Nearby, found: Candidate, measures: Measures) -> Match:
    exact = any(n.equals(found.numerator, found.denominator) for n in _readings(nearby, found))
    return Match(found.source, not exact, measures, found.scope, found.numerator, found.denominator)


def _readings(nearby: Nearby, candidate: Candidate) -> tuple[Numeral, ...]:
    """The figure as written; with the sign that its words give it where it tells a change; with trailing zeros taken
    for precision where it says `about`."""
    numeral = nearby.figure.numeral
    if candidate.change and not nearby.figure.signed:
        signs = (nearby.direction,) if nearby.direction else (1, -1)
        numerals = tuple(numeral if sign > 0 else numeral.negated() for sign in signs)
    elif candidate.measure == "refunds" and numeral.digits < 0:
        numerals = (numeral.negated(),)
    else:
        numerals = (numeral,)
    if nearby.anything and nearby.hedged:
        return (*numerals, *(n.loosened() for n in numerals))
    return numerals


# -- what the surroundings point at ---------------------------------------------------------------------------------


def _candidates(nearby: Nearby, evidence: Evidence, measures: Measures) -> Iterator[Candidate]:
    """The named order, the named item, the named days, in this order; then what an answer may say without naming."""
    days, items, orders = nearby.days, nearby.items, nearby.orders
    if orders.mentions:
        for mention in orders.mentions:
            if items.strength == "own":
                yield from evidence.lines_of_order(mention.number, nearby.names)
            if items.strength != "own" or (orders.strength == "own" and not nearby.of_item):
                yield from evidence.of_order(mention.number)
    for name in nearby.names:
        yield from evidence.of_item(name, nearby.ranges if days.close else None)
    yield from _of_categories(nearby, evidence)
    alone = "own" in (items.strength, orders.strength) and days.strength != "own"
    if not alone:
        yield from _of_nearest_days(nearby, evidence)
    yield from _of_stated_ranges(nearby, evidence)
    if nearby.figure.kind in AGGREGATED:
        yield from _of_latest_orders(nearby, evidence, measures)
    if not alone and days.strength == "none":
        yield from _unnamed(nearby, evidence)


def _of_categories(nearby: Nearby, evidence: Evidence) -> Iterator[Candidate]:
    """A category: what was asked for it alone, or its rows added up in a slice about days that the answer states."""
    for name in nearby.category_names:
        yield from evidence.about(name, nearby.ranges if nearby.days.close else None)
        for table in evidence.tables:
            if table.item and table.days and table.days in (*nearby.ranges, *nearby.stated):
                rows = evidence.rows_of_category(table, name)
                yield from aggregates(table, rows, ("total",), table.days, name)


def _of_nearest_days(nearby: Nearby, evidence: Evidence) -> Iterator[Candidate]:
    for days in nearby.ranges:
        if days[0] == days[1]:
            yield from evidence.of_days(days)
        else:
            yield from _of_range(nearby, evidence, days)


def _of_stated_ranges(nearby: Nearby, evidence: Evidence) -> Iterator[Candidate]:
    """Any range that the answer states, for a figure that calls itself a total, an average or the like."""
    if nearby.stated and any(nearby.says(cue) for cue in (TOTAL, MEAN, HIGHEST, LOWEST)):
        for days in nearby.stated:
            yield from _of_range(nearby, evidence, days)


def _unnamed(nearby: Nearby, evidence: Evidence) -> Iterator[Candidate]:
    """Facts, for a figure before any day is named; cells, for exact money in an answer that names no day at all."""
    figure = nearby.figure
    if figure.kind == "money" and is_coarse(nearby):
        return
    yield from evidence.general_facts
    alone = figure.kind == "money" and not nearby.anything and not nearby.answer_names_days
    if alone and (figure.kind, figure.numeral.scaled(2)) in evidence.values:
        yield from evidence.all_cells


def operations_of(nearby: Nearby) -> tuple[Operation, ...]:
    """Which aggregates the words allow: a total unless they speak of a mean; the highest or lowest when they do."""
    found: list[Operation] = []
    mean = nearby.says(MEAN) and not nearby.per_one
    if mean:
        found.append("mean")
    if nearby.says(HIGHEST):
        found.append("maximum")
    if nearby.says(LOWEST):
        found.append("minimum")
    return tuple(found) if mean else (*found, "total")


def _of_range(nearby: Nearby, evidence: Evidence, days: DayRange) -> Iterator[Candidate]:
    operations = operations_of(nearby)
    weekdays = nearby.named_weekdays
    if not weekdays and "total" in operations:
        yield from evidence.of_days(days)
    for table, rows in evidence.daily(days):
        chosen = rows_on(rows, days, weekdays)
        yield from aggregates(table, chosen, operations, days, weekday_words(weekdays))
        if "mean" in operations and not weekdays and nearby.sentence_says(TRADING_DAYS):
            yield from aggregates(table, rows_by_trade(rows, WITH_ORDERS), ("mean",), days, WITH_ORDERS)
    if not weekdays and nearby.says(TOTAL):
        for table in evidence.tables:
            if table.days == days and table.day is None:
                yield from aggregates(table, table.result.rows, ("total",), days, None)


def _of_latest_orders(nearby: Nearby, evidence: Evidence, measures: Measures) -> Iterator[Candidate]:
    """The newest orders of a list, where the answer says how many it is about (`the last 20 orders`)."""
    for mention in nearby.latest:
        for table in evidence.tables:
            if table.time is None:
                continue
            rows = [r for r in table.result.rows if not mention.names or getattr(r, "status", None) in mention.names]
            if 0 < mention.number <= len(rows):
                yield from _of_newest(nearby, table, rows[: mention.number], mention, measures)


def _of_newest(
    nearby: Nearby, table: Table, rows: Sequence[Row], mention: Mention, measures: Measures
) -> Iterator[Candidate]:
    only = " ".join(("newest", str(mention.number), *mention.names))
    yield from aggregates(table, rows, operations_of(nearby), None, only)
    scope: Scope = ("newest", table.position, only)
    source = aggregate_source("count", table, "number", None, only)
    for measure in ("orders", *mention.names):
        yield Candidate(source, "count", measure, scope, len(rows))
    for status in sorted(measures & _STATUSES):
        number = sum(getattr(row, "status", None) == status for row in rows)
        source = aggregate_source("count", table, "status", None, f"{status} of the {only}")
        yield Candidate(source, "count", status, scope, number)
