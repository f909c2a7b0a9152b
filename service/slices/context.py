"""The prefetched context as the model reads it: who the restaurant is, then its slices."""

from __future__ import annotations

from datetime import datetime

from service.principal import Tenant
from service.slices.day_range import weekday
from service.slices.slice import attributes


def restaurant_tag(tenant: Tenant, local_now: datetime) -> str:
    """Who the restaurant is and what time it is there. local_now: on the tenant's own clock."""
    told = {
        "name": tenant.name,
        "currency": tenant.currency,
        "time_zone": tenant.time_zone,
        "today": f"{local_now:%Y-%m-%d}",
        "weekday": weekday(local_now.date()),
        "time": f"{local_now:%H:%M}",
    }
    return f"<restaurant {attributes(told)}/>"
