"""Grounding: the restaurant's slices, fetched from the moment on at which a question comes in.

They depend on who asks and when, and on nothing of the conversation: so they are read while the question is kept.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from service.checkpoints import Checkpoints
from service.db.pool import Pool
from service.principal import Principal
from service.slices.prefetch import Prefetched, prefetch

_LOOK_SECONDS = 0.5


class Grounding:
    """principal: who asks, and so whose slices they are; now: the moment of the question, aware; patience: seconds
    until the database answers, a waking one included."""

    def __init__(
        self, pool: Pool, principal: Principal, now: datetime, checkpoints: Checkpoints, *, patience: float
    ) -> None:
        self.principal = principal
        self.now = now
        self._pool = pool
        self._checkpoints = checkpoints
        self._fetching = asyncio.create_task(self._fetch(patience))

    async def _fetch(self, patience: float) -> Prefetched:
        prefetched = await prefetch(self._pool, self.principal, self.now, patience=patience)
        self._checkpoints.passed("postgres")
        return prefetched

    async def fetched(self) -> Prefetched:
        """Raises what `prefetch` raises. Who is cancelled while waiting here cancels the fetching."""
        return await self._fetching

    async def database_is_waking(self) -> bool:
        """True as soon as that is why the slices are not there yet; False when they are."""
        while not self._fetching.done():
            await asyncio.wait({self._fetching}, timeout=_LOOK_SECONDS)
            if self._pool.waking and not self._fetching.done():
                return True
        return False

    async def give_up(self) -> None:
        """Nobody needs them. No connection is held when this returns."""
        self._fetching.cancel()
        await asyncio.gather(self._fetching, return_exceptions=True)
