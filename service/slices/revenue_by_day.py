"""What each day brought in."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from service.db.tenant import Record, TenantConnection
from service.rows import DayRevenue, Fact, SliceResult
from service.slices.day_range import EndDay, StartDay, day_range, weekday
from service.slices.slice import Slice

# Orders, gross and refunds of each local day from $1 to $2 that has orders. A cancelled order is never revenue.
REVENUE_BY_DAY = """
SELECT
    ordered_on,
    count(*) FILTER (WHERE status <> 'cancelled') AS orders,
    count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
    coalesce(sum(total_cents) FILTER (WHERE status <> 'cancelled'), 0)::bigint AS gross,
    sum(refunded_cents)::bigint AS refunds
FROM orders
WHERE ordered_on BETWEEN $1 AND $2
GROUP BY ordered_on
"""


class Args(Struct, frozen=True, forbid_unknown_fields=True):
    start: StartDay | None = None
    end: EndDay | None = None


async def fetch(connection: TenantConnection, args: Args) -> SliceResult:
    """A DayRevenue for every day of the range, those without orders included, earliest first."""
    days = day_range(args.start, args.end, connection.today)
    records = await connection.fetch(REVENUE_BY_DAY, days.start, days.end)
    found = {record["ordered_on"]: record for record in records}
    rows = tuple(_day_revenue(day, found.get(day)) for day in days.each_day())
    facts = (
        Fact("start", "day", days.start),
        Fact("end", "day", days.end),
        Fact("total_orders", "count", sum(row.orders for row in rows)),
        Fact("total_cancelled", "count", sum(row.cancelled for row in rows)),
        Fact("total_gross", "money", sum(row.gross for row in rows)),
        Fact("total_refunds", "money", sum(row.refunds for row in rows)),
        Fact("total_net", "money", sum(row.net for row in rows)),
    )
    return SliceResult(SLICE.name, connection.tenant.currency, facts, DayRevenue, rows)


def _day_revenue(day: date, found: Record | None) -> DayRevenue:
    if found is None:
        return DayRevenue(day=day, weekday=weekday(day), orders=0, cancelled=0, gross=0, refunds=0, net=0)
    return DayRevenue(
        day=day,
        weekday=weekday(day),
        orders=found["orders"],
        cancelled=found["cancelled"],
        gross=found["gross"],
        refunds=found["refunds"],
        net=found["gross"] - found["refunds"],
    )


SLICE = Slice(
    name="revenue_by_day",
    description=(
        "Orders and revenue of each day in a range of at most 400 days, with the totals of the range. gross and "
        "orders leave out cancelled orders; net is gross less refunds. Without arguments: the last 35 days."
    ),
    args=Args,
    fetch=fetch,
)
