"""Days of the week against each other, and what a typical one takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..figures import counted, money, one_decimal, rounded
from ..plan import Days, Desk
from ..query import Metric, Query
from ..spans import Span, moved
from ..vocabulary import WEEKDAYS
from .totals import SUBJECT, days_for, figure, mean_shown, no_orders, shown
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
        start = f"The average order on {group.name} {when(days.span, desk.today)}"
        return f"{start} was **{money(amount, desk.currency)}**: {over}."
    start = f"{SUBJECT[metric].capitalize()} on {group.name} {when(days.span, desk.today)}"
    return f"{start}: **{shown(metric, amount, desk)}** over {_days(group)}."


ADJECTIVES = {
    (False, False): ("strongest", "stronger"),
    (False, True): ("busiest", "busier"),
    (True, False): ("weakest", "weaker"),
    (True, True): ("quietest", "quieter"),
}


def _several(groups: list[Group], query: Query, days: Days, desk: Desk) -> str:
    metric: Metric = query.metric or "net"
    ranked = sorted(groups, key=lambda one: _average(one, metric), reverse=not query.bottom)
    first = ranked[0]
    adjective = ADJECTIVES[bool(query.bottom), metric == "orders"][len(groups) == 2]
    if metric not in ("net", "orders"):
        adjective = ("lowest" if query.bottom else "highest") + f" for {SUBJECT[metric]}"
    figure_words = f"{_shown(first, metric, desk)}{'' if metric == 'average_order' else ' a day on average'}"
    span = when(days.span, desk.today)
    start = f"{span[0].upper()}{span[1:]}, **{first.name}** were the {adjective}, at **{figure_words}**."
    header, line = _columns(metric)
    return f"{start}\n\n{table(header, [line(group, desk) for group in ranked])}"


def _average(group: Group, metric: Metric) -> float:
    return figure(metric, group.days) / (1 if metric == "average_order" else group.count)


def _shown(group: Group, metric: Metric, desk: Desk) -> str:
    if metric == "average_order":
        return money(figure(metric, group.days), desk.currency)
    average = mean_shown(metric, figure(metric, group.days), group.count, desk)
    return f"{average} {'net' if metric == 'net' else SUBJECT[metric]}"


def _columns(metric: Metric) -> tuple[tuple[str, ...], Callable[[Group, Desk], tuple[str, ...]]]:
    if metric in ("net", "orders"):
        return ("", "Days", "Net sales", "Net a day", "Orders", "Orders a day"), _line
    if metric == "average_order":
        return ("", "Orders", "Gross sales", "Average order"), _order_line
    name = SUBJECT[metric].capitalize()
    return ("", "Days", name, f"{name} a day"), lambda group, desk: (
        group.name,
        f"{group.count:,}",
        shown(metric, figure(metric, group.days), desk),
        mean_shown(metric, figure(metric, group.days), group.count, desk),
    )


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


def _order_line(group: Group, desk: Desk) -> tuple[str, ...]:
    average = money(figure("average_order", group.days), desk.currency)
    return (group.name, f"{group.days.orders:,}", money(group.days.gross, desk.currency), average)


def _days(group: Group) -> str:
    unit = "day" if group.name in ("Weekends", "Weekdays") else group.name.removesuffix("s")
    return counted(group.count, unit)
