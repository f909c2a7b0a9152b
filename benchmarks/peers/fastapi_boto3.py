"""FastAPI's StreamingResponse around a synchronous boto3 client, as the web adapter's streaming example has it.

The generator is a plain one, which FastAPI runs in its threads; an `async` one around a blocking client would stop the
loop and every other stream with it. `python fastapi_boto3.py PORT`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import boto3
import uvicorn
from botocore.config import Config
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sse import BEGINNING, ENDING, HEADERS, delta

MODEL = os.environ["BEDROCK_MODEL_ID"]

app = FastAPI()
bedrock = boto3.client(
    "bedrock-runtime", endpoint_url=os.environ["BEDROCK_ENDPOINT"], config=Config(max_pool_connections=200)
)


class Asked(BaseModel):
    question: str


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/ask")
def ask(asked: Asked) -> StreamingResponse:
    return StreamingResponse(parts(asked.question), media_type="text/event-stream", headers=HEADERS)


def parts(question: str) -> Iterator[str]:
    yield BEGINNING
    answer = bedrock.converse_stream(modelId=MODEL, messages=[{"role": "user", "content": [{"text": question}]}])
    for event in answer["stream"]:
        if said := event.get("contentBlockDelta"):
            yield delta(said["delta"]["text"])
    yield ENDING


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
