"""strands-agents behind FastAPI: an agent a question, its `stream_async` in a StreamingResponse.

Its Bedrock model reads the stream in asyncio's default executor, which has 4 threads more than there are cores, so no
more streams than that are live. EXECUTOR_THREADS gives it another. `python strands_agent.py PORT`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import uvicorn
from botocore.config import Config
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sse import BEGINNING, ENDING, HEADERS, delta
from strands import Agent
from strands.models import BedrockModel

THREADS = os.environ.get("EXECUTOR_THREADS")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    if THREADS:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(int(THREADS)))
    yield


app = FastAPI(lifespan=lifespan)
model = BedrockModel(
    model_id=os.environ["BEDROCK_MODEL_ID"],
    endpoint_url=os.environ["BEDROCK_ENDPOINT"],
    boto_client_config=Config(max_pool_connections=200),
)


class Asked(BaseModel):
    question: str


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/ask")
async def ask(asked: Asked) -> StreamingResponse:
    return StreamingResponse(parts(asked.question), media_type="text/event-stream", headers=HEADERS)


async def parts(question: str) -> AsyncIterator[str]:
    yield BEGINNING
    agent = Agent(model=model, callback_handler=None)
    async for event in agent.stream_async(question):
        if "data" in event:
            yield delta(event["data"])
    yield ENDING


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
