"""A cloud whose every part a test has in its hand: what the model says and how it fails, whether the database is there,
how long a token lives and how patient the service is. The parts are the real ones, in the test's own process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from local.aws import Identity, create_user, prepare_conversations, prepare_identity
from local.bedrock.faults import FaultPlan, with_faults
from local.bedrock.server import BedrockEndpoint
from local.bedrock.standin import MODEL_ID, analyst
from local.database import Database, prepare_database
from local.edge import Edge, browser_config, read_routes
from local.ministack import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Ministack
from local.postgres import Postgres
from local.service_environment import service_environment
from service.app import create_app
from service.config import Config, read_config
from tests.http.conftest import serving
from tests.http.restaurants import NOW, Restaurant, load, restaurant
from tests.http.scripted import Director


class Place(Struct, frozen=True):
    """Where an owner goes: `make run`'s cloud, or a stage. state: the folder that holds the sign-ins."""

    port: int
    state: Path


class Stage:
    """director: says what a test scripts, and what the stand-in would otherwise. faults: what goes wrong, in order.
    of: the one restaurant there is, whose every amount a test can reckon."""

    def __init__(
        self, config: Config, postgres: Postgres, ministack: Ministack, identity: Identity, of: Restaurant
    ) -> None:
        self.director = Director(analyst(pace_ms=1))
        self.faults = FaultPlan()
        self.postgres = postgres
        self.ministack = ministack
        self.identity = identity
        self.of = of
        self.email = of.email
        self._config = config
        self._endpoint = BedrockEndpoint(
            with_faults(self.director, self.faults), model_ids=frozenset({config.bedrock_model_id})
        )

    async def tidy(self) -> None:
        self.director.reset()
        self.director.otherwise = analyst(pace_ms=1)
        self.faults.clear()
        if self.postgres.pid is None:
            await self.postgres.start()

    @asynccontextmanager
    async def open(self, **changes: Any) -> AsyncIterator[Place]:
        """The service behind its edge, with some of its configuration changed."""
        async with self._endpoint as endpoint:
            config = msgspec.structs.replace(self._config, bedrock_endpoint=endpoint.url, **changes)
            edge = Edge(create_app(config), browser_config(config), read_routes())
            async with serving(edge) as address:  # type: ignore[arg-type]
                yield Place(int(address.rpartition(":")[2]), self.ministack.directory.parent)


@asynccontextmanager
async def stage(
    database: Database, postgres: Postgres, ministack: Ministack, identity: Identity, table: str
) -> AsyncIterator[Stage]:
    of = restaurant(
        "Marlow's Stage", "America/New_York", "USD", ("Zucca Rossa", "Fungo Nero", "Salsa Piccante"), 210_000
    )
    await load(database, of)
    await create_user(ministack, identity, of.email, of.tenant_id)
    model = {"BEDROCK_MODEL_ID": MODEL_ID, "NOW": NOW.isoformat()}
    environment = service_environment(database, ministack, identity, table, model)
    config = read_config(environment | {"STOP_POLL_SECONDS": "0.05"})
    async with AsyncExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        # Botocore signs with them; nothing on this machine looks at them.
        patch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
        yield Stage(config, postgres, ministack, identity, of)


@asynccontextmanager
async def stage_of_its_own(folder: Path) -> AsyncIterator[Stage]:
    """For a program that is no test: with a database, a Cognito and a DynamoDB of its own, their data in the folder."""
    async with Postgres(folder / "postgres") as postgres, Ministack(folder / "ministack", saving=False) as ministack:
        database, identity = await prepare_database(postgres), await prepare_identity(ministack)
        async with stage(database, postgres, ministack, identity, await prepare_conversations(ministack)) as made:
            yield made


class Curtain:
    """Holds a script back before its `at`-th delta: `await curtain.fallen()`, then `curtain.rise()`."""

    def __init__(self, at: int = 1) -> None:
        self._down = asyncio.Event()
        self._risen = asyncio.Event()
        self._at = at

    async def fallen(self) -> None:
        """Returns when the script has come so far."""
        async with asyncio.timeout(20):
            await self._down.wait()

    def rise(self) -> None:
        self._risen.set()

    async def __call__(self, number: int) -> None:
        if number == self._at:
            self._down.set()
            await self._risen.wait()
