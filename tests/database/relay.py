"""A TCP relay before the real server, to be cut, refused and frozen where the server itself cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress


class Relay:
    """Its port stays the same while it is shut and opened again. accepted: connections taken so far."""

    def __init__(self, target_host: str, target_port: int) -> None:
        self._target = (target_host, target_port)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._thawed = asyncio.Event()
        self._thawed.set()
        self.port = 0
        self.accepted = 0

    async def open(self) -> None:
        self._server = await self._listen()
        self.port = self._server.sockets[0].getsockname()[1]

    def _seen(self, data: bytes) -> None:
        """What a client sent, as it passes."""

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self._target)

    def refuse(self) -> None:
        """From now on connections are refused; those there are stay."""
        assert self._server is not None
        self._server.close()

    def freeze(self) -> None:
        """From now on nothing passes, in connections there are and in new ones: they hang."""
        self._thawed.clear()

    def thaw(self) -> None:
        self._thawed.set()

    def drop_frozen(self) -> None:
        """The connections there are stay silent for good; new ones pass."""
        self._thawed = asyncio.Event()
        self._thawed.set()

    def hang_up(self) -> None:
        """Both ends of every connection there is are closed; new ones pass."""
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        self.refuse()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        thawed = self._thawed
        ends: list[asyncio.StreamWriter] = [writer]
        try:
            await thawed.wait()
            server_reader, server_writer = await self._connect()
            ends.append(server_writer)
            async with asyncio.TaskGroup() as group:
                group.create_task(_pass(reader, server_writer, thawed, self._seen))
                group.create_task(_pass(server_reader, writer, thawed))
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            for end in ends:
                end.close()
                with suppress(OSError):
                    await end.wait_closed()


async def _pass(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    thawed: asyncio.Event,
    seen: Callable[[bytes], None] | None = None,
) -> None:
    while data := await reader.read(65536):
        await thawed.wait()
        if seen is not None:
            seen(data)
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def relay_to(host: str, port: int) -> AsyncIterator[Relay]:
    relay = Relay(host, port)
    await relay.open()
    try:
        yield relay
    finally:
        await relay.close()
