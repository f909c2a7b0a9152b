"""One order, line by line."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from service.db.tenant import TenantConnection
from service.errors import ToolRejected
from service.rows import Fact, OrderLine, SliceResult
from service.slices.slice import Slice

Number = Annotated[int, Meta(ge=1, le=2**53 - 1, description="The order's number.")]

# Order $1 and its lines, one row a line, or a single row without a line when it has none.
ORDER_DETAILS = """
SELECT
    ordered_at,
    status,
    total_cents,
    refunded_cents,
    note,
    line_number,
    name,
    category,
    quantity,
    unit_price_cents
FROM orders
LEFT JOIN order_lines USING (order_number)
LEFT JOIN menu_items USING (item_id)
WHERE order_number = $1
ORDER BY line_number
"""


class Args(Struct, frozen=True, forbid_unknown_fields=True):
    number: Number


async def fetch(connection: TenantConnection, args: Args) -> SliceResult:
    """An OrderLine for each line; the order itself as facts. Raises ToolRejected when there is no such order."""
    records = await connection.fetch(ORDER_DETAILS, args.number)
    if not records:
        raise ToolRejected(f"There is no order {args.number}.")
    order = records[0]
    rows = tuple(
        OrderLine(
            line=record["line_number"],
            item=record["name"],
            category=record["category"],
            quantity=record["quantity"],
            unit_price=record["unit_price_cents"],
            line_total=record["quantity"] * record["unit_price_cents"],
        )
        for record in records
        if record["line_number"] is not None
    )
    facts = (
        Fact("number", "count", args.number),
        Fact("ordered_at", "time", connection.local(order["ordered_at"])),
        Fact("status", "text", order["status"]),
        Fact("items", "count", sum(row.quantity for row in rows)),
        Fact("total", "money", order["total_cents"]),
        Fact("refunded", "money", order["refunded_cents"]),
        Fact("note", "text", order["note"]),
    )
    return SliceResult(SLICE.name, connection.tenant.currency, facts, OrderLine, rows)


SLICE = Slice(
    name="order_details",
    description=(
        "One order by its number: when it was made, its status, total, refund and note, and each line with item, "
        "quantity, unit price and line total."
    ),
    args=Args,
    fetch=fetch,
)
