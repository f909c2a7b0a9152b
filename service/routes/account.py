"""/me: who is signed in, and to which restaurant."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Request, get
from msgspec import Struct

from service.db.tenant import tenant_transaction
from service.principal import Principal
from service.routes.dependencies import Resources
from service.routes.problems import refusals


class Restaurant(Struct, rename="camel"):
    name: str
    currency: str
    time_zone: str
    today: date


class Me(Struct):
    email: str | None
    restaurant: Restaurant


@get("/me", operation_id="me", summary="The signed-in user and the restaurant", responses=refusals())
async def me(request: Request[Principal, Any, Any], resources: Resources) -> Me:
    patience = resources.config.database_patience_seconds
    async with tenant_transaction(resources.pool, request.user, resources.clock(), patience=patience) as connection:
        tenant = connection.tenant
        return Me(request.user.email, Restaurant(tenant.name, tenant.currency, tenant.time_zone, connection.today))
