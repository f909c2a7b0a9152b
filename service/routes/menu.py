"""/menu/*"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from litestar import Request, get
from litestar.params import FromQuery, QueryParameter

from service.principal import Principal
from service.routes.dependencies import Resources
from service.routes.problems import refusals
from service.routes.slice_view import SliceView, read_slice, view
from service.slices import top_menu_items


@get("/menu/top", operation_id="menu_top", summary="Top or bottom menu items of a range", responses=refusals())
async def menu_top(
    request: Request[Principal, Any, Any],
    resources: Resources,
    start: FromQuery[date | None] = None,
    end: FromQuery[date | None] = None,
    by: FromQuery[Literal["quantity", "revenue"]] = "quantity",
    order: FromQuery[Literal["top", "bottom"]] = "top",
    limit: Annotated[int, QueryParameter(ge=1, le=50)] = 10,
    category: Annotated[str | None, QueryParameter(max_length=100)] = None,
    item: Annotated[str | None, QueryParameter(max_length=200)] = None,
) -> SliceView:
    result = await read_slice(
        resources,
        request.user,
        top_menu_items.SLICE,
        start=start,
        end=end,
        by=by,
        order=order,
        limit=limit,
        category=category,
        item=item,
    )
    return view(result)
