"""The parts of this machine's cloud that are Python programs of our own: the Bedrock endpoint and the service."""

from __future__ import annotations

import os
import signal
import sys
import urllib.request
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from local.children import Command, last_words, start_child, stop_child, wait_until_ready
from local.errors import LocalCloudError
from local.ports import answers, is_free
from local.state import CHECKOUT

HOST = "127.0.0.1"
_PATIENCE = 30.0
"""Seconds that the service may take to finish the answers that it is giving."""


class Part(Protocol):
    """A server that runs as our child. `start` brings it up on the same port with the same state each time."""

    name: str

    @property
    def pid(self) -> int | None: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def wait(self) -> int: ...


class Program:
    """`python -m MODULE ARGUMENT…` of this checkout, ready when `ready` says so."""

    def __init__(self, name: str, command: Command, port: int, ready: Callable[[], bool]) -> None:
        self.name = name
        self.port = port
        self._command = command
        self._ready = ready
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self) -> None:
        if not is_free(HOST, self.port):
            raise LocalCloudError(f"Port {self.port}, where {self.name} listens, is taken by another program.")
        self._process = await start_child(self._command)
        await wait_until_ready(self._process, self._ready, self.name, self._command.log)

    async def stop(self) -> None:
        if self._process is not None:
            await stop_child(self._process, signal.SIGTERM, patience=_PATIENCE)

    async def wait(self) -> int:
        assert self._process is not None, "not started"  # noqa: S101
        return await self._process.wait()


def bedrock_endpoint(port: int, log: Path, options: list[str]) -> Program:
    """options: as `python -m local.bedrock --help` lists them. It sees the environment of whoever starts it, for
    to record it needs that person's credentials."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    argv = [sys.executable, "-m", "local.bedrock", "--port", str(port), *options]
    command = Command(argv=argv, environment=environment, log=log, directory=CHECKOUT)
    return Program("the Bedrock endpoint", command, port, lambda: answers(HOST, port))


def service(port: int, log: Path, environment: dict[str, str]) -> Program:
    """environment: what `service.config.read_config` reads, and what Python and botocore need."""
    argv = [sys.executable, "-m", "local.host", "--port", str(port)]
    command = Command(argv=argv, environment=environment, log=log, directory=CHECKOUT)
    return Program("the service", command, port, lambda: _is_healthy(port))


async def load_restaurants(database: Path, log: Path) -> None:
    """Runs to its end. Cancelled, it ends at once, and no restaurant is left half loaded."""
    argv = [sys.executable, "-m", "local.seed_child", str(database)]
    environment = {"PATH": os.environ.get("PATH", os.defpath)}
    process = await start_child(Command(argv=argv, environment=environment, log=log, directory=CHECKOUT))
    try:
        status = await process.wait()
    finally:
        await stop_child(process, signal.SIGKILL, patience=5)
    if status != 0:
        raise LocalCloudError(f"The demo restaurants could not be loaded: {last_words(log)}")


def _is_healthy(port: int) -> bool:
    try:
        with _direct.open(f"http://{HOST}:{port}/health", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Opens addresses on this machine, whatever proxy the environment names."""
