"""True answers about `receipts_example`'s restaurant, as a model words them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from benchmarks.receipts_example import (
    comparison,
    daily_rows,
    items,
    money,
    order_details,
    orders,
    percent,
    prefetched,
)
from service.rows import DayRevenue, SliceResult

_DAYS = {row.day: row for row in daily_rows()}
_LAST_WEEK = [_DAYS[date(2026, 11, day)] for day in range(16, 23)]
_WEEK_BEFORE = [_DAYS[date(2026, 11, day)] for day in range(9, 16)]
_YESTERDAY = _DAYS[date(2026, 11, 22)]


class Answer(Struct, frozen=True):
    name: str
    text: str
    slices: tuple[SliceResult, ...] = prefetched()


def total(rows: Sequence[DayRevenue], column: str) -> int:
    return sum(getattr(row, column) for row in rows)


def _mean(rows: Sequence[DayRevenue], column: str) -> int:
    return round(total(rows, column) / len(rows))


def _change(new: int, old: int) -> str:
    return percent(round((new - old) * 10_000 / old))


def _a_day() -> str:
    row = _YESTERDAY
    return (
        f"Yesterday, Sunday 22 November 2026, you took {money(row.net)} net from {row.orders} orders:"
        f" {money(row.gross)} gross less {money(row.refunds)} in refunds. {row.cancelled} orders were cancelled."
        f" The average order was {money(round(row.gross / row.orders))}."
    )


def _a_week() -> str:
    week = _LAST_WEEK
    best, worst = max(week, key=lambda r: r.net), min(week, key=lambda r: r.net)
    return (
        f"Last week (16–22 November 2026) you took {money(total(week, 'net'))} net from {total(week, 'orders')} orders,"
        f" an average of {money(_mean(week, 'net'))} a day.\n\n"
        f"- **Best day**: {best.weekday} {best.day.day} November, {money(best.net)} from {best.orders} orders\n"
        f"- **Quietest day**: {worst.weekday} {worst.day.day} November, {money(worst.net)} from {worst.orders} orders\n"
        f"- **Refunds**: {money(total(week, 'refunds'))} over the week\n"
    )


def _two_weeks() -> str:
    new, old = total(_LAST_WEEK, "net"), total(_WEEK_BEFORE, "net")
    more, before = total(_LAST_WEEK, "orders"), total(_WEEK_BEFORE, "orders")
    return (
        f"Net revenue was {money(new)} from 16 to 22 November 2026, against {money(old)} from 9 to 15 November 2026:"
        f" {'up' if new > old else 'down'} {money(abs(new - old))}, or {_change(new, old).lstrip('-')}."
        f" Orders went from {before} to {more}, {abs(more - before)} {'more' if more > before else 'fewer'}."
    )


def _compared() -> Answer:
    result = comparison((date(2025, 11, 16), date(2025, 11, 22)), (date(2026, 11, 16), date(2026, 11, 22)))
    old, new = result.rows
    text = (
        f"| Period | Orders | Gross | Net | Average order |\n|---|---:|---:|---:|---:|\n"
        f"| 16–22 November 2025 | {old.orders} | {money(old.gross)} | {money(old.net)} | {money(old.average_order)} |\n"
        f"| 16–22 November 2026 | {new.orders} | {money(new.gross)} | {money(new.net)} | {money(new.average_order)} |\n"
        f"\nNet revenue changed by {money(result.fact('net_change'))}"
        f" ({percent(result.fact('net_change_percent'))})."
    )
    return Answer("this year against last", text, (*prefetched(), result))


def _top_items(limit: int = 10) -> str:
    lines = [
        f"{row.rank}. **{row.item}** – {row.quantity:,} sold, {money(row.revenue)} ({percent(row.share)} of revenue)"
        for row in items().rows[:limit]
    ]
    head = "Your top sellers over the last 35 days (20 October to 23 November 2026):"
    return head + "\n\n" + "\n".join(lines)


def _item_table() -> str:
    rows = [
        f"| {row.rank} | {row.item} | {row.quantity:,} | {money(row.revenue)} | {percent(row.share)} |"
        for row in items().rows[:5]
    ]
    return "| # | Item | Sold | Revenue | Share |\n|--:|---|--:|--:|--:|\n" + "\n".join(rows)


def _day_table() -> str:
    rows = [
        f"| {row.weekday} {row.day.day} November | {row.orders} | {money(row.gross)} | {money(row.net)} |"
        for row in _LAST_WEEK
    ]
    sums = f"| **Total** | {total(_LAST_WEEK, 'orders')} | {money(total(_LAST_WEEK, 'gross'))} |"
    return (
        "Last week by day:\n\n| Day | Orders | Gross | Net |\n|---|--:|--:|--:|\n"
        + "\n".join(rows)
        + f"\n{sums} {money(total(_LAST_WEEK, 'net'))} |"
    )


def _recent() -> str:
    rows = orders().rows
    lines = [
        f"- Order {row.number} at {row.ordered_at:%H:%M}: {row.items} items, {money(row.total)}, {row.status}"
        for row in rows[:4]
    ]
    head = f"Your last 20 orders came to {money(sum(row.total for row in rows))}; 2 were cancelled. The newest:"
    return head + "\n\n" + "\n".join(lines)


def _one_order() -> Answer:
    text = (
        "Order 47001 was placed on Saturday 14 November 2026 at 19:05 and came to $41.65 for 6 items:\n\n"
        "- 2 × Margherita at $12.50 each, $25.00\n- 3 × 7 Up at $3.25 each, $9.75\n- 1 × Tiramisù, $6.90\n"
    )
    return Answer("one order", text, (*prefetched(), order_details()))


def _weekdays() -> str:
    saturdays, tuesdays = ([row for row in _DAYS.values() if row.weekday == name] for name in ("Saturday", "Tuesday"))
    return (
        f"From 20 October to 23 November 2026, Saturdays brought {money(_mean(saturdays, 'net'))} net on average"
        f" and Tuesdays {money(_mean(tuesdays, 'net'))}."
    )


def _long() -> str:
    parts = (_a_day(), _a_week(), _two_weeks(), _top_items(5), _weekdays())
    advice = (
        "Weekends carry the week, so keep the kitchen at full strength from Friday noon on and move deliveries and"
        " cleaning to the quieter days. The busiest hours come after seven in the evening, and the dishes at the top of"
        " the list are the ones that guests come back for; it may be worth placing them first on the printed menu as"
        " well. Refunds stay small and show no pattern by day or by dish. If you want, ask about a single order, a"
        " dish, or how this month compares with the same month of last year."
    )
    return "\n\n".join((*parts, advice))


LONG = Answer("long", _long())
ANSWERS = (
    Answer("a day", _a_day()),
    Answer("one range", _a_week()),
    Answer("two ranges", _two_weeks()),
    _compared(),
    Answer("top items, list", _top_items()),
    Answer("top items, table", _item_table()),
    Answer("days, table", _day_table()),
    Answer("recent orders", _recent()),
    _one_order(),
    Answer("weekdays", _weekdays()),
)
