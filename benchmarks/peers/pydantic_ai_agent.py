"""pydantic-ai behind FastAPI: one agent, its `run_stream` in a StreamingResponse, each delta as it comes.

`python pydantic_ai_agent.py PORT`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator

import boto3
import uvicorn
from botocore.config import Config
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.bedrock import BedrockConverseModel
from pydantic_ai.providers.bedrock import BedrockProvider
from sse import BEGINNING, ENDING, HEADERS, delta

bedrock = boto3.client(
    "bedrock-runtime", endpoint_url=os.environ["BEDROCK_ENDPOINT"], config=Config(max_pool_connections=200)
)
model = BedrockConverseModel(os.environ["BEDROCK_MODEL_ID"], provider=BedrockProvider(bedrock_client=bedrock))
agent = Agent(model)
app = FastAPI()


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
    async with agent.run_stream(question) as result:
        async for text in result.stream_text(delta=True, debounce_by=None):
            yield delta(text)
    yield ENDING


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
