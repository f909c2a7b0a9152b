"""What `stream_cost` measures: `python -m … PORT FEED`, with the `service` that Python finds first."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from inspect import signature
from typing import Any

import aioboto3
import uvicorn
from aiobotocore.config import AioConfig
from litestar import Litestar, get
from litestar.response import Stream

from service.messages import Message, TextBlock
from service.model.bedrock import BedrockModel
from service.model.stream import ModelRequest, ModelSettings, TextChunk
from service.routes.ui_stream import HEADERS, EventQueue, ui_stream
from service.transcript import Transcript

REQUEST = ModelRequest("Be true.", (Message("user", (TextBlock("How?"),)),), (), ModelSettings(100, 0.0, 1), {})


def app(feed: str) -> Litestar:
    session = aioboto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name="us-east-1")  # noqa: S106

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        config = AioConfig(retries={"total_max_attempts": 1}, max_pool_connections=200, read_timeout=20)
        async with session.client("bedrock-runtime", endpoint_url=feed, config=config) as client:
            app.state.client = client
            app.state.tasks = set()
            yield

    @get("/stream")
    async def stream(request: Any, pause: float) -> Stream:
        queue = EventQueue()
        model = open_model(request.app.state.client, f"pause-{pause}")
        task = asyncio.create_task(answer(model, queue))
        request.app.state.tasks.add(task)
        task.add_done_callback(request.app.state.tasks.discard)
        return Stream(ui_stream(queue, 15), status_code=200, headers=HEADERS, media_type="text/event-stream")

    @get("/cpu", media_type="text/plain")
    async def cpu() -> str:
        return str(time.process_time())

    return Litestar([stream, cpu], lifespan=[lifespan], openapi_config=None)


def open_model(client: Any, model_id: str) -> BedrockModel:
    settings: dict[str, Any] = {"patience": 20}
    if "idle" in signature(BedrockModel.__init__).parameters:  # an earlier commit's, measured beside ours
        settings["idle"] = 20
    return BedrockModel(client, model_id, **settings)


async def answer(model: BedrockModel, queue: EventQueue) -> None:
    transcript = Transcript(queue.put)
    try:
        async with aclosing(model.stream(REQUEST)) as events:
            async for event in events:
                if isinstance(event, TextChunk):
                    transcript.text(event.text)
        transcript.finish()
    finally:
        queue.end()


def main() -> None:
    port, feed = sys.argv[1:]
    served = {"host": "127.0.0.1", "port": int(port), "log_level": "warning", "access_log": False}
    uvicorn.run(app(feed), loop="asyncio", http="httptools", **served)


if __name__ == "__main__":
    main()
