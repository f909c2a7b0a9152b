"""Days of the week against each other, and what a typical one takes."""

from __future__ import annotations

from dataclasses import dataclass

from ..figures import counted, money, one_decimal, rounded
from ..plan import Days, Desk
from ..query import Query
from ..spans import Span, moved
from ..vocabulary import WEEKDAYS
from .totals import SUBJECT, days_for, figure, no_orders
from .wording import table, when

GROUPS = {(5, 6): "Weekends", (0, 1, 2, 3, 4): "Weekdays"}


@dataclass(frozen=True)
class Group:
    name: str
    days: Days

    @property
    def count(self) -> int:
        return len(self.days.rows)


def by_weekday(query: Query, desk: Desk) -> str:
    days = _until_yesterday(days_for(query, desk), desk)
    if not days.open_days:
        return no_orders(days.span, desk)
    groups = [_group(weekdays, days) for weekdays in query.weekdays or tuple((one,) for one in range(7))]
    there = [group for group in groups if group.count]
    if len(there) < len(groups) and query.weekdays:
        missing = next(group.name for group in groups if not group.count)
        return f"There are no {missing} {when(days.span, desk.today)}."
    return _one(there[0], query, days, desk) if len(there) == 1 else _several(there, query, days, desk)


def _until_yesterday(days: Days, desk: Desk) -> Days:
    """A day that is not over would pull its weekday down."""
    if days.span.end < desk.today or days.span.days == 1:
        return days
    return days.within(Span(days.span.start, moved(desk.today, -1)))


def _group(weekdays: tuple[int, ...], days: Days) -> Group:
    rows = tuple(row for row in days.rows if row.day.weekday() in weekdays)
    name = GROUPS.get(weekdays) or f"{WEEKDAYS[weekdays[0]].title()}s"
    return Group(name, Days(days.span, rows))


def _one(group: Group, query: Query, days: Days, desk: Desk) -> str:
    net, orders = group.days.net, group.days.orders
    if query.metric == "orders":
        average = f"**{one_decimal(orders, group.count)} orders** a day"
        return f"{group.name} {when(days.span, desk.today)} averaged {average}: {orders:,} orders over {_days(group)}."
    if query.metric in ("gross", "refunds", "cancelled", "average_order"):
        return _other(group, query, days, desk)
    average = f"**{money(rounded(net, group.count), desk.currency)} net** a day"
    sum_up = f"{money(net, desk.currency)} over {_days(group)}, from {counted(orders, 'order')}"
    return f"{group.name} {when(days.span, desk.today)} averaged {average}: {sum_up}."


def _other(group: Group, query: Query, days: Days, desk: Desk) -> str:
    metric = query.metric or "net"
    amount = figure(metric, group.days)
    if metric == "average_order":
        gross = money(group.days.gross, desk.currency)
        over = f"gross sales of {gross} over {counted(group.days.orders, 'order')}"
        return (
            f"The average order on {group.name} {when(days.span, desk.today)} was **{money(amount, desk.currency)}**: {over}."
        )
    shown = f"{amount:,}" if metric == "cancelled" else money(amount, desk.currency)
    return f"{SUBJECT[metric].capitalize()} on {group.name} {when(days.span, desk.today)}: **{shown}** over {_days(group)}."


def _several(groups: list[Group], query: Query, days: Days, desk: Desk) -> str:
    by_orders = query.metric == "orders"
    ranked = sorted(groups, key=lambda one: -_average(one, by_orders=by_orders))
    if query.bottom:
        ranked.reverse()
    first = ranked[0]
    word = {(False, False): "strongest", (False, True): "busiest", (True, False): "weakest", (True, True): "quietest"}
    average = f"{_shown(first, desk, by_orders=by_orders)} a day"
    adjective = word[bool(query.bottom), by_orders]
    if len(groups) == 2:
        adjective = {"strongest": "stronger", "busiest": "busier", "weakest": "weaker", "quietest": "quieter"}[adjective]
    start = f"{when(days.span, desk.today)}, **{first.name}** were the {adjective}, at **{average}** on average."
    header = ("", "Days", "Net sales", "Net a day", "Orders", "Orders a day")
    return f"{start[0].upper()}{start[1:]}\n\n{table(header, [_line(group, desk) for group in ranked])}"


def _average(group: Group, *, by_orders: bool) -> float:
    return (group.days.orders if by_orders else group.days.net) / group.count


def _shown(group: Group, desk: Desk, *, by_orders: bool) -> str:
    if by_orders:
        return f"{one_decimal(group.days.orders, group.count)} orders"
    return f"{money(rounded(group.days.net, group.count), desk.currency)} net"


def _line(group: Group, desk: Desk) -> tuple[str, ...]:
    net, orders = group.days.net, group.days.orders
    return (
        group.name,
        f"{group.count:,}",
        money(net, desk.currency),
        money(rounded(net, group.count), desk.currency),
        f"{orders:,}",
        one_decimal(orders, group.count),
    )


def _days(group: Group) -> str:
    unit = "day" if group.name in ("Weekends", "Weekdays") else group.name.removesuffix("s")
    return counted(group.count, unit)
