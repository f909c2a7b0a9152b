"""Supervisor: starts the parts, says how long each took, brings back those that die, stops them in order."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from local.errors import LocalCloudError
from local.orphans import birth_of, end_orphan
from local.private_files import read_record, write_record
from local.programs import Part

_DELAYS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
_SILENCE_SECONDS = 1.5
_STEADY_SECONDS = 30.0
"""A part that ran for so long starts again with the shortest delay."""


class _Child(Struct, frozen=True):
    pid: int
    birth: str


class Supervisor:
    """children: a file that remembers what runs, so that the next run can end what this one could not.
    say: prints one line."""

    def __init__(self, children: Path, say: Callable[[str], None]) -> None:
        self._file = children
        self._say = say
        self._parts: list[Part] = []
        self._keepers: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """One line with the seconds that the block took; when it takes long, one before that says so."""
        started = time.monotonic()
        patience = asyncio.get_running_loop().call_later(_SILENCE_SECONDS, self._say, f"  {name} …")
        try:
            yield
        finally:
            patience.cancel()
        self._say(f"  {name:<28}{time.monotonic() - started:5.1f} s")

    async def start(self, part: Part) -> None:
        self._parts.append(part)
        async with self.step(part.name):
            await part.start()
        self._remember()

    def keep(self) -> None:
        """From now on a part that dies is brought back."""
        self._keepers = [asyncio.create_task(self._keep(part)) for part in self._parts]

    async def stop(self) -> None:
        """Last started, first stopped: what stands on others goes before them."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for part in reversed(self._parts):
            await part.stop()
        self._file.unlink(missing_ok=True)

    async def end_leftovers(self) -> None:
        """Ends what an earlier run left behind. A process id that another program has by now is left alone."""
        left = read_record(self._file, dict[str, _Child]) or {}
        for child in reversed(left.values()):
            if birth_of(child.pid) == child.birth:
                await end_orphan(child.pid, signal.SIGTERM, patience=10)

    async def _keep(self, part: Part) -> None:
        delays = iter(_DELAYS)
        while True:
            began = time.monotonic()
            status = await part.wait()
            if time.monotonic() - began > _STEADY_SECONDS:
                delays = iter(_DELAYS)
            self._say(f"{_capital(part.name)} ended ({_described(status)}). Starting it again.")
            await self._bring_back(part, delays)
            self._remember()
            self._say(f"{_capital(part.name)} is back.")

    async def _bring_back(self, part: Part, delays: Iterator[float]) -> None:
        while True:
            await asyncio.sleep(next(delays, _DELAYS[-1]))
            try:
                await part.start()
            except LocalCloudError as error:
                self._say(f"{error} Trying again.")
            else:
                return

    def _remember(self) -> None:
        running = {part.name: part.pid for part in self._parts}
        births = {name: (pid, birth_of(pid)) for name, pid in running.items() if pid is not None}
        write_record(self._file, {name: _Child(pid, birth) for name, (pid, birth) in births.items() if birth})


def _described(status: int) -> str:
    return f"exit code {status}" if status >= 0 else signal.Signals(-status).name


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]
