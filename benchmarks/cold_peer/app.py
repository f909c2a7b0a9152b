"""The web adapter's streaming example in its own manner, written anew: FastAPI, a synchronous boto3 client made at
import, and an async generator around its blocking stream. One question in, the model's words out, and nothing else."""

import os

import boto3
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

MODEL = os.environ["BEDROCK_MODEL_ID"]

app = FastAPI()
bedrock = boto3.client("bedrock-runtime", endpoint_url=os.environ["BEDROCK_ENDPOINT"])


class Asked(BaseModel):
    question: str


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.post("/ask")
async def ask(asked: Asked):
    return StreamingResponse(words(asked.question), media_type="text/event-stream")


async def words(question: str):
    messages = [{"role": "user", "content": [{"text": question}]}]
    answer = bedrock.converse_stream(modelId=MODEL, messages=messages)
    for event in answer["stream"]:
        if delta := event.get("contentBlockDelta"):
            yield delta["delta"]["text"]


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8000, log_level="warning")  # noqa: S104
