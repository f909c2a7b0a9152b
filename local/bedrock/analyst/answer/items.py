"""Items and categories: rankings, one item's sales, all categories, pieces in all."""

from __future__ import annotations

from dataclasses import replace

from ..figures import counted, money, one_decimal, percent, share
from ..menu import MOST_ITEMS, USUAL_LIMIT, Ask, By, Sales, Sold, called, meant_by, one_row, sales
from ..plan import TOOL_DAYS, Desk, NeededError, TooMuchError, Want
from ..query import Name, Query
from ..refuse import TOO_MANY_AT_ONCE
from ..spans import FIRST, Span, moved
from .wording import plain, table, title, typed, when

BY_DAY = "I can give an item's sales for a whole range of days, and not by day or weekday."
BY_ORDER = "I cannot answer that: orders, refunds and cancellations are not split by item in the data I can see."
LISTED = 10


def span_for_items(query: Query, desk: Desk) -> Span:
    span = desk.span_of(query)
    return Span(moved(desk.today, 1 - TOOL_DAYS), desk.today) if span.start == FIRST else span


def cannot(query: Query) -> str | None:
    """Why a question about items has no answer in the data, if it has none."""
    if query.metric in ("refunds", "cancelled", "average_order") or query.per_item:
        return BY_ORDER
    return BY_DAY if query.weekdays or query.threshold or (query.grain and not query.mean) else None


# -- rankings --------------------------------------------------------------------------------------------------------


def top_items(query: Query, desk: Desk) -> str:
    if sentence := cannot(replace(query, metric=None)):
        return sentence
    span = span_for_items(query, desk)
    if span.days > TOOL_DAYS:
        return TOO_MANY_AT_ONCE
    by: By = query.by or "quantity"
    ask = Ask(span, by=by, bottom=bool(query.bottom), limit=min(query.limit or USUAL_LIMIT, MOST_ITEMS))
    if query.names:
        meant = meant_by(query.names[0], span, desk)
        if meant is None:
            return nothing(query.names[0], span, desk)
        ask = replace(ask, kind=meant.kind, text=meant.text)
    (found,) = sales(desk, ask)
    if not found.rows:
        return f"No items were sold {when(span, desk.today)}."
    within = f" of {plain(ask.text)}" if ask.kind != "all" else ""
    return f"{_leader(found.rows[0], ask, desk, within)}\n\n{_ranking(found.rows, desk)}"


def _leader(row: Sold, ask: Ask, desk: Desk, within: str) -> str:
    figure = money(row.revenue, desk.currency) if ask.by == "revenue" else f"{row.quantity:,} sold"
    kind = {("quantity", False): "best seller", ("quantity", True): "lowest seller"}
    kind |= {("revenue", False): "top earner", ("revenue", True): "lowest earner"}
    aside = ", revenue before refunds" if ask.by == "revenue" else ""
    which = kind[ask.by, ask.bottom]
    return f"The {which}{within} {when(ask.span, desk.today)} was **{plain(row.item)}**, with **{figure}**{aside}:"


def _ranking(rows: tuple[Sold, ...], desk: Desk) -> str:
    header = ("Item", "Category", "Sold", "Revenue before refunds", "Share of item sales")
    lines = [
        (
            plain(row.item),
            plain(row.category),
            f"{row.quantity:,}",
            money(row.revenue, desk.currency),
            percent(row.share),
        )
        for row in rows
    ]
    return table(header, lines)


# -- by name ---------------------------------------------------------------------------------------------------------


def items(query: Query, desk: Desk) -> str:
    if sentence := cannot(query):
        return sentence
    span = span_for_items(query, desk)
    if len(query.spans) > 1 or len(query.names) > 1:
        return side_by_side(query, desk)
    name = query.names[0]
    row = one_row(desk, span, name.text) if name.kind == "item" else None
    if row:
        return _of_row(row, span, query, desk)
    ask = meant_by(name, span, desk)
    if ask is None:
        return nothing(name, span, desk)
    (found,) = sales(desk, ask)
    if not found.rows:
        return nothing(replace(name, text=ask.text), span, desk)
    single = found.rows[0] if ask.kind == "item" and len(found.rows) == 1 else None
    return _of_row(single, span, query, desk) if single else _of_several(called(name, ask), ask, found, query, desk)


