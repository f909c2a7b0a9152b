"""What items and categories sold: which tool use tells it, and what the typed name of one stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from .figures import basis_points, cents
from .names import known_names, nearest
from .plan import Desk, UnreadableError, Want, tool_parts
from .query import Name
from .request import Slice
from .spans import Span
from .words import stem

MOST_ITEMS = 50
USUAL_LIMIT = 10
By = Literal["quantity", "revenue"]


@dataclass(frozen=True)
class Sold:
    item: str
    category: str
    quantity: int
    revenue: int
    share: int


@dataclass(frozen=True)
class Sales:
    """rows: those listed, in rank; quantity and revenue: of all that the filter lets through, listed or not."""

    rows: tuple[Sold, ...]
    quantity: int
    revenue: int


@dataclass(frozen=True)
class Ask:
    """One use of the tool over one span. `text` is what the item's or category's name must contain; `whole` says that
    it is an item's whole name."""

    span: Span
    by: By = "quantity"
    bottom: bool = False
    limit: int = USUAL_LIMIT
    kind: Literal["all", "item", "category"] = "all"
    text: str = ""
    whole: bool = False

    def wants(self) -> list[Want]:
        return [Want("top_menu_items", self._arguments(part)) for part in tool_parts(self.span)]

    def _arguments(self, part: Span) -> dict[str, Any]:
        arguments: dict[str, Any] = {"start": part.start.isoformat(), "end": part.end.isoformat(), "by": self.by}
        limit = MOST_ITEMS if self.kind == "category" or self.whole else self.limit
        arguments |= {"order": "bottom" if self.bottom else "top", "limit": limit}
        return arguments if self.kind == "all" else arguments | {self.kind: self.text}


def sales(desk: Desk, *asks: Ask) -> list[Sales]:
    """One Sales for each ask; what is not at hand is asked for in one go."""
    found = [_at_hand(desk, ask) for ask in asks]
    desk.fetch([want for ask, one in zip(asks, found, strict=True) if one is None for want in ask.wants()])
    return [one or _exact(_added_up(desk.fetch(ask.wants()), ask), ask) for ask, one in zip(asks, found, strict=True)]


def _exact(found: Sales, ask: Ask) -> Sales:
    """The tool finds "Soft Drinks" for "Drinks" and "Chai Latte" for "Latte" too; leaves those out where the list is
    complete enough to tell."""
    own = tuple(row for row in found.rows if _is_called(row, ask))
    complete = sum(row.quantity for row in found.rows) == found.quantity
    if not own or len(own) == len(found.rows) or not (complete or ask.whole):
        return replace(found, rows=found.rows[: ask.limit])
    return Sales(own[: ask.limit], sum(row.quantity for row in own), sum(row.revenue for row in own))


def _is_called(row: Sold, ask: Ask) -> bool:
    if ask.kind == "category":
        return row.category.casefold() == ask.text.casefold()
    return ask.whole and row.item == ask.text


def _at_hand(desk: Desk, ask: Ask) -> Sales | None:
    for one in desk.request.everything:
        if one.name != "top_menu_items" or not _same_range(one, ask) or "category" in one.facts or "item" in one.facts:
            continue
        read = _read(one)
        complete = sum(row.quantity for row in read.rows) == read.quantity
        ranked = (one.facts.get("by"), one.facts.get("order")) == (ask.by, "bottom" if ask.bottom else "top")
        if complete:
            return _filtered(read, ask)
        if ask.kind == "all" and ranked and ask.limit <= len(read.rows):
            return replace(read, rows=read.rows[: ask.limit])
    return None


def _same_range(one: Slice, ask: Ask) -> bool:
    return (one.facts.get("start"), one.facts.get("end")) == (ask.span.start.isoformat(), ask.span.end.isoformat())


def _filtered(read: Sales, ask: Ask) -> Sales:
    """From a slice that lists everything, any ranking and any filter follows without a tool."""
    text = ask.text.casefold()
    rows = [
        row
        for row in read.rows
        if ask.kind == "all"
        or (ask.kind == "item" and text in row.item.casefold())
        or (ask.kind == "category" and text in row.category.casefold())
    ]
    quantity, revenue = sum(row.quantity for row in rows), sum(row.revenue for row in rows)
    return _exact(Sales(tuple(_ranked(rows, ask)), quantity, revenue), ask)


def _ranked(rows: Iterable[Sold], ask: Ask) -> list[Sold]:
    sign = 1 if ask.bottom else -1
    return sorted(rows, key=lambda row: (sign * (row.quantity if ask.by == "quantity" else row.revenue), row.item))


def _added_up(slices: Sequence[Slice], ask: Ask) -> Sales:
    parts = [_read(one) for one in slices]
    if len(parts) == 1:
        return parts[0]
    merged: dict[tuple[str, str], Sold] = {}
    for row in (row for part in parts for row in part.rows):
        before = merged.get((row.item, row.category), replace(row, quantity=0, revenue=0, share=0))
        quantity, revenue = before.quantity + row.quantity, before.revenue + row.revenue
        merged[row.item, row.category] = replace(row, quantity=quantity, revenue=revenue, share=0)
    quantity, revenue = sum(part.quantity for part in parts), sum(part.revenue for part in parts)
    return Sales(tuple(_ranked(merged.values(), ask)), quantity, revenue)


def _read(one: Slice) -> Sales:
    try:
        rows = tuple(
            Sold(row["item"], row["category"], int(row["quantity"]), cents(row["revenue"]), basis_points(row["share"]))
            for row in one.rows
        )
        return Sales(rows, int(one.facts["total_quantity"]), cents(one.facts["total_revenue"]))
    except (KeyError, ValueError, ArithmeticError) as error:
        raise UnreadableError from error


def one_row(desk: Desk, span: Span, item: str) -> Sold | None:
    """An item's row when a slice at hand lists it for exactly that range."""
    for one in desk.request.everything:
        if one.name == "top_menu_items" and _same_range(one, Ask(span)) and "item" not in one.facts:
            for row in _read(one).rows:
                if row.item == item:
                    return row
    return None


# -- what a typed name stands for ------------------------------------------------------------------------------------


def meant_by(name: Name, span: Span, desk: Desk) -> Ask | None:
    """The ask that tells about it, or None when nothing of that name sold in the range. Looks for the words as a
    category and inside item names, and then, for a slip of the pen, among everything that sold."""
    if name.kind != "unknown":
        return Ask(span, kind=name.kind, text=name.text, whole=name.kind == "item")
    as_item = Ask(span, kind="item", text=_singular(name.text))
    as_category = Ask(span, kind="category", text=name.text)
    item, category = sales(desk, as_item, as_category)
    if category.rows:
        return as_category
    if item.rows:
        return as_item
    return _guessed(name, span, desk)


def _guessed(name: Name, span: Span, desk: Desk) -> Ask | None:
    sales(desk, Ask(span, by="revenue", limit=MOST_ITEMS))
    found = nearest(name.text, known_names(desk.request.everything))
    if found is None or found.kind == "unknown":
        return None
    return Ask(span, kind=found.kind, text=found.text, whole=found.kind == "item")


def _singular(typed: str) -> str:
    words = typed.split()
    return " ".join([*words[:-1], stem(words[-1])])


def called(name: Name, ask: Ask) -> str:
    """How an answer names it: as the data does, where that is known."""
    return ask.text if name.kind != "unknown" or ask.text != _singular(name.text) else name.text
