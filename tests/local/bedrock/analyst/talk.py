"""A whole turn with the analyst: questions in, the tools it asks for run on the fake tenant, its last words out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from local.bedrock.analyst import respond

from .fake_tenant import FakeTenant, ToolError

MOST_ROUNDS = 4


@dataclass
class Reply:
    text: str
    tools: list[str] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    rounds: int = 0


def ask(tenant: FakeTenant, *questions: str) -> Reply:
    """Asks one after the other in one conversation, as the service does: only text is kept between turns."""
    kept: list[dict[str, Any]] = []
    reply = Reply("")
    for question in questions:
        kept.append(said("user", question))
        reply = _turn(tenant, kept)
        kept.append(said("assistant", reply.text))
    return reply


def said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"text": text}]}


def _turn(tenant: FakeTenant, kept: list[dict[str, Any]]) -> Reply:
    messages, reply = list(kept), Reply("")
    while True:
        blocks = respond(tenant.body(messages))
        uses = [block["toolUse"] for block in blocks if "toolUse" in block]
        if not uses:
            reply.text = "".join(block["text"] for block in blocks)
            return reply
        reply.rounds += 1
        assert reply.rounds <= MOST_ROUNDS, "it never comes to an end"
        reply.tools += [use["name"] for use in uses]
        reply.inputs += [use["input"] for use in uses]
        messages.append({"role": "assistant", "content": blocks})
        messages.append({"role": "user", "content": [_result(tenant, use) for use in uses]})


def _result(tenant: FakeTenant, use: dict[str, Any]) -> dict[str, Any]:
    try:
        text, status = tenant.run(use["name"], use["input"]), "success"
    except ToolError as error:
        text, status = str(error), "error"
    return {"toolResult": {"toolUseId": use["toolUseId"], "content": [{"text": text}], "status": status}}
