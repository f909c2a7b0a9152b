"""The header of a conversation: the one item that every change goes through, and so the place of all
conditions.

A turn begins with a single conditional write to it, which counts the turn, remembers the question's id and
holds the question itself until it moves, with its answer, into items of its own. `flight_*` is the turn in
flight.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from service.messages import ConversationSummary, Question

Item = dict[str, Any]
"""An item or key as DynamoDB names it: {attribute: {"S": text}}."""

MAX_TURNS = 1_000
"""Each turn leaves its question's id on the header, and a header has 400 KB as every item has."""

_ASKED = "asked#"

LISTED = ["title", "created_at", "turns", "flight_until"]
"""What the index by recency repeats of a header, keys apart."""


class Flight(Struct, frozen=True):
    """The turn that somebody is answering. since: when it was taken; question: None when it has an item
    already."""

    answer_id: str
    position: int
    since: datetime
    question: Question | None

    def is_fresh(self, now: datetime, stale_after: timedelta) -> bool:
        return now - self.since < stale_after


class Header(Struct, frozen=True):
    """asked: the position of each question id; answered: the id of the answer that was stored last."""

    turns: int
    asked: dict[str, int]
    flight: Flight | None
    stop_answer: str | None
    answered: str | None
    deleted: bool


def read_header(item: Item) -> Header:
    return Header(
        turns=int(item["turns"]["N"]),
        asked={name.removeprefix(_ASKED): int(value["N"]) for name, value in item.items() if name.startswith(_ASKED)},
        flight=_read_flight(item),
        stop_answer=_text(item, "stop_answer"),
        answered=_text(item, "answered"),
        deleted="deleted" in item,
    )


def _read_flight(item: Item) -> Flight | None:
    answer_id = _text(item, "flight_answer")
    if answer_id is None:
        return None
    question = _text(item, "flight_question")
    return Flight(
        answer_id=answer_id,
        position=int(item["flight_position"]["N"]),
        since=read_moment(item["flight_since"]["S"]),
        question=decode_question(question) if question is not None else None,
    )


def read_summary(item: Item, now: datetime) -> ConversationSummary:
    """From a header or its repetition in the index."""
    updated_at, _, conversation_id = item["recency"]["S"].partition("#")
    until = _text(item, "flight_until")
    return ConversationSummary(
        id=conversation_id,
        title=item["title"]["S"],
        created_at=read_moment(item["created_at"]["S"]),
        updated_at=read_moment(updated_at),
        turns=int(item["turns"]["N"]),
        answering=until is not None and read_moment(until) > now,
    )


def _text(item: Item, name: str) -> str | None:
    value = item.get(name)
    return str(value["S"]) if value is not None else None


