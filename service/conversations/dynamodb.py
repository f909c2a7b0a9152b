"""DynamoConversations: the ConversationStore on one DynamoDB table.

The partition key is the principal's, so another's items are out of reach, and IAM's dynamodb:LeadingKeys
can say so too. The header's item decides everything (header.py), the messages lie beside it (items.py). The
local secondary index holds headers only, for nothing else has `recency`.

Every item goes away by itself some time after its own turn, the header that long after the last one.
"""

from __future__ import annotations

import re
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from service.conversations.cursor import cursor_after, recency_of
from service.conversations.header import (
    BURY,
    LISTED,
    MAX_TURNS,
    STOP,
    Claim,
    Flight,
    Header,
    Item,
    begin_position,
    begin_question,
    expiry,
    finish,
    read_header,
    read_summary,
    rename,
)
from service.conversations.history import HistoryBudget
from service.conversations.items import (
    Keys,
    LastTurn,
    answer_items,
    question_item,
    read_exchange,
    read_last_turn,
    read_turns,
)
from service.conversations.store import AnsweredTurn, BeganTurn, BegunTurn, ConversationPage
from service.conversations.table import ConditionFailedError, Table, both
from service.conversations.titles import given_title, title_of
from service.errors import InvalidRequestError, NotFoundError, TurnInProgressError
from service.messages import Answer, Conversation, ConversationSummary, Message, Question, Turn
from service.principal import Principal

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

TABLE_DEFINITION: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "recency")],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by_recency",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "recency", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": LISTED},
        }
    ],
}
"""What create_table needs beside the name."""

