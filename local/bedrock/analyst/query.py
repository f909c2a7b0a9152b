"""A question, understood: what is asked, of which days, about which items."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from .spans import Shift, Span


class Topic(StrEnum):
    TOTAL = "total"
    BREAKDOWN = "breakdown"
    BEST = "best"
    COUNT_DAYS = "count_days"
    WEEKDAYS = "weekdays"
    COMPARE = "compare"
    AGAINST_AVERAGE = "against_average"
    SHARE = "share"
    TOP_ITEMS = "top_items"
    ITEMS = "items"
    CATEGORIES = "categories"
    PIECES = "pieces"
    ORDER = "order"
    ORDERS = "orders"
    BIGGEST_ORDER = "biggest_order"
    SAID = "said"


Metric = Literal["net", "gross", "refunds", "orders", "cancelled", "average_order"]
Grain = Literal["day", "weekday", "weekend", "week", "month", "quarter", "year"]
NameKind = Literal["item", "category", "unknown"]


@dataclass(frozen=True)
class Name:
    """What the question calls by name. `text` is as the data has it when it is known there, else as it was typed."""

    text: str
    kind: NameKind = "unknown"


@dataclass(frozen=True)
class Threshold:
    """`amount` in hundredths when it is money, else a count."""

    above: bool
    amount: int
    money: bool = False


@dataclass(frozen=True)
class Query:
    """`topic` is None when the question has none of its own and leans on the one before. What was not said is None
    or empty.

    spans: future ends are not cut off yet; weekdays: groups to set side by side, as in weekends against weekdays;
    status: of orders; bottom: worst rather than best; said: the whole answer, for what needs no data; leaning:
    whether the words point back; compared: whether two things are set against each other; guests: whether it asked
    for people, of whom only the orders are known; pointing: whether it says "it" or "that"; manner: whether it is
    only about how to state the answer ("and in money?"); per_item: whether it asks of orders by what is in them;
    of_orders: whether it speaks of orders; listing: whether to list rather than count; baseline: whether the range
    is what to compare with ("up on last year"); earlier: the ranges of the turn before; whole: the full range of
    which a fair comparison takes the first days only.
    """

    topic: Topic | None
    spans: tuple[Span, ...] = ()
    shifts: tuple[Shift, ...] = ()
    metric: Metric | None = None
    names: tuple[Name, ...] = ()
    weekdays: tuple[tuple[int, ...], ...] = ()
    number: int | None = None
    limit: int | None = None
    by: Literal["quantity", "revenue"] | None = None
    bottom: bool | None = None
    status: Literal["completed", "cancelled", "refunded"] | None = None
    grain: Grain | None = None
    mean: bool = False
    share: bool = False
    compared: bool = False
    threshold: Threshold | None = None
    guests: bool = False
    leaning: bool = False
    pointing: bool = False
    manner: bool = False
    per_item: bool = False
    of_orders: bool = False
    listing: bool = False
    baseline: bool = False
    earlier: tuple[Span, ...] = ()
    whole: Span | None = None
    said: str = ""


def saying(sentence: str) -> Query:
    return Query(Topic.SAID, said=sentence)
