"""What part of a whole something is; both are always stated beside the percentage."""

from __future__ import annotations

from collections.abc import Callable

from ..figures import counted, money, percent, share
from ..menu import Ask, called, meant_by, sales
from ..plan import Desk, Want
from ..query import Metric, Query
from ..refuse import NOT_UNDERSTOOD
from ..spans import Span, one_day, part_and_whole
from ..vocabulary import WEEKDAYS
from .items import BY_DAY, nothing, span_for_items
from .totals import days_for, figure, no_orders
from .weekdays import GROUPS
from .wording import dates_of, listed, plain, when


def part_of(query: Query, desk: Desk) -> str:
    if query.names and query.weekdays:
        return BY_DAY
    for is_asked, answer in KINDS:
        if is_asked(query):
            return answer(query, desk)
    return NOT_UNDERSTOOD


def _of_names(query: Query, desk: Desk) -> str:
    span = span_for_items(query, desk)
    asks = [(name, meant_by(name, span, desk)) for name in query.names[:4]]
    for name, ask in asks:
        if ask is None:
            return nothing(name, span, desk)
    known = [(called(name, ask), ask) for name, ask in asks if ask]
    whole, *parts = sales(desk, Ask(span), *(ask for _, ask in known))
    total = money(whole.revenue, desk.currency)
    lines = [
        f"**{plain(text)}** made up **{percent(share(part.revenue, whole.revenue))}** of item sales "
        f"{when(span, desk.today)}: {money(part.revenue, desk.currency)} of {total}, both before refunds."
        for (text, _), part in zip(known, parts, strict=True)
    ]
    return "\n\n".join(lines)


def _of_weekdays(query: Query, desk: Desk) -> str:
    days = days_for(query, desk)
    metric: Metric = "orders" if query.metric == "orders" else "net"
    whole = figure(metric, days)
    if not whole:
        return no_orders(days.span, desk)
    all_of_it = counted(whole, "order") if metric == "orders" else money(whole, desk.currency)
    heading = f"There were {all_of_it}" if metric == "orders" else f"Net sales were {all_of_it}"
    lines = [f"{heading} {when(days.span, desk.today)}."]
    for group in query.weekdays:
        part = sum(figure(metric, days.within(one_day(row.day))) for row in days.rows if row.day.weekday() in group)
        name = GROUPS.get(group) or listed([f"{WEEKDAYS[one].title()}s" for one in group])
        figures = counted(part, "order") if metric == "orders" else money(part, desk.currency)
        lines.append(f"**{name}** made up {figures} of that: **{percent(share(part, whole))}**.")
    return "\n\n".join(lines)


def _cancelled(query: Query, desk: Desk) -> str:
    """The count of all orders, cancelled ones included, is a fact of recent_orders."""
    span = desk.span_of(query)
    range_of = {"start": span.start.isoformat(), "end": span.end.isoformat()}
    everything = Want("recent_orders", {"limit": 1, **range_of})
    days = days_for(query, desk)
    (found,) = desk.fetch([everything])
    placed = int(found.facts.get("matching", "0"))
    rate = percent(share(days.cancelled, placed))
    start = f"**{rate}** of orders {when(span, desk.today)} were cancelled"
    return f"{start}: {counted(days.cancelled, 'cancelled order')} of {placed:,} placed."


def _refunded_orders(query: Query, desk: Desk) -> str:
    span = desk.span_of(query)
    range_of = {"start": span.start.isoformat(), "end": span.end.isoformat()}
    days = days_for(query, desk)
    (found,) = desk.fetch([Want("recent_orders", {"limit": 1, "status": "refunded", **range_of})])
    if not days.orders:
        return no_orders(span, desk)
    refunded = int(found.facts.get("matching", "0"))
    start = f"**{percent(share(refunded, days.orders))}** of orders {when(span, desk.today)} were refunded"
    return f"{start}: {refunded:,} of {counted(days.orders, 'order')}, cancelled ones left out."


def _refunds(query: Query, desk: Desk) -> str:
    days = days_for(query, desk)
    if not days.gross:
        return no_orders(days.span, desk)
    start = f"**{percent(share(days.refunds, days.gross))}** of gross sales {when(days.span, desk.today)} were refunded"
    return f"{start}: {money(days.refunds, desk.currency)} of {money(days.gross, desk.currency)}."


def _of_range(query: Query, desk: Desk) -> str:
    found = part_and_whole(*(span.until(desk.today) for span in query.spans))
    if found is None:
        return NOT_UNDERSTOOD
    part, whole = found
    small, large = desk.days(part, whole)
    if not large.net:
        return no_orders(whole, desk)
    rate = percent(share(small.net, large.net))
    figures = f"{money(small.net, desk.currency)} of {money(large.net, desk.currency)}"
    return f"Net sales {when(part, desk.today)} were **{rate}** of those {_whole_words(whole, desk)}: {figures}."


def _whole_words(span: Span, desk: Desk) -> str:
    return when(span, desk.today) if span.name or span.unit != "day" else dates_of(span)


KINDS: tuple[tuple[Callable[[Query], bool], Callable[[Query, Desk], str]], ...] = (
    (lambda query: bool(query.names), _of_names),
    (lambda query: bool(query.weekdays), _of_weekdays),
    (lambda query: query.status == "cancelled", _cancelled),
    (lambda query: query.status == "refunded" and query.of_orders, _refunded_orders),
    (lambda query: query.status == "refunded", _refunds),
    (lambda query: len(query.spans) == 2, _of_range),
)
