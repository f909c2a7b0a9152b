"""SqlTap: a relay before PostgreSQL that keeps each row it carries, by the tenant of the transaction it was read in.

It also looks behind: before a connection's next transaction it asks the server itself, on that very connection, whether
a tenant is still set. What the service's transactions leave behind shows here, whoever borrows the connection next.
"""

from __future__ import annotations

import asyncio
import re
import struct
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Self

from msgspec import Struct, field

_TENANT = re.compile(rb"set_config\('app\.tenant_id',\s*'([0-9a-f-]{36})'")
_BEGIN = re.compile(rb"\s*BEGIN\b", re.IGNORECASE)
_LOOK = b"SELECT current_setting('app.tenant_id', true)\0"
_CANCEL_REQUEST = 80877102
_PATIENCE = 10.0


class Seen(Struct):
    """rows: bodies of DataRow messages by the tenant id that was set, '' for none; remnants: what was still set, or
    still open, when a transaction was over; looked: how often that was asked."""

    rows: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    remnants: list[str] = field(default_factory=list)
    looked: int = 0

    def rows_of(self, tenant_id: object) -> list[bytes]:
        return self.rows.get(str(tenant_id), [])

    def take(self, tenant_id: object) -> list[bytes]:
        """The rows of a tenant since they were last taken."""
        return self.rows.pop(str(tenant_id), [])


class SqlTap:
    """`async with SqlTap(host, port) as tap:` then give `tap.port` to the service. The server must not ask for TLS.

    look_behind: whether the server is asked what a transaction left; it costs a round trip a transaction. patience:
    seconds that a transaction may take to end when all is over.
    """

    host = "127.0.0.1"

    def __init__(self, host: str, port: int, *, look_behind: bool = True, patience: float = 10.0) -> None:
        self._target = (host, port)
        self._patience = patience
        self._look_behind = look_behind
        self._connections: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.seen = Seen()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None  # noqa: S101
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def look_behind_all(self) -> None:
        """Asks on every connection, when what it is doing is done; notes those that stay in a transaction."""
        for connection in list(self._connections):
            try:
                async with asyncio.timeout(self._patience):
                    await connection.idle.wait()
            except TimeoutError:
                if connection in self._connections:
                    self.seen.remnants.append("a transaction stays open on a connection")
            else:
                await connection.look_behind()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # Nobody but __aexit__ cancels it, and asyncio.streams would log a task that ends so as an error.
        with suppress(asyncio.CancelledError):
            await self._relay(reader, writer)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            server_reader, server_writer = await asyncio.open_connection(*self._target)
            ends.append(server_writer)
            connection = _Connection(self.seen, writer, server_writer, look=self._look_behind)
            self._connections.add(connection)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(_pump(reader, connection.from_client, server_writer))
                    group.create_task(_pump(server_reader, connection.from_server, writer))
            finally:
                self._connections.discard(connection)
        except* OSError:
            pass  # one of the two ends hung up, and the other is hung up on
        finally:
            for end in ends:
                end.close()
                with suppress(OSError):
                    await end.wait_closed()


class _Connection:
    """One client's conversation with the server, message by message."""

    def __init__(self, seen: Seen, client: asyncio.StreamWriter, server: asyncio.StreamWriter, *, look: bool) -> None:
        self._seen = seen
        self._client = client
        self._server = server
        self._look = look
        self._requests = _Messages(begins_untyped=True)
        self._answers = _Messages()
        self._tenant = ""
        self._answer: asyncio.Future[bytes] | None = None
        self._asked: bytes = b""
        self._unlooked = False
        self.status = b""
        """Of the last ReadyForQuery: I idle, T in a transaction, E in one that failed; empty while it is busy."""
        self.idle = asyncio.Event()

    async def from_client(self, chunk: bytes) -> None:
        if self._look and self._unlooked and self.status == b"I":
            await self.look_behind()
        for kind, body in self._requests.of(chunk):
            if kind in (b"Q", b"P"):
                self._note_statement(body)
        self.status = b""
        self.idle.clear()
        self._server.write(chunk)
        await self._server.drain()

    async def from_server(self, chunk: bytes) -> None:
        passed = b""
        for kind, body in self._answers.of(chunk):
            if self._answer is not None and not self._answer.done():
                self._take_answer(kind, body, self._answer)
                continue
            if kind == b"D":
                self._seen.rows[self._tenant].append(body)
            elif kind == b"Z":
                self.status = body
                if body == b"I":
                    self._tenant = ""
                    self.idle.set()
            passed += kind + struct.pack("!i", len(body) + 4) + body
        if passed:
            self._client.write(passed)
            await self._client.drain()

    async def look_behind(self) -> None:
        """Asks the server what is set, between two transactions, and gives the answer to nobody else."""
        if self.status != b"I" or self._answer is not None or not self._unlooked:
            return
        self._unlooked = False
        self._answer, self._asked = asyncio.get_running_loop().create_future(), b""
        self._server.write(b"Q" + struct.pack("!i", len(_LOOK) + 4) + _LOOK)
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._server.drain()
                still_set = await self._answer
        finally:
            self._answer = None
        self._seen.looked += 1
        if still_set:
            self._seen.remnants.append(f"{still_set.decode()} is set when no transaction is")

    def _take_answer(self, kind: bytes, body: bytes, answer: asyncio.Future[bytes]) -> None:
        """Of a DataRow with one column: two bytes of count, four of length, and the setting."""
        if kind == b"D":
            self._asked = body[6:]
        elif kind == b"Z":
            answer.set_result(self._asked)

    def _note_statement(self, statement: bytes) -> None:
        if _BEGIN.match(statement):
            self._unlooked = True
            if self.status in (b"T", b"E"):
                self._seen.remnants.append("a transaction began within another's")
        if found := _TENANT.search(statement):
            self._tenant = found[1].decode()


class _Messages:
    """Cuts a stream of bytes into messages: (type, body). A client's first message has no type."""

    def __init__(self, *, begins_untyped: bool = False) -> None:
        self._untyped = begins_untyped
        self._rest = b""

    def of(self, chunk: bytes) -> Iterator[tuple[bytes, bytes]]:
        data = self._rest + chunk
        at = 0
        while True:
            typed = 0 if self._untyped else 1
            if len(data) - at < typed + 4:
                break
            (length,) = struct.unpack_from("!i", data, at + typed)
            end = at + typed + length
            if len(data) < end:
                break
            yield data[at : at + typed], data[at + typed + 4 : end]
            self._untyped = False
            at = end
        self._rest = data[at:]


async def _pump(
    reader: asyncio.StreamReader, take: Callable[[bytes], Awaitable[None]], writer: asyncio.StreamWriter
) -> None:
    """Until the reader's end hangs up; then hangs up the other."""
    while data := await reader.read(65536):
        await take(data)
    writer.close()
