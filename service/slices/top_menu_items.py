"""What sold best, or worst."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from service.db.tenant import TenantConnection
from service.rows import Fact, MenuItemSales, SliceResult
from service.slices.day_range import EndDay, StartDay, day_range
from service.slices.rounding import basis_points
from service.slices.search_text import searchable
from service.slices.slice import Slice, given

By = Annotated[
    Literal["quantity", "revenue"],
    Meta(description="What to rank by: quantity (pieces sold) or revenue. Left out: quantity."),
]
Order = Annotated[
    Literal["top", "bottom"],
    Meta(description="top for the best sellers, bottom for the worst of those that sold. Left out: top."),
]
Limit = Annotated[int, Meta(ge=1, le=50, description="How many items, from 1 to 50. Left out: 10.")]
Category = Annotated[
    str, Meta(max_length=100, description="Only items whose category contains this text, in any case.")
]
Item = Annotated[str, Meta(max_length=200, description="Only items whose name contains this text, in any case.")]

# What each item sold from $1 to $2, cancelled orders left out, of those whose category and name contain $3 and $4
# (null: any), ranked, with what all of them and what the whole menu sold.
# NOT IN, because its list is hashed once whatever the planner expects: a join is planned as a loop within a loop when
# the statistics have not heard of the latest days yet. Text is looked for as it stands: strpos knows no wildcards.
TOP_MENU_ITEMS = """
WITH sold AS (
    SELECT
        item_id,
        sum(quantity)::bigint AS quantity,
        sum(quantity * unit_price_cents)::bigint AS revenue
    FROM order_lines
    WHERE ordered_on BETWEEN $1 AND $2
        AND order_number NOT IN (
            SELECT order_number FROM orders WHERE ordered_on BETWEEN $1 AND $2 AND status = 'cancelled'
        )
    GROUP BY item_id
)
SELECT
    name,
    category,
    quantity,
    revenue,
    (sum(quantity) OVER ())::bigint AS total_quantity,
    (sum(revenue) OVER ())::bigint AS total_revenue,
    (SELECT sum(revenue) FROM sold)::bigint AS revenue_of_all
FROM sold
JOIN menu_items USING (item_id)
WHERE ($3::text IS NULL OR strpos(lower(category), lower($3)) > 0)
    AND ($4::text IS NULL OR strpos(lower(name), lower($4)) > 0)
ORDER BY {ranking}, name COLLATE "C", category COLLATE "C"
LIMIT $5
"""

RANKINGS = {
    ("quantity", "top"): "quantity DESC, revenue DESC",
    ("quantity", "bottom"): "quantity, revenue",
    ("revenue", "top"): "revenue DESC, quantity DESC",
    ("revenue", "bottom"): "revenue, quantity",
}


class Args(Struct, frozen=True, forbid_unknown_fields=True):
    start: StartDay | None = None
    end: EndDay | None = None
    by: By = "quantity"
    order: Order = "top"
    limit: Limit = 10
    category: Category | None = None
    item: Item | None = None


async def fetch(connection: TenantConnection, args: Args) -> SliceResult:
    """MenuItemSales of the items asked for, rank 1 first: the best seller, or with `bottom` the worst.

    total_quantity and total_revenue are those of all items that match, also the ones beyond `limit`; a share is of
    the revenue of the whole menu in the range.
    """
    days = day_range(args.start, args.end, connection.today)
    category, item = searchable("category", args.category), searchable("item", args.item)
    sql = TOP_MENU_ITEMS.format(ranking=RANKINGS[args.by, args.order])
    records = await connection.fetch(sql, days.start, days.end, category, item, args.limit)
    rows = tuple(
        MenuItemSales(
            rank=rank,
            item=record["name"],
            category=record["category"],
            quantity=record["quantity"],
            revenue=record["revenue"],
            share=basis_points(record["revenue"], record["revenue_of_all"]),
        )
        for rank, record in enumerate(records, start=1)
    )
    facts = (
        Fact("start", "day", days.start),
        Fact("end", "day", days.end),
        Fact("by", "text", args.by),
        Fact("order", "text", args.order),
        *given("category", "text", category),
        *given("item", "text", item),
        Fact("total_quantity", "count", records[0]["total_quantity"] if records else 0),
        Fact("total_revenue", "money", records[0]["total_revenue"] if records else 0),
    )
    return SliceResult(SLICE.name, connection.tenant.currency, facts, MenuItemSales, rows)


SLICE = Slice(
    name="top_menu_items",
    description=(
        "The best or worst selling menu items in a range of at most 400 days, by pieces sold or by revenue, "
        "cancelled orders left out. Can be narrowed to a category or to items by name. total_quantity and "
        "total_revenue are those of all items that match. Without arguments: the 10 most sold of 35 days."
    ),
    args=Args,
    fetch=fetch,
)
