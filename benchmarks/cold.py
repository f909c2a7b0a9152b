"""Prints what a cold start costs: this image beside the web adapter's FastAPI + boto3 example, in turns, in one run.

    make bench-cold [N=5]

Both run as Lambda runs them, on the same base, behind the same adapter: process start -> ready (the first
invocation is asked for) -> first token (of the first question, over the Runtime API). The example asks the model and
nothing else; ours verifies a token, reads history and three slices and keeps the question first. Medians, in ms. The
CPU's time is the Python process's alone, and says more than the clock's where a machine has other work.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from local.aws import create_user, prepare_conversations, prepare_identity, sign_in
from local.bedrock.server import BedrockEndpoint
from local.database import prepare_database
from local.image.build import build, build_folder
from local.image.built import Image
from local.ministack import Ministack
from local.postgres import Postgres, let_pass
from local.service_environment import service_environment
from tests.http.restaurants import NOW, load, restaurant
from tests.http.scripted import Director, text

# `lambda` is a word of Python's own, which no import statement takes for a name.
Cloud: Any = import_module("tests.lambda.function").Cloud
Function: Any = import_module("tests.lambda.function").Function
proxy_event: Any = import_module("tests.lambda.events").proxy_event

PEER = Path(__file__).with_name("cold_peer")
MODEL = "stand-in.analyst-v1:0"
QUESTION = "How did we do yesterday?"
MODULES_SHOWN = 14
OPENING = """
import asyncio, time
began = time.process_time()
from service.app import create_app
from service.config import read_config
def lap(what):
    global began
    print(f"  {(time.process_time() - began) * 1000:7.1f} ms  {what}")
    began = time.process_time()
async def opened():
    app = create_app(read_config())
    lap("the application, with its routes")
    async with app.lifespan():
        lap("the AWS clients and the pool, opened")
lap("imports")
asyncio.run(opened())
"""


async def cold_start(image: Image, cloud: Any, folder: Path, ask: Callable[[Any], Any]) -> dict[str, float]:
    """One start, in ms and MB. ask: sends the first question to the function."""
    began = time.perf_counter()
    async with Function(image, cloud, folder / uuid4().hex) as function:
        ready = time.perf_counter()
        computed, at_rest = function.container.cpu_seconds(), resident(function)
        answering = ask(function)
        await answering.body_holds(b"Word")
        first, computed_first = time.perf_counter(), function.container.cpu_seconds()
        await answering.answer()
        return {
            "start to ready": (ready - began) * 1000,
            "  of it on the CPU": computed * 1000,
            "ready to first token": (first - ready) * 1000,
            "  of it on the CPU ": (computed_first - computed) * 1000,
            "start to first token": (first - began) * 1000,
            "MB at rest": at_rest / 1e6,
            "MB at most": function.container.memory()["python peak"] / 1e6,
        }


def resident(function: Any) -> int:
    return int(function.container.memory()["python now"])


def ask_ours(function: Any) -> Any:
    return function.ask(QUESTION)


def ask_peer(function: Any) -> Any:
    headers = {"Content-Type": "application/json"}
    return function.invoke(proxy_event("POST", "/ask", headers=headers, body={"question": QUESTION}))


async def profile(image: Image, folder: Path) -> list[tuple[float, str]]:
    """What the first imports cost by themselves, in ms, the dearest first: the sum over each package's modules."""
    network = import_module("tests.lambda.network").Network()
    container = import_module("tests.lambda.container").Container
    with network:
        async with container(image, network, folder / uuid4().hex, {"PYTHONPROFILEIMPORTTIME": "1"}) as running:
            await running.wait()
            lines = [line for line in running.log().splitlines() if line.startswith("import time:")]
    spent: dict[str, float] = {}
    for own, _, name in (line.removeprefix("import time:").split("|") for line in lines[1:]):
        package = name.strip().split(".")[0]
        spent[package] = spent.get(package, 0.0) + int(own) / 1000
    return sorted(((cost, name) for name, cost in spent.items()), reverse=True)


async def opening(image: Image, cloud: Any, folder: Path) -> str:
    """What happens between the imports and the first answer to /health, in ms of the CPU's time."""
    network = import_module("tests.lambda.network").Network()
    container = import_module("tests.lambda.container").Container
    probe = msgspec.structs.replace(image, command=["/usr/local/bin/python", "-c", OPENING])
    with network:
        async with container(probe, network, folder / uuid4().hex, cloud.environment) as running:
            if await running.wait() != 0:
                raise RuntimeError(running.log())
            return str(running.log())


async def cloud_for(stack: Any, folder: Path) -> Any:
    """PostgreSQL, ministack and the Bedrock endpoint, and an owner signed in."""
    postgres = await stack.enter_async_context(Postgres(folder / "postgres"))
    ministack = await stack.enter_async_context(Ministack(folder / "ministack", saving=False))
    director = Director(text("Word ", "for ", "word."))
    bedrock = await stack.enter_async_context(BedrockEndpoint(director, model_ids=frozenset({MODEL})))
    database, identity = await prepare_database(postgres), await prepare_identity(ministack)
    of = restaurant("Bench", "America/New_York", "USD", ("Zucca Rossa", "Fungo Nero", "Salsa Piccante"), 210_000)
    await load(database, of)
    password = await create_user(ministack, identity, of.email, of.tenant_id)
    model = {"BEDROCK_MODEL_ID": MODEL, "BEDROCK_ENDPOINT": bedrock.url, "NOW": NOW.isoformat()}
    table = await prepare_conversations(ministack)
    environment = service_environment(database, ministack, identity, table, model)
    environment = {name: value for name, value in environment.items() if name not in os.environ}
    environment |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    return Cloud(environment, of, (await sign_in(ministack, identity, of.email, password)).id_token)


async def main() -> None:
    runs = int(os.environ.get("N") or 5)
    programs = {"Tableside": (build("service"), ask_ours), "FastAPI + boto3": (build_folder(PEER), ask_peer)}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory(prefix="tableside-bench-") as name:
        folder = Path(name)
        let_pass(folder)
        async with AsyncExitStack() as stack:
            cloud = await cloud_for(stack, folder)
            for number in range(runs + 1):
                for program, (image, ask) in programs.items():
                    measured = await cold_start(image, cloud, folder, ask)
                    if number > 0:  # the first reads the image's files from the disk
                        found[program].append(measured)
        print_table(found, runs)
        print("what is computed on the way to ready, after Python's own start (as the profile below, of one run)")
        print(await opening(programs["Tableside"][0], cloud, folder), end="")
        print_profile(await profile(programs["Tableside"][0], folder))


def print_table(found: dict[str, list[dict[str, float]]], runs: int) -> None:
    print(f"medians of {runs} starts each, in turns (least to most)")
    for measure in next(iter(found.values()))[0]:
        cells = []
        for program, each in found.items():
            values = sorted(one[measure] for one in each)
            cells.append(f"{program} {statistics.median(values):7.0f} ({values[0]:.0f} to {values[-1]:.0f})")
        print(f"  {measure:22}" + "   ".join(cells))


def print_profile(spent: list[tuple[float, str]]) -> None:
    print(f"imports up to the configuration's check: {sum(cost for cost, _ in spent):.0f} ms, by package")
    for cost, package in spent[:MODULES_SHOWN]:
        print(f"  {cost:7.1f} ms  {package}")


if __name__ == "__main__":
    asyncio.run(main())
