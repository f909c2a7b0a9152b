"""Days, weeks and months side by side: the best and the worst, a breakdown, how many were above a mark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from ..figures import counted, money
from ..plan import Days, Desk
from ..query import Grain, Metric, Query
from ..refuse import TOO_MANY_AT_ONCE
from ..spans import AROUND, FIRST, Span, months_later, moved
from .totals import SUBJECT, days_for, figure, mean_shown, no_orders, shown
from .weekdays import by_weekday
from .wording import dates_of, listed, long_date, table, title, when

MOST_LINES = 62
TOP_LINES = 31


def best(query: Query, desk: Desk) -> str:
    if query.grain == "weekday":
        return by_weekday(query, desk)
    metric: Metric = query.metric or "net"
    grain: Grain = query.grain or "day"
    days = days_for(_with_months(query, desk, grain), desk)
    groups = _complete(_groups(days, grain), desk, bottom=bool(query.bottom), grain=grain)
    if not groups:
        return no_orders(days.span, desk)
    ranked = sorted(groups, key=lambda one: figure(metric, one) * (1 if query.bottom else -1))
    limit = min(query.limit or 1, TOP_LINES)
    word = _superlative(query, metric)
    if limit > 1:
        heading = f"The {word} {grain}s {when(days.span, desk.today)}, by {SUBJECT[metric]}:"
        return f"{heading}\n\n{_lines(ranked[:limit], grain, desk)}{_left_out(query, days, desk)}"
    winners = [one for one in ranked if figure(metric, one) == figure(metric, ranked[0])]
    return _winner(winners, word, grain, metric, days, desk) + _left_out(query, days, desk)


def _winner(winners: list[Days], word: str, grain: Grain, metric: Metric, days: Days, desk: Desk) -> str:
    names = listed([f"**{_name_of(one, grain)}**" for one in winners[:5]])
    first = winners[0]
    figures = f"{money(first.net, desk.currency)} net from {counted(first.orders, 'order')}"
    if metric not in ("net", "orders"):
        figures = f"{shown(metric, figure(metric, first), desk)} of {SUBJECT[metric]}"
    figures = f"**{figures}**"
    if len(winners) > 1:
        of = "" if metric in ("orders", "cancelled") else "of "
        alike = f"{shown(metric, figure(metric, first), desk)} {of}{SUBJECT[metric]}"
        return f"The {word} {grain}s {when(days.span, desk.today)} were {names}, with **{alike}** each."
    return f"The {word} {grain} {when(days.span, desk.today)} was {names}, with {figures}."


def _superlative(query: Query, metric: Metric) -> str:
    if metric == "orders":
        return "quietest" if query.bottom else "busiest"
    if metric in ("net", "gross"):
        return "worst" if query.bottom else "best"
    return "lowest" if query.bottom else "highest"


def _left_out(query: Query, days: Days, desk: Desk) -> str:
    if not query.bottom or query.grain not in (None, "day"):
        return ""
    closed = days.span.days - len(days.open_days)
    asides = []
    if days.span.end == desk.today and days.span.days > 1:
        asides.append("today is not over")
    if closed:
        asides.append(f"{counted(closed, 'day')} had no orders")
    return f" Left out: {listed(asides)}." if asides else ""


def _complete(groups: list[Days], desk: Desk, *, bottom: bool, grain: Grain) -> list[Days]:
    """Nothing is called the worst because it has only just begun, was cut off by the range or was closed."""
    if not bottom:
        return [one for one in groups if one.open_days]
    over = [one for one in groups if one.span.end < desk.today and one.open_days]
    if grain != "day":
        over = [one for one in over if one.span == _whole(one.span.start, grain)]
    return over or [one for one in groups if one.open_days]


# -- groups ----------------------------------------------------------------------------------------------------------


def _whole(day: date, grain: Grain) -> Span:
    if grain == "weekend":
        return Span(day, moved(day, 1))
    found = AROUND[grain](day) if grain in AROUND else Span(day, day)
    return Span(found.start, found.end)


def _groups(days: Days, grain: Grain) -> list[Days]:
    if grain == "weekend":
        saturdays = [row.day for row in days.rows if row.day.weekday() == 5]
        return [days.within(_whole(day, grain).until(days.span.end)) for day in saturdays]
    groups, start = [], days.span.start
    while start <= days.span.end:
        span = Span(start, min(_whole(start, grain).end, days.span.end))
        groups.append(days.within(span))
        start = moved(span.end, 1)
    return groups


def _name_of(days: Days, grain: Grain) -> str:
    if grain == "day":
        return long_date(days.span.start)
    return title(days.span, days.span.start) if grain in ("month", "quarter", "year") else dates_of(days.span)


def _with_months(query: Query, desk: Desk, grain: Grain) -> Query:
    """Months and quarters, when no range was asked for, are those of a year; years are all there are."""
    if query.spans or grain not in ("month", "quarter", "year"):
        return query
    if grain == "year":
        return replace(query, spans=(Span(FIRST, desk.today),))
    start = months_later(desk.today.replace(day=1), -11)
    return replace(query, spans=(Span(start, desk.today),))


def _lines(groups: list[Days], grain: Grain, desk: Desk) -> str:
    header = (grain.capitalize(), "Orders", "Gross", "Refunds", "Net")
    rows = [
        (_name_of(one, grain), f"{one.orders:,}", *(money(x, desk.currency) for x in (one.gross, one.refunds, one.net)))
        for one in groups
    ]
    return table(header, rows)


# -- breakdown, counts -----------------------------------------------------------------------------------------------


def breakdown(query: Query, desk: Desk) -> str:
    if query.grain == "weekday":
        return by_weekday(query, desk)
    grain: Grain = query.grain or "day"
    days = days_for(_with_months(query, desk, grain), desk)
    if not days.open_days:
        return no_orders(days.span, desk)
    groups = _groups(days, grain)
    if len(groups) > MOST_LINES:
        return TOO_MANY_AT_ONCE
    heading = f"Sales by {grain} {when(days.span, desk.today)}: **{money(days.net, desk.currency)}** net in all."
    return f"{heading}\n\n{_lines(groups, grain, desk)}"


def mean_of_groups(query: Query, desk: Desk) -> str:
    """The average whole week or month of a range."""
    grain: Grain = query.grain or "week"
    metric: Metric = query.metric or "net"
    days = days_for(_with_months(query, desk, grain), desk)
    whole = [one for one in _groups(days, grain) if one.span == _whole(one.span.start, grain)]
    whole = [one for one in whole if one.span.end < desk.today]
    if not whole:
        return f"There is no whole {grain} {when(days.span, desk.today)}, so I cannot give an average of them."
    span = Span(whole[0].span.start, whole[-1].span.end)
    amount = figure(metric, days.within(span))
    average = mean_shown(metric, amount, len(whole), desk)
    subject = SUBJECT[metric].capitalize()
    start = f"{subject} averaged **{average} a {grain}** {when(span, desk.today)}"
    return f"{start}: {shown(metric, amount, desk)} over {counted(len(whole), 'whole ' + grain)}."


def count_days(query: Query, desk: Desk) -> str:
    grain: Grain = "day" if query.grain in (None, "weekday") else query.grain
    days = days_for(_with_months(query, desk, grain), desk)
    metric: Metric = query.metric if query.metric in ("orders", "gross", "refunds", "cancelled") else "net"
    singles = _groups(days, grain)
    test, words = _mark(query, metric)
    found = [one for one in singles if test(one)]
    count = f"{'on' if grain == 'day' else 'in'} **{len(found):,}** of {counted(len(singles), grain)}"
    start = f"{words} {count} {when(days.span, desk.today)}"
    if not found or len(found) > TOP_LINES:
        return f"{start}."
    return f"{start}:\n\n{_lines(found, grain, desk)}"


def _mark(query: Query, metric: Metric) -> tuple[Callable[[Days], bool], str]:
    mark = query.threshold
    if mark is None:
        return (lambda one: not one.open_days), "There were no orders"
    scale = 100 if metric in ("orders", "cancelled") else 1
    subject = SUBJECT[metric].capitalize()
    if mark.above:
        return (lambda one: figure(metric, one) * scale > mark.amount), f"{subject} were above that"
    return (lambda one: figure(metric, one) * scale < mark.amount), f"{subject} were below that"
