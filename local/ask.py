"""One question from the terminal: `make ask Q="How did we do yesterday?" AS=owner@… [CONTINUE=1]`.

Signs in to Cognito and asks the running service as a browser would. The answer's text comes on stdout as it
streams; tools, usage and timing on stderr. Exit code 0 only for a finished answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, TextIO
from uuid import uuid4

import aiohttp
import msgspec

from local.errors import LocalCloudError
from local.private_files import read_record, write_record
from local.running import Running, read_running
from local.sign_in import email_from, id_token
from local.state import State

_DATA, _DONE = "data: ", "[DONE]"


class Question:
    """What was asked for in the environment: Q, AS and CONTINUE. Raises LocalCloudError when one is missing."""

    def __init__(self, environ: Mapping[str, str], state: State) -> None:
        self.email = email_from(environ)
        self.text = environ.get("Q", "")
        if not self.text:
            raise LocalCloudError('Q="…" must hold the question.')
        name = hashlib.sha256(self.email.encode()).hexdigest()[:16]
        self._last = state.path(f"conversations/{name}.json")
        kept = read_record(self._last, str) if environ.get("CONTINUE") else None
        self.conversation_id = kept or f"c{uuid4().hex}"

    def remember(self) -> None:
        write_record(self._last, self.conversation_id)

    def body(self) -> dict[str, Any]:
        """The AI SDK's request body."""
        message = {"id": f"q{uuid4().hex}", "role": "user", "parts": [{"type": "text", "text": self.text}]}
        return {"id": self.conversation_id, "trigger": "submit-message", "messages": [message]}


class Printer:
    """Prints a stream's parts as they come: the answer's words to `out`, everything else to `aside`."""

    def __init__(self, out: TextIO, aside: TextIO) -> None:
        self._out, self._aside = out, aside
        self._began: float | None = None
        self._first_token: float | None = None
        self.finished = self.failed = False

    def begin(self) -> None:
        """The request goes out now."""
        self._began = time.monotonic()

    def take(self, part: dict[str, Any]) -> None:  # noqa: C901 (one line a part: a table)
        match part:
            case {"type": "text-delta", "delta": str(text)}:
                self._word(text)
            case {"type": "text-end"}:
                self._out.write("\n")
            case {"type": "tool-input-available", "toolName": name, "input": given}:
                self._say(f"tool {name} {_short(given)}")
            case {"type": "tool-input-error" | "tool-output-error", "errorText": text}:
                self._say(f"tool failed: {text}")
            case {"type": "data-status", "data": {"sentence": sentence}}:
                self._say(sentence)
            case {"type": "data-isolation", "data": data}:
                self._say(_isolation(data))
            case {"type": "data-receipts", "data": {"matched": matched, "unmatched": unmatched}}:
                self._say(f"receipts for {matched} of {matched + unmatched} figures")
            case {"type": "data-usage", "data": data}:
                self._say(_usage(data))
            case {"type": "start", "messageMetadata": {"standIn": True, "model": str(model)}}:
                self._say(f"answered by a stand-in ({model}), not by Amazon Nova")
            case {"type": "error", "errorText": text}:
                self.failed = True
                self._say(f"error: {text}")
            case {"type": "abort"}:
                self.failed = True
                self._say("stopped")
            case {"type": "finish"}:
                self.finished = True

    def end(self) -> None:
        if self._began is None:
            return
        total = self._elapsed_ms()
        first = "none" if self._first_token is None else f"{self._first_token:.0f} ms"
        self._say(f"first token {first}, in all {total:.0f} ms")
        if not (self.finished or self.failed):
            self._say("error: the stream broke off before its end")

    def _word(self, text: str) -> None:
        if self._first_token is None:
            self._first_token = self._elapsed_ms()
        self._out.write(text)
        self._out.flush()

    def _elapsed_ms(self) -> float:
        return (time.monotonic() - (self._began or 0.0)) * 1000

    def _say(self, line: str) -> None:
        self._out.flush()
        print(line, file=self._aside, flush=True)


def _isolation(data: dict[str, Any]) -> str:
    """What the database said of the transaction that was read in."""
    active = [each["table"] for each in data["tables"] if each["row_security_active"]]
    bypass = "bypasses row security" if data["bypasses_row_security"] else "cannot bypass row security"
    return f"read as {data['database_user']}, which {bypass}; it was active on {', '.join(active)}"


def _short(data: object) -> str:
    text = msgspec.json.encode(data).decode()
    return text if len(text) <= 300 else f"{text[:300]}…"


def _usage(data: dict[str, Any]) -> str:
    cost = "no known price" if data["costUsd"] is None else f"${data['costUsd']}"
    calls = f"{data['modelCalls']} model call{'s' if data['modelCalls'] != 1 else ''}"
    return f"{data['inputTokens']} tokens in, {data['outputTokens']} out, {calls}, {cost}"


async def ask(running: Running, token: str, question: Question, printer: Printer) -> None:
    """Raises LocalCloudError when the service answers with a problem instead of a stream."""
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    printer.begin()
    timeout = aiohttp.ClientTimeout(total=None, connect=5, sock_read=120)
    async with (
        aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
        session.post(f"{running.service_url}/ai/ask", json=question.body(), headers=headers) as response,
    ):
        if response.status != 200:
            raise LocalCloudError(_problem(response.status, await response.read()))
        question.remember()
        async for part in _parts(response.content):
            printer.take(part)


async def _parts(content: aiohttp.StreamReader) -> AsyncIterator[dict[str, Any]]:
    """The JSON of each `data:` line, until [DONE]. Comments are the service's heartbeat."""
    async for line in content:
        text = line.decode().rstrip("\r\n")
        if text == _DATA + _DONE:
            return
        if text.startswith(_DATA):
            yield msgspec.json.decode(text.removeprefix(_DATA))


def _problem(status: int, body: bytes) -> str:
    try:
        return f"{msgspec.json.decode(body)['detail']} (HTTP {status})"
    except (msgspec.DecodeError, KeyError, TypeError):
        return f"The service answered HTTP {status}."


async def _ask(state: State, printer: Printer) -> None:
    question, running = Question(os.environ, state), read_running(state)
    token = await id_token(state, running, question.email)
    try:
        await ask(running, token, question, printer)
    finally:
        printer.end()


def main() -> int:
    printer = Printer(sys.stdout, sys.stderr)
    try:
        asyncio.run(_ask(State(), printer))
    except (LocalCloudError, aiohttp.ClientError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0 if printer.finished and not printer.failed else 1


if __name__ == "__main__":
    sys.exit(main())
