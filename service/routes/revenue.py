"""/revenue/*"""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Request, get

from service.principal import Principal
from service.routes.slice_view import SliceView, read_slice, view
from service.slices import revenue_by_day
from service.turn import TurnResources


@get("/revenue/daily", operation_id="revenue_daily", summary="Revenue by day, 400 days at most")
async def revenue_daily(
    request: Request[Principal, Any, Any],
    resources: TurnResources,
    start: date | None = None,
    end: date | None = None,
) -> SliceView:
    """Days in the restaurant's own time zone; without a range, the 35 days that end today."""
    return view(await read_slice(resources, request.user, revenue_by_day.SLICE, start=start, end=end))
