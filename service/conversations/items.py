"""The items that a conversation's messages are kept as, and their keys.

    sk                              what
    CONVERSATION#<id>               the header (header.py)
    MESSAGE#<id>#A#<position>#<n>   an answer as JSON, piece n (nearly always there is only piece 0)
    MESSAGE#<id>#Q#<position>       a question as JSON, and beside it the bare text of its answer

The bare text makes history a read of small items only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from service.conversations.answer_size import decode_answer, encode_answer
from service.conversations.header import Item, decode_question, encode_question
from service.conversations.history import Exchange
from service.conversations.store import BegunTurn
from service.messages import Answer, Question, Turn
from service.principal import Principal

_MAX_REPLY_BYTES = 300_000
"""A reply larger than that stays out of history, so that its question's item has room."""


class Keys(Struct, frozen=True):
    """The keys of one principal's items: all under one partition, which nothing but the principal decides."""

    partition: str

    @staticmethod
    def of(principal: Principal) -> Keys:
        return Keys(f"TENANT#{principal.tenant_id}#USER#{principal.user_id}")

    def header(self, conversation_id: str) -> Item:
        return self._key(f"CONVERSATION#{conversation_id}")

    def question(self, conversation_id: str, position: int) -> Item:
        return self._key(f"MESSAGE#{conversation_id}#Q#{position:06d}")

    def answer(self, conversation_id: str, position: int, piece: int) -> Item:
        return self._key(f"MESSAGE#{conversation_id}#A#{position:06d}#{piece:02d}")

    def _key(self, sort: str) -> Item:
        return {"pk": {"S": self.partition}, "sk": {"S": sort}}

    # -- what a Query asks for --

    def messages(self, conversation_id: str) -> dict[str, Any]:
        return self._beginning(f"MESSAGE#{conversation_id}#")

    def answer_pieces(self, conversation_id: str, position: int) -> dict[str, Any]:
        return self._beginning(f"MESSAGE#{conversation_id}#A#{position:06d}#")

    def questions_before(self, conversation_id: str, position: int) -> dict[str, Any]:
        """Newest first."""
        prefix = f"MESSAGE#{conversation_id}#Q#"
        return {
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": {
                ":pk": {"S": self.partition},
                ":first": {"S": f"{prefix}{1:06d}"},
                ":last": {"S": f"{prefix}{position - 1:06d}"},
            },
            "ScanIndexForward": False,
        }

    def answers_between(self, conversation_id: str, first: int, last: int) -> dict[str, Any]:
        """Both positions included."""
        prefix = f"MESSAGE#{conversation_id}#A#"
        return {
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": {
                ":pk": {"S": self.partition},
                ":first": {"S": f"{prefix}{first:06d}#"},
                ":last": {"S": f"{prefix}{last:06d}#~"},
            },
        }

    def _beginning(self, prefix: str) -> dict[str, Any]:
        return {
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": {":pk": {"S": self.partition}, ":prefix": {"S": prefix}},
        }


def question_item(key: Item, question: Question, answer_id: str, expires_at: Item, reply: str | None = None) -> Item:
    item = {
        **key,
        "question": {"S": encode_question(question)},
        "answer_id": {"S": answer_id},
        "expires_at": expires_at,
    }
    if reply is not None and len(reply.encode()) <= _MAX_REPLY_BYTES:
        item["reply"] = {"S": reply}
    return item


def answer_items(keys: Keys, begun: BegunTurn, answer: Answer, expires_at: Item) -> list[Item]:
    """`pieces` tells how many belong together: a longer answer that was replaced may have left more
    behind."""
    pieces = encode_answer(answer)
    return [
        {
            **keys.answer(begun.conversation_id, begun.position, number),
            "body": {"S": piece},
            "pieces": {"N": str(len(pieces))},
            "expires_at": expires_at,
        }
        for number, piece in enumerate(pieces)
    ]


def read_exchange(item: Item) -> Exchange:
    return Exchange(decode_question(item["question"]["S"]).text, item.get("reply", {}).get("S"))


class LastTurn(Struct, frozen=True):
    """answer_id: of the answer that is there, or of the one that was never finished."""

    position: int
    question: Question
    answer_id: str


def read_last_turn(item: Item) -> LastTurn:
    return LastTurn(_kind_and_position(item)[1], decode_question(item["question"]["S"]), item["answer_id"]["S"])


def read_turns(items: Iterable[Item]) -> dict[int, Turn]:
    """Turns by position, in order, from message items in the order of their sort keys.

    An answer whose question has gone (each item expires by itself) is left out.
    """
    questions: dict[int, Question] = {}
    bodies: dict[int, list[str]] = {}
    pieces: dict[int, int] = {}
    for item in items:
        kind, position = _kind_and_position(item)
        if kind == "Q":
            questions[position] = decode_question(item["question"]["S"])
        elif len(bodies.setdefault(position, [])) < pieces.setdefault(position, int(item["pieces"]["N"])):
            bodies[position].append(item["body"]["S"])
    return {
        position: Turn(position, question, decode_answer(bodies[position]) if position in bodies else None)
        for position, question in sorted(questions.items())
    }


def _kind_and_position(item: Item) -> tuple[str, int]:
    _, _, kind, position, *_ = item["sk"]["S"].split("#")
    return kind, int(position)
