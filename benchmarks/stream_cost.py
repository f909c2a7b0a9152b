"""Prints what a token costs this service between Bedrock's socket and the browser's, in microseconds of CPU.

    [N=5] [BEFORE=folder] python -m benchmarks.stream_cost

Decoding alone comes first, beside botocore's own. Then a child process plays ConverseStream frames made beforehand,
another serves them under uvicorn through the service's own model, transcript, queue and UI stream, without what a
question costs elsewhere (sign-in, slices, history, receipts), and this one reads. The server is measured by its own
process time, so what else the machine does counts little. BEFORE is a folder with another commit's `service/`, which
is then measured in turn with ours:

    git archive COMMIT service | tar -x -C FOLDER
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import botocore.session
import httpx
from aiobotocore.parsers import AioResponseParserFactory
from botocore.eventstream import EventStreamBuffer

from benchmarks.stream_feed import FRAMES, TOKENS, WORD
from service.model.bedrock import _event
from service.model.event_stream import EventStreamReader

ROOT = Path(__file__).parents[1]
MOMENTS = {"50 flat out": (50, 0.0), "20 at 50 tokens/s": (20, 0.02), "1 at 50 tokens/s": (1, 0.02)}
"""Streams at once, and seconds between two tokens."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def child(module: str, *arguments: str, tree: Path = ROOT) -> Iterator[str]:
    """A process that listens, and its address. tree: where it finds `service`; the rest is this commit's."""
    port = free_port()
    path = os.pathsep.join((str(tree), str(ROOT)))
    process = subprocess.Popen(
        (sys.executable, "-P", "-m", module, str(port), *arguments), env={**os.environ, "PYTHONPATH": path}
    )
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"A server ended with {process.returncode} before it listened.")


async def microseconds_a_token(address: str, streams: int, pause: float) -> float:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=120) as client:
        before = float((await client.get("/cpu")).text)
        said = await asyncio.gather(*(client.get(f"/stream?pause={pause}") for _ in range(streams)))
        used = float((await client.get("/cpu")).text) - before
    if any(response.content.count(WORD.encode()) != TOKENS for response in said):  # those of a read are one delta
        raise SystemExit(f"{address} lost a token.")
    return used / (streams * TOKENS) * 1e6


async def decoding() -> dict[str, float]:
    """Microseconds of CPU an event, decoding alone: as botocore does, and as we do."""
    shape = botocore.session.get_session().get_service_model("bedrock-runtime").operation_model("ConverseStream")
    shape = shape.output_shape.members["stream"]
    parser = AioResponseParserFactory().create_parser("rest-json")._event_stream_parser

    async def by_botocore() -> None:
        buffer = EventStreamBuffer()
        for frame in FRAMES:
            buffer.add_data(frame)
            for message in buffer:
                await parser.parse(message.to_response_dict(), shape)

    async def by_us() -> None:
        reader = EventStreamReader()
        for frame in FRAMES:
            for message in reader.read(frame):
                _event(message)

    return {"botocore": await cpu_of(by_botocore), "ours": await cpu_of(by_us)}


async def cpu_of(decode: Callable[[], Awaitable[None]]) -> float:
    took = []
    for _ in range(20):
        began = time.process_time()
        await decode()
        took.append((time.process_time() - began) / len(FRAMES) * 1e6)
    return statistics.median(took)


def main() -> None:
    for name, took in asyncio.run(decoding()).items():
        print(f"decoding an event    {name:8} {took:7.1f} us")
    runs, before = int(os.environ.get("N") or 5), os.environ.get("BEFORE")
    trees = {"ours": ROOT} | ({"before": Path(before).resolve()} if before else {})
    with ExitStack() as stack:
        feed = stack.enter_context(child("benchmarks.stream_feed"))
        servers = {
            name: stack.enter_context(child("benchmarks.stream_server", feed, tree=tree))
            for name, tree in trees.items()
        }
        for address in servers.values():
            asyncio.run(microseconds_a_token(address, 5, 0))  # warm
        for moment, (streams, pause) in MOMENTS.items():
            found: dict[str, list[float]] = {name: [] for name in servers}
            for _ in range(runs):
                for name, address in servers.items():
                    found[name].append(asyncio.run(microseconds_a_token(address, streams, pause)))
            report(moment, found)


def report(moment: str, found: dict[str, list[float]]) -> None:
    ours = statistics.median(found["ours"])
    for name, figures in found.items():
        middle = statistics.median(figures)
        spread = f"{min(figures):.0f}-{max(figures):.0f}"
        print(f"{moment:20} {name:8} {middle:7.1f} us a token ({spread}), {middle / ours:.2f} times ours")


if __name__ == "__main__":
    main()
