"""Lambda's Runtime API and Extensions API, as far as a function with one extension needs them.

A function asks for the next invocation, and answers it in one piece or as a stream: a prelude in JSON with status and
headers, eight zero bytes, and the body as it is made. What comes is kept with the moment at which it came.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from typing import Any, Self
from uuid import uuid4

import h11

from .invocation import Invocation

RUNTIME, EXTENSION = "/2018-06-01/runtime", "/2020-01-01/extension"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:tableside-ask"


class RuntimeApi:
    """listener: where it is asked; the addresses in AWS_LAMBDA_RUNTIME_API are this one.

    extensions: names of those that have registered; ready: when the function first asked for work; failures: what it
    said of an initialization that failed.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        host, port = listener.getsockname()
        self.address = f"{host}:{port}"
        self.extensions: list[str] = []
        self.failures: list[Any] = []
        self.ready = asyncio.Event()
        self.waiting = asyncio.Event()
        self._invocations: dict[str, Invocation] = {}
        self._next: asyncio.Queue[Invocation] = asyncio.Queue()
        self._connections: set[asyncio.Task[None]] = set()
        self._shutting_down = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, sock=self._listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def invoke(self, event: dict[str, Any], *, seconds: float = 30.0) -> Invocation:
        """Hands the event out when the function next asks. seconds: the function's time limit, from now."""
        invocation = Invocation(event, time.time() + seconds)
        self._invocations[invocation.id] = invocation
        self._next.put_nowait(invocation)
        return invocation

    # -- one connection: requests one after the other -----------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        exchange = _Exchange(reader, writer)
        try:
            while (request := await exchange.request()) is not None:
                await self._answer(request, exchange)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the container is gone, or the test is over
        finally:
            writer.close()

    async def _answer(self, request: h11.Request, exchange: _Exchange) -> None:
        method, path = request.method.decode(), request.target.decode()
        match method, path.removeprefix(RUNTIME).removeprefix(EXTENSION).strip("/").split("/"):
            case "GET", ["invocation", "next"]:
                await exchange.whole_body()
                await self._hand_out(exchange)
            case "POST", ["invocation", id, "response"]:
                await self._take_response(self._invocations[id], request, exchange)
            case "POST", ["invocation", id, "error"]:
                self._invocations[id].fail(json.loads(await exchange.whole_body()))
                await exchange.respond(202, b'{"status":"OK"}')
            case "POST", ["init", "error"]:
                self.failures.append(json.loads(await exchange.whole_body()))
                await exchange.respond(202, b'{"status":"OK"}')
            case "POST", ["register"]:
                await self._register(request, exchange)
            case "GET", ["event", "next"]:
                await exchange.whole_body()
                await self._shutting_down.wait()
            case _:
                await exchange.whole_body()
                await exchange.respond(404, json.dumps({"errorMessage": f"{method} {path} is not here"}).encode())

    async def _hand_out(self, exchange: _Exchange) -> None:
        self.ready.set()
        self.waiting.set()
        try:
            invocation = await self._next.get()
        finally:
            self.waiting.clear()
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
            "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
        }
        await exchange.respond(200, json.dumps(invocation.event).encode(), headers)

    async def _take_response(self, invocation: Invocation, request: h11.Request, exchange: _Exchange) -> None:
        """A streamed answer is given to its reader piece by piece, while it is being sent."""
        given = {name.decode(): value.decode() for name, value in request.headers}
        streamed = given.get("lambda-runtime-function-response-mode") == "streaming"
        invocation.begin(streamed=streamed)
        async for piece in exchange.body():
            invocation.add(piece)
        invocation.end(exchange.trailers)
        await exchange.respond(202, b'{"status":"OK"}')

    async def _register(self, request: h11.Request, exchange: _Exchange) -> None:
        await exchange.whole_body()
        given = {name.decode(): value.decode() for name, value in request.headers}
        self.extensions.append(given["lambda-extension-name"])
        named = {"functionName": "tableside-ask", "functionVersion": "$LATEST", "handler": ""}
        await exchange.respond(200, json.dumps(named).encode(), {"Lambda-Extension-Identifier": str(uuid4())})


class _Exchange:
    """Requests and answers over one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._connection = h11.Connection(h11.SERVER)
        self.trailers: dict[str, str] = {}

    async def request(self) -> h11.Request | None:
        """The next one; None when the other side has closed."""
        if self._connection.our_state is h11.DONE:
            self._connection.start_next_cycle()
        event = await self._event()
        return event if isinstance(event, h11.Request) else None

    async def body(self) -> AsyncIterator[bytes]:
        while not isinstance(event := await self._event(), h11.EndOfMessage):
            if isinstance(event, h11.ConnectionClosed):
                raise ConnectionResetError("the request broke off")
            if isinstance(event, h11.Data):
                yield bytes(event.data)
        self.trailers = {name.decode(): value.decode() for name, value in event.headers}

    async def whole_body(self) -> bytes:
        return b"".join([piece async for piece in self.body()])

    async def respond(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        said = {"Content-Length": str(len(body)), **(headers or {})}
        head = h11.Response(status_code=status, headers=list(said.items()))
        for event in (head, h11.Data(data=body), h11.EndOfMessage()):
            self._writer.write(self._connection.send(event) or b"")
        await self._writer.drain()

    async def _event(self) -> Any:
        while (event := self._connection.next_event()) is h11.NEED_DATA:
            self._connection.receive_data(await self._reader.read(65536))
        return event
