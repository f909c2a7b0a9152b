"""What a turn does to a store, in short words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aioboto3.session import Session
from aiobotocore.config import AioConfig

from local.ministack import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY
from service.conversations.dynamodb import DynamoConversations
from service.conversations.store import AnsweredTurn, BegunTurn
from service.conversations.table import CLIENT_CONFIG
from service.messages import Answer, AnswerStatus, Conversation, Message, Part, Question, TextBlock, TextPart
from service.principal import Principal

_session = Session(ACCESS_KEY_ID, SECRET_ACCESS_KEY, region_name=REGION)

PATIENCE = timedelta(seconds=90)
AT_ONCE = timedelta(0)
"""As stale_after: whatever is in flight is stale."""


def somebody() -> Principal:
    return Principal(uuid4(), str(uuid4()))


def open_client(endpoint: str, **changes: Any) -> Any:
    """The service's own client; changes: to its AioConfig."""
    config = CLIENT_CONFIG.merge(AioConfig(**changes)) if changes else CLIENT_CONFIG
    return _session.client("dynamodb", endpoint_url=endpoint, config=config)


def question(id: str = "q1", text: str = "How did we do yesterday?") -> Question:
    return Question(id, text, datetime.now(UTC))


def answer(
    begun: BegunTurn,
    text: str = "Well.",
    *parts: Part,
    status: AnswerStatus = "complete",
    error_code: str | None = None,
) -> Answer:
    return Answer(
        id=begun.answer_id,
        text=text,
        status=status,
        parts=parts or (TextPart(text),),
        metadata={"prompt_version": "v001"},
        answered_at=datetime.now(UTC),
        error_code=error_code,
    )


async def begin(
    store: DynamoConversations,
    asked: Question | None = None,
    *,
    chat: str = "chat",
    answer_id: str | None = None,
    stale_after: timedelta = PATIENCE,
) -> BegunTurn:
    began = await store.begin_turn(chat, asked or question(), answer_id or new_id(), stale_after=stale_after)
    assert isinstance(began, BegunTurn)
    return began


async def ask(store: DynamoConversations, number: int = 1, *, chat: str = "chat", text: str = "") -> BegunTurn:
    """A whole turn: question q<number>, answer "Answer <number>."."""
    begun = await begin(store, question(f"q{number}", text or f"Question {number}?"), chat=chat)
    await store.finish_turn(begun, answer(begun, f"Answer {number}."))
    return begun


async def answered(store: DynamoConversations, asked: Question, *, chat: str = "chat") -> Answer:
    """The answer that asking the same again gives."""
    began = await store.begin_turn(chat, asked, new_id(), stale_after=PATIENCE)
    assert isinstance(began, AnsweredTurn)
    assert began.turn.answer is not None
    return began.turn.answer


def new_id() -> str:
    return f"answer-{uuid4().hex}"


def said(conversation: Conversation) -> list[tuple[int, str, str | None]]:
    """(position, question, answer) of each turn."""
    return [
        (turn.position, turn.question.text, turn.answer.text if turn.answer else None) for turn in conversation.turns
    ]


def texts(messages: tuple[Message, ...]) -> list[str]:
    return [block.text for message in messages for block in message.content if isinstance(block, TextBlock)]
