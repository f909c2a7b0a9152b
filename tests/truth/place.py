"""A restaurant whose owner asks: over HTTP, signed in; and beside it its books."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from tests.http.conftest import Answered, Client
from tests.truth.books import Books


class Place:
    """export: the file that its orders come from, if they do."""

    def __init__(self, client: Client, books: Books) -> None:
        self.client = client
        self.books = books
        self.export: Path | None = None

    @property
    def name(self) -> str:
        return self.books.tenant.name

    async def ask(self, *questions: str) -> list[Answered]:
        """One after the other in one conversation."""
        conversation = f"c{uuid4().hex}"
        return [await self.client.ask(question, conversation=conversation) for question in questions]
