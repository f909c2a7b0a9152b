"""Prints how long a question takes to its first token on a warm service, all real parts included.

    make bench-first-token AS=owner@… [N=50]

Asks a running `make run`, one question after another over one connection, each in a conversation of its own, and
takes the time from sending the request to the first `text-delta` of its stream, as a client sees it. The model is
the one that `make run` was started with; its own share is the time between the checkpoints postgres and bedrock.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from uuid import uuid4

import aiohttp
import msgspec

from local.errors import LocalCloudError
from local.running import read_running
from local.sign_in import email_from, id_token
from local.state import State

WARM_UP = 5
QUESTION = "How did we do yesterday?"


async def measure(session: aiohttp.ClientSession, url: str) -> tuple[float, dict[str, float]]:
    """Milliseconds to the first token at the client, and the service's own checkpoints."""
    message = {"id": f"q{uuid4().hex}", "role": "user", "parts": [{"type": "text", "text": QUESTION}]}
    body = {"id": f"c{uuid4().hex}", "trigger": "submit-message", "messages": [message]}
    began, first, checkpoints = time.perf_counter(), None, {}
    async with session.post(f"{url}/ai/ask", json=body) as response:
        if response.status != 200:
            raise LocalCloudError(f"The service answered HTTP {response.status}.")
        async for line in response.content:
            if first is None and b'"text-delta"' in line:
                first = (time.perf_counter() - began) * 1000
            if b'"data-checkpoints"' in line:
                points = msgspec.json.decode(line.removeprefix(b"data: "))["data"]
                checkpoints = {point["name"]: point["at_ms"] for point in points if point["at_ms"] is not None}
    if first is None:
        raise LocalCloudError("The answer had no text.")
    return first, checkpoints


async def main() -> None:
    state = State()
    running = read_running(state)
    token = await id_token(state, running, email_from(os.environ))
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(WARM_UP):
            await measure(session, running.service_url)
        found = [await measure(session, running.service_url) for _ in range(int(os.environ.get("N") or 50))]
    firsts = sorted(first for first, _ in found)
    print(f"{len(firsts)} questions, time to first token at the client, in ms")
    print(f"  median {statistics.median(firsts):.1f}   p90 {firsts[int(len(firsts) * 0.9)]:.1f}   max {firsts[-1]:.1f}")
    print("service's checkpoints, median ms after the request's arrival")
    for name in ("lambda", "dynamodb", "postgres", "bedrock", "stream_back"):
        print(f"  {name:12} {statistics.median(points[name] for _, points in found):.1f}")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (LocalCloudError, aiohttp.ClientError, OSError) as error:
        sys.exit(f"error: {error}")
