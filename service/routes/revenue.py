"""/revenue/*"""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Request, get
from litestar.params import FromQuery

from service.principal import Principal
from service.routes.dependencies import Resources
from service.routes.problems import refusals
from service.routes.slice_view import SliceView, read_slice, view
from service.slices import revenue_by_day


@get("/revenue/daily", operation_id="revenue_daily", summary="Revenue by day, 400 days at most", responses=refusals())
async def revenue_daily(
    request: Request[Principal, Any, Any],
    resources: Resources,
    start: FromQuery[date | None] = None,
    end: FromQuery[date | None] = None,
) -> SliceView:
    """Days in the restaurant's own time zone; without a range, the 35 days that end today."""
    return view(await read_slice(resources, request.user, revenue_by_day.SLICE, start=start, end=end))
