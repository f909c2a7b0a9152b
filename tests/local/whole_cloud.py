"""The whole cloud as `make run` starts it, as a process of its own, and the commands that work with it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from local.demo_restaurants import DEMO_TENANTS
from local.orphans import birth_of
from local.ports import free_port

CHECKOUT = Path(__file__).parents[2]
OWNER = DEMO_TENANTS[0].owner_email


class Finished(msgspec.Struct):
    code: int
    out: str
    err: str


class WholeCloud:
    """`async with WholeCloud(state) as cloud:` is up inside the block and stopped by SIGTERM after it."""

    def __init__(self, state: Path, *options: str, port: int | None = None) -> None:
        self.state = state
        self.port = port or free_port()
        self.options = options
        self.said: list[str] = []
        self.process: Process

    async def launch(self) -> None:
        argv = ["-m", "local.up", "--state", str(self.state), "--port", str(self.port), *self.options]
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *argv, cwd=CHECKOUT, stdout=PIPE, stderr=PIPE, env=dict(os.environ)
        )

    async def until(self, words: str) -> str:
        """The next line that holds `words`. Fails when the process ends first or stays silent for a minute."""
        assert self.process.stdout is not None
        while True:
            async with asyncio.timeout(60):
                line = (await self.process.stdout.readline()).decode()
            self.said.append(line)
            if words in line:
                return line
            assert line, f"it ended without saying {words!r}: {self.said} {await self.process.stderr.read()!r}"  # type: ignore[union-attr]

    async def finish(self) -> Finished:
        async with asyncio.timeout(60):
            out, err = await self.process.communicate()
        return Finished(self.process.returncode or 0, out.decode(), err.decode())

    def children(self) -> dict[str, int]:
        """Process ids by name."""
        kept = msgspec.json.decode((self.state / "children.json").read_bytes())
        return {name: child["pid"] for name, child in kept.items()}

    def running(self) -> dict[str, Any]:
        """What the commands know of it, now or at last."""
        return dict(msgspec.json.decode((self.state / "running.json").read_bytes()))

    async def today(self, token: str) -> str:
        """The day it is for the restaurant, as /me says."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
            me = (await client.get("/me", headers={"authorization": f"Bearer {token}"})).json()
        return str(me["restaurant"]["today"])

    async def command(self, module: str, **environ: str) -> Finished:
        clean = {name: value for name, value in os.environ.items() if name not in ("PORT", "NOW")}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, cwd=CHECKOUT, stdout=PIPE, stderr=PIPE,
            env={**clean, "TABLESIDE_STATE": str(self.state), **environ},
        )  # fmt: skip
        async with asyncio.timeout(60):
            out, err = await process.communicate()
        return Finished(process.returncode or 0, out.decode(), err.decode())

    async def ask(self, question: str, **environ: str) -> Finished:
        return await self.command("local.ask", **{"AS": OWNER, "Q": question, **environ})

    async def __aenter__(self) -> Self:
        await self.launch()
        await self.until("Ready after")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.returncode is not None:
            return
        children = self.children()
        self.process.send_signal(signal.SIGTERM)
        finished = await self.finish()
        if kind is None:
            assert finished.code == 0, finished
            assert not [name for name, pid in children.items() if birth_of(pid)]


async def gone(pids: dict[str, int]) -> None:
    """Returns when none of these runs any more."""
    async with asyncio.timeout(30):
        while any(birth_of(pid) for pid in pids.values()):  # noqa: ASYNC110 (nobody tells us: not our children)
            await asyncio.sleep(0.02)
