"""The clients that judge the endpoint, and what they ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import boto3
import msgspec
from aioboto3.session import Session
from botocore.config import Config
from botocore.exceptions import ClientError

from local.bedrock.voice import Event, Voice, speaking

MODEL = "stand-in.test-v1:0"
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
TOOL = {"name": "revenue_by_day", "inputSchema": {"json": {"type": "object", "properties": {}}}}
QUESTION: dict[str, Any] = {"messages": [{"role": "user", "content": [{"text": "How did we do?"}]}]}
TOOL_USE = {"toolUse": {"toolUseId": "tooluse_1", "name": "revenue_by_day", "input": {"start": "2026-11-01"}}}
TEXT = {"text": "Net revenue was $2,817.50 on Friday, café included.\n"}


def config() -> Config:
    """One attempt, and nothing checked before it is sent."""
    return Config(retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=20)


@contextmanager
def boto(url: str) -> Iterator[Any]:
    client = boto3.client("bedrock-runtime", endpoint_url=url, config=config(), **CREDENTIALS)
    try:
        yield client
    finally:
        client.close()


def aio(url: str) -> Any:
    return Session().client("bedrock-runtime", endpoint_url=url, config=config(), **CREDENTIALS)


async def converse(url: str, model: str = MODEL, **body: Any) -> dict[str, Any]:
    """boto3's Converse."""

    def ask() -> dict[str, Any]:
        with boto(url) as client:
            answer: dict[str, Any] = client.converse(modelId=model, **{**QUESTION, **body})
            return answer

    return await asyncio.to_thread(ask)


async def stream(url: str, model: str = MODEL, **body: Any) -> tuple[list[Event], Exception | None]:
    """boto3's ConverseStream: the events that came, and what it raised at the end of them."""

    def ask() -> tuple[list[Event], Exception | None]:
        events: list[Event] = []
        with boto(url) as client:
            response = client.converse_stream(modelId=model, **{**QUESTION, **body})
            try:
                events.extend(response["stream"])
            except Exception as error:  # It is the result.
                return events, error
            finally:
                response["stream"].close()
        return events, None

    return await asyncio.to_thread(ask)


async def refusal(url: str, model: str = MODEL, **body: Any) -> tuple[str, int, str]:
    """The code, status and message of the ClientError that both operations raise, which must be the same."""
    seen = []
    for ask in (converse, stream):
        try:
            await ask(url, model, **body)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            seen.append((error.response["Error"]["Code"], status, error.response["Error"]["Message"]))
    assert len(seen) == 2, "it was not refused"
    assert seen[0] == seen[1]
    return seen[0]


def kinds(events: list[Event]) -> list[str]:
    return [next(iter(event)) for event in events]


def text_of(events: list[Event]) -> str:
    deltas = [event["contentBlockDelta"]["delta"] for event in events if "contentBlockDelta" in event]
    return "".join(delta.get("text", "") for delta in deltas)


def saying(*blocks: dict[str, Any], pace_ms: float = 0) -> Voice:
    """A voice that says these content blocks to everybody."""
    return speaking(lambda _body: list(blocks), "analyst", "A test, not Nova.", pace_ms=pace_ms)


@asynccontextmanager
async def raw(
    url: str, body: Any = QUESTION, *, operation: str = "converse-stream", model: str = MODEL
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which a request was sent, to read from and to leave."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    writer.write(
        f"POST /model/{quote(model, safe='')}/{operation} HTTP/1.1\r\nHost: test\r\n"
        f"Authorization: AWS4-HMAC-SHA256 Credential=test\r\nContent-Length: {len(content)}\r\n\r\n".encode()
        + content
    )
    try:
        yield reader, writer
    finally:
        writer.close()
