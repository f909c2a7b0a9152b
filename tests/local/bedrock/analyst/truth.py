"""What a right answer must state, worked out from the orders themselves.

An expectation is [name, *arguments] in the question files; `texts_for` turns it into the pieces of text that the
answer has to contain, each with its own boundaries ("$12.00" is not found inside "$112.00").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from .fake_tenant import TODAY, WEEKDAYS, FakeTenant, Order, half_up

MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


def contains(answer: str, piece: str) -> bool:
    plain = answer.replace("**", "").replace("&lt;", "<").replace("\\", "")
    if piece.replace(",", "").isdigit():  # a count is not the day or year of a date
        plain = re.sub(rf"\b\d{{1,2}} (?:{'|'.join(MONTHS)}) \d{{4}}\b", "", plain)
    return re.search(rf"(?<![\w$,.]){re.escape(piece)}(?![\w%]|[.,]\d)", plain, re.IGNORECASE) is not None


def texts_for(tenant: FakeTenant, expectation: list[Any]) -> list[str]:
    name, *arguments = expectation
    texts, spans = CHECKS[name](tenant, *arguments)
    return [*texts, *(text for span in spans for text in _stated(span))]


def money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def count(number: int) -> str:
    return f"{number:,}"


def share(part: int, whole: int) -> str:
    points = half_up(part * 10_000, whole)
    return f"{abs(points) // 100}.{abs(points) % 100:02d}%"


def readable(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _stated(span: str) -> list[str]:
    start, end = _ends(span)
    if start.day == 1 and (end + timedelta(days=1)).day == 1 and start.month == end.month:
        return [f"{MONTHS[start.month - 1]} {start.year}"]
    return [readable(start), readable(end)]


def _ends(span: str) -> tuple[date, date]:
    start, _, end = span.partition("..")
    return date.fromisoformat(start), date.fromisoformat(end or start)


def _in(tenant: FakeTenant, span: str) -> list[Order]:
    start, end = _ends(span)
    return [order for order in tenant.orders if start <= order.day <= end]


def _days(span: str) -> list[date]:
    start, end = _ends(span)
    return [start + timedelta(days=offset) for offset in range((end - start).days + 1)]


def _gross(orders: Iterable[Order]) -> int:
    return sum(order.total for order in orders if order.counts)


def _refunds(orders: Iterable[Order]) -> int:
    return sum(order.refunded for order in orders if order.counts)


def _net(orders: Iterable[Order]) -> int:
    kept = list(orders)
    return _gross(kept) - _refunds(kept)


def _count(orders: Iterable[Order]) -> int:
    return sum(order.counts for order in orders)


def _sold(tenant: FakeTenant, span: str) -> tuple[Counter[str], Counter[str], dict[str, str]]:
    pieces: Counter[str] = Counter()
    revenue: Counter[str] = Counter()
    categories: dict[str, str] = {}
    for order in _in(tenant, span):
        for line in order.lines if order.counts else ():
            pieces[line.item] += line.quantity
            revenue[line.item] += line.total
            categories[line.item] = line.category
    return pieces, revenue, categories


Found = tuple[list[str], list[str]]


def _figure(show: Callable[[int], str], of: Callable[[list[Order]], int]) -> Callable[..., Found]:
    return lambda tenant, span: ([show(of(_in(tenant, span)))], [span])


def _per_day(show: Callable[[int], str], of: Callable[[list[Order]], int]) -> Callable[..., Found]:
    def check(tenant: FakeTenant, span: str) -> Found:
        orders, days = _in(tenant, span), len(_days(span))
        return [show(of(orders)), show(half_up(of(orders), days))], [span]

    return check


def _average_order(tenant: FakeTenant, span: str) -> Found:
    orders = _in(tenant, span)
    return [money(half_up(_gross(orders), _count(orders))), money(_gross(orders)), count(_count(orders))], [span]


def _change(tenant: FakeTenant, first: str, second: str) -> Found:
    before, after = _net(_in(tenant, first)), _net(_in(tenant, second))
    return [money(before), money(after), money(abs(after - before))], [first, second]


def _change_percent(tenant: FakeTenant, first: str, second: str) -> Found:
    before, after = _net(_in(tenant, first)), _net(_in(tenant, second))
    return [share(after - before, before)], []


def _extreme_day(best: bool) -> Callable[..., Found]:
    def check(tenant: FakeTenant, span: str) -> Found:
        nets = {day: _net(_in(tenant, str(day))) for day in _days(span) if day < TODAY or best}
        day = (max if best else min)(nets, key=lambda one: nets[one])
        return [readable(day), money(nets[day])], []

    return check


def _weekday_orders(tenant: FakeTenant, weekday: int, span: str) -> list[list[Order]]:
    return [_in(tenant, str(day)) for day in _days(span) if day.weekday() == weekday]


def _weekday_mean(tenant: FakeTenant, weekday: int, span: str) -> Found:
    days = _weekday_orders(tenant, weekday, span)
    return [money(half_up(sum(map(_net, days)), len(days))), f"{WEEKDAYS[weekday]}s"], [span]


def _best_weekday(tenant: FakeTenant, by: str, span: str) -> Found:
    of = {"orders": _count, "net": _net}[by]
    means = {}
    for weekday in range(7):
        days = _weekday_orders(tenant, weekday, span)
        means[weekday] = sum(of(day) for day in days) / len(days)
    return [WEEKDAYS[max(means, key=lambda one: means[one])] + "s"], [span]


def _weekday_share(tenant: FakeTenant, weekdays: list[int], span: str) -> Found:
    part = sum(_net(day) for weekday in weekdays for day in _weekday_orders(tenant, weekday, span))
    whole = _net(_in(tenant, span))
    return [money(part), money(whole), share(part, whole)], [span]


def _ranked(tenant: FakeTenant, span: str, by: str, *, top: bool) -> list[tuple[str, int]]:
    figures = _sold(tenant, span)[0 if by == "quantity" else 1]
    return sorted(figures.items(), key=lambda pair: (-pair[1] if top else pair[1], pair[0]))


def _ranked_item(top: bool) -> Callable[..., Found]:
    def check(tenant: FakeTenant, by: str, rank: int, span: str) -> Found:
        item, figure = _ranked(tenant, span, by, top=top)[rank - 1]
        return [item, count(figure) if by == "quantity" else money(figure)], [span]

    return check


def _item(show: Callable[[int], str], place: int) -> Callable[..., Found]:
    return lambda tenant, item, span: ([item, show(_sold(tenant, span)[place][item])], [span])


def _category_total(tenant: FakeTenant, category: str, span: str, place: int) -> int:
    sold = _sold(tenant, span)
    return sum(figure for item, figure in sold[place].items() if sold[2][item] == category)


def _category_share(tenant: FakeTenant, category: str, span: str) -> Found:
    part, whole = _category_total(tenant, category, span, 1), sum(_sold(tenant, span)[1].values())
    return [money(part), money(whole), share(part, whole)], [span]


def _top_category(tenant: FakeTenant, span: str) -> Found:
    sold = _sold(tenant, span)
    totals = {one: _category_total(tenant, one, span, 1) for one in set(sold[2].values())}
    best = max(totals, key=lambda one: totals[one])
    return [best, money(totals[best])], [span]


def _cancelled(orders: Iterable[Order]) -> int:
    return sum(not order.counts for order in orders)


def _cancelled_share(tenant: FakeTenant, span: str) -> Found:
    orders = _in(tenant, span)
    return [count(_cancelled(orders)), count(len(orders)), share(_cancelled(orders), len(orders))], [span]


def _order(tenant: FakeTenant, number: int) -> Order:
    (order,) = [one for one in tenant.orders if one.number == number]
    return order


def _newest(tenant: FakeTenant) -> list[Order]:
    return sorted(tenant.orders, key=lambda order: (order.at, order.number), reverse=True)


def _order_items(order: Order) -> Found:
    return [text for line in order.lines for text in (line.item, count(line.quantity), money(line.total))], []


def _numbers(orders: Iterable[Order]) -> Found:
    return [str(order.number) for order in orders], []


def _matching(tenant: FakeTenant, status: str, span: str) -> Found:
    found = [order for order in _in(tenant, span) if order.status == status]
    return [count(len(found)), *(str(order.number) for order in found)], [span]


def _biggest(tenant: FakeTenant, span: str) -> Found:
    order = max((one for one in _in(tenant, span) if one.counts), key=lambda one: one.total)
    return [str(order.number), money(order.total)], [span]


CHECKS: dict[str, Callable[..., Found]] = {
    "net": _figure(money, _net),
    "gross": _figure(money, _gross),
    "refunds": _figure(money, _refunds),
    "orders": _figure(count, _count),
    "cancelled": _figure(count, _cancelled),
    "average_order": _average_order,
    "net_per_day": _per_day(money, _net),
    "orders_per_day": lambda tenant, span: (
        [f"{half_up(_count(_in(tenant, span)) * 10, len(_days(span))) / 10:.1f}"],
        [span],
    ),
    "change": _change,
    "change_percent": _change_percent,
    "best_day": _extreme_day(best=True),
    "worst_day": _extreme_day(best=False),
    "weekday_mean": _weekday_mean,
    "best_weekday": _best_weekday,
    "weekday_share": _weekday_share,
    "top_item": _ranked_item(top=True),
    "bottom_item": _ranked_item(top=False),
    "item_quantity": _item(count, 0),
    "item_revenue": _item(money, 1),
    "category_quantity": lambda t, category, span: ([category, count(_category_total(t, category, span, 0))], [span]),
    "category_revenue": lambda t, category, span: ([category, money(_category_total(t, category, span, 1))], [span]),
    "category_share": _category_share,
    "top_category": _top_category,
    "cancelled_share": _cancelled_share,
    "order_total": lambda tenant, number: ([str(number), money(_order(tenant, number).total)], []),
    "order_items": lambda tenant, number: _order_items(_order(tenant, number)),
    "latest_order_items": lambda tenant: _order_items(_newest(tenant)[0]),
    "latest_orders": lambda tenant, limit: _numbers(_newest(tenant)[:limit]),
    "latest_status": lambda tenant, status, limit: _numbers(
        [order for order in _newest(tenant) if order.status == status][:limit]
    ),
    "matching": _matching,
    "biggest_order": _biggest,
}
