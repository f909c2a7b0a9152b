"""The model's endpoint as our child, and as a server of its own: asked directly, it shows that it holds nobody back."""

from __future__ import annotations

import json
import signal
import urllib.request
from asyncio import to_thread
from asyncio.subprocess import Process
from pathlib import Path
from typing import Self

from benchmarks.answer import MODEL
from benchmarks.servers import CHECKOUT, HOST, Kind, python, raw_request
from local.children import Command, start_child, stop_child, wait_until_ready
from local.ports import answers, free_port


class Endpoint:
    """`async with Endpoint(logs) as endpoint`. It is asked as a Server is, by its `port` and `pid`."""

    kind = Kind("model", "the model alone", ())

    def __init__(self, logs: Path) -> None:
        self.port = free_port()
        self.log = logs / "model.log"
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"  # noqa: S101
        return self._process.pid

    async def __aenter__(self) -> Self:
        argv = [python(".venv-bench"), "-m", "benchmarks.model", str(self.port)]
        self._process = await start_child(Command(argv=argv, environment={}, log=self.log, directory=CHECKOUT))
        await wait_until_ready(self._process, lambda: answers(HOST, self.port), "the model's endpoint", self.log)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None:
            await stop_child(self._process, signal.SIGTERM, patience=5)

    async def play(self, tokens: int, pace: float) -> None:
        """What it answers from now on. pace: seconds between two tokens; 0 for all at once."""
        await to_thread(self._post, json.dumps({"tokens": tokens, "pace": pace}).encode())

    def _post(self, body: bytes) -> None:
        with _direct.open(f"{self.url}/play", data=body, timeout=10) as response:
            assert response.status == 200  # noqa: S101 (a program of our own)


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def model_request() -> str:
    return raw_request(f"/model/{MODEL}/converse-stream", {"messages": []})
