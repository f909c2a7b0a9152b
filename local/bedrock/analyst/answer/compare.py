"""Two or more ranges against each other, in money and percent."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ..figures import cents, counted, money, percent, rounded, share
from ..plan import TOOL_DAYS, Days, Desk, UnreadableError, Want
from ..query import Metric, Query
from ..refuse import NOT_UNDERSTOOD
from ..spans import FIRST, Span, moved
from .totals import SUBJECT, figure, mean_shown, no_orders, shown
from .wording import dates_of, table, title, when


@dataclass(frozen=True)
class Period:
    span: Span
    orders: int
    cancelled: int
    gross: int
    refunds: int
    net: int

    def figure(self, metric: Metric) -> int:
        if metric == "average_order":
            return rounded(self.gross, self.orders)
        amount: int = getattr(self, metric)
        return amount


def compare(query: Query, desk: Desk) -> str:
    metric: Metric = query.metric or "net"
    spans = sorted(query.spans, key=lambda span: (span.start, span.end))
    if len(spans) > 2 or not query.compared:
        return _side_by_side(desk.days(*spans), desk)
    before, after = _periods(spans[0], spans[1], metric, desk)
    if not before.orders and not after.orders:
        return no_orders(Span(before.span.start, after.span.end), desk)
    lines = [_line(period, metric, desk) for period in (after, before)]
    return f"{_change(before, after, metric, desk)}\n\n" + "\n".join(lines) + _whole_too(query, metric, desk)


def _periods(first: Span, second: Span, metric: Metric, desk: Desk) -> tuple[Period, Period]:
    at_hand = [desk.days_at_hand(span) for span in (first, second)]
    if first.start == FIRST:
        first = desk.days_since_ever().span
    want = Want(
        "compare_revenue",
        {
            "first_start": first.start.isoformat(),
            "first_end": first.end.isoformat(),
            "second_start": second.start.isoformat(),
            "second_end": second.end.isoformat(),
        },
    )
    short = max(first.days, second.days) <= TOOL_DAYS
    if None in at_hand and short and metric != "cancelled" and desk.offers(want):
        (found,) = desk.fetch([want])
        rows = {row.get("period"): row for row in found.rows}
        return _read(rows.get("first"), first), _read(rows.get("second"), second)
    one, two = desk.days(first, second)
    return _summed(one), _summed(two)


def _read(row: dict[str, str] | None, span: Span) -> Period:
    try:
        row = row or {}
        amounts = [cents(row[name]) for name in ("gross", "refunds", "net")]
        return Period(span, int(row["orders"]), 0, *amounts)
    except (KeyError, ValueError, ArithmeticError) as error:
        raise UnreadableError from error


def _summed(days: Days) -> Period:
    return Period(days.span, days.orders, days.cancelled, days.gross, days.refunds, days.net)


def _change(before: Period, after: Period, metric: Metric, desk: Desk) -> str:
    change = after.figure(metric) - before.figure(metric)
    subject = SUBJECT[metric].capitalize()
    verb = "was" if metric == "average_order" else "were"
    if not change:
        return f"{subject} {verb} **exactly the same** in both."
    word = "up" if change > 0 else "down"
    amount = shown(metric, abs(change), desk)
    start = f"{subject} {verb} **{word} {amount}"
    base = before.figure(metric)
    after_words = f" {when(after.span, desk.today)}, against {_against(before, desk)}"
    if base <= 0:
        return f"{start}**{after_words}; there is no percentage, as the earlier figure is nothing."
    return f"{start} ({percent(share(abs(change), base))})**{after_words}."


def _against(before: Period, desk: Desk) -> str:
    return when(before.span, desk.today).removeprefix("on ").removeprefix("from ").removeprefix("in ")


def _line(period: Period, metric: Metric, desk: Desk) -> str:
    figure = shown(metric, period.figure(metric), desk)
    parts = [f"{figure} {'' if metric == 'average_order' else SUBJECT[metric]}".strip()]
    if metric == "net":
        parts.append(counted(period.orders, "order"))
        if period.refunds:
            gross, refunds = money(period.gross, desk.currency), money(period.refunds, desk.currency)
            parts.append(f"gross {gross} less {refunds} of refunds")
    if metric == "average_order":
        parts.append(f"{money(period.gross, desk.currency)} gross over {counted(period.orders, 'order')}")
    return f"- {title(period.span, desk.today)}: {', '.join(parts)}"


def _whole_too(query: Query, metric: Metric, desk: Desk) -> str:
    """The other range in full, when it costs nothing to say."""
    days = desk.days_at_hand(query.whole) if query.whole else None
    if days is None:
        return ""
    figure = shown(metric, _summed(days).figure(metric), desk)
    return f"\n\nThose are the same days of each, so far; {dates_of(days.span)} in full: {figure} {SUBJECT[metric]}."


def _side_by_side(ranges: list[Days], desk: Desk) -> str:
    rows = [
        (
            title(one.span, desk.today),
            f"{one.orders:,}",
            *(money(amount, desk.currency) for amount in (one.gross, one.refunds, one.net)),
        )
        for one in ranges
    ]
    best = max(ranges, key=lambda one: one.net)
    start = f"**{title(best.span, desk.today)}** was the highest, with **{money(best.net, desk.currency)}** net."
    if all(moved(one.span.end, 1) == other.span.start for one, other in pairwise(ranges)):
        together = Span(ranges[0].span.start, ranges[-1].span.end)
        net = sum(one.net for one in ranges)
        start = f"Net sales {when(together, desk.today)} were **{money(net, desk.currency)}** in all. {start}"
    return f"{start}\n\n{table(('Range', 'Orders', 'Gross', 'Refunds', 'Net'), rows)}"


def against_average(query: Query, desk: Desk) -> str:
    """A day against the average day of the range at hand, today left out."""
    span = desk.span_of(query) if query.spans else Span(desk.today, desk.today, "day", "today")
    if span.days > 1:
        return NOT_UNDERSTOOD
    metric: Metric = query.metric if query.metric in ("orders", "gross", "net") else "net"
    around = Span(desk.usual_span.start, moved(desk.today, -1))
    days, usual = desk.days(span, around)
    amount, count = figure(metric, usual), around.days
    average = rounded(amount, count)
    change = figure(metric, days) - average
    word = "above" if change >= 0 else "below"
    mean = f"**{mean_shown(metric, amount, count, desk)} a day**"
    total = f"{shown(metric, amount, desk)} over {counted(count, 'day')}"
    start = f"{SUBJECT[metric].capitalize()} averaged {mean} {when(around, desk.today)}: {total}."
    rate = f" ({percent(share(abs(change), average))})" if average else ""
    stated = shown(metric, figure(metric, days), desk)
    verdict = f"{shown(metric, abs(change), desk)}{rate} {word} that"
    own = f"{SUBJECT[metric].capitalize()} {when(span, desk.today)} were **{stated}**"
    return f"{own}.\n\n{start}\n\nThe day is {verdict}."
