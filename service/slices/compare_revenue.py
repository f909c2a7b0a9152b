"""Two ranges of days side by side."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from service.db.tenant import Record, TenantConnection
from service.rows import Fact, PeriodRevenue, SliceResult
from service.slices.day_range import DayRange, checked_range
from service.slices.rounding import basis_points, rounded_quotient
from service.slices.slice import Slice, given

# Orders, gross and refunds of two ranges of local days, $1 to $2 and $3 to $4, as one row each in that order.
COMPARE_REVENUE = """
SELECT orders, gross, refunds
FROM (VALUES (1, $1::date, $2::date), (2, $3::date, $4::date)) AS period (place, first_day, last_day)
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE status <> 'cancelled') AS orders,
        coalesce(sum(total_cents) FILTER (WHERE status <> 'cancelled'), 0)::bigint AS gross,
        coalesce(sum(refunded_cents), 0)::bigint AS refunds
    FROM orders
    WHERE ordered_on BETWEEN first_day AND last_day
) AS revenue
ORDER BY place
"""


class Args(Struct, frozen=True, forbid_unknown_fields=True):
    first_start: Annotated[date, Meta(description="First day of the first, usually earlier, range, as YYYY-MM-DD.")]
    first_end: Annotated[date, Meta(description="Last day of the first range, included, as YYYY-MM-DD.")]
    second_start: Annotated[date, Meta(description="First day of the second range, as YYYY-MM-DD.")]
    second_end: Annotated[date, Meta(description="Last day of the second range, included, as YYYY-MM-DD.")]


async def fetch(connection: TenantConnection, args: Args) -> SliceResult:
    """Two PeriodRevenue, `first` and `second`, and the change from the first to the second.

    net_change_percent is rounded half up, away from zero, and absent when the first range's net is 0.
    """
    ranges = (
        checked_range(args.first_start, args.first_end, ("first_start", "first_end")),
        checked_range(args.second_start, args.second_end, ("second_start", "second_end")),
    )
    records = await connection.fetch(COMPARE_REVENUE, *(day for days in ranges for day in (days.start, days.end)))
    first, second = map(_period, ("first", "second"), ranges, records)
    change = second.net - first.net
    facts = (
        Fact("net_change", "money", change),
        *given("net_change_percent", "percent", basis_points(change, first.net) if first.net else None),
        Fact("orders_change", "count", second.orders - first.orders),
    )
    return SliceResult(SLICE.name, connection.tenant.currency, facts, PeriodRevenue, (first, second))


def _period(name: str, days: DayRange, found: Record) -> PeriodRevenue:
    return PeriodRevenue(
        period=name,
        start=days.start,
        end=days.end,
        days=days.days,
        orders=found["orders"],
        gross=found["gross"],
        refunds=found["refunds"],
        net=found["gross"] - found["refunds"],
        average_order=rounded_quotient(found["gross"], found["orders"]) if found["orders"] else 0,
    )


SLICE = Slice(
    name="compare_revenue",
    description=(
        "Orders, gross, refunds, net and average order of two ranges of at most 400 days each, and the change of "
        "net from the first to the second in money and percent."
    ),
    args=Args,
    fetch=fetch,
)
