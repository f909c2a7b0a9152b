"""From a Query to words: one function a topic."""

from __future__ import annotations

from collections.abc import Callable

from ..plan import Desk
from ..query import Query, Topic
from . import compare, days, items, orders, shares, totals, weekdays


def answer(query: Query, desk: Desk) -> str:
    """Raises NeededError when a tool has to be asked first, and the other errors of plan.py."""
    return ANSWERS[query.topic or Topic.SAID](query, desk)


def _compare(query: Query, desk: Desk) -> str:
    return items.side_by_side(query, desk) if query.names else compare.compare(query, desk)


def _total(query: Query, desk: Desk) -> str:
    if query.mean and query.grain in ("week", "weekend", "month", "quarter", "year"):
        return days.mean_of_groups(query, desk)
    return totals.total(query, desk)


def _weekdays(query: Query, desk: Desk) -> str:
    return items.BY_DAY if query.names else weekdays.by_weekday(query, desk)


def _best(query: Query, desk: Desk) -> str:
    return items.BY_DAY if query.names else days.best(query, desk)


def _breakdown(query: Query, desk: Desk) -> str:
    return items.BY_DAY if query.names else days.breakdown(query, desk)


ANSWERS: dict[Topic, Callable[[Query, Desk], str]] = {
    Topic.TOTAL: _total,
    Topic.BREAKDOWN: _breakdown,
    Topic.BEST: _best,
    Topic.COUNT_DAYS: days.count_days,
    Topic.WEEKDAYS: _weekdays,
    Topic.COMPARE: _compare,
    Topic.AGAINST_AVERAGE: compare.against_average,
    Topic.SHARE: shares.part_of,
    Topic.TOP_ITEMS: items.top_items,
    Topic.ITEMS: items.items,
    Topic.CATEGORIES: items.categories,
    Topic.PIECES: items.pieces,
    Topic.ORDER: orders.order,
    Topic.ORDERS: orders.orders,
    Topic.BIGGEST_ORDER: orders.biggest_order,
    Topic.SAID: lambda query, _: query.said,
}
