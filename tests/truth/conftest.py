"""The demo restaurants and two real exports, each behind a service of its own whose clock stands still.

All real parts: PostgreSQL, ministack's Cognito and DynamoDB, the Bedrock endpoint with the analyst, uvicorn.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio

from local.aws import Identity
from local.bedrock.server import BedrockEndpoint
from local.bedrock.standin import MODEL_ID, analyst
from local.database import Database
from local.ministack import Ministack
from local.seed import DEMO_TENANTS, seed_demo
from local.service_environment import service_environment
from service.app import create_app
from service.config import Config, read_config
from service.provisioning.order_file import parse_order_file
from service.provisioning.orders import import_orders, vacuum_orders
from service.provisioning.tenants import NewTenant, create_tenant
from tests.database.fresh_database import connected, fresh_database
from tests.http.conftest import serving, signed_in
from tests.http.judge import StreamJudge
from tests.http.restaurants import Restaurant
from tests.truth.books import Books
from tests.truth.place import Place

EXPORTS = Path(__file__).parents[3] / "shared" / "data"
DEMO_NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DEMO_DAYS = 120
"""How far back the demo orders go here: as far as the questions do."""


class Parts:
    """What every service here stands on."""

    def __init__(
        self, config: Config, database: Database, ministack: Ministack, identity: Identity, judge: StreamJudge
    ) -> None:
        self.config = config
        self.database = database
        self.ministack = ministack
        self.identity = identity
        self.judge = judge

    @asynccontextmanager
    async def open(self, now: datetime, *restaurants: Restaurant) -> AsyncIterator[list[Place]]:
        """The restaurants behind one service, at that moment, their owners signed in."""
        async with AsyncExitStack() as stack:
            app = create_app(msgspec.structs.replace(self.config, now=now))
            address = await stack.enter_async_context(serving(app))
            superuser = self.database.superuser
            places = []
            for each in restaurants:
                client = await signed_in(address, self.ministack, self.identity, each, self.judge)
                await stack.enter_async_context(client)
                connection = await stack.enter_async_context(connected(self.database, superuser))
                places.append(Place(client, await Books.opened(connection, each.tenant, now)))
            yield places


@pytest.fixture(scope="session", autouse=True)
def aws_credentials() -> Iterator[None]:
    """Botocore signs with them; nothing on this machine looks at them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield


@pytest_asyncio.fixture(scope="session")
async def parts(
    database: Database, ministack: Ministack, identity: Identity, conversations_table: str
) -> AsyncIterator[Parts]:
    async with (
        fresh_database(database) as own,
        BedrockEndpoint(analyst(), model_ids=frozenset({MODEL_ID})) as endpoint,
        StreamJudge() as judge,
    ):
        model = {"BEDROCK_MODEL_ID": MODEL_ID, "BEDROCK_ENDPOINT": endpoint.url}
        config = read_config(service_environment(own, ministack, identity, conversations_table, model))
        yield Parts(config, own, ministack, identity, judge)


@pytest_asyncio.fixture(scope="session")
async def demo(parts: Parts) -> AsyncIterator[dict[str, Place]]:
    """The demo restaurants by name."""
    await seed_demo(parts.database, until=DEMO_NOW, days=DEMO_DAYS)
    restaurants = [
        Restaurant(NewTenant(one.tenant_id, one.name, one.time_zone, one.currency), one.owner_email, (), 0)
        for one in DEMO_TENANTS
    ]
    async with parts.open(DEMO_NOW, *restaurants) as places:
        yield {place.name: place for place in places}


@pytest_asyncio.fixture(scope="session")
async def pizza_place(parts: Parts) -> AsyncIterator[Place]:
    tenant = NewTenant(uuid4(), "Corner Pizza Place", "America/New_York", "USD")
    now = datetime.fromisoformat("2015-12-31T23:00:00-05:00")
    async with _imported(parts, "pizza-place-2015.csv.gz", tenant, now) as place:
        yield place


@pytest_asyncio.fixture(scope="session")
async def takeaway(parts: Parts) -> AsyncIterator[Place]:
    tenant = NewTenant(uuid4(), "Thames Street Takeaway", "Europe/London", "GBP")
    now = datetime.fromisoformat("2019-08-03T22:00:00+01:00")
    async with _imported(parts, "london-takeaway-2015-2019.csv.gz", tenant, now) as place:
        yield place


@asynccontextmanager
async def _imported(parts: Parts, name: str, tenant: NewTenant, now: datetime) -> AsyncIterator[Place]:
    """As `make import` loads it."""
    export = EXPORTS / name
    if not export.is_file():
        pytest.skip(f"there is no {name} in ../shared/data beside the checkout")
    file = parse_order_file(export.read_bytes(), tenant.time_zone)
    async with connected(parts.database) as owner:
        async with owner.transaction():
            await create_tenant(owner, tenant)
            await import_orders(owner, tenant.tenant_id, file.orders, sha256=file.sha256)
        await vacuum_orders(owner)
    async with parts.open(now, Restaurant(tenant, f"owner@{tenant.tenant_id.hex}.example", (), 0)) as [place]:
        place.export = export
        yield place
