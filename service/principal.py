"""Who is asking: the only source of a tenant id in the whole service."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct


class Principal(Struct, frozen=True):
    """A verified caller. Made by `auth/middleware.py` from a verified id token, and nowhere else in the service.

    tenant_id: the claim `custom:tenant_id`; user_id: the claim `sub`; email: for display, may be absent.
    """

    tenant_id: UUID
    user_id: str
    email: str | None = None


class Tenant(Struct, frozen=True):
    """The restaurant that a principal belongs to, as read under row-level security.

    currency: ISO 4217, one with hundredths; time_zone: an IANA name.
    """

    name: str
    currency: str
    time_zone: str
