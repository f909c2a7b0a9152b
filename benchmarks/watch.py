"""A run of questions against one server, and what it cost: the client in a process of its own, the server and the
model's endpoint looked at from outside while it goes on."""

from __future__ import annotations

import asyncio
import bisect
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import msgspec
from msgspec import Struct

from benchmarks.process import cpu_seconds, resident_mb, tree_cpu_seconds
from benchmarks.servers import CHECKOUT, python

EVERY = 0.05
"""Seconds between two looks."""


class Asked(Struct, frozen=True):
    """As benchmarks/client.py writes it."""

    stream: int
    began: float
    arrivals: list[tuple[float, int]]
    ended: float | None
    body: str = ""

    @property
    def tokens(self) -> int:
        return sum(count for _, count in self.arrivals)


class Answers(Struct, frozen=True):
    asked: list[Asked]
    began: float
    ended: float
    cpu: float

    @property
    def tokens(self) -> int:
        return sum(each.tokens for each in self.asked)


class Look(Struct, frozen=True):
    """Seconds of processor time so far, and MB held, at a moment. cloud: of each thing beside the server."""

    at: float
    server: float
    model: float
    resident: float
    cloud: dict[str, float]


class Watched(Struct, frozen=True):
    answers: Answers
    looks: list[Look]

    @property
    def wall(self) -> float:
        return self.answers.ended - self.answers.began

    def server_cpu(self, begin: float | None = None, end: float | None = None) -> float:
        """Seconds between two moments; of the whole run when none are given."""
        if begin is None or end is None:
            return self.looks[-1].server - self.looks[0].server
        return self._at(end) - self._at(begin)

    @property
    def unfinished(self) -> int:
        return sum(each.ended is None for each in self.answers.asked)

    @property
    def model_share(self) -> float:
        """Of one processor, over the whole run."""
        return (self.looks[-1].model - self.looks[0].model) / (self.looks[-1].at - self.looks[0].at)

    def cloud_shares(self) -> dict[str, float]:
        """Of one processor each."""
        first, last = self.looks[0], self.looks[-1]
        return {name: (spent - first.cloud[name]) / (last.at - first.at) for name, spent in last.cloud.items()}

    @property
    def client_share(self) -> float:
        return self.answers.cpu / self.wall

    @property
    def most_resident(self) -> float:
        return max(look.resident for look in self.looks)

    def _at(self, moment: float) -> float:
        """Between two looks the processor is taken to be used evenly."""
        after = bisect.bisect_left(self.looks, moment, key=lambda look: look.at)
        after = min(max(after, 1), len(self.looks) - 1)
        one, two = self.looks[after - 1], self.looks[after]
        return one.server + (two.server - one.server) * (moment - one.at) / (two.at - one.at)


class Questions(Struct, frozen=True):
    """As benchmarks/client.py reads it."""

    port: int
    streams: list[list[str]]
    spread: float = 0.0
    limit: float = 30.0
    keep: bool = False


async def watch(questions: Questions, server: int, model: int, beside: dict[str, int] | None = None) -> Watched:
    """server, model: their process ids; beside: those of what else works for the server. Raises RuntimeError when
    the client failed, with what it said."""

    def look() -> Look:
        cloud = {name: tree_cpu_seconds(pid) for name, pid in (beside or {}).items()}
        return Look(time.perf_counter(), cpu_seconds(server), cpu_seconds(model), resident_mb(server), cloud)

    looks = [look()]
    looking = asyncio.create_task(_keep_looking(looks, look))
    try:
        said = await asyncio.to_thread(_ask, msgspec.json.encode(questions))
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
    looks.append(look())
    return Watched(msgspec.json.decode(said, type=Answers), looks)


def _ask(questions: bytes) -> bytes:
    argv = [python(".venv-bench"), "-m", "benchmarks.client"]
    client = subprocess.run(argv, input=questions, capture_output=True, cwd=CHECKOUT, check=False)
    if client.returncode != 0:
        raise RuntimeError(f"the client failed: {client.stderr.decode()[-1000:]}")
    return client.stdout


async def _keep_looking(looks: list[Look], look: Callable[[], Look]) -> None:
    while True:
        await asyncio.sleep(EVERY)
        looks.append(look())


def gaps(asked: Asked, begin: float, end: float) -> Iterator[float]:
    """Seconds between one token and the next, of those that came between two moments. Tokens that arrive together
    have none between them."""
    before: float | None = None
    for at, count in asked.arrivals:
        if begin <= at <= end:
            if before is not None:
                yield at - before
            yield from (0.0 for _ in range(count - 1))
            before = at


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-len(ordered) * share // 1) - 1))]
