"""The service before an endpoint whose voice can be spoilt, with limits short enough to be reached in a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from msgspec import Struct
from msgspec.structs import replace

from local.bedrock.faults import Plan, with_faults
from local.bedrock.server import BedrockEndpoint
from service.app import create_app
from service.config import Config
from tests.http.conftest import serving
from tests.http.endpoint import MODEL
from tests.http.scripted import Director, text


class FaultyService(Struct, frozen=True):
    """director: who speaks before it is spoilt, and knows what it was asked."""

    address: str
    app: Litestar
    director: Director


@asynccontextmanager
async def faulty_service(config: Config, plan: Plan, **changes: float) -> AsyncIterator[FaultyService]:
    director = Director(text("This was ", "not scripted."))
    async with BedrockEndpoint(with_faults(director, plan), model_ids=frozenset({MODEL})) as endpoint:
        app = create_app(replace(config, bedrock_endpoint=endpoint.url, **changes))
        async with serving(app) as address:
            yield FaultyService(address, app, director)
