"""Single orders and lists of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from ..figures import cents, counted, money
from ..plan import Desk, UnreadableError, Want
from ..query import Query
from ..request import Slice
from ..spans import Span
from .wording import long_date, plain, table, when

MOST_ORDERS = 100
USUAL_LIMIT = 10
NO_SUCH = re.compile(r"there is no order\b", re.IGNORECASE)
LARGEST_NUMBER = 2**53 - 1


@dataclass(frozen=True)
class Order:
    number: int
    at: str
    status: str
    items: int
    total: int
    refunded: int


# -- one order -------------------------------------------------------------------------------------------------------


def order(query: Query, desk: Desk) -> str:
    number = query.number
    if number is None:
        found = _one_of_list(query, desk)
        if found is None:
            return "I found no such order to look into; give me its number and I will."
        number = found.number
    if not 0 < number <= LARGEST_NUMBER:
        return "There is no order with a number like that."
    try:
        (slice_,) = desk.fetch([Want("order_details", {"number": number})])
    except UnreadableError as error:
        if NO_SUCH.search(error.sentence):
            return f"There is no order {number}."
        raise
    return _details(number, slice_, desk)


def _one_of_list(query: Query, desk: Desk) -> Order | None:
    if query.bottom is not None:
        return _biggest(replace(query, number=None), desk)[0]
    rows, _ = _orders(replace(query, limit=1), desk)
    return rows[0] if rows else None


def _details(number: int, one: Slice, desk: Desk) -> str:
    try:
        facts = one.facts
        total, refunded = cents(facts["total"]), cents(facts["refunded"])
        lines = [_line(row, desk) for row in one.rows]
        pieces = int(facts["items"])
    except (KeyError, ValueError, ArithmeticError) as error:
        raise UnreadableError from error
    start = f"Order {number}, placed {_moment(facts.get('ordered_at', ''))}, is {plain(facts.get('status', ''))}"
    figures = f"{counted(pieces, 'item')} for **{money(total, desk.currency)}**"
    aside = f", of which {money(refunded, desk.currency)} was refunded" if refunded else ""
    cancelled = "; being cancelled, it counts as no revenue" if facts.get("status") == "cancelled" else ""
    note = f"\n\nNote: {plain(facts['note'])}" if facts.get("note") else ""
    return f"{start}: {figures}{aside}{cancelled}.\n\n{table(('Item', 'Quantity', 'Price', 'Total'), lines)}{note}"


def _line(row: dict[str, str], desk: Desk) -> tuple[str, ...]:
    unit_price, total = cents(row["unit_price"]), cents(row["line_total"])
    amounts = (money(unit_price, desk.currency), money(total, desk.currency))
    return (plain(row["item"]), f"{int(row['quantity']):,}", *amounts)


def _moment(text: str) -> str:
    day, _, time = text.partition(" ")
    try:
        return f"on {long_date(date.fromisoformat(day))} at {time}"
    except ValueError:
        return "at an unknown time"


# -- lists -----------------------------------------------------------------------------------------------------------


def orders(query: Query, desk: Desk) -> str:
    rows, matching = _orders(query, desk)
    status = f"{query.status} " if query.status else ""
    span = desk.span_of(query) if query.spans else None
    if not rows:
        return f"There were no {status}orders{f' {when(span, desk.today)}' if span else ''}."
    if len(rows) == 1 and query.limit == 1:
        return f"The latest {status}order is {_sentence(rows[0], desk)}."
    if matching is None or span is None:
        heading = f"The latest {counted(len(rows), f'{status}order')}, newest first:"
    else:
        shown = f" The newest {len(rows)} of them:" if matching > len(rows) else ""
        heading = f"**{counted(matching, f'{status}order')}** {when(span, desk.today)}, newest first.{shown}"
    return f"{heading}\n\n{_list(rows, desk)}"


def _orders(query: Query, desk: Desk) -> tuple[list[Order], int | None]:
    """The newest that match, and how many match in all where the data says so."""
    limit = min(query.limit or USUAL_LIMIT, MOST_ORDERS)
    if not query.spans and (at_hand := _newest_at_hand(query.status, limit, desk)):
        return at_hand, None
    arguments: dict[str, object] = {"limit": max(limit, 50) if query.spans and not query.limit else limit}
    if query.status:
        arguments["status"] = query.status
    if query.spans:
        span = desk.span_of(query)
        arguments |= {"start": span.start.isoformat(), "end": span.end.isoformat()}
    (found,) = desk.fetch([Want("recent_orders", arguments)])
    return _read(found), _matching(found)


def _newest_at_hand(status: str | None, limit: int, desk: Desk) -> list[Order]:
    """The prefetched list holds the newest orders without a gap, so the first few of a status are there if enough
    are."""
    for one in desk.request.slices:
        if one.name == "recent_orders" and not {"status", "start", "end"} & set(one.facts):
            rows = [row for row in _read(one) if status in (None, row.status)]
            if len(rows) >= limit:
                return rows[:limit]
    return []


def biggest_order(query: Query, desk: Desk) -> str:
    found, complete = _biggest(query, desk)
    span = desk.span_of(query)
    if not complete:
        return "There are more orders in that range than I can look through; please ask for a shorter one."
    if found is None:
        return f"There were **no {query.status or ''}{' ' if query.status else ''}orders** {when(span, desk.today)}."
    word = "smallest" if query.bottom else "biggest"
    status = f"{query.status} " if query.status else ""
    aside = "" if query.status else "; cancelled orders are left out"
    what = "refund" if query.status == "refunded" else f"{status}order"
    return f"The {word} {what} {when(span, desk.today)} was {_sentence(found, desk)}{aside}."


def _biggest(query: Query, desk: Desk) -> tuple[Order | None, bool]:
    span: Span = desk.span_of(query)
    arguments: dict[str, object] = {"limit": MOST_ORDERS, "start": span.start.isoformat(), "end": span.end.isoformat()}
    if query.status:
        arguments["status"] = query.status
    (found,) = desk.fetch([Want("recent_orders", arguments)])
    rows = [row for row in _read(found) if query.status or row.status != "cancelled"]
    matching = _matching(found)
    complete = matching is not None and matching <= len(_read(found))
    pick = min if query.bottom else max
    refunds = query.status == "refunded"
    return (pick(rows, key=lambda row: row.refunded if refunds else row.total) if rows else None), complete


def _matching(one: Slice) -> int | None:
    """Not said of a list that was narrowed neither to a status nor to days."""
    try:
        return int(one.facts["matching"]) if "matching" in one.facts else None
    except ValueError as error:
        raise UnreadableError from error


def _read(one: Slice) -> list[Order]:
    try:
        return [
            Order(
                int(r["number"]), r["ordered_at"], r["status"], int(r["items"]), cents(r["total"]), cents(r["refunded"])
            )
            for r in one.rows
        ]
    except (KeyError, ValueError, ArithmeticError) as error:
        raise UnreadableError from error


def _sentence(one: Order, desk: Desk) -> str:
    figures = f"{counted(one.items, 'item')} for **{money(one.total, desk.currency)}**"
    aside = f", of which {money(one.refunded, desk.currency)} was refunded" if one.refunded else ""
    return f"**order {one.number}**, placed {_moment(one.at)} ({plain(one.status)}): {figures}{aside}"


def _list(rows: list[Order], desk: Desk) -> str:
    header = ("Order", "Placed", "Status", "Items", "Total", "Refunded")
    lines = [
        (
            str(one.number),
            _moment(one.at).removeprefix("on "),
            plain(one.status),
            f"{one.items:,}",
            money(one.total, desk.currency),
            money(one.refunded, desk.currency),
        )
        for one in rows
    ]
    return table(header, lines)
