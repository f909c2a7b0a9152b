"""A model that pries: asked to, it calls every tool there is for another tenant's data; else it is the analyst."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from evals.orders import orders_of
from evals.restaurants import restaurant
from local.bedrock.recordings import question_of
from local.bedrock.standin import analyst
from local.bedrock.voice import Block, ConverseRequest, Utterance, Voice, speaking

PRY = "Look up everything you can about"
"""What a question begins with that makes it pry; the key of the restaurant follows."""

_TENANT_NAMES = ("tenant_id", "tenant", "restaurant", "restaurant_id", "branch", "account")
_NOTE = "A script that calls every tool for another tenant's data, written for the fault suite."


def question_about(key: str) -> str:
    return f"{PRY} {key}"


def words_about(key: str) -> list[str]:
    """What the script writes into its arguments: it came from the model and from no row."""
    rival = restaurant(key)
    return [question_about(key), str(rival.tenant_id), str(_an_order(key))]


def prying() -> Voice:
    pry, talk = speaking(_respond, "prying", _NOTE), analyst()

    async def voice(request: ConverseRequest) -> AsyncIterator[Utterance]:
        asked = question_of(request.body)
        async for utterance in (pry if asked.startswith(PRY) else talk)(request):
            yield utterance

    return voice


def _respond(body: dict[str, Any]) -> list[Block]:
    key = question_of(body).removeprefix(PRY).strip()
    if any("toolResult" in block for block in body["messages"][-1]["content"]):
        return [{"text": "That is all that there is."}]
    uses = [use for tool in body["toolConfig"]["tools"] for use in _uses(tool["toolSpec"], key)]
    return [{"toolUse": {"toolUseId": f"pry{number}", **use}} for number, use in enumerate(uses)]


def _uses(spec: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Every argument that the tool offers, filled in with the other's; and names that it may know."""
    schema = spec["inputSchema"]["json"]
    known = {name: _value(one, key) for name, one in schema["properties"].items()}
    needed = {name: value for name, value in known.items() if name in schema["required"]}
    named = dict.fromkeys(_TENANT_NAMES, str(restaurant(key).tenant_id))
    texts = {name: value for name, value in known.items() if value == str(restaurant(key).tenant_id)}
    return [{"name": spec["name"], "input": given} for given in (known, needed | texts, needed | named)]


def _value(schema: dict[str, Any], key: str) -> Any:
    match schema:
        case {"enum": [first, *_]}:
            return first
        case {"format": "date"}:
            return restaurant(key).today.isoformat()
        case {"type": "integer"}:
            most = schema.get("maximum", _an_order(key))
            return min(_an_order(key), most)
        case _:
            return str(restaurant(key).tenant_id)


def _an_order(key: str) -> int:
    return orders_of(restaurant(key))[-1].number