TTL_ATTRIBUTE = "expires_at"
"""To be named in update_time_to_live: create_table cannot."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ATTEMPTS = 5
_HISTORY_PAGE = 20


class DynamoConversations:
    """client: an open aioboto3 DynamoDB client, shared; ttl: how long a message is kept after its turn."""

    def __init__(self, client: DynamoDBClient, table: str, principal: Principal, ttl: timedelta) -> None:
        self._table = Table(client, table)
        self._keys = Keys.of(principal)
        self._ttl = ttl

    # -- conversations --------------------------------------------------------------------------------------------

    async def list(self, *, limit: int, cursor: str | None) -> ConversationPage:
        """Raises InvalidRequestError, ConversationsUnavailableError."""
        if not 1 <= limit <= 100:
            raise InvalidRequestError("A page holds 1 to 100 conversations.")
        start = {"ExclusiveStartKey": self._listed_key(recency_of(cursor))} if cursor is not None else {}
        found = await self._table.take(
            limit + 1,  # one more tells whether there is a next page
            IndexName="by_recency",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": self._keys.partition}},
            ScanIndexForward=False,
            Limit=limit + 1,
            **start,
        )
        now = datetime.now(UTC)
        more = cursor_after(found[limit - 1]["recency"]["S"]) if len(found) > limit else None
        return [read_summary(item, now) for item in found[:limit]], more

    def _listed_key(self, recency: str) -> Item:
        return {**self._keys.header(recency.partition("#")[2]), "recency": {"S": recency}}

    async def open(self, conversation_id: str, *, last: int | None = None, before: int | None = None) -> Conversation:
        """Raises NotFoundError, ConversationsUnavailableError."""
        key = self._header_key(conversation_id)
        end = before or MAX_TURNS + 1
        item, (turns, earlier) = await both(self._table.get(key), self._turns(conversation_id, last, end))
        if item is None or (header := read_header(item)).deleted:
            raise NotFoundError
        flight = header.flight
        if flight is None and header.turns < end and header.turns not in turns:
            # Finished between the two reads: the messages were read before, the header after.
            turns, earlier = await self._turns(conversation_id, last, end)
        if flight is not None and flight.question is not None and flight.position < end:
            turns.setdefault(flight.position, Turn(flight.position, flight.question))
        return Conversation(read_summary(item, datetime.now(UTC)), tuple(turns.values()), earlier)

    async def _turns(self, conversation_id: str, last: int | None, end: int) -> tuple[dict[int, Turn], int | None]:
        """Those below the position `end`, by their positions: all, or the `last` so many. And the lowest of these
        positions when there are turns below it."""
        if end <= 1:
            return {}, None
        if last is None and end > MAX_TURNS:
            return read_turns(await self._table.take(**self._keys.messages(conversation_id))), None
        wanted = MAX_TURNS if last is None else last
        query = self._keys.questions_before(conversation_id, end)
        found = await self._table.take(wanted + 1, Limit=wanted + 1, **query)
        if not found:
            return {}, None
        questions = read_turns(found[:wanted])
        first = min(questions)
        answers = await self._table.take(**self._keys.answers_between(conversation_id, first, max(questions)))
        return read_turns([*answers, *found[:wanted]]), first if len(found) > wanted else None

    async def rename(self, conversation_id: str, title: str) -> ConversationSummary:
        """Raises NotFoundError, InvalidRequestError, ConversationsUnavailableError."""
        key = self._header_key(conversation_id)
        try:
            item = await self._table.update(key, rename(given_title(title)), returning="ALL_NEW")
        except ConditionFailedError:
            raise NotFoundError from None
        return read_summary(item, datetime.now(UTC))

    async def delete(self, conversation_id: str) -> None:
        """Raises NotFoundError, ConversationsUnavailableError."""
        key = self._header_key(conversation_id)
        try:
            await self._table.update(key, BURY)
        except ConditionFailedError:
            raise NotFoundError from None
        query = self._keys.messages(conversation_id)
        messages = await self._table.take(**query, ProjectionExpression="pk, sk")
        await self._table.delete(messages)
        await self._table.delete([key])

    # -- turns ----------------------------------------------------------------------------------------------------

    async def begin_turn(
        self, conversation_id: str, question: Question, answer_id: str, *, stale_after: timedelta
    ) -> BeganTurn:
        """One write when nothing stands in the way; what it finds there instead, it is told by the refusal.

        Raises TurnInProgressError, NotFoundError, InvalidRequestError, ConversationsUnavailableError.
        """
        self._header_key(conversation_id)
        if not _ID.fullmatch(question.id):
            raise InvalidRequestError("A message id has 1 to 64 letters, digits, hyphens or underscores.")
        claim = self._claim(conversation_id, answer_id, stale_after)
        header: Header | None = None
        for _ in range(_ATTEMPTS):
            try:
                if header is None:
                    return await self._begin_question(claim, question, None)
                return await self._begin_knowing(header, claim, question)
            except ConditionFailedError as failed:
                header = read_header(failed.item) if failed.item is not None else None
        raise TurnInProgressError

    async def _begin_knowing(self, header: Header, claim: Claim, question: Question) -> BeganTurn:
        if header.deleted:
            raise NotFoundError
        flight, position = header.flight, header.asked.get(question.id)
        if flight is not None and flight.answer_id == claim.answer_id:
            # This very call's own write: its answer was lost on the way and it was sent again.
            return BegunTurn(claim.conversation_id, flight.position, flight.question or question, claim.answer_id)
        if position is None:
            _refuse_when_fresh(flight, claim)
            if header.turns >= MAX_TURNS:
                raise InvalidRequestError("This conversation is full. Please begin a new one.")
            return await self._begin_question(claim, question, flight)
        if flight is not None and flight.position == position:
            _refuse_when_fresh(flight, claim)
            if flight.question is not None:
                return await self._begin_position(claim, position, flight.question, header)
        stored = await self._stored_turn(claim.conversation_id, position)
        if stored is not None and stored.answer is not None:
            return AnsweredTurn(stored)
        _refuse_when_fresh(flight, claim)
        return await self._begin_position(claim, position, stored.question if stored else question, header)

    async def begin_again(
        self,
        conversation_id: str,
        answer_id_to_replace: str | None,
        new_answer_id: str,
        *,
        stale_after: timedelta,
    ) -> BegunTurn:
        """Raises NotFoundError, TurnInProgressError, ConversationsUnavailableError."""
        claim = self._claim(conversation_id, new_answer_id, stale_after)
        for _ in range(_ATTEMPTS):
            header, last = await self._header_and_last_turn(conversation_id)
            if last.position != header.turns:
                continue  # begun or finished between the two reads
            flight = header.flight
            if flight is None or flight.answer_id != new_answer_id:  # else: ours, sent again
                _refuse_when_fresh(flight, claim)
            known = {last.answer_id, flight.answer_id if flight is not None else None}
            if answer_id_to_replace is not None and answer_id_to_replace not in known:
                raise NotFoundError
            try:
                return await self._begin_position(claim, last.position, last.question, header)
            except ConditionFailedError:
                continue
        raise TurnInProgressError

    async def history(self, begun: BegunTurn, *, max_tokens: int) -> tuple[Message, ...]:
        """No call at all for a first turn. Raises ConversationsUnavailableError."""
        if begun.position == 1:
            return ()
        budget = HistoryBudget(max_tokens)
        query = self._keys.questions_before(begun.conversation_id, begun.position)
        pages = self._table.pages(**query, ProjectionExpression="question, reply", Limit=_HISTORY_PAGE)
        async with aclosing(pages):
            async for page in pages:
                for item in page:
                    budget.offer(read_exchange(item))
                if budget.full:
                    break
        return budget.messages()

    async def finish_turn(self, begun: BegunTurn, answer: Answer) -> None:
        """Raises NotFoundError, ConversationsUnavailableError."""
        now = datetime.now(UTC)
        expires_at = expiry(now, self._ttl)
        question_key = self._keys.question(begun.conversation_id, begun.position)
        puts = [
            question_item(question_key, begun.question, begun.answer_id, expires_at, answer.text),
            *answer_items(self._keys, begun, answer, expires_at),
        ]
        write = finish(begun.conversation_id, begun.answer_id, now, self._ttl)
        try:
            await self._table.update_and_put(self._header_key(begun.conversation_id), write, puts)
        except ConditionFailedError as failed:
            if failed.item is None or read_header(failed.item).answered != begun.answer_id:
                raise NotFoundError from None

    async def request_stop(self, conversation_id: str) -> None:
        """Raises NotFoundError, ConversationsUnavailableError."""
        try:
            await self._table.update(self._header_key(conversation_id), STOP)
        except ConditionFailedError as failed:
            if failed.item is None or read_header(failed.item).deleted:
                raise NotFoundError from None

    async def stop_requested(self, begun: BegunTurn) -> bool:
        """Raises ConversationsUnavailableError."""
        key = self._header_key(begun.conversation_id)
        item = await self._table.get(key, ProjectionExpression="flight_answer, stop_answer") or {}
        this: Item = {"S": begun.answer_id}
        return item.get("flight_answer") != this or item.get("stop_answer") == this

    # -- taking a conversation ------------------------------------------------------------------------------------

    def _header_key(self, conversation_id: str) -> Item:
        if not _ID.fullmatch(conversation_id):
            raise NotFoundError
        return self._keys.header(conversation_id)

    def _claim(self, conversation_id: str, answer_id: str, stale_after: timedelta) -> Claim:
        return Claim(conversation_id, answer_id, datetime.now(UTC), stale_after, self._ttl)

    async def _begin_question(self, claim: Claim, question: Question, stale: Flight | None) -> BegunTurn:
        write = begin_question(_displacing(claim, stale), question, title_of(question.text))
        if stale is not None and stale.question is not None:
            await self._displace(claim, write, stale, stale.question)
            position = stale.position + 1  # a flight that holds its question is the last turn
        else:
            key = self._header_key(claim.conversation_id)
            item = await self._table.update(key, write, returning="UPDATED_NEW")
            position = int(item["flight_position"]["N"])
        return BegunTurn(claim.conversation_id, position, question, claim.answer_id)

    async def _begin_position(self, claim: Claim, position: int, question: Question, header: Header) -> BegunTurn:
        stale = header.flight
        held = stale.question if stale is not None else None
        stays = held is not None and stale is not None and stale.position == position
        write = begin_position(_displacing(claim, stale), position, header.turns, question_is_stored=not stays)
        if stale is not None and held is not None and not stays:
            await self._displace(claim, write, stale, held)
        else:
            await self._table.update(self._header_key(claim.conversation_id), write)
        return BegunTurn(claim.conversation_id, position, question, claim.answer_id)

    async def _displace(self, claim: Claim, write: dict[str, Any], stale: Flight, question: Question) -> None:
        """Takes over from a turn that was never finished, and gives its question an item of its own."""
        key = self._keys.question(claim.conversation_id, stale.position)
        left = question_item(key, question, stale.answer_id, expiry(claim.now, self._ttl))
        await self._table.update_and_put(self._header_key(claim.conversation_id), write, [left])

    async def _stored_turn(self, conversation_id: str, position: int) -> Turn | None:
        """A turn that has left the header, or None when it has expired."""
        question, pieces = await both(
            self._table.get(self._keys.question(conversation_id, position)),
            self._table.take(**self._keys.answer_pieces(conversation_id, position)),
        )
        return read_turns([*pieces, question]).get(position) if question is not None else None

    async def _header_and_last_turn(self, conversation_id: str) -> tuple[Header, LastTurn]:
        item, newest = await both(
            self._table.get(self._header_key(conversation_id)),
            self._table.take(1, Limit=1, **self._keys.questions_before(conversation_id, MAX_TURNS + 1)),
        )
        if item is None or (header := read_header(item)).deleted:
            raise NotFoundError
        flight = header.flight
        if flight is not None and flight.question is not None:
            return header, LastTurn(flight.position, flight.question, flight.answer_id)
        if not newest:
            raise NotFoundError
        return header, read_last_turn(newest[0])


def _displacing(claim: Claim, stale: Flight | None) -> Claim:
    return replace(claim, displaced=stale.answer_id) if stale is not None else claim


def _refuse_when_fresh(flight: Flight | None, claim: Claim) -> None:
    if flight is not None and flight.is_fresh(claim.now, claim.stale_after):
        raise TurnInProgressError
