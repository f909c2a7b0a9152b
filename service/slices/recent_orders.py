"""The newest orders."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from service.db.tenant import Record, TenantConnection
from service.rows import OrderSummary, SliceResult
from service.slices.day_range import checked_day, checked_range
from service.slices.slice import Slice, given

Limit = Annotated[int, Meta(ge=1, le=100, description="How many orders, from 1 to 100. Left out: 20.")]
Status = Annotated[
    Literal["completed", "cancelled", "refunded"],
    Meta(description="Only orders that ended like this. Left out: all of them."),
]
Start = Annotated[date, Meta(description="Only orders of this day or later, as YYYY-MM-DD.")]
End = Annotated[date, Meta(description="Only orders of this day or earlier, as YYYY-MM-DD. Left out: today.")]
Before = Annotated[int, Meta(ge=1, description="Only orders older than the order of this number.")]

# The newest $1 orders of status $2 (null: any) before order $4 (null: from the newest) on the days asked for, with the
# pieces in each, and the number of all orders that match. Without a first day the filter is another, so that its plan
# walks back from the newest order.
RECENT_ORDERS = """
SELECT
    order_number,
    ordered_at,
    status,
    total_cents,
    refunded_cents,
    (
        SELECT coalesce(sum(quantity), 0)
        FROM order_lines
        WHERE order_lines.order_number = newest.order_number
    ) AS items,
    {matching} AS matching
FROM (
    SELECT order_number, ordered_at, status, total_cents, refunded_cents
    FROM orders
    WHERE
        ($2::text IS NULL OR status = $2) AND {days}
        AND (
            $4::bigint IS NULL
            OR (ordered_at, order_number) < (
                SELECT last_seen.ordered_at, last_seen.order_number
                FROM orders AS last_seen
                WHERE last_seen.order_number = $4
            )
        )
    ORDER BY ordered_at DESC, order_number DESC
    LIMIT $1
) AS newest
ORDER BY ordered_at DESC, order_number DESC
"""
MATCHING = "(SELECT count(*) FROM orders WHERE ($2::text IS NULL OR status = $2) AND {days})"

# To count all orders there ever were would cost every question more with each year: nobody asked for it yet.
NEWEST = RECENT_ORDERS.format(days="ordered_on <= $3", matching="NULL")
UP_TO = RECENT_ORDERS.format(days="ordered_on <= $3", matching=MATCHING.format(days="ordered_on <= $3"))
BETWEEN = RECENT_ORDERS.format(
    days="ordered_on BETWEEN $5 AND $3", matching=MATCHING.format(days="ordered_on BETWEEN $5 AND $3")
)


class Args(Struct, frozen=True, forbid_unknown_fields=True):
    limit: Limit = 20
    status: Status | None = None
    start: Start | None = None
    end: End | None = None
    before: Before | None = None


async def fetch(connection: TenantConnection, args: Args) -> SliceResult:
    """OrderSummary, newest first. The fact `matching`, the number of all orders that match and not only of those up
    to `limit`, is given when a status or a day was asked for."""
    records = await _records(connection, args)
    narrowed = args.status or args.start or args.end
    facts = (
        *given("status", "text", args.status),
        *given("start", "day", args.start),
        *given("end", "day", args.end),
        *given("matching", "count", (records[0]["matching"] if records else 0) if narrowed else None),
    )
    rows = tuple(_order_summary(connection, record) for record in records)
    return SliceResult(SLICE.name, connection.tenant.currency, facts, OrderSummary, rows)


async def _records(connection: TenantConnection, args: Args) -> list[Record]:
    end = connection.today if args.end is None else checked_day(args.end)
    if args.start is not None:
        days = checked_range(args.start, end)
        return await connection.fetch(BETWEEN, args.limit, args.status, days.end, args.before, days.start)
    sql = UP_TO if args.status or args.end else NEWEST
    return await connection.fetch(sql, args.limit, args.status, end, args.before)


def _order_summary(connection: TenantConnection, record: Record) -> OrderSummary:
    return OrderSummary(
        number=record["order_number"],
        ordered_at=connection.local(record["ordered_at"]),
        status=record["status"],
        items=record["items"],
        total=record["total_cents"],
        refunded=record["refunded_cents"],
    )


SLICE = Slice(
    name="recent_orders",
    description=(
        "The newest orders with time, status, pieces, total and refund. Can be narrowed to completed, cancelled or "
        "refunded orders, and to days; matching is then the number of all orders that match."
    ),
    args=Args,
    fetch=fetch,
)
