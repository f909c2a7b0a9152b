"""Creates a tenant: the row that everything else of a restaurant hangs off."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from uuid import UUID

import asyncpg
from msgspec import Struct

from service.provisioning.currencies import check_currency
from service.provisioning.errors import ProvisioningError
from service.provisioning.tenant_scope import tenant_scope


class NewTenant(Struct, frozen=True):
    """name: 1 to 200 characters; time_zone: an IANA name; currency: ISO 4217, one with hundredths."""

    tenant_id: UUID
    name: str
    time_zone: str
    currency: str


async def create_tenant(connection: asyncpg.Connection, new: NewTenant) -> bool:
    """Whether it was created; False when the very same tenant was there.

    connection: of the owner role. Raises ProvisioningError when a value is no good, or when the tenant is
    there with another name, time zone or currency.
    """
    await check_tenant(connection, new)
    async with tenant_scope(connection, new.tenant_id):
        created = await connection.fetchval(
            """
            INSERT INTO tenants (tenant_id, name, time_zone, currency) VALUES ($1, $2, $3, $4)
            ON CONFLICT (tenant_id) DO NOTHING
            RETURNING true
            """,
            *(new.tenant_id, new.name, new.time_zone, new.currency),
        )
        if not created:
            _check_same(await find_tenant(connection, new.tenant_id), new)
    return bool(created)


async def find_tenant(connection: asyncpg.Connection, tenant_id: UUID) -> NewTenant | None:
    """connection: of the owner role."""
    async with tenant_scope(connection, tenant_id):
        row = await connection.fetchrow("SELECT name, time_zone, currency FROM tenants WHERE tenant_id = $1", tenant_id)
    return None if row is None else NewTenant(tenant_id, *row)


async def check_tenant(connection: asyncpg.Connection, new: NewTenant) -> None:
    """Raises ProvisioningError, naming the value that is no good."""
    if not 1 <= len(new.name) <= 200 or not new.name.isprintable() or new.name != new.name.strip():
        raise ProvisioningError("A restaurant's name is 1 to 200 printable characters without spaces around them.")
    check_currency(new.currency)
    if new.time_zone not in _time_zones():
        raise ProvisioningError(f"{new.time_zone!r} is not a time zone of the IANA list, such as Europe/London.")
    try:
        # The database's own list may be older than Python's.
        await connection.fetchval("SELECT now() AT TIME ZONE $1", new.time_zone)
    except asyncpg.InvalidParameterValueError:
        raise ProvisioningError(f"The database does not know the time zone {new.time_zone!r}.") from None


@cache
def _time_zones() -> frozenset[str]:
    """From the package and not from this machine's folders, which hold more than zones and take long to walk."""
    return frozenset(files("tzdata").joinpath("zones").read_text().split())


def _check_same(there: NewTenant | None, new: NewTenant) -> None:
    if there != new:
        was = "nothing" if there is None else f"{there.name} ({there.time_zone}, {there.currency})"
        raise ProvisioningError(
            f"Tenant {new.tenant_id} is already {was}, not {new.name} ({new.time_zone}, {new.currency})."
        )
