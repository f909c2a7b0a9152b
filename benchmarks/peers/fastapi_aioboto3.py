"""FastAPI's StreamingResponse around aioboto3, its client open for the app's life.

`python fastapi_aioboto3.py PORT`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aioboto3
import uvicorn
from botocore.config import Config
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sse import BEGINNING, ENDING, HEADERS, delta

MODEL = os.environ["BEDROCK_MODEL_ID"]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    client = aioboto3.Session().client(
        "bedrock-runtime", endpoint_url=os.environ["BEDROCK_ENDPOINT"], config=Config(max_pool_connections=200)
    )
    async with client as app.state.bedrock:
        yield


app = FastAPI(lifespan=lifespan)


class Asked(BaseModel):
    question: str


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/ask")
async def ask(asked: Asked, request: Request) -> StreamingResponse:
    said = parts(request.app.state.bedrock, asked.question)
    return StreamingResponse(said, media_type="text/event-stream", headers=HEADERS)


async def parts(bedrock: Any, question: str) -> AsyncIterator[str]:
    yield BEGINNING
    messages = [{"role": "user", "content": [{"text": question}]}]
    answer = await bedrock.converse_stream(modelId=MODEL, messages=messages)
    async for event in answer["stream"]:
        if said := event.get("contentBlockDelta"):
            yield delta(said["delta"]["text"])
    yield ENDING


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
