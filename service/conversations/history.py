"""What of a conversation's past goes into the next question: the newest whole turns that fit a budget of
tokens."""

from __future__ import annotations

from msgspec import Struct

from service.messages import Message, TextBlock

BYTES_PER_TOKEN = 4
"""An estimate: English text has about 4 bytes a token."""


class Exchange(Struct, frozen=True):
    """What was asked, and what was answered; None when nothing was."""

    question: str
    reply: str | None


class HistoryBudget:
    """Takes exchanges newest first until one does not fit; then it is `full`, for an older turn without the
    newer one between would mislead."""

    def __init__(self, max_tokens: int) -> None:
        self.full = False
        self._bytes_left = max_tokens * BYTES_PER_TOKEN
        self._taken: list[Exchange] = []

    def offer(self, exchange: Exchange) -> None:
        if self.full or exchange.reply is None or not exchange.reply.strip():
            return
        size = len(exchange.question.encode()) + len(exchange.reply.encode())
        if size > self._bytes_left:
            self.full = True
            return
        self._bytes_left -= size
        self._taken.append(exchange)

    def messages(self) -> tuple[Message, ...]:
        """Oldest first, user and assistant by turns."""
        messages: list[Message] = []
        for exchange in reversed(self._taken):
            messages.append(Message("user", (TextBlock(exchange.question),)))
            messages.append(Message("assistant", (TextBlock(exchange.reply or ""),)))
        return tuple(messages)
