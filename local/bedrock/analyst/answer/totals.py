"""One range, one figure: net, gross, refunds, orders, cancelled, average order, and averages by day."""

from __future__ import annotations

from collections.abc import Callable

from ..figures import counted, money, one_decimal, rounded
from ..plan import Days, Desk
from ..query import Metric, Query
from ..spans import FIRST, Span
from .wording import when

GUESTS = "Guests are not recorded, only orders. "


def total(query: Query, desk: Desk) -> str:
    days = days_for(query, desk)
    if not days.open_days:
        return no_orders(days.span, desk)
    metric = query.metric or "net"
    if query.mean and metric != "average_order":
        return _mean(days, metric, desk)
    words = WORDS[metric](days, desk)
    return (GUESTS if query.guests else "") + _verdict(query, metric, days) + words


def days_for(query: Query, desk: Desk) -> Days:
    span = desk.span_of(query)
    if span.start == FIRST:
        found = desk.days_since_ever()
        return Days(Span(found.span.start, found.span.end, "range", "ever"), found.rows)
    (days,) = desk.days(span)
    return days


def no_orders(span: Span, desk: Desk) -> str:
    return f"There were **no orders** {when(span, desk.today)}, so there is nothing to add up."


def figure(metric: Metric, days: Days) -> int:
    """Cents, or a count for orders and cancelled."""
    if metric == "average_order":
        return rounded(days.gross, days.orders)
    amount: int = getattr(days, metric)
    return amount


def shown(metric: Metric, amount: int, desk: Desk) -> str:
    return f"{amount:,}" if metric in ("orders", "cancelled") else money(amount, desk.currency)


def _verdict(query: Query, metric: Metric, days: Days) -> str:
    if query.threshold is None:
        return ""
    amount = figure(metric, days) * (100 if metric in ("orders", "cancelled") else 1)
    met = amount >= query.threshold.amount if query.threshold.above else amount < query.threshold.amount
    return "Yes. " if met else "No. "


# -- one sentence a figure -------------------------------------------------------------------------------------------


def _net(days: Days, desk: Desk) -> str:
    start = f"Net sales {when(days.span, desk.today)} {_be(days, desk)} **{money(days.net, desk.currency)}**"
    return f"{start} from {counted(days.orders, 'order')}{_refunds_aside(days, desk)}."


def _refunds_aside(days: Days, desk: Desk) -> str:
    if not days.refunds:
        return "; nothing was refunded"
    refunds, gross = money(days.refunds, desk.currency), money(days.gross, desk.currency)
    return f", after {refunds} of refunds (gross sales {gross})"


def _gross(days: Days, desk: Desk) -> str:
    start = f"Gross sales {when(days.span, desk.today)} {_be(days, desk)} **{money(days.gross, desk.currency)}**"
    if not days.refunds:
        return f"{start} from {counted(days.orders, 'order')}; nothing was refunded, so net sales are the same."
    refunds, net = money(days.refunds, desk.currency), money(days.net, desk.currency)
    return f"{start} from {counted(days.orders, 'order')}, before {refunds} of refunds (net sales {net})."


def _refunds(days: Days, desk: Desk) -> str:
    gross, net = money(days.gross, desk.currency), money(days.net, desk.currency)
    start = f"Refunds {when(days.span, desk.today)} came to **{money(days.refunds, desk.currency)}**"
    return f"{start}; gross sales {gross} less that leaves {net} net."


def _orders(days: Days, desk: Desk) -> str:
    aside = f"; {counted(days.cancelled, 'cancelled order')} not counted" if days.cancelled else ""
    be = "was" if days.orders == 1 else "were"
    return f"There {be} **{counted(days.orders, 'order')}** {when(days.span, desk.today)}{aside}."


def _cancelled(days: Days, desk: Desk) -> str:
    be = "was" if days.cancelled == 1 else "were"
    start = f"**{counted(days.cancelled, 'order')}** {be} cancelled {when(days.span, desk.today)}"
    return f"{start}; cancelled orders never count as revenue."


def _average_order(days: Days, desk: Desk) -> str:
    average = money(rounded(days.gross, days.orders), desk.currency)
    gross = money(days.gross, desk.currency)
    start = f"The average order {when(days.span, desk.today)} was **{average}**"
    return f"{start}: gross sales of {gross} over {counted(days.orders, 'order')}."


def _be(days: Days, desk: Desk) -> str:
    return "are" if days.span.end == desk.today else "were"


WORDS: dict[Metric, Callable[[Days, Desk], str]] = {
    "net": _net,
    "gross": _gross,
    "refunds": _refunds,
    "orders": _orders,
    "cancelled": _cancelled,
    "average_order": _average_order,
}
SUBJECT: dict[Metric, str] = {
    "net": "net sales",
    "gross": "gross sales",
    "refunds": "refunds",
    "orders": "orders",
    "cancelled": "cancelled orders",
    "average_order": "average order",
}


# -- averages by day -------------------------------------------------------------------------------------------------


def _mean(days: Days, metric: Metric, desk: Desk) -> str:
    amount, count = figure(metric, days), days.span.days
    subject = SUBJECT[metric].capitalize()
    start = f"{subject} averaged **{mean_shown(metric, amount, count, desk)} a day** {when(days.span, desk.today)}"
    sentence = f"{start}: {shown(metric, amount, desk)} over {counted(count, 'day')}"
    trading = len(days.open_days)
    if trading == count:
        return f"{sentence}."
    only_open = mean_shown(metric, amount, trading, desk)
    return f"{sentence}. Over the {counted(trading, 'day')} with orders that is {only_open} a day."


def mean_shown(metric: Metric, amount: int, count: int, desk: Desk) -> str:
    if metric in ("orders", "cancelled"):
        return one_decimal(amount, count)
    return money(rounded(amount, count), desk.currency)
