"""/orders/*"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from litestar import Request, get
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from service.errors import InvalidRequestError, NotFoundError
from service.principal import Principal
from service.routes.dependencies import Resources
from service.routes.problems import refusals
from service.routes.slice_view import SliceView, read_slice, view
from service.slices import order_details, recent_orders


class OrderPage(Struct, rename="camel"):
    """next_cursor: pass it as `cursor` for older orders; None at the end."""

    orders: SliceView
    next_cursor: str | None


@get("/orders/recent", operation_id="orders_recent", summary="Recent orders, newest first", responses=refusals())
async def orders_recent(
    request: Request[Principal, Any, Any],
    resources: Resources,
    status: FromQuery[Literal["completed", "cancelled", "refunded"] | None] = None,
    start: FromQuery[date | None] = None,
    end: FromQuery[date | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, QueryParameter(pattern=r"^[0-9]{1,18}$")] = None,
) -> OrderPage:
    result = await read_slice(
        resources,
        request.user,
        recent_orders.SLICE,
        status=status,
        start=start,
        end=end,
        limit=limit,
        before=int(cursor) if cursor else None,
    )
    shown = view(result)
    more = len(result.rows) == limit
    return OrderPage(shown, str(shown.rows[-1]["number"]) if more else None)


@get("/orders/{number:int}", operation_id="order_details", summary="One order and its lines", responses=refusals(404))
async def order_by_number(
    request: Request[Principal, Any, Any], resources: Resources, number: FromPath[int]
) -> SliceView:
    try:
        return view(await read_slice(resources, request.user, order_details.SLICE, number=number))
    except InvalidRequestError as error:
        raise NotFoundError(error.sentence) from error
