"""A conversation of many messages, and many conversations, put where the service keeps them by its
own store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt
from msgspec.structs import replace

from local.ministack import Ministack
from service.conversations.dynamodb import DynamoConversations
from service.conversations.store import BegunTurn
from service.messages import Question
from service.principal import Principal

_DAY = timedelta(days=1)


async def repeat_last_answer(
    ministack: Ministack, table: str, id_token: str, conversation_id: str, *, turns: int
) -> None:
    """Brings the conversation to that many turns, each with the question and the answer of its last one. id_token: of
    whose it is."""
    async with ministack.client("dynamodb") as client:
        store = DynamoConversations(client, table, principal_of(id_token), _DAY)
        kept = (await store.open(conversation_id)).turns
        question, answer = kept[-1].question, kept[-1].answer
        assert answer is not None
        for _ in range(turns - len(kept)):
            asked = replace(question, id=uuid4().hex)
            begun = await store.begin_turn(conversation_id, asked, uuid4().hex, stale_after=_DAY)
            assert isinstance(begun, BegunTurn)
            await store.finish_turn(begun, replace(answer, id=begun.answer_id))


async def begin_conversations(ministack: Ministack, table: str, id_token: str, *, count: int) -> None:
    """So many, each with a question and no answer yet: "Question 1" to the newest."""
    async with ministack.client("dynamodb") as client:
        store = DynamoConversations(client, table, principal_of(id_token), _DAY)
        for number in range(1, count + 1):
            asked = Question(uuid4().hex, f"Question {number}", datetime.now(UTC))
            await store.begin_turn(uuid4().hex, asked, uuid4().hex, stale_after=_DAY)


def principal_of(id_token: str) -> Principal:
    claims = jwt.decode(id_token, options={"verify_signature": False})
    return Principal(UUID(claims["custom:tenant_id"]), claims["sub"])
