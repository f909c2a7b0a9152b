"""The owners' browsers: asks what it is given on stdin, and prints on stdout when each token arrived.

    python -m benchmarks.client < questions.json

In a process of its own, and without reading what it gets: it counts the marks of tokens in the bytes. A stream has
ended with its last chunk, not with its connection, which some servers keep. Times are seconds of the monotonic clock,
which all processes of a machine share.
"""

from __future__ import annotations

import asyncio
import sys
import time
from functools import partial
from typing import cast

import msgspec
import uvloop

MARK = b"~"
_END = b"0\r\n\r\n"
_clock = time.perf_counter


class Questions(msgspec.Struct):
    """streams: the raw requests of each stream, asked one after another, each over a connection of its own; spread:
    seconds over which the streams begin, evenly; limit: seconds after which all that is unfinished is cut; keep:
    whether the bytes of the answers are wanted too."""

    port: int
    streams: list[list[str]]
    spread: float = 0.0
    limit: float = 60.0
    keep: bool = False


class Asked(msgspec.Struct):
    """One question. began: when it was sent; arrivals: (when, how many tokens), as the bytes came; ended: when its
    last chunk had come, None when it was cut; body: when it was wanted."""

    stream: int
    began: float
    arrivals: list[tuple[float, int]]
    ended: float | None
    body: str = ""


class Answers(msgspec.Struct):
    """began, ended: of all; cpu: seconds of this process's own in between."""

    asked: list[Asked]
    began: float
    ended: float
    cpu: float


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, asked: Asked, keep: bool) -> None:
        self._request = request
        self._asked = asked
        self._keep = keep
        self._all: list[bytes] = []
        self._tail = b""
        self._head = b""
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods only
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = _clock()
        if len(self._head) < 12:
            self._head += data[:64]
            if len(self._head) >= 12 and b" 200" not in self._head[:12]:
                self._fail(data)
                return
        count = data.count(MARK)
        if count:
            self._asked.arrivals.append((now, count))
        if self._keep:
            self._all.append(data)
        self._tail = (self._tail + data[-5:])[-5:]
        if self._tail == _END:
            self._asked.ended = now
            self._asked.body = b"".join(self._all).decode()
            self._transport.close()
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.finished.done():
            self.finished.set_exception(exc or ConnectionResetError("the server closed a stream before its end"))

    def _fail(self, data: bytes) -> None:
        self._transport.abort()
        self.finished.set_exception(RuntimeError(f"the server answered {data[:400]!r}"))

    def _finish(self) -> None:
        if not self.finished.done():
            self.finished.set_result(None)


async def _stream(at: int, questions: Questions, into: list[Asked]) -> None:
    await asyncio.sleep(questions.spread * at / len(questions.streams))
    for request in questions.streams[at]:
        asked = Asked(at, _clock(), [], None)
        into.append(asked)
        make = partial(_Connection, request.encode(), asked, questions.keep)
        _, connection = await asyncio.get_running_loop().create_connection(make, "127.0.0.1", questions.port)
        await connection.finished


async def ask(questions: Questions) -> Answers:
    """Raises what the first stream that went wrong raised; streams that are too slow are cut and show as such."""
    began, asked, spent = _clock(), list[Asked](), time.process_time()
    streams = [asyncio.create_task(_stream(at, questions, asked)) for at in range(len(questions.streams))]
    done, late = await asyncio.wait(streams, timeout=questions.limit, return_when=asyncio.FIRST_EXCEPTION)
    for task in late:
        task.cancel()
    for task in done:
        task.result()
    return Answers(asked, began, _clock(), time.process_time() - spent)


def main() -> None:
    questions = msgspec.json.decode(sys.stdin.buffer.read(), type=Questions)
    answers = msgspec.json.encode(uvloop.run(ask(questions)))
    # Where the environment has PYTHONUNBUFFERED, sys.stdout may take a part and leave it at that.
    with open(sys.stdout.fileno(), "wb", closefd=False) as out:
        out.write(answers)


if __name__ == "__main__":
    main()