def _of_row(row: Sold, span: Span, query: Query, desk: Desk) -> str:
    revenue = money(row.revenue, desk.currency)
    start = f"**{plain(row.item)}**: **{row.quantity:,} sold** {when(span, desk.today)}, for {revenue} before refunds"
    aside = f" ({percent(row.share)} of all item sales)" if row.share else ""
    return f"{start}{aside}.{_a_day(row.quantity, span, query)}"


def _of_several(text: str, ask: Ask, found: Sales, query: Query, desk: Desk) -> str:
    what = "category " if ask.kind == "category" else ""
    revenue = money(found.revenue, desk.currency)
    sold = f"**{found.quantity:,} sold** {when(ask.span, desk.today)}"
    start = f"{what}**{plain(text)}**: {sold}, for **{revenue}** before refunds"
    more = " The top of them:" if len(found.rows) >= LISTED else ""
    rows = found.rows[:LISTED]
    return f"{start[0].upper()}{start[1:]}.{_a_day(found.quantity, ask.span, query)}{more}\n\n{_ranking(rows, desk)}"


def _a_day(quantity: int, span: Span, query: Query) -> str:
    if not query.mean:
        return ""
    return f" That is **{one_decimal(quantity, span.days)} a day** over {counted(span.days, 'day')}."


def nothing(name: Name, span: Span, desk: Desk) -> str:
    if name.kind != "unknown":
        return f"No **{plain(name.text)}** was sold {when(span, desk.today)}."
    start = f"I found no menu item or category called “{typed(name.text)}” that sold {when(span, desk.today)}"
    return f"{start}, and I can see only this restaurant's own numbers."


def side_by_side(query: Query, desk: Desk) -> str:
    """Several names, or several ranges, or both."""
    if sentence := cannot(query):
        return sentence
    spans = [span.until(desk.today) for span in query.spans] or [desk.usual_span]
    if any(span.start == FIRST for span in spans) or len(spans) * len(query.names) > 8:
        return TOO_MANY_AT_ONCE
    newest_first = sorted(spans, key=lambda one: one.start, reverse=True)
    asks = _asks([(name, span) for span in newest_first for name in query.names], desk)
    found = dict(zip(asks, sales(desk, *asks.values()), strict=True))
    if not found:
        return nothing(query.names[0], spans[0], desk)
    rows = [
        (_label(name, span, asks, query, desk), found.get((name, span)))
        for span in newest_first
        for name in query.names
    ]
    heading = _difference(rows)
    heading += f", {when(spans[0], desk.today)}" if len(spans) == 1 else ""
    lines = [
        (label, f"{one.quantity:,}", money(one.revenue, desk.currency)) if one else (label, "none found", "-")
        for label, one in rows
    ]
    return f"{heading}:\n\n{table(('', 'Sold', 'Revenue before refunds'), lines)}"


Key = tuple[Name, Span]


def _asks(keys: list[Key], desk: Desk) -> dict[Key, Ask]:
    """What each name stands for in each range; whatever tools that takes are asked for together."""
    needed: list[Want] = []
    asks: dict[Key, Ask] = {}
    for name, span in keys:
        try:
            ask = meant_by(name, span, desk)
        except NeededError as error:
            needed += error.wants
        else:
            if ask:
                asks[name, span] = ask
    desk.fetch(needed)
    return asks


def _label(name: Name, span: Span, asks: dict[Key, Ask], query: Query, desk: Desk) -> str:
    ask = asks.get((name, span))
    text = plain(called(name, ask)) if ask else typed(name.text)
    return text if len(query.spans) < 2 else f"{text}, {title(span, desk.today)}"


