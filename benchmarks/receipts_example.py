"""A restaurant's slices, made up and always the same, for the receipts' tests and benchmark: 35 days, 10 items, 20
orders, and the result of each tool."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from service.rows import (
    DayRevenue,
    Fact,
    MenuItemSales,
    OrderLine,
    OrderSummary,
    PeriodRevenue,
    Row,
    SliceResult,
)

TODAY = date(2026, 11, 23)
FIRST = date(2026, 10, 20)
ITEMS = (
    ("Margherita", "Pizza"),
    ("Pepperoni (12in)", "Pizza"),
    ("Pizza No. 5", "Pizza"),
    ("7 Up", "Drinks"),
    ("Garlic Bread", "Sides"),
    ("Mac & Cheese", "Pasta"),
    ("Sunday Roast", "Specials"),
    ("Tiramisù", "Desserts"),
    ("House Red 2019", "Drinks"),
    ("Calzone", "Pizza"),
)
NUMBERS = range(48_213, 48_233)


def daily_rows(first: date = FIRST, last: date = TODAY) -> tuple[DayRevenue, ...]:
    """A row for each day; Fridays and Saturdays sell more, and 2 November was closed."""
    return tuple(_day(first + timedelta(days=n)) for n in range((last - first).days + 1))


def _day(day: date) -> DayRevenue:
    chance = random.Random(day.toordinal())  # noqa: S311
    weekday = day.strftime("%A")
    if day == date(2026, 11, 2):
        return DayRevenue(day, weekday, 0, 0, 0, 0, 0)
    orders = chance.randint(70, 110) + (60 if day.weekday() in (4, 5) else 0)
    gross = orders * 2_500 + chance.randint(-30_000, 30_000)
    refunds = chance.choice((0, chance.randint(900, 9_000), chance.randint(900, 9_000)))
    return DayRevenue(day, weekday, orders, chance.randint(0, 4), gross, refunds, gross - refunds)


def revenue(first: date = FIRST, last: date = TODAY) -> SliceResult:
    rows = daily_rows(first, last)
    facts = (
        Fact("start", "day", first),
        Fact("end", "day", last),
        Fact("total_orders", "count", sum(row.orders for row in rows)),
        Fact("total_cancelled", "count", sum(row.cancelled for row in rows)),
        Fact("total_gross", "money", sum(row.gross for row in rows)),
        Fact("total_refunds", "money", sum(row.refunds for row in rows)),
        Fact("total_net", "money", sum(row.net for row in rows)),
    )
    return SliceResult("revenue_by_day", "USD", facts, DayRevenue, rows)


def items(first: date = FIRST, last: date = TODAY) -> SliceResult:
    chance = random.Random(5)  # noqa: S311
    total = sum(row.gross for row in daily_rows(first, last))
    rows: list[Row] = []
    for rank, (name, category) in enumerate(ITEMS, 1):
        taken = total * (21 - 2 * rank) // 150 + chance.randint(0, 9_999)
        quantity = taken // 1_350
        rows.append(MenuItemSales(rank, name, category, quantity, taken, round(taken * 10_000 / total)))
    facts = (
        Fact("start", "day", first),
        Fact("end", "day", last),
        Fact("by", "text", "quantity"),
        Fact("order", "text", "top"),
        Fact("total_quantity", "count", 10_412),
        Fact("total_revenue", "money", total),
    )
    return SliceResult("top_menu_items", "USD", facts, MenuItemSales, tuple(rows))


def orders() -> SliceResult:
    chance = random.Random(9)  # noqa: S311
    rows = []
    for age, number in enumerate(reversed(NUMBERS)):
        moment = datetime(2026, 11, 22, 22, 47) - timedelta(minutes=17 * age)  # noqa: DTZ001 (a local time)
        status = {3: "cancelled", 8: "refunded", 12: "cancelled"}.get(age, "completed")
        total = chance.randint(1_200, 9_900)
        refunded = total if status == "refunded" else 0
        rows.append(OrderSummary(number, moment, status, chance.randint(1, 9), total, refunded))
    facts = (Fact("matching", "count", 35_207),)
    return SliceResult("recent_orders", "USD", facts, OrderSummary, tuple(rows))


def order_details() -> SliceResult:
    lines = (
        OrderLine(1, "Margherita", "Pizza", 2, 1_250, 2_500),
        OrderLine(2, "7 Up", "Drinks", 3, 325, 975),
        OrderLine(3, "Tiramisù", "Desserts", 1, 690, 690),
    )
    facts = (
        Fact("number", "count", 47_001),
        Fact("ordered_at", "time", datetime(2026, 11, 14, 19, 5)),  # noqa: DTZ001
        Fact("status", "text", "completed"),
        Fact("items", "count", 6),
        Fact("total", "money", 4_165),
        Fact("refunded", "money", 0),
        Fact("note", "text", "table 12, 2 candles"),
    )
    return SliceResult("order_details", "USD", facts, OrderLine, lines)


def comparison(first: tuple[date, date], second: tuple[date, date]) -> SliceResult:
    one, two = _period("first", *first), _period("second", *second)
    facts = (
        Fact("net_change", "money", two.net - one.net),
        Fact("net_change_percent", "percent", round((two.net - one.net) * 10_000 / one.net)),
        Fact("orders_change", "count", two.orders - one.orders),
    )
    return SliceResult("compare_revenue", "USD", facts, PeriodRevenue, (one, two))


def _period(name: str, start: date, end: date) -> PeriodRevenue:
    rows = daily_rows(start, end)
    number, gross = sum(row.orders for row in rows), sum(row.gross for row in rows)
    refunds = sum(row.refunds for row in rows)
    average = (2 * gross + number) // (2 * number) if number else 0
    return PeriodRevenue(name, start, end, len(rows), number, gross, refunds, gross - refunds, average)


def prefetched() -> tuple[SliceResult, ...]:
    return revenue(), items(), orders()


def money(cents: int) -> str:
    """$2,817.50"""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def percent(basis_points: int) -> str:
    """12.34%"""
    sign = "-" if basis_points < 0 else ""
    return f"{sign}{abs(basis_points) // 100}.{abs(basis_points) % 100:02d}%"
