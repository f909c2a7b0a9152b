"""What the database's answers are made of.

The annotated types say what kind of figure a field holds; the model's view, the browser's table and the receipts
are all derived from that, so that a new slice declares its figures once. Every value is an exact integer or text.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_type_hints

from msgspec import Meta, Struct
from msgspec.structs import fields

Kind = Literal["day", "time", "text", "count", "money", "percent"]

Day = Annotated[date, Meta(extra={"kind": "day"})]
"""A day in the tenant's own time zone."""
LocalTime = Annotated[datetime, Meta(extra={"kind": "time"})]
"""A moment on the tenant's own clock, without an offset."""
Text = Annotated[str, Meta(extra={"kind": "text"})]
"""Words from the tenant's data: never trusted."""
Count = Annotated[int, Meta(extra={"kind": "count"})]
Cents = Annotated[int, Meta(extra={"kind": "money"})]
"""Hundredths of the tenant's currency."""
BasisPoints = Annotated[int, Meta(extra={"kind": "percent"})]
"""Hundredths of a percent: 1234 is 12.34 %."""

Value = date | datetime | str | int | None


class Column(Struct, frozen=True):
    name: str
    kind: Kind


class Fact(Struct, frozen=True):
    """A single named figure of a slice that stands above its rows: the range it covers, a total."""

    name: str
    kind: Kind
    value: Value


class Row(Struct, frozen=True):
    """One row of a slice. Its fields use the annotated types above."""


class DayRevenue(Row, frozen=True):
    """One local day. `orders` and `gross` leave out cancelled orders; `net` is `gross` less `refunds`."""

    day: Day
    weekday: Text
    orders: Count
    cancelled: Count
    gross: Cents
    refunds: Cents
    net: Cents


class MenuItemSales(Row, frozen=True):
    """What one menu item sold in a range, cancelled orders left out. `revenue` is before refunds;
    `share` is its part of the revenue of all items in the range."""

    rank: Count
    item: Text
    category: Text
    quantity: Count
    revenue: Cents
    share: BasisPoints


class OrderSummary(Row, frozen=True):
    """`items` is the number of pieces; `status` is completed, cancelled or refunded."""

    number: Count
    ordered_at: LocalTime
    status: Text
    items: Count
    total: Cents
    refunded: Cents


class OrderLine(Row, frozen=True):
    line: Count
    item: Text
    category: Text
    quantity: Count
    unit_price: Cents
    line_total: Cents


class PeriodRevenue(Row, frozen=True):
    """One of the two ranges of a comparison. `average_order` is gross per order, rounded half up; 0 without orders."""

    period: Text
    start: Day
    end: Day
    days: Count
    orders: Count
    gross: Cents
    refunds: Cents
    net: Cents
    average_order: Cents


@cache
def columns_of(row_type: type[Row]) -> tuple[Column, ...]:
    """The columns of a row type, in order, read from its annotations."""
    hints = get_type_hints(row_type, include_extras=True)
    return tuple(Column(field.name, _kind(hints[field.name])) for field in fields(row_type))


def _kind(annotation: Any) -> Kind:
    (meta,) = [extra for extra in get_args(annotation) if isinstance(extra, Meta)]
    kind: Kind = (meta.extra or {})["kind"]
    return kind


class SliceResult(Struct, frozen=True):
    """What a slice found: facts, then rows of one type. The model reads it as text, the browser as JSON.

    name: the slice's; currency: of every money value in it.
    """

    name: str
    currency: str
    facts: tuple[Fact, ...]
    row_type: type[Row]
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns_of(self.row_type)

    def fact(self, name: str) -> Value:
        return next(fact.value for fact in self.facts if fact.name == name)

    def to_json(self) -> dict[str, Any]:
        """{name, currency, facts: [{name, kind, value}], columns: [{name, kind}], rows: [{column: value}, …]}"""
        return {
            "name": self.name,
            "currency": self.currency,
            "facts": list(self.facts),
            "columns": list(self.columns),
            "rows": list(self.rows),
        }


class TableProtection(Struct, frozen=True):
    table: str
    row_security_active: bool


class Isolation(Struct, frozen=True):
    """What the database itself says of the transaction that the answer's figures were read in.

    database_user: `current_user`; tenant_setting: whether a tenant was set; snapshot: `pg_current_snapshot()`.
    """

    database_user: str
    bypasses_row_security: bool
    snapshot: str
    tables: tuple[TableProtection, ...]
