"""The Bedrock endpoint that feeds every server: frames that were encoded beforehand, flat out or at a pace.

    python -m benchmarks.model PORT

`POST /play` with {"tokens": 200, "pace": 0.02} says what is played from then on; pace 0 is flat out, the whole answer
in one write. At a pace, token n (from 1) leaves n paces after the request was read, whatever happened to those before
it, so the model's own time to its first token is one pace.
"""

from __future__ import annotations

import asyncio
import re
import sys
from typing import cast

import msgspec
import uvloop

from benchmarks.answer import frames

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\n"
    b"x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\nTransfer-Encoding: chunked\r\n\r\n"
)


class Played(msgspec.Struct):
    tokens: int = 200
    pace: float = 0.0


_playing = Played()


class Model(asyncio.Protocol):
    """A connection, kept alive: one answer after another."""

    def __init__(self) -> None:
        self._received = b""
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods only

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (the protocol's)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        length = _LENGTH.search(head)
        if length is None or len(body) < int(length[1]):
            return
        self._received = body[int(length[1]) :]
        self._answer(head, body[: int(length[1])])

    def _answer(self, head: bytes, body: bytes) -> None:
        global _playing  # noqa: PLW0603 (one program, one thing that it plays)
        if head.startswith(b"POST /play "):
            _playing = msgspec.json.decode(body, type=Played)
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            return
        first, said, last = frames(_playing.tokens)
        if _playing.pace == 0:
            self._transport.write(b"".join((_HEAD, first, *said, last)))
            return
        self._transport.write(_HEAD + first)
        self._say(0, self._loop.time() + _playing.pace, (said, last, _playing.pace))

    def _say(self, at: int, when: float, rest: tuple[tuple[bytes, ...], bytes, float]) -> None:
        self._timer = self._loop.call_at(when, self._say_now, at, when, rest)

    def _say_now(self, at: int, when: float, rest: tuple[tuple[bytes, ...], bytes, float]) -> None:
        said, last, pace = rest
        if at == len(said) - 1:
            self._transport.write(said[at] + last)
            return
        self._transport.write(said[at])
        self._say(at + 1, when + pace, rest)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Model, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
