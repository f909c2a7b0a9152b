"""Where dates, times, order numbers and numbers of days come from."""

from __future__ import annotations

from datetime import date

from service.receipts.aggregates import (
    WITH_ORDERS,
    WITHOUT_ORDERS,
    aggregate_source,
    rows_by_trade,
    rows_on,
    weekday_words,
)
from service.receipts.evidence import Evidence
from service.receipts.matching import Match, measures_of
from service.receipts.mentions import DayRange
from service.receipts.nearby import Nearby
from service.receipts.receipt import ClockSource, FactSource, Source, WithinSource
from service.receipts.table import Table
from service.receipts.words import IDLE_DAYS, IDLE_ON, TRADING_DAYS

_LENGTHS = {"days": 1, "weeks": 7}


def match_date(nearby: Nearby, evidence: Evidence) -> Match | None:
    """A row's day, the edge of a slice's days or a day within them, an order's day, or today and yesterday."""
    found = nearby.figure.date
    if found is None or found.days is None or found.contradicted:
        return None
    first, last = found.days
    if first == last and (moment := _only_order(nearby, evidence)):
        return Match(moment[1]) if moment[0] == first else None
    source = (_day_source(evidence, first) if first == last else None) or _containing(evidence, first, last)
    return Match(source) if source else None


def _only_order(nearby: Nearby, evidence: Evidence) -> tuple[date, Source] | None:
    """The day of the one order that the sentence is about, when it names one order and one date."""
    if nearby.orders.strength != "own" or len(nearby.orders.mentions) != 1 or nearby.dates_beside > 1:
        return None
    moment = evidence.order_moment(nearby.orders.mentions[0].number)
    return (moment[0].date(), moment[1]) if moment else None


def _day_source(evidence: Evidence, day: date) -> Source | None:
    if row := evidence.row_of_day(day):
        return row
    for table in evidence.tables:
        for fact in table.result.facts:
            if fact.kind == "day" and fact.value == day:
                return FactSource(table.position, table.name, fact.name)
    return None


def _containing(evidence: Evidence, first: date, last: date) -> Source | None:
    """Something that speaks of at least one of the days."""
    for table in evidence.tables:
        for start, end in ((table.days,) if table.days else ()) + table.periods:
            if start <= last and first <= end:
                return WithinSource(table.position, table.name)
    for number in evidence.orders:
        moment = evidence.order_moment(number)
        if moment and first <= moment[0].date() <= last:
            return moment[1]
    if first <= evidence.today <= last:
        return ClockSource("today")
    return ClockSource("yesterday") if (evidence.today - last).days == 1 else None


def match_time(nearby: Nearby, evidence: Evidence) -> Match | None:
    """The time of an order that the figure's surroundings name, or of one on the day they name."""
    numbers = [mention.number for mention in nearby.orders.mentions] or sorted(evidence.orders)
    days = {first for first, last in nearby.ranges if first == last}
    for number in numbers:
        moment = evidence.order_moment(number)
        if moment is None or (not nearby.orders.mentions and moment[0].date() not in days):
            continue
        if moment[0].strftime("%H:%M") == nearby.figure.value:
            return Match(moment[1])
    return None


def match_order(nearby: Nearby, evidence: Evidence) -> Match | None:
    """The number of an order that some slice knows."""
    source = evidence.order_source(nearby.figure.numeral.digits)
    return Match(source) if source else None


def match_length(nearby: Nearby, evidence: Evidence) -> Match | None:
    """`35 days`, `5 weeks`: the length of a range that the answer states and a slice covers. `5 Saturdays`, `4 days
    without orders`: how many there are in it."""
    if (which := _by_trade(nearby)) is not None:
        return _days_by_trade(nearby, evidence, which)
    unit = next((_LENGTHS[word] for word in measures_of(nearby) if word in _LENGTHS), None)
    number = nearby.figure.numeral.scaled(0)
    if unit is None or number is None:
        return None
    weekdays = nearby.weekdays_counted
    for days in nearby.stated:
        if weekdays:
            for table, rows in evidence.daily(days):
                if len(rows_on(rows, days, weekdays)) == number:
                    return _length(table, days, weekday_words(weekdays))
        elif (days[1] - days[0]).days + 1 == number * unit and (covering := _covering(evidence, days)):
            return _length(covering, days, None)
    return None


def _by_trade(nearby: Nearby) -> str | None:
    if IDLE_DAYS.match(nearby.after) or IDLE_ON.search(nearby.before):
        return WITHOUT_ORDERS
    return WITH_ORDERS if TRADING_DAYS.match(nearby.after) else None


def _days_by_trade(nearby: Nearby, evidence: Evidence, which: str) -> Match | None:
    for days in nearby.stated:
        for table, rows in evidence.daily(days):
            if len(rows_by_trade(rows, which)) == nearby.figure.numeral.scaled(0):
                return _length(table, days, which)
    return None


def _length(table: Table, days: DayRange, only: str | None) -> Match:
    source = aggregate_source("count", table, table.day or "day", days, only)
    return Match(source, measures=frozenset({"days"}), scope=("days", *days))


def _covering(evidence: Evidence, days: DayRange) -> Table | None:
    daily = next((table for table, _ in evidence.daily(days)), None)
    return daily or next((t for t in evidence.tables if t.days == days or days in t.periods), None)
