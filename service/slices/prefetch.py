"""What the model is told before it is asked: three slices and who vouches for them, on one snapshot."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from service.db.pool import Pool
from service.db.tenant import tenant_transaction
from service.principal import Principal, Tenant
from service.rows import Isolation, SliceResult
from service.slices.registry import PREFETCHED, TABLES


class Prefetched(Struct, frozen=True):
    """local_now: the moment of the question on the tenant's clock, without an offset."""

    tenant: Tenant
    local_now: datetime
    slices: tuple[SliceResult, ...]
    isolation: Isolation


async def prefetch(pool: Pool, principal: Principal, now: datetime, *, patience: float) -> Prefetched:
    """All in one transaction, which has ended, and given its connection back, when this returns.

    Raises what `tenant_transaction` raises.
    """
    async with tenant_transaction(pool, principal, now, patience=patience) as connection:
        # One after the other, because a connection runs one query at a time.
        slices = [await known.fetch(connection, known.args()) for known in PREFETCHED]
        isolation = await connection.isolation(TABLES)
        return Prefetched(connection.tenant, connection.local_now, tuple(slices), isolation)
