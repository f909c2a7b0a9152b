"""An invocation and what the function answers to it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import Any
from uuid import uuid4

_END_OF_PRELUDE = b"\0" * 8


class InvocationFailedError(Exception):
    """The function reported an error, in place of an answer or in the middle of one."""


class Answer:
    """headers: by lower-case name, each with all its values."""

    def __init__(self, status: int, headers: dict[str, list[str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    def header(self, name: str) -> str:
        [value] = self.headers[name]
        return value

    def json(self) -> Any:
        return json.loads(self.body)


class Invocation:
    """deadline: when Lambda would end the function, in real time; pieces: what came, in the order it came."""

    def __init__(self, event: dict[str, Any], deadline: float) -> None:
        self.id = str(uuid4())
        self.event = event
        self.deadline = deadline
        self.streamed: bool | None = None
        self._pieces: list[bytes] = []
        self._changed = asyncio.Condition()
        self._done = False
        self._failure: Any = None
        self._notices: set[asyncio.Task[None]] = set()

    # -- what the Runtime API tells it --------------------------------------------------------------------------

    def begin(self, *, streamed: bool) -> None:
        self.streamed = streamed

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._notice()

    def end(self, trailers: dict[str, str]) -> None:
        kind = trailers.get("lambda-runtime-function-error-type")
        self._failure = (kind, trailers.get("lambda-runtime-function-error-body")) if kind else None
        self._done = True
        self._notice()

    def fail(self, error: Any) -> None:
        self._failure, self._done = error, True
        self._notice()

    def _notice(self) -> None:
        task = asyncio.create_task(self._tell())
        self._notices.add(task)
        task.add_done_callback(self._notices.discard)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # -- what a test reads --------------------------------------------------------------------------------------

    async def answer(self) -> Answer:
        """The whole answer. Fails where Lambda would end the function: when it is not finished by the deadline."""
        await self._until(lambda: self._done)
        raw = b"".join(self._pieces)
        return self._streamed_answer(raw) if self.streamed else _buffered_answer(json.loads(raw))

    async def returned(self) -> Any:
        """What the function returned, where it is no answer to a request."""
        await self._until(lambda: self._done)
        return json.loads(b"".join(self._pieces))

    async def body_holds(self, words: bytes) -> bytes:
        """What of a streamed answer has come, as soon as it holds the words. Fails when it ends without them."""
        await self._until(lambda: self._done or words in self._so_far())
        assert words in self._so_far(), self._so_far()
        return self._so_far()

    @property
    def finished(self) -> bool:
        return self._done

    def _so_far(self) -> bytes:
        return b"".join(self._pieces).partition(_END_OF_PRELUDE)[2]

    def _streamed_answer(self, raw: bytes) -> Answer:
        prelude, found, body = raw.partition(_END_OF_PRELUDE)
        assert found, f"a streamed answer without a prelude: {raw[:200]!r}"
        said = json.loads(prelude)
        headers = {name.lower(): [value] for name, value in said.get("headers", {}).items()}
        return Answer(said["statusCode"], headers, body)

    async def _until(self, holds: Any) -> None:
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(holds), self.deadline - time.time())
        if self._failure is not None:
            raise InvocationFailedError(self._failure)


def _buffered_answer(said: dict[str, Any]) -> Answer:
    headers = {name.lower(): [value] for name, value in (said.get("headers") or {}).items()}
    headers |= {name.lower(): values for name, values in (said.get("multiValueHeaders") or {}).items()}
    body = said.get("body") or ""
    return Answer(said["statusCode"], headers, base64.b64decode(body) if said["isBase64Encoded"] else body.encode())