def write_moment(moment: datetime) -> str:
    """Of one length and in UTC, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def encode_question(question: Question) -> str:
    return msgspec.json.encode(question).decode()


def decode_question(text: str) -> Question:
    return msgspec.json.decode(text, type=Question)


# -- the writes ---------------------------------------------------------------------------------------------------


class Claim(Struct, frozen=True):
    """What every write that takes a conversation says: who takes it, when, for how long, and how long it is
    kept.

    displaced: the answer id of the stale flight that it takes over; None when there must be no flight.
    """

    conversation_id: str
    answer_id: str
    now: datetime
    stale_after: timedelta
    ttl: timedelta
    displaced: str | None = None


def begin_question(claim: Claim, question: Question, title: str) -> dict[str, Any]:
    """A question that was not asked before: counted, and the header created when the conversation is new."""
    sets, values = _touch(claim.conversation_id, claim.now, claim.ttl)
    flight_sets, flight_values = _flight(claim)
    condition, condition_values = _free(claim)
    next_position = "if_not_exists(turns, :zero) + :one"
    return {
        "UpdateExpression": (
            f"SET {sets}, {flight_sets}, flight_question = :question, flight_position = {next_position}, "
            f"turns = {next_position}, #asked = {next_position}, "
            "title = if_not_exists(title, :title), created_at = if_not_exists(created_at, :now)"
        ),
        "ConditionExpression": (
            f"{condition} AND attribute_not_exists(#asked) AND (attribute_not_exists(turns) OR turns < :limit)"
        ),
        "ExpressionAttributeNames": {"#asked": _ASKED + question.id},
        "ExpressionAttributeValues": {
            **values,
            **flight_values,
            **condition_values,
            ":question": {"S": encode_question(question)},
            ":title": {"S": title},
            ":zero": {"N": "0"},
            ":one": {"N": "1"},
            ":limit": {"N": str(MAX_TURNS)},
        },
    }


def begin_position(claim: Claim, position: int, turns: int, *, question_is_stored: bool) -> dict[str, Any]:
    """A turn that was asked before, answered once more or at last. turns: as read; it must still be so."""
    sets, values = _touch(claim.conversation_id, claim.now, claim.ttl)
    flight_sets, flight_values = _flight(claim)
    condition, condition_values = _free(claim)
    return {
        "UpdateExpression": (
            f"SET {sets}, {flight_sets}, flight_position = :position "
            f"{'REMOVE flight_question' if question_is_stored else ''}"
        ),
        "ConditionExpression": f"{condition} AND turns = :turns",
        "ExpressionAttributeValues": {
            **values,
            **flight_values,
            **condition_values,
            ":position": {"N": str(position)},
            ":turns": {"N": str(turns)},
        },
    }


def finish(conversation_id: str, answer_id: str, now: datetime, ttl: timedelta) -> dict[str, Any]:
    sets, values = _touch(conversation_id, now, ttl)
    return {
        "UpdateExpression": (
            f"SET {sets}, answered = :answer REMOVE flight_answer, flight_position, flight_since, flight_until, "
            "flight_question, stop_answer"
        ),
        "ConditionExpression": "flight_answer = :answer",
        "ExpressionAttributeValues": {**values, ":answer": {"S": answer_id}},
    }


STOP: dict[str, Any] = {
    # The stop names the answer that it is meant for: one that comes too late does not hit the next turn.
    "UpdateExpression": "SET stop_answer = flight_answer",
    "ConditionExpression": "attribute_exists(flight_answer)",
}

BURY: dict[str, Any] = {
    # Without `recency` it is in no list, without a flight no answer can be stored under it any more.
    "UpdateExpression": (
        "SET deleted = :true REMOVE recency, flight_answer, flight_position, flight_since, flight_until, "
        "flight_question, stop_answer"
    ),
    "ConditionExpression": "attribute_exists(sk)",
    "ExpressionAttributeValues": {":true": {"BOOL": True}},
}


def rename(title: str) -> dict[str, Any]:
    return {
        "UpdateExpression": "SET title = :title",
        "ConditionExpression": "attribute_exists(sk) AND attribute_not_exists(deleted)",
        "ExpressionAttributeValues": {":title": {"S": title}},
    }


def _touch(conversation_id: str, now: datetime, ttl: timedelta) -> tuple[str, dict[str, Any]]:
    return "recency = :recency, expires_at = :expires_at", {
        ":recency": {"S": f"{write_moment(now)}#{conversation_id}"},
        ":expires_at": expiry(now, ttl),
    }


def expiry(now: datetime, ttl: timedelta) -> dict[str, str]:
    """A value for the time-to-live attribute: whole seconds since 1970."""
    return {"N": str(int((now + ttl).timestamp()))}


def _flight(claim: Claim) -> tuple[str, dict[str, Any]]:
    return "flight_answer = :answer, flight_since = :now, flight_until = :until", {
        ":answer": {"S": claim.answer_id},
        ":now": {"S": write_moment(claim.now)},
        ":until": {"S": write_moment(claim.now + claim.stale_after)},
    }


def _free(claim: Claim) -> tuple[str, dict[str, Any]]:
    if claim.displaced is None:
        return "attribute_not_exists(flight_answer) AND attribute_not_exists(deleted)", {}
    return "flight_answer = :displaced AND attribute_not_exists(deleted)", {":displaced": {"S": claim.displaced}}
