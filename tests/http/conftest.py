"""The service over real sockets: uvicorn, PostgreSQL, ministack and the Bedrock endpoint, all on loopback."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio
import uvicorn
from litestar import Litestar

from local.aws import Identity, create_user, sign_in
from local.bedrock.server import BedrockEndpoint
from local.database import Database
from local.ministack import Ministack
from local.service_environment import service_environment
from service.app import create_app
from service.config import Config, read_config
from tests.http import endpoint
from tests.http.endpoint import MODEL
from tests.http.judge import StreamJudge
from tests.http.restaurants import NOW, Restaurant, load, restaurant
from tests.http.scripted import Director

endpoint_and_director, director, judge = endpoint.endpoint_and_director, endpoint.director, endpoint.judge


@pytest.fixture(scope="session", autouse=True)
def aws_credentials() -> Any:
    """Botocore signs with them; nothing on this machine looks at them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield


@pytest.fixture(scope="session")
def config(
    database: Database,
    ministack: Ministack,
    identity: Identity,
    conversations_table: str,
    endpoint_and_director: tuple[BedrockEndpoint, Director],
) -> Config:
    model = {"BEDROCK_MODEL_ID": MODEL, "BEDROCK_ENDPOINT": endpoint_and_director[0].url, "NOW": NOW.isoformat()}
    environment = service_environment(database, ministack, identity, conversations_table, model)
    return read_config(environment | {"STOP_POLL_SECONDS": "0.05"})


@asynccontextmanager
async def serving(app: Litestar) -> AsyncIterator[str]:
    """The address of the app behind a real uvicorn."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        # As the service: who closes an idle connection first must not be the one that is about to be asked.
        served = uvicorn.Config(
            app, log_config=None, access_log=False, timeout_keep_alive=65, timeout_graceful_shutdown=5
        )
        server = uvicorn.Server(served)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.wait({task}, timeout=0.01)
            assert not task.done(), "uvicorn did not start"
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:  # of a test that failed, too: a socket closed beneath a running server breaks the tests after it
            server.should_exit = True
            await task


@pytest_asyncio.fixture(scope="session")
async def address(config: Config) -> AsyncIterator[str]:
    async with serving(create_app(config)) as address:
        yield address


class Client(httpx.AsyncClient):
    """A signed-in owner. Every stream it reads goes before the judge."""

    def __init__(self, address: str, token: str, of: Restaurant, judge: StreamJudge) -> None:
        super().__init__(base_url=address, headers={"authorization": f"Bearer {token}"}, timeout=30)
        self.token, self.of, self.judge = token, of, judge

    def body(self, question: str, *, conversation: str | None = None, message: str | None = None) -> dict[str, Any]:
        return {
            "id": conversation or f"c{uuid4().hex}",
            "trigger": "submit-message",
            "messages": [
                {
                    "id": message or f"q{uuid4().hex}",
                    "role": "user",
                    "parts": [{"type": "text", "text": question}],
                }
            ],
        }

    async def ask(self, question: str, **given: Any) -> Answered:
        return await self.send_ask(self.body(question, **given))

    async def send_ask(self, body: dict[str, Any]) -> Answered:
        async with self.stream("POST", "/ai/ask", json=body) as response:
            raw = await response.aread()
        assert response.status_code == 200, raw
        return Answered(raw, response.headers, await self.judge.check(raw))


class Answered:
    """A stream that was read to its end: parts in order, and the message that npm `ai` made of them."""

    def __init__(self, raw: bytes, headers: httpx.Headers, message: dict[str, Any]) -> None:
        self.raw, self.headers, self.message = raw, headers, message
        self.parts = parts_of(raw)

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [part for part in self.parts if part["type"] == kind]

    def data(self, name: str) -> Any:
        [part] = self.of_type(f"data-{name}")
        return part["data"]

    @property
    def text(self) -> str:
        return "".join(part["delta"] for part in self.of_type("text-delta"))

    @property
    def metadata(self) -> dict[str, Any]:
        return dict(self.of_type("start")[0]["messageMetadata"])


def parts_of(raw: bytes) -> list[dict[str, Any]]:
    """Words in a row as one delta: how many they are depends on how they came over the network."""
    frames = [frame for frame in raw.decode().split("\n\n") if frame.startswith("data: {")]
    parts: list[dict[str, Any]] = []
    for part in (json.loads(frame.removeprefix("data: ")) for frame in frames):
        last = parts[-1] if parts else {}
        if part["type"] in ("text-delta", "reasoning-delta") and (part["type"], part["id"]) == (
            last.get("type"),
            last.get("id"),
        ):
            last["delta"] += part["delta"]
        else:
            parts.append(part)
    return parts


@pytest_asyncio.fixture(scope="session")
async def pizza(database: Database) -> Restaurant:
    of = restaurant(
        "Marlow's Test Pizza", "America/New_York", "USD", ("Zucca Rossa", "Fungo Nero", "Salsa Piccante"), 210_000
    )
    await load(database, of)
    return of


@pytest_asyncio.fixture(scope="session")
async def curry(database: Database) -> Restaurant:
    of = restaurant("Copper Test Pot", "Europe/London", "GBP", ("Bhuna Lal", "Korma Safed", "Dal Kali"), 970_000)
    await load(database, of)
    return of


async def signed_in(
    address: str, ministack: Ministack, identity: Identity, of: Restaurant, judge: StreamJudge, email: str | None = None
) -> Client:
    email = email or of.email
    password = await create_user(ministack, identity, email, of.tenant_id)
    tokens = await sign_in(ministack, identity, email, password)
    return Client(address, tokens.id_token, of, judge)


@pytest_asyncio.fixture(scope="session")
async def maria(
    address: str, ministack: Ministack, identity: Identity, pizza: Restaurant, judge: StreamJudge
) -> AsyncIterator[Client]:
    async with await signed_in(address, ministack, identity, pizza, judge) as client:
        yield client


@pytest_asyncio.fixture(scope="session")
async def amir(
    address: str, ministack: Ministack, identity: Identity, curry: Restaurant, judge: StreamJudge
) -> AsyncIterator[Client]:
    async with await signed_in(address, ministack, identity, curry, judge) as client:
        yield client


@pytest.fixture
def serve_with(config: Config) -> Any:
    """A service of its own with some of its configuration changed: `async with serve_with(...) as address`."""

    def serve(**changes: Any) -> Any:
        return serving(create_app(msgspec.structs.replace(config, **changes)))

    return serve
