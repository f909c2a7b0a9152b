"""Everything that an answer rests on and states, counted again from the books.

First each slice that the stream carries, row by row and fact by fact; then each figure of the answer, from the place
that its receipt names, but in the recounted slices. So a receipt that points at a wrong place fails as surely as a
wrong slice.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.http.conftest import Answered
from tests.truth.books import Books

Slice = dict[str, Any]


# -- slices ----------------------------------------------------------------------------------------------------------


async def recounted_slices(answered: Answered, books: Books) -> list[Slice]:
    """Those that the stream carries, in the order that receipts number them (tools as they were asked for, not as they
    ended), after each has been found to be what the books say: facts by name, and rows."""
    given: dict[str, dict[str, Any]] = {
        part["toolCallId"]: {"name": part["toolName"], "input": part["input"]}
        for part in answered.of_type("tool-input-available")
    }
    carried = [(part["data"]["name"], {}, part["data"]) for part in answered.of_type("data-slice")]
    outputs = {part["toolCallId"]: part["output"] for part in answered.of_type("tool-output-available")}
    carried += [(use["name"], use["input"], outputs[id_]) for id_, use in given.items() if id_ in outputs]
    slices = []
    for name, arguments, output in carried:
        counted = await RECOUNT[name](books, arguments)
        assert output["currency"] == books.tenant.currency
        assert {fact["name"]: fact["value"] for fact in output["facts"]} == counted["facts"], (name, arguments)
        assert output["rows"] == counted["rows"], (name, arguments)
        slices.append(counted)
    return slices


def _range(books: Books, arguments: dict[str, Any]) -> tuple[date, date]:
    end = date.fromisoformat(arguments["end"]) if arguments.get("end") else books.today
    start = date.fromisoformat(arguments["start"]) if arguments.get("start") else end - timedelta(days=34)
    return start, end


async def _revenue_by_day(books: Books, arguments: dict[str, Any]) -> Slice:
    start, end = _range(books, arguments)
    rows = await books.rows("SELECT * FROM days WHERE day BETWEEN $1 AND $2 ORDER BY day", start, end)
    assert len(rows) == (end - start).days + 1
    totals = {
        f"total_{name}": sum(row[name] for row in rows) for name in ("orders", "cancelled", "gross", "refunds", "net")
    }
    return {"name": "revenue_by_day", "facts": _plain({"start": start, "end": end} | totals), "rows": _all_plain(rows)}


async def _top_menu_items(books: Books, arguments: dict[str, Any]) -> Slice:
    (start, end), by, order = _range(books, arguments), arguments.get("by", "quantity"), arguments.get("order", "top")
    all_rows = await books.rows(
        """
        SELECT item, category, sum(quantity)::bigint AS quantity, sum(revenue)::bigint AS revenue
        FROM lines WHERE status <> 'cancelled' AND day BETWEEN $1 AND $2
        GROUP BY item, category
        """,
        *(start, end),
    )
    whole = sum(row["revenue"] for row in all_rows)
    narrowed = {name: arguments[name] for name in ("category", "item") if arguments.get(name)}
    rows = [row for row in all_rows if all(text.lower() in row[name].lower() for name, text in narrowed.items())]
    other = "revenue" if by == "quantity" else "quantity"
    sign = 1 if order == "bottom" else -1
    rows.sort(key=lambda row: (sign * row[by], sign * row[other], row["item"], row["category"]))
    facts = {"start": start, "end": end, "by": by, "order": order, **narrowed}
    facts |= {f"total_{name}": sum(row[name] for row in rows) for name in ("quantity", "revenue")}
    listed = [
        {"rank": rank, **row, "share": _rounded(Decimal(row["revenue"] * 10_000) / whole)}
        for rank, row in enumerate(rows[: arguments.get("limit", 10)], start=1)
    ]
    return {"name": "top_menu_items", "facts": _plain(facts), "rows": _all_plain(listed)}


async def _recent_orders(books: Books, arguments: dict[str, Any]) -> Slice:
    narrowed = {name: arguments[name] for name in ("status", "start", "end") if arguments.get(name)}
    start = date.fromisoformat(arguments["start"]) if arguments.get("start") else date.min
    end = date.fromisoformat(arguments["end"]) if arguments.get("end") else books.today
    where = "FROM bills WHERE day BETWEEN $1 AND $2 AND ($3::text IS NULL OR status = $3)"
    values = (start, end, arguments.get("status"))
    rows = await books.rows(
        f"SELECT number, at AS ordered_at, status, pieces AS items, total, refunded {where}"
        f" ORDER BY at DESC, number DESC LIMIT {int(arguments.get('limit', 20))}",
        *values,
    )
    facts = narrowed | ({"matching": await books.value(f"SELECT count(*) {where}", *values)} if narrowed else {})
    return {"name": "recent_orders", "facts": facts, "rows": _all_plain(rows)}


async def _order_details(books: Books, arguments: dict[str, Any]) -> Slice:
    number = arguments["number"]
    [facts] = await books.rows(
        "SELECT number, at AS ordered_at, status, pieces AS items, total, refunded, note FROM bills WHERE number = $1",
        number,
    )
    rows = await books.rows(
        "SELECT line, item, category, quantity, price AS unit_price, revenue AS line_total FROM lines"
        " WHERE number = $1 ORDER BY line",
        number,
    )
    return {"name": "order_details", "facts": _plain(facts), "rows": _all_plain(rows)}


async def _compare_revenue(books: Books, arguments: dict[str, Any]) -> Slice:
    rows = []
    for period in ("first", "second"):
        start, end = (date.fromisoformat(arguments[f"{period}_{name}"]) for name in ("start", "end"))
        [found] = await books.rows(
            """
            SELECT count(*) AS orders, coalesce(sum(total), 0)::bigint AS gross,
                coalesce(sum(refunded), 0)::bigint AS refunds, coalesce(sum(total - refunded), 0)::bigint AS net,
                coalesce(round(avg(total)), 0)::bigint AS average_order
            FROM bills WHERE status <> 'cancelled' AND day BETWEEN $1 AND $2
            """,
            *(start, end),
        )
        rows.append({"period": period, "start": start, "end": end, "days": (end - start).days + 1, **found})
    first, second = rows
    change = second["net"] - first["net"]
    facts = {"net_change": change, "orders_change": second["orders"] - first["orders"]}
    if first["net"]:
        facts["net_change_percent"] = _rounded(Decimal(change * 10_000) / first["net"])
    return {"name": "compare_revenue", "facts": facts, "rows": _all_plain(rows)}


RECOUNT = {
    "revenue_by_day": _revenue_by_day,
    "top_menu_items": _top_menu_items,
    "recent_orders": _recent_orders,
    "order_details": _order_details,
    "compare_revenue": _compare_revenue,
}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """As JSON has it: days and times in ISO form."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}


def _all_plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_plain(row) for row in rows]


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
