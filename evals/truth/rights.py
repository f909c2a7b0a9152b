"""Rights: what an answer has to state, with units and days, counted from the books when a case runs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from evals.cases import Truth
from evals.restaurants import EvalRestaurant
from evals.truth.books import Books
from evals.truth.figures import FIGURES, Counted, Kind


class Right(Struct, frozen=True, kw_only=True):
    """One figure, name or day. what: in words, for a reader; value: cents, a number, a name or a day; first, last: the
    days that it belongs to; about: the item or category that it is a figure of; rank: at which place it has to be
    named among all items; signed: whether up or down has to be right too."""

    what: str
    kind: Kind
    value: Decimal | str | date
    first: date | None = None
    last: date | None = None
    about: str | None = None
    rank: int | None = None
    signed: bool = False


class NothingInTheBooksError(Exception):
    """A case expects a figure that the books do not have: the case is wrong."""


async def rights_of(books: Books, of: EvalRestaurant, truths: list[Truth]) -> list[Right]:
    """Raises NothingInTheBooksError."""
    return [right for truth in truths for right in await _counted(books, of, truth)]


def day_range(days: str | None) -> tuple[date | None, date | None]:
    if days is None:
        return None, None
    first, _, last = days.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last or first)


async def _counted(books: Books, of: EvalRestaurant, truth: Truth) -> list[Right]:
    counted = FIGURES[truth.figure] if truth.figure else Counted(truth.sql or "", (truth.kind or "count",))
    rows = await books.rows(of, counted.sql, **_values(truth))
    if not rows or any(value is None for row in rows for value in row):
        raise NothingInTheBooksError(
            f"The books of {of.key} have nothing for {truth.model_dump(exclude_defaults=True)}."
        )
    return [right for row in rows for right in _rights(truth, counted, row)]


def _values(truth: Truth) -> dict[str, Any]:
    first, last = day_range(truth.days)
    other_first, other_last = day_range(truth.against)
    return {
        "first": first, "last": last, "other_first": other_first, "other_last": other_last, "item": truth.item,
        "category": truth.category, "weekdays": truth.weekdays, "by": truth.by, "place": truth.place,
        "status": truth.status, "order": truth.order,
    }  # fmt: skip


def _rights(truth: Truth, counted: Counted, row: tuple[Any, ...]) -> list[Right]:
    name = truth.figure or "sql"
    first, last = day_range(truth.days) if counted.dated else (None, None)
    about = truth.item or truth.category
    if counted.ranked or name == "order_items":
        about = row[0]
    rights = []
    for kind, value in zip(counted.kinds, row, strict=True):
        if kind == "day":
            first = last = value  # what follows is that day's
        rights.append(
            Right(
                what=f"{name} {truth.days or ''} {about or ''}".strip(),
                kind="money" if counted.ranked and kind == "count" and truth.by == "revenue" else kind,
                value=value if isinstance(value, str | date) else Decimal(value),
                first=None if kind == "name" else first,
                last=None if kind == "name" else last,
                about=about if kind != "name" else None,
                signed=name in ("change", "change_percent", "orders_change"),
                rank=abs(truth.place) if counted.ranked and kind == "name" else None,
            )
        )
    return rights
