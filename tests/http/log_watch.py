"""The service's log while a test runs, and the words of an owner that must not be in it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any, TextIO, cast

import httpx
import structlog

from service.slices.slice import show
from tests.http.conftest import Client

QUESTION = "Did Zebulon the waiter sell well?"
ANSWER = "Yes, Wilhelmina saw it."
GARBLED = '{"number": "Quackenbush'


class Log(io.TextIOBase):
    """What is logged while a test runs, line by line. It is the service's own text: only where it goes is changed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._began = ""
        self._grew = asyncio.Event()

    def write(self, said: str) -> int:
        *whole, self._began = (self._began + said).split("\n")
        self.lines.extend(whole)
        self._grew.set()
        return len(said)

    async def requests(self, path: str, count: int = 1) -> list[dict[str, Any]]:
        """The request lines, as soon as there are `count` of this route (a template)."""
        async with asyncio.timeout(20):
            while len(found := [each for each in self._requests() if each["route"] == path]) < count:
                self._grew.clear()
                await self._grew.wait()
        return found

    async def all_requests(self, address: str) -> list[dict[str, Any]]:
        """All request lines up to now: a last request's line tells that those before it are out."""
        async with httpx.AsyncClient(base_url=address) as client:
            await client.get("/health")
        await self.requests("/health")
        return [each for each in self._requests() if each["route"] != "/health"]

    def _requests(self) -> list[dict[str, Any]]:
        parsed = [json.loads(line) for line in self.lines]
        return [each for each in parsed if each["event"] == "request"]


@contextmanager
def logging_to(to: Log) -> Iterator[Log]:
    before, handlers = structlog.get_config(), logging.getLogger().handlers
    streams = [(each, each.setStream(to)) for each in handlers if type(each) is logging.StreamHandler]
    structlog.configure(**(before | {"logger_factory": structlog.PrintLoggerFactory(file=cast(TextIO, to))}))
    try:
        yield to
    finally:
        structlog.configure(**before)
        for handler, stream in streams:
            handler.setStream(stream)


@asynccontextmanager
async def watched(serve_with: Any, **changes: Any) -> AsyncIterator[tuple[str, Log]]:
    """A service of its own, and its log. A new service sets logging up anew, so it is made first."""
    service = serve_with(**changes)
    with logging_to(Log()) as log:
        async with service as address:
            yield address, log


def private(client: Client) -> set[str]:
    """Words that are the owner's: figures as cents and as text, names, what was asked, thought and said."""
    of = client.of
    days = [of.today() - timedelta(days=back) for back in range(61)]
    cents = {of.order_total(day, number) for day in days for number in (1, 2, 3)} | {of.gross(day) for day in days}
    names = {"Zebulon", "Wilhelmina", "Quackenbush", "Thinkwell", *" ".join(of.items).split()}
    return names | {str(each) for each in cents} | {show(each, "money") for each in cents}


def assert_nothing_private(log: Log, client: Client) -> None:
    assert log.lines
    whole = "\n".join(log.lines)
    assert client.of.tenant.name not in whole
    assert client.of.email not in whole
    assert not [part for part in client.token.split(".") if part in whole]
    leaked = private(client) & set(re.findall(r"[\w.]*\w", whole))
    assert not leaked
