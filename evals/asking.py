"""A case's questions asked over HTTP, one after the other in one conversation, and what was seen of them."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec
from msgspec import Struct

from evals.cloud import EvalService
from evals.hearing import Heard
from evals.observed import Boundaries, Observed, ObservedTurn, ToolCall

_LONGEST_WAIT = aiohttp.ClientTimeout(total=120)


class UnrecordedError(Exception):
    """The model was asked what no recording answers. Says what, and how to record it."""


class _Streamed(Struct):
    """A response as it came. first_token_ms: None when no text came."""

    status: int
    raw: bytes
    first_token_ms: float | None
    total_ms: float


async def ask(service: EvalService, tenant: str, questions: Sequence[str]) -> Observed:
    """Everything of it but the rows of SQL, which a tap has to tell. Raises UnrecordedError."""
    conversation = f"c{uuid4().hex}"
    observed = Observed(tenant=tenant, turns=[])
    headers = {"authorization": f"Bearer {service.cloud.owners[tenant].token}"}
    async with aiohttp.ClientSession(service.address, headers=headers, timeout=_LONGEST_WAIT) as client:
        for question in questions:
            async with service.hearing.listening(question) as heard:
                streamed = await _ask_once(client, conversation, question)
            _check_recorded(question, heard)
            observed.turns.append(read_turn(question, conversation, streamed))
            _note(observed.boundaries, heard, streamed)
    for turn in observed.turns:
        observed.boundaries.tool_results += [msgspec.json.encode(call.output) for call in turn.tools if call.output]
    observed.boundaries.dynamodb_items = await _kept(service, tenant, conversation)
    observed.boundaries.log_lines = await service.log.about(conversation, len(questions))
    return observed


def body(conversation: str, question: str) -> dict[str, Any]:
    """What the browser posts."""
    message = {"id": f"q{uuid4().hex}", "role": "user", "parts": [{"type": "text", "text": question}]}
    return {"id": conversation, "trigger": "submit-message", "messages": [message]}


async def _ask_once(client: aiohttp.ClientSession, conversation: str, question: str) -> _Streamed:
    began, first, raw = time.perf_counter(), None, b""
    async with client.post("/ai/ask", json=body(conversation, question)) as response:
        async for chunk in response.content.iter_any():
            raw += chunk
            if first is None and b'"type":"text-delta"' in raw:
                first = (time.perf_counter() - began) * 1000
    return _Streamed(response.status, raw, first, (time.perf_counter() - began) * 1000)


def read_turn(question: str, conversation: str, streamed: _Streamed) -> ObservedTurn:
    parts = _parts_of(streamed.raw) if streamed.status == 200 else []
    data = {part["type"]: part["data"] for part in parts if part["type"].startswith("data-")}
    told = _metadata_of(parts)
    tools = _tools_of(parts)
    prefetched = [part["data"] for part in parts if part["type"] == "data-slice"]
    return ObservedTurn(
        question=question,
        conversation_id=conversation,
        status=streamed.status,
        text=_text_of(parts),
        parts=parts,
        slices=prefetched + [call.output for call in tools if call.output is not None],
        tools=tools,
        receipts=data.get("data-receipts", {}).get("figures", []),
        finish_reason=next((part["finishReason"] for part in parts if part["type"] == "finish"), None),
        failure=data.get("data-failure") if parts else json.loads(streamed.raw or b"{}"),
        usage=data.get("data-usage"),
        prompt_version=told.get("promptVersion", ""),
        model=told.get("model", ""),
        spoken_by=told.get("spokenBy"),
        stand_in=bool(told.get("standIn")),
        first_token_ms=streamed.first_token_ms,
        total_ms=streamed.total_ms,
    )


def _parts_of(raw: bytes) -> list[dict[str, Any]]:
    frames = [frame for frame in raw.split(b"\n\n") if frame.startswith(b"data: {")]
    return [json.loads(frame.removeprefix(b"data: ")) for frame in frames]


def _metadata_of(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """What the stream says of the whole message; later parts add to earlier ones."""
    told: dict[str, Any] = {}
    for part in parts:
        told |= part.get("messageMetadata", {})
    return told


def _text_of(parts: list[dict[str, Any]]) -> str:
    """Each text part by its id, in order, joined by a blank line."""
    texts: dict[str, str] = {}
    for part in parts:
        if part["type"] == "text-delta":
            texts[part["id"]] = texts.get(part["id"], "") + part["delta"]
    return "\n\n".join(texts.values())


def _tools_of(parts: list[dict[str, Any]]) -> list[ToolCall]:
    """In the order that they were asked for."""
    calls: dict[str, ToolCall] = {}
    for part in parts:
        match part:
            case {"type": "tool-input-available" | "tool-input-error", "toolCallId": id_, "toolName": name}:
                given = part.get("input")
                arguments = given if isinstance(given, dict) else {}
                calls[id_] = ToolCall(id=id_, name=name, arguments=arguments, error=part.get("errorText"))
            case {"type": "tool-output-available", "toolCallId": id_, "output": output}:
                calls[id_].output = output
            case {"type": "tool-output-error", "toolCallId": id_, "errorText": sentence}:
                calls[id_].error = sentence
    return list(calls.values())


def _check_recorded(question: str, heard: Heard) -> None:
    if heard.unrecorded:
        raise UnrecordedError(f"{question!r}: {heard.unrecorded[0]}")


def _note(boundaries: Boundaries, heard: Heard, streamed: _Streamed) -> None:
    boundaries.bedrock_requests += heard.requests
    boundaries.sse += streamed.raw


async def _kept(service: EvalService, tenant: str, conversation: str) -> list[bytes]:
    """The conversation's items in the asker's own partition."""
    cloud = service.cloud
    items: list[bytes] = []
    for beginning in (f"MESSAGE#{conversation}#", f"CONVERSATION#{conversation}"):
        answer = await cloud.dynamodb.query(
            TableName=cloud.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :beginning)",
            ExpressionAttributeValues={
                ":pk": {"S": cloud.owners[tenant].partition},
                ":beginning": {"S": beginning},
            },
        )
        items += [msgspec.json.encode(item) for item in answer["Items"]]
    return items