def _difference(rows: list[tuple[str, Sales | None]]) -> str:
    known = [(label, found) for label, found in rows if found]
    best_label, best = max(known, key=lambda line: line[1].quantity)
    start = f"**{best_label}** sold the most, **{best.quantity:,}**"
    if len(rows) != 2 or len(known) != 2:
        return start
    (_, one), (_, other) = known
    pieces, less = abs(one.quantity - other.quantity), min(one.quantity, other.quantity)
    if not pieces:
        return f"Both sold the same, **{best.quantity:,}**"
    return f"{start}: {pieces:,} more" + (f" ({percent(share(pieces, less))})" if less else "")


# -- everything ------------------------------------------------------------------------------------------------------


def categories(query: Query, desk: Desk) -> str:
    if sentence := cannot(replace(query, metric=None)):
        return sentence
    span = span_for_items(query, desk)
    (found,) = sales(desk, Ask(span, by="revenue", limit=MOST_ITEMS))
    if not found.rows:
        return f"No items were sold {when(span, desk.today)}."
    totals = _by_category(found, span, desk)
    if set(totals) == {""}:
        return "The menu items have no categories in the data I can see."
    by_quantity = query.by == "quantity"
    ranked = sorted(totals.items(), key=lambda one: -one[1][0 if by_quantity else 1])
    if query.bottom:
        ranked.reverse()
    name, (quantity, revenue) = ranked[0]
    word = "lowest" if query.bottom else "biggest"
    figure = f"{quantity:,} sold" if by_quantity else money(revenue, desk.currency)
    start = f"The {word} category {when(span, desk.today)} was **{plain(name) or 'no category'}**, with **{figure}**"
    rows = [
        (
            plain(name) or "no category",
            f"{quantity:,}",
            money(revenue, desk.currency),
            percent(share(revenue, found.revenue)),
        )
        for name, (quantity, revenue) in ranked
    ]
    all_of_it = f"{money(found.revenue, desk.currency)} before refunds"
    all_of_it = f"{found.quantity:,} sold for {all_of_it}" if by_quantity else all_of_it
    whole = f" of {all_of_it} in all:"
    return f"{start}{whole}\n\n{table(('Category', 'Sold', 'Revenue before refunds', 'Share'), rows)}"


def _by_category(found: Sales, span: Span, desk: Desk) -> dict[str, tuple[int, int]]:
    """Added up from the items; where more sold than one list holds, each category is asked for by itself."""
    names = list(dict.fromkeys(row.category for row in found.rows))
    if sum(row.quantity for row in found.rows) == found.quantity:
        rows = {name: [row for row in found.rows if row.category == name] for name in names}
        return {
            name: (sum(row.quantity for row in part), sum(row.revenue for row in part)) for name, part in rows.items()
        }
    named = [name for name in names if name]
    if len(named) > 8:
        raise TooMuchError
    asked = sales(desk, *(Ask(span, kind="category", text=name) for name in named))
    totals = {name: (one.quantity, one.revenue) for name, one in zip(named, asked, strict=True)}
    rest = tuple(
        whole - sum(parts) for whole, parts in zip((found.quantity, found.revenue), _columns(totals), strict=True)
    )
    return totals | ({"": (rest[0], rest[1])} if rest[0] else {})


def _columns(totals: dict[str, tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [quantity for quantity, _ in totals.values()], [revenue for _, revenue in totals.values()]


def pieces(query: Query, desk: Desk) -> str:
    span = span_for_items(query, desk)
    if query.metric == "average_order":
        return _pieces_an_order(span, desk)
    (found,) = sales(desk, Ask(span))
    revenue = money(found.revenue, desk.currency)
    return f"**{found.quantity:,} pieces** were sold {when(span, desk.today)}, for {revenue} before refunds."


def _pieces_an_order(span: Span, desk: Desk) -> str:
    ((found,), (days,)) = sales(desk, Ask(span)), desk.days(span)
    average = one_decimal(found.quantity, days.orders) if days.orders else "0"
    start = f"Orders {when(span, desk.today)} held **{average} items** on average"
    return f"{start}: {found.quantity:,} items over {counted(days.orders, 'order')}."
