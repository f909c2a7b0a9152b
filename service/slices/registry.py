"""Every slice there is. All are offered to the model as tools; some are fetched before it is called."""

from __future__ import annotations

from typing import Any

from service.slices import compare_revenue, order_details, recent_orders, revenue_by_day, top_menu_items
from service.slices.slice import Slice

PREFETCHED: tuple[Slice[Any], ...] = (revenue_by_day.SLICE, top_menu_items.SLICE, recent_orders.SLICE)
SLICES: tuple[Slice[Any], ...] = (*PREFETCHED, order_details.SLICE, compare_revenue.SLICE)

TABLES = ("tenants", "orders", "order_lines", "menu_items")
"""What the slices read: the proof of isolation names each."""

_BY_NAME = {known.name: known for known in SLICES}


def slice_named(name: str) -> Slice[Any] | None:
    return _BY_NAME.get(name)
