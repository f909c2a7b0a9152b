"""Stops: when the turns of this process look whether one of them is to stop.

The stop itself lies in the store, for another process may have taken the request: on Lambda it always is another. A
turn looks for it there now and then, and at once when the request came to this process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from service.principal import Principal

TURNS_AT_FULL_PACE = 5
"""A process with more turns looks for each of them less often: each look is a call, and costs as much as ten words."""

_Key = tuple[UUID, str, str]


class Stops:
    """poll_seconds: from one look of a turn to its next."""

    def __init__(self, poll_seconds: float) -> None:
        self._poll_seconds = poll_seconds
        self._watches: set[Watch] = set()

    @contextmanager
    def watch(self, principal: Principal, conversation_id: str) -> Iterator[Watch]:
        """For as long as the conversation's turn runs."""
        watch = Watch(self, _key(principal, conversation_id))
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    def nudge(self, principal: Principal, conversation_id: str) -> None:
        """Something was written that a running turn of this conversation, if one is here, should see now."""
        key = _key(principal, conversation_id)
        for watch in self._watches:
            if watch.key == key:
                watch.nudged.set()

    @property
    def pause(self) -> float:
        """Seconds."""
        return self._poll_seconds * max(1.0, len(self._watches) / TURNS_AT_FULL_PACE)


class Watch:
    def __init__(self, stops: Stops, key: _Key) -> None:
        self.key = key
        self.nudged = asyncio.Event()
        self._stops = stops

    async def time_to_look(self) -> None:
        """Returns when the store should be asked whether this turn is to stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._stops.pause):
                await self.nudged.wait()
        self.nudged.clear()


def _key(principal: Principal, conversation_id: str) -> _Key:
    return principal.tenant_id, principal.user_id, conversation_id
