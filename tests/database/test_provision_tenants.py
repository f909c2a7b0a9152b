"""Creating a tenant: once, and only with a name, a time zone and a currency that the rest can work with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio
from msgspec.structs import replace

from local.database import Database
from service.provisioning.errors import ProvisioningError
from service.provisioning.tenants import NewTenant, create_tenant, find_tenant
from tests.database.fresh_database import connected


@pytest_asyncio.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    async with connected(database) as connection:
        yield connection


def _new(**changes: str) -> NewTenant:
    return replace(NewTenant(uuid4(), "Café Ñandú", "America/Argentina/Ushuaia", "ARS"), **changes)


async def test_a_tenant_is_created_once(owner: asyncpg.Connection) -> None:
    new = _new()
    assert await find_tenant(owner, new.tenant_id) is None
    assert await create_tenant(owner, new) is True
    assert await create_tenant(owner, new) is False
    assert await find_tenant(owner, new.tenant_id) == new


@pytest.mark.parametrize("change", [{"name": "Other"}, {"time_zone": "UTC"}, {"currency": "USD"}])
async def test_the_same_tenant_with_another_value_is_refused(change: dict[str, str], owner: asyncpg.Connection) -> None:
    new = _new()
    await create_tenant(owner, new)
    with pytest.raises(ProvisioningError, match=f"Tenant {new.tenant_id} is already Café Ñandú"):
        await create_tenant(owner, replace(new, **change))
    assert await find_tenant(owner, new.tenant_id) == new


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "name is 1 to 200 printable characters"),
        ({"name": "x" * 201}, "name is 1 to 200 printable characters"),
        ({"name": " Spaced"}, "without spaces around"),
        ({"name": "Two\nlines"}, "printable"),
        ({"time_zone": "Europe/Lundon"}, "'Europe/Lundon' is not a time zone of the IANA list"),
        ({"time_zone": "EST+5"}, "is not a time zone"),
        ({"time_zone": "../etc/passwd"}, "is not a time zone"),
        ({"time_zone": ""}, "is not a time zone"),
        ({"currency": "JPY"}, "JPY has no hundredths"),
        ({"currency": "KWD"}, "KWD is divided into thousandths"),
        ({"currency": "usd"}, "'usd' is not a currency of ISO 4217"),
        ({"currency": "XXX"}, "'XXX' is not a currency of ISO 4217"),
        ({"currency": "€"}, "is not a currency"),
    ],
)
async def test_what_is_no_good_is_refused_in_a_sentence(
    change: dict[str, str], sentence: str, owner: asyncpg.Connection
) -> None:
    new = _new(**change)
    with pytest.raises(ProvisioningError, match=sentence):
        await create_tenant(owner, new)
    assert await find_tenant(owner, new.tenant_id) is None


async def test_the_database_knows_every_zone_and_its_hours(owner: asyncpg.Connection) -> None:
    """Python and the database must agree on the hour in the zones that the demo and the tests use."""
    for zone in ("America/New_York", "Europe/London", "Australia/Melbourne"):
        for month in range(1, 13):
            moment = datetime(2026, month, 3, 4, 5, tzinfo=UTC)
            local = await owner.fetchval("SELECT $1::timestamptz AT TIME ZONE $2", moment, zone)
            assert local == moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
