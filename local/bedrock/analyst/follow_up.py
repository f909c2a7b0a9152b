"""A question that leans on the turn before: "and the day before?", "what about drinks?", "compare that with the
week before".

The turn before is worked out again from what was typed then; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from .date_rule import Clock
from .intent import read_question
from .names import Names
from .query import Query, Topic, saying
from .refuse import FUTURE, NOT_UNDERSTOOD
from .request import Restaurant
from .spans import AROUND, Shift, Span, Unit, earlier, months_later, moved, one_day

LOOK_BACK = 12
RANKINGS = (Topic.TOP_ITEMS, Topic.CATEGORIES)


def understand(questions: Sequence[str], restaurant: Restaurant, names: Names, clock: Clock) -> Query:
    """The last question's Query, complete: no topic is missing, no step is left unresolved."""
    read: list[Query] = []
    for typed in reversed(questions[-LOOK_BACK:]):
        query = read_question(typed, restaurant, names, clock)
        read.append(query)
        if query.topic is not Topic.SAID and not query.leaning:
            break
        if len(read) == 1 and query.topic is Topic.SAID:
            return query
    previous: Query | None = None
    current = saying(NOT_UNDERSTOOD)
    for query in reversed(read):
        current = _settled(query, previous, clock.today)
        previous = previous if current.topic is Topic.SAID else current
    return current


def _settled(query: Query, previous: Query | None, today: date) -> Query:
    if query.topic is Topic.SAID:
        return query
    if query.leaning and previous:
        query = _merged(query, previous)
    elif query.topic is None:
        query = replace(query, topic=_topic_alone(query))
    if query.topic is None:
        return saying(NOT_UNDERSTOOD)
    query = _with_spans(query, previous if query.leaning else None, today)
    return saying(FUTURE) if any(span.start > today for span in query.spans) else query


def _topic_alone(query: Query) -> Topic | None:
    """What a bare "last week?" or "tiramisu?" is about when nothing was said before."""
    if query.names:
        return Topic.ITEMS if any(name.kind != "unknown" for name in query.names) or query.spans else None
    return Topic.TOTAL if query.spans or query.shifts else None


# -- what is taken over ----------------------------------------------------------------------------------------------


def _merged(query: Query, before: Query) -> Query:
    topic = _merged_topic(query, before)
    same = query.topic is None or topic is not query.topic
    bare_share = topic is Topic.SHARE and not (query.names or query.weekdays or query.status)
    taken = replace(
        query,
        topic=topic,
        metric=query.metric or (before.metric if same or topic is Topic.COMPARE else None),
        names=query.names or (before.names if same or query.pointing or bare_share else ()),
        weekdays=query.weekdays or (before.weekdays if same or bare_share else ()),
        limit=query.limit or (before.limit if same else None),
        by=query.by or (before.by if same else None),
        bottom=before.bottom if query.bottom is None and same else query.bottom,
        status=query.status or (before.status if same else None),
        grain=query.grain or (before.grain if same else None),
        mean=query.mean or (same and before.mean),
        guests=query.guests or (same and before.guests),
        number=query.number or (before.number if topic is Topic.ORDER else None),
        earlier=before.spans,
    )
    return _sent_to_order(taken, query, before) if topic is Topic.ORDER else taken


def _merged_topic(query: Query, before: Query) -> Topic | None:
    table = BY_PARTS if query.topic is None else BY_TOPIC
    return next((topic(query, before) for test, topic in table if test(query, before)), query.topic or before.topic)


def _only_metric(query: Query) -> bool:
    return query.metric is not None and not (query.spans or query.shifts or query.names or query.pointing)


Test = Callable[[Query, Query], bool]
Choice = Callable[[Query, Query], Topic | None]
METRICAL = (Topic.COMPARE, Topic.WEEKDAYS, Topic.BEST)
COUNTED = ("orders", "cancelled", "refunds")
MANNERED = (*RANKINGS, Topic.ITEMS, Topic.SHARE, Topic.COMPARE, Topic.WEEKDAYS)


def _the_topic(topic: Topic) -> Choice:
    return lambda _, __: topic


def _topic_before(_: Query, before: Query) -> Topic | None:
    return before.topic


# A question that has a topic of its own may still mean the one before: "and in money?" after the best sellers.
BY_TOPIC: tuple[tuple[Test, Choice], ...] = (
    (lambda query, before: query.manner and before.topic in MANNERED, _topic_before),
    (lambda query, before: query.topic is Topic.ITEMS and before.topic in (Topic.SHARE, Topic.COMPARE), _topic_before),
    (lambda query, before: query.topic is Topic.TOTAL and _points_at_items(query, before), _the_topic(Topic.ITEMS)),
    (
        lambda query, before: query.topic is Topic.TOTAL and before.topic is Topic.ORDERS and bool(query.status),
        _the_topic(Topic.ORDERS),
    ),
    (
        lambda query, before: query.topic is Topic.TOTAL and before.topic in METRICAL and _only_metric(query),
        _topic_before,
    ),
)


def _points_at_items(query: Query, before: Query) -> bool:
    return before.topic is Topic.ITEMS and query.pointing and not query.spans


def _another_number(query: Query, before: Query) -> bool:
    return query.number is None and bool(query.limit and query.limit > 20) and before.topic is Topic.ORDER


