"""The figures that a case can ask for by name, each with its SQL over bills, lines and days (books.py).

A query's columns become what the answer has to state. `first` to `last` are the case's days, `other_first` to
`other_last` those that it compares with.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal["money", "count", "percent", "decimal", "name", "day", "number"]
"""money: in cents; percent and decimal: a number; name: of an item or a category; number: of an order."""

FigureName = Literal[
    "net", "gross", "refunds", "orders", "cancelled", "average_order", "net_per_day", "orders_per_day",
    "best_day", "worst_day", "best_weekday", "weekday_average", "days_without_orders",
    "share_of_days", "share_of_weekdays", "order_share_of_weekdays", "refund_rate", "cancelled_share",
    "change", "change_percent", "orders_change",
    "item_quantity", "item_revenue", "item_share", "category_quantity", "category_revenue", "category_share",
    "ranked_item", "ranked_category",
    "order_total", "order_items", "newest_order", "refunded_orders", "biggest_order",
]  # fmt: skip


class Counted(Struct, frozen=True):
    """kinds: one a column; ranked: the first column is the name of what stands at the case's place; dated: whether the
    answer has to say the figure of just the case's days."""

    sql: str
    kinds: tuple[Kind, ...]
    ranked: bool = False
    dated: bool = True


_IN = "day BETWEEN :first AND :last"
_OTHER = "day BETWEEN :other_first AND :other_last"
_KEPT = "status <> 'cancelled'"
_NET = f"(SELECT sum(net) FROM days WHERE {_IN})"
_OTHER_NET = f"(SELECT sum(net) FROM days WHERE {_OTHER})"
_SOLD = f"FROM lines WHERE {_KEPT} AND {_IN}"
_LIKE_ITEM = "strpos(lower(item), lower(:item)) > 0"
_LIKE_CATEGORY = "strpos(lower(category), lower(:category)) > 0"


def _of_days(expression: str, kind: Kind) -> Counted:
    return Counted(f"SELECT {expression} FROM days WHERE {_IN}", (kind,))


def _share(part: str, whole: str) -> Counted:
    return Counted(f"SELECT round(100.0 * ({part}) / nullif(({whole}), 0), 2)", ("percent",))


def _extreme_day(direction: str) -> Counted:
    sql = f"SELECT day, net FROM days WHERE {_IN} AND orders > 0 ORDER BY net {direction}, day LIMIT 1"
    return Counted(sql, ("day", "money"))


def _ranked(name: str) -> Counted:
    """`by` is quantity or revenue; a negative place counts from the worst."""
    sql = f"""
    SELECT {name}, (CASE WHEN :by = 'quantity' THEN quantity ELSE revenue END)
    FROM (SELECT {name}, sum(quantity) AS quantity, sum(revenue) AS revenue {_SOLD} GROUP BY {name}) AS sold
    ORDER BY
        CASE WHEN :by = 'quantity' THEN quantity ELSE revenue END * sign(:place) DESC,
        CASE WHEN :by = 'quantity' THEN revenue ELSE quantity END * sign(:place) DESC,
        {name} COLLATE "C"
    OFFSET abs(:place) - 1 LIMIT 1
    """
    return Counted(sql, ("name", "count"), ranked=True)


FIGURES: dict[str, Counted] = {
    # -- days and ranges
    "net": _of_days("sum(net)", "money"),
    "gross": _of_days("sum(gross)", "money"),
    "refunds": _of_days("sum(refunds)", "money"),
    "orders": _of_days("sum(orders)", "count"),
    "cancelled": _of_days("sum(cancelled)", "count"),
    "average_order": _of_days("round(sum(gross) / nullif(sum(orders), 0))", "money"),
    "net_per_day": _of_days("round(sum(net) / count(*))", "money"),
    "orders_per_day": _of_days("round(sum(orders) / count(*), 1)", "decimal"),
    "best_day": _extreme_day("DESC"),
    "worst_day": _extreme_day("ASC"),
    "days_without_orders": _of_days("count(*) FILTER (WHERE orders + cancelled = 0)", "count"),
    # -- weekdays
    "best_weekday": Counted(
        f"SELECT weekday, round(avg(orders), 1) FROM days WHERE {_IN}"
        " GROUP BY weekday ORDER BY avg(orders) DESC LIMIT 1",
        ("name", "decimal"),
    ),
    "weekday_average": _of_days("round(avg(net) FILTER (WHERE weekday = ANY(:weekdays)))", "money"),
    "share_of_weekdays": _share(f"SELECT sum(net) FROM days WHERE {_IN} AND weekday = ANY(:weekdays)", _NET),
    "order_share_of_weekdays": _share(
        f"SELECT sum(orders) FROM days WHERE {_IN} AND weekday = ANY(:weekdays)",
        f"SELECT sum(orders) FROM days WHERE {_IN}",
    ),
    # -- shares and changes: the case's days against the others
    "share_of_days": _share(f"SELECT sum(net) FROM days WHERE {_OTHER}", _NET),
    "refund_rate": _of_days("round(100.0 * sum(refunds) / nullif(sum(gross), 0), 2)", "percent"),
    "cancelled_share": _of_days("round(100.0 * sum(cancelled) / nullif(sum(orders + cancelled), 0), 2)", "percent"),
    "change": Counted(f"SELECT {_NET} - {_OTHER_NET}", ("money",)),
    "change_percent": _share(f"{_NET} - {_OTHER_NET}", _OTHER_NET),
    "orders_change": Counted(
        f"SELECT sum(orders) FILTER (WHERE {_IN}) - sum(orders) FILTER (WHERE {_OTHER}) FROM days", ("count",)
    ),
    # -- items and categories
    "item_quantity": Counted(f"SELECT coalesce(sum(quantity), 0) {_SOLD} AND {_LIKE_ITEM}", ("count",)),
    "item_revenue": Counted(f"SELECT coalesce(sum(revenue), 0) {_SOLD} AND {_LIKE_ITEM}", ("money",)),
    "item_share": _share(f"SELECT sum(revenue) {_SOLD} AND {_LIKE_ITEM}", f"SELECT sum(revenue) {_SOLD}"),
    "category_quantity": Counted(f"SELECT coalesce(sum(quantity), 0) {_SOLD} AND {_LIKE_CATEGORY}", ("count",)),
    "category_revenue": Counted(f"SELECT coalesce(sum(revenue), 0) {_SOLD} AND {_LIKE_CATEGORY}", ("money",)),
    "category_share": _share(f"SELECT sum(revenue) {_SOLD} AND {_LIKE_CATEGORY}", f"SELECT sum(revenue) {_SOLD}"),
    "ranked_item": _ranked("item"),
    "ranked_category": _ranked("category"),
    # -- single orders
    "order_total": Counted("SELECT total FROM bills WHERE number = :order", ("money",)),
    "order_items": Counted("SELECT item, revenue FROM lines WHERE number = :order ORDER BY line", ("name", "money")),
    "newest_order": Counted(
        "SELECT number, total FROM bills WHERE :status = 'any' OR status = :status"
        " ORDER BY at DESC, number DESC OFFSET :place - 1 LIMIT 1",
        ("number", "money"),
    ),
    "refunded_orders": Counted(
        f"SELECT number, refunded FROM bills WHERE status = 'refunded' AND {_IN} ORDER BY number",
        ("number", "money"),
        dated=False,
    ),
    "biggest_order": Counted(
        f"SELECT number, total FROM bills WHERE {_KEPT} AND {_IN} ORDER BY total DESC, number LIMIT 1",
        ("number", "money"),
        dated=False,
    ),
}
