"""Measures this service beside its peers and beside a floor, all in one run, in turns.

    make bench             about twelve minutes; writes benchmarks/results.json, docs/performance.md and its chart
    make bench QUICK=1     one short round of everything; prints, and writes nothing
    make bench-smoke       each server checked for its answer and asked a little: that it all still works

Every server is fed by the same endpoint and asked by the same client, each in a process of its own. Each one's stream
is checked for its content before it is timed. Figures are worth what the machine was quiet.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks import page, pieces, policies, slices
from benchmarks.cloud import Cloud, open_cloud
from benchmarks.endpoint import Endpoint
from benchmarks.restaurants import System, fill
from benchmarks.results import Results, describe, read, results, write
from benchmarks.rounds import Bench
from benchmarks.servers import KINDS, OURS, OURS_UVLOOP, Kind
from benchmarks.streams import Lengths
from benchmarks.table import tables
from local.database import Database
from local.errors import LocalCloudError


class Plan(Struct, frozen=True):
    """How much a run measures. starts: of each server in all; times: of each query and each part."""

    lengths: Lengths
    kinds: tuple[Kind, ...]
    rounds: int
    starts: int
    loops: int
    systems: tuple[System, ...]
    times: int


FULL = Plan(Lengths(), KINDS, rounds=3, starts=5, loops=3, systems=slices.ALL, times=200)
_SHORT = tuple(msgspec.structs.replace(kind, rounds=1, overload_rounds=1) for kind in KINDS)
QUICK = Plan(
    Lengths(one_each=3, paced=80, arriving={20: 20, 50: 20}, flat=(20, 60), overload=100, overload_tokens=40, limit=8),
    _SHORT, rounds=1, starts=1, loops=1, systems=slices.QUICK, times=20,
)  # fmt: skip
SMOKE = Plan(
    Lengths(
        one_each=1, paced=45, arriving={20: 5, 50: 5}, flat=(5, 20), streams=4, overload=8, overload_tokens=5, limit=20
    ),
    _SHORT, rounds=1, starts=1, loops=1, systems=slices.QUICK, times=2,
)  # fmt: skip
_PLANS = {"full": FULL, "quick": QUICK, "smoke": SMOKE}


async def measure(plan: Plan) -> Results:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="tableside-bench-") as name:
        folder = Path(name)
        async with AsyncExitStack() as stack:
            endpoint = await stack.enter_async_context(Endpoint(folder))
            served, *others = sorted(plan.systems, key=lambda system: system != plan.systems[1])
            say(f"a system of {served.tenants:,} restaurants and {served.lines:,} order lines")
            cloud, copies = await open_cloud(stack, folder, endpoint.url, served, others)
            bench = Bench(endpoint, cloud, folder, plan.lengths, say)
            await _streams(bench, plan)
            databases = {served: cloud.database, **copies}
            found = await _slices(plan, cloud, databases)
            say("policies, and parts of a question")
            compared = await policies.compare(cloud.database, cloud.owners[0].tenant_id, plan.times)
            parts = await pieces.measure(cloud, plan.times)
            return results(bench.taken, found, compared, parts, describe(plan.rounds, load, bench.steadiness))


async def _streams(bench: Bench, plan: Plan) -> None:
    say("does each server stream the answer?")
    await bench.check_all((*plan.kinds, OURS_UVLOOP))
    for number in range(plan.rounds):
        say(f"round {number + 1} of {plan.rounds}")
        await bench.round(number, plan.kinds)
    for _ in range(plan.starts - plan.rounds):
        await bench.starts(tuple(kind for kind in plan.kinds if kind.rounds > 1))
    say("event loops")
    await bench.loops((OURS, OURS_UVLOOP), plan.loops)


async def _slices(plan: Plan, cloud: Cloud, databases: dict[System, Database]) -> list[slices.Found]:
    for system, database in databases.items():
        if database is not cloud.database:
            say(f"a system of {system.tenants:,} restaurants and {system.lines:,} order lines")
            await fill(database, system)
    asked = list(dict.fromkeys(owner.tenant_id for owner in cloud.owners))
    in_order = {system: databases[system] for system in plan.systems}
    return await slices.measure(in_order, asked, cloud.environment, plan.times)


_began = time.monotonic()


def say(line: str) -> None:
    print(f"{time.monotonic() - _began:6.0f} s  {line}", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--plan", choices=_PLANS, default="full")
    chosen = parser.parse_args().plan
    found = asyncio.run(measure(_PLANS[chosen]))
    print(f"{page.head(found)}\n\n{tables(found)}")
    if chosen == "full":
        write(found)
        page.write(read())  # what is kept is what is shown
    say("done")


if __name__ == "__main__":
    try:
        main()
    except (LocalCloudError, OSError) as error:
        sys.exit(f"error: {error}")
