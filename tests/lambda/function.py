"""A Lambda function made of the image: its container, the adapter started as an extension, and the Runtime API."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from msgspec import Struct

from local.image.built import Image
from tests.http.restaurants import Restaurant

from .container import LAMBDA_USER, Container
from .events import proxy_event
from .invocation import Invocation
from .network import Network, RelayInto
from .runtime_api import RuntimeApi

ADAPTER = "/opt/extensions/lambda-adapter"


class Cloud(Struct, frozen=True):
    """What stands around the function. environment: as a service on this machine would get it; servers: where the
    database, DynamoDB and Bedrock listen, by the variable that names them."""

    environment: dict[str, str]
    restaurant: Restaurant
    token: str

    def servers(self) -> dict[str, tuple[str, int]]:
        found = {"DATABASE_HOST": (self.environment["DATABASE_HOST"], int(self.environment["DATABASE_PORT"]))}
        for name in ("DYNAMODB_ENDPOINT", "BEDROCK_ENDPOINT"):
            url = urlsplit(self.environment[name])
            found[name] = (str(url.hostname), int(url.port or 80))
        return found


class Reach:
    """Relays from a container's network to the cloud; environment: the cloud's, with their addresses in it; without:
    what refuses connections until its relay is opened."""

    def __init__(self, network: Network, cloud: Cloud, without: tuple[str, ...] = ()) -> None:
        self.relays = {name: RelayInto(network, *server) for name, server in cloud.servers().items()}
        self._cloud = cloud
        self._without = without

    async def __aenter__(self) -> Self:
        for name, relay in self.relays.items():
            await relay.open()
            if name in self._without:
                relay.refuse()
        return self

    async def __aexit__(self, *_: object) -> None:
        for relay in self.relays.values():
            await relay.close()

    @property
    def environment(self) -> dict[str, str]:
        given = self._cloud.environment
        ministack = f"http://127.0.0.1:{self.relays['DYNAMODB_ENDPOINT'].port}"
        return {
            **given,
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(self.relays["DATABASE_HOST"].port),
            "DYNAMODB_ENDPOINT": ministack,
            "TOKEN_KEYS": given["TOKEN_KEYS"].replace(given["DYNAMODB_ENDPOINT"], ministack),
            "BEDROCK_ENDPOINT": f"http://127.0.0.1:{self.relays['BEDROCK_ENDPOINT'].port}",
        }


class Function:
    """`async with Function(...) as function:` has been initialized inside the block, unless `until_ready` is false.

    changes: of its environment.
    """

    def __init__(
        self,
        image: Image,
        cloud: Cloud,
        bundle: Path,
        changes: Mapping[str, str] | None = None,
        *,
        also: tuple[Path, ...] = (),
        until_ready: bool = True,
        without: tuple[str, ...] = (),
    ) -> None:
        self._image, self._bundle, self._changes = image, bundle, dict(changes or {})
        self._also, self._until_ready, self._without = also, until_ready, without
        self.cloud = cloud
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            network = stack.enter_context(Network())
            self.reach = await stack.enter_async_context(Reach(network, self.cloud, self._without))
            self.api = await stack.enter_async_context(RuntimeApi(network.listener()))
            environment = {**self.reach.environment, **self._lambda_environment(), **self._changes}
            self.container = await stack.enter_async_context(
                Container(self._image, network, self._bundle, environment, user=LAMBDA_USER, also=self._also)
            )
            self.adapter = await self.container.execute(ADAPTER)
            if self._until_ready:
                await self._initialized()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def invoke(self, event: dict[str, Any], *, seconds: float = 30.0) -> Invocation:
        return self.api.invoke(event, seconds=seconds)

    def ask(self, question: str, *, accept: str | None = None, seconds: float = 30.0, **given: Any) -> Invocation:
        """given: headers, or a token in place of the owner's."""
        headers = {"Content-Type": "application/json", **self.signed_in(given.pop("token", None))}
        headers |= {"Accept": accept} if accept else {}
        event = proxy_event("POST", "/ai/ask", headers={**headers, **given.pop("headers", {})}, body=asked(question))
        assert not given, given
        return self.invoke(event, seconds=seconds)

    def get(self, target: str, **headers: str) -> Invocation:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.invoke(proxy_event("GET", target, headers={**self.signed_in(), **given}))

    def signed_in(self, token: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {token or self.cloud.token}"}

    def log_lines(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.container.log_lines() if line.get("event") == event]

    async def _initialized(self) -> None:
        """As Lambda sees it: the extension has registered, and the first invocation is asked for."""
        ended = asyncio.create_task(self.container.main.wait())
        ready = asyncio.create_task(self.api.ready.wait())
        await asyncio.wait({ended, ready}, timeout=30, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        assert ready.done(), f"the function was not ready: {self.container.log()}"

    def _lambda_environment(self) -> dict[str, str]:
        return {
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
            "AWS_LAMBDA_FUNCTION_NAME": "tableside-ask",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/tableside-ask",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/23/[$LATEST]0123456789abcdef",
            "LAMBDA_TASK_ROOT": "/var/task",
            "TZ": ":UTC",
        }


def asked(question: str) -> dict[str, Any]:
    message = {"id": f"q{uuid4().hex}", "role": "user", "parts": [{"type": "text", "text": question}]}
    return {"id": f"c{uuid4().hex}", "trigger": "submit-message", "messages": [message]}
