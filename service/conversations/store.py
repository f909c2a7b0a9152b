"""ConversationStore: where the turns of one principal's conversations are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from msgspec import Struct

from service.messages import Answer, Conversation, ConversationSummary, Message, Question, Turn


class BegunTurn(Struct, frozen=True):
    """A turn that is this caller's to answer, and nobody else's until it is stale. `position` counts from
    1."""

    conversation_id: str
    position: int
    question: Question
    answer_id: str


class AnsweredTurn(Struct, frozen=True):
    """The question was asked before, under the same id, and `turn.answer` is there."""

    turn: Turn


BeganTurn = BegunTurn | AnsweredTurn

ConversationPage = tuple[list[ConversationSummary], str | None]
"""Conversations, and the cursor of the next page: None when there is none."""


class ConversationStore(Protocol):
    """The conversations of one principal. Another tenant's or user's conversation is as absent as one that
    never was.

    A conversation id is 1 to 64 letters, digits, hyphens or underscores; any other is a NotFoundError.
    Every method raises ConversationsUnavailableError when the store cannot be reached.
    """

    async def list(self, *, limit: int, cursor: str | None) -> ConversationPage:
        """The conversation used last comes first.

        Raises InvalidRequestError for a limit outside 1 to 100 and for a cursor that is none of ours.
        """

    async def open(self, conversation_id: str, *, last: int | None = None, before: int | None = None) -> Conversation:
        """The conversation with its turns, oldest first; one in flight has no answer. last: only the newest
        so many (and one in flight); before: only turns at positions below this. Raises NotFoundError."""

    async def rename(self, conversation_id: str, title: str) -> ConversationSummary:
        """Raises NotFoundError; InvalidRequestError for a title without a letter or over 120 characters."""

    async def delete(self, conversation_id: str) -> None:
        """Removes it with all its messages; a turn in flight can no longer store its answer. Raises
        NotFoundError.

        When it fails midway the conversation is gone for every other method, and deleting again finishes
        the work.
        """

    async def begin_turn(
        self, conversation_id: str, question: Question, answer_id: str, *, stale_after: timedelta
    ) -> BeganTurn:
        """Stores the question and takes the conversation, which is created when it is new, with a title
        from it.

        The same question id again is never asked twice: it gives the AnsweredTurn, or, left unanswered and
        stale, the turn to answer with the question as it was first stored. Raises TurnInProgressError while
        a turn younger than `stale_after` is in flight; NotFoundError when the conversation is being
        deleted; InvalidRequestError for a question id of another form, or when the conversation has reached
        its 1,000 turns.
        """

    async def begin_again(
        self,
        conversation_id: str,
        answer_id_to_replace: str | None,
        new_answer_id: str,
        *,
        stale_after: timedelta,
    ) -> BegunTurn:
        """Takes the conversation to answer its last question again. The old answer stays until finish_turn.

        Raises NotFoundError when there is no such conversation or question, or when `answer_id_to_replace`
        is given and is not the last turn's; TurnInProgressError as begin_turn does.
        """

    async def history(self, begun: BegunTurn, *, max_tokens: int) -> tuple[Message, ...]:
        """The turns before this one, as text: the newest that fit `max_tokens`, oldest first, whole turns
        only, beginning with the user's. A turn that was never answered, or with nothing, is left out."""

    async def finish_turn(self, begun: BegunTurn, answer: Answer) -> None:
        """Stores question and answer and frees the conversation, all or nothing. Storing the same answer
        again changes nothing. Raises NotFoundError, and stores nothing, when the turn is no longer the one
        in flight: deleted, or taken over after it was stale."""

    async def request_stop(self, conversation_id: str) -> None:
        """Asks the turn in flight to stop; does nothing when there is none. Raises NotFoundError."""

    async def stop_requested(self, begun: BegunTurn) -> bool:
        """Whether this turn should end: a stop was asked for, or it is no longer the one in flight."""
