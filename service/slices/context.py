"""The prefetched context as the model reads it: who the restaurant is, then its slices."""

from __future__ import annotations

from datetime import datetime

from service.principal import Tenant
from service.slices.slice import fenced


def restaurant_tag(tenant: Tenant, local_now: datetime) -> str:
    """Who the restaurant is and what time it is there. local_now: on the tenant's own clock."""
    attributes = {
        "name": tenant.name,
        "currency": tenant.currency,
        "time_zone": tenant.time_zone,
        "today": f"{local_now:%Y-%m-%d}",
        "weekday": f"{local_now:%A}",
        "time": f"{local_now:%H:%M}",
    }
    quoted = (f'{name}="{fenced(value).replace(chr(34), "&quot;")}"' for name, value in attributes.items())
    return f"<restaurant {' '.join(quoted)}/>"
