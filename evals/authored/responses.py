"""Authored responses: read, and spoken in the place of a model, over the same wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from msgspec import Struct, convert
from pydantic_evals import Case

from evals.cases import Asked, EvalCase, Expected
from local.bedrock.errors import invalid
from local.bedrock.recordings import question_of
from local.bedrock.voice import Block, ConverseRequest, StandIn, Utterance, speech

RESPONSES = Path(__file__).with_name("responses.json")
SPOKEN_BY = StandIn("authored")


class Authored(Struct, frozen=True, forbid_unknown_fields=True):
    """caught_by: the scorers that have to fail, and no other may; rounds: Converse content blocks, a list for each call
    of the model; usage: what it claims to have used, in the place of the true count."""

    name: str
    caught_by: list[str]
    tenant: str
    ask: str
    expected: dict[str, Any]
    rounds: list[list[Block]]
    usage: dict[str, int] | None = None

    @property
    def case(self) -> EvalCase:
        inputs = Asked(tenant=self.tenant, ask=[self.ask])
        return Case(name=self.name, inputs=inputs, metadata=Expected.model_validate(self.expected))


def read_authored() -> list[Authored]:
    return convert(json.loads(RESPONSES.read_text("utf-8"))["responses"], list[Authored])


class AuthoredVoice:
    """A voice: each question's own response, round by round."""

    def __init__(self, responses: list[Authored]) -> None:
        self._by_question = {each.ask: each for each in responses}

    async def __call__(self, request: ConverseRequest) -> AsyncIterator[Utterance]:
        authored = self._by_question.get(question_of(request.body))
        if authored is None:
            raise invalid("Nobody has written an answer to this question.")
        content = authored.rounds[_round(request.body)]
        if not content:
            raise invalid("This answer has no word.")  # a refusal, which nobody tries again, not a silence to wait out
        yield SPOKEN_BY
        fields = {"stand_in": SPOKEN_BY.name, "note": f"Authored by hand to show a scorer: {authored.name}."}
        for event in speech(request.body, content, fields):
            if "metadata" in event and authored.usage is not None:
                event["metadata"]["usage"] = authored.usage
            yield event


def _round(body: dict[str, Any]) -> int:
    """How often tools have answered since the question."""
    rounds = 0
    for message in reversed(body["messages"]):
        if message["role"] == "user":
            if not any("toolResult" in block for block in message["content"]):
                break
            rounds += 1
    return rounds