# One that has none gets it from its parts: days, names, a direction.
BY_PARTS: tuple[tuple[Test, Choice], ...] = (
    (_another_number, _the_topic(Topic.ORDER)),
    (
        lambda query, before: query.share and bool(before.names or before.weekdays or before.status),
        _the_topic(Topic.SHARE),
    ),
    (
        lambda query, before: query.listing and before.topic is Topic.TOTAL and before.metric in COUNTED,
        _the_topic(Topic.ORDERS),
    ),
    (
        lambda query, before: query.bottom is not None and before.topic in (Topic.BREAKDOWN, Topic.TOTAL),
        _the_topic(Topic.BEST),
    ),
    (
        lambda query, before: bool(query.names) and before.topic not in (Topic.SHARE, Topic.COMPARE),
        _the_topic(Topic.ITEMS),
    ),
    (lambda query, before: bool(query.weekdays) and before.topic is not Topic.SHARE, _the_topic(Topic.WEEKDAYS)),
    (
        lambda query, before: bool(query.spans or query.shifts) and before.topic is Topic.COMPARE,
        lambda _, before: Topic.ITEMS if before.names else Topic.TOTAL,
    ),
)


def _sent_to_order(taken: Query, query: Query, before: Query) -> Query:
    """ "What was in it?" after a list is about the newest order on that list."""
    if query.topic is None and query.limit and query.limit > 20:
        return replace(taken, number=query.limit, limit=None)
    if taken.number is None and before.topic is Topic.BIGGEST_ORDER:
        return replace(taken, spans=before.spans, bottom=bool(before.bottom))
    return replace(taken, status=before.status, spans=before.spans) if before.topic is Topic.ORDERS else taken


# -- the ranges ------------------------------------------------------------------------------------------------------


def _with_spans(query: Query, before: Query | None, today: date) -> Query:
    if query.topic is Topic.COMPARE and len(query.names) < 2:
        return _compared(query, before, today)
    spans = list(query.spans)
    if query.shifts:
        anchor = spans[0] if spans else _anchor(before, query.shifts[0], today)
        spans += [_stepped(anchor, shift, today) for shift in query.shifts]
    elif not spans and before:
        spans = list(before.spans)
    several = len(spans) > 1 and query.topic is Topic.TOTAL
    query = replace(query, spans=tuple(spans), shifts=())
    return _compared(query, None, today) if several else query


def _anchor(before: Query | None, shift: Shift, today: date) -> Span:
    if before and before.spans:
        return min(before.spans, key=lambda span: span.start)
    return AROUND.get(shift.of or shift.unit, one_day)(today)


def _stepped(anchor: Span, shift: Shift, today: date) -> Span:
    """After "this month", "the month before" is a whole one."""
    whole = anchor.unit == shift.unit
    return earlier(anchor if whole else anchor.until(today), shift)


def _compared(query: Query, before: Query | None, today: date) -> Query:
    spans = [span.until(today) if span.start <= today else span for span in query.spans]
    earlier_spans = list(before.spans) if before else []
    if before and not spans and not query.shifts and before.earlier and before.topic is not Topic.COMPARE:
        spans = [*before.spans, *before.earlier][:2]
    elif earlier_spans and len(spans) < 2 and (query.shifts or query.pointing or not spans):
        kept = earlier_spans if before and before.topic is Topic.COMPARE and not query.shifts else earlier_spans[:1]
        spans = kept + spans if not query.shifts or not spans else spans
    spans = [span.until(today) for span in spans]
    if query.shifts:
        anchor = spans[-1] if spans else _anchor(None, query.shifts[0], today).until(today)
        spans = [*(spans or [anchor]), *(earlier(anchor, shift) for shift in query.shifts)]
    if not spans:
        spans = [Span(moved(today, -28), moved(today, -1))]
    if len(spans) == 1 and query.baseline and spans[0].end < today and spans[0].unit in AROUND:
        spans.insert(0, AROUND[spans[0].unit](today, _name_of(spans[0].unit)).until(today))
    if len(spans) == 1:
        spans.append(earlier(spans[0], Shift("range")))
    spans = list({(span.start, span.end): span for span in reversed(spans)}.values())[::-1]
    if len(spans) == 1:  # "Saturday with last Saturday" names one day twice
        spans.append(earlier(spans[0], Shift("week" if spans[0].unit == "day" else "range")))
    compared = query.compared or len(query.spans) < 2
    fair, whole = _made_fair(spans, today) if len(spans) == 2 and compared else (spans, None)
    return replace(query, topic=Topic.COMPARE, spans=tuple(fair), shifts=(), whole=whole, compared=compared)


def _name_of(unit: Unit) -> str:
    return "today" if unit == "day" else f"this {unit}"


def _made_fair(spans: list[Span], today: date) -> tuple[list[Span], Span | None]:
    """This week so far is set against as many days of last week; a day against that day of last week."""
    newer, older = sorted(spans, key=lambda span: span.start, reverse=True)
    if newer.unit == "day" and older.unit in ("week", "month", "year") and older.name.startswith("last"):
        return [newer, earlier(newer, Shift(older.unit))], None
    if newer.unit != older.unit or newer.unit in ("day", "range") or newer.end != today or older.days <= newer.days:
        return spans, None
    end = months_later(newer.end, -12) if newer.unit == "year" else moved(older.start, newer.days - 1)
    if not older.start <= end < older.end:
        return spans, None
    return [newer, Span(older.start, end)], older
