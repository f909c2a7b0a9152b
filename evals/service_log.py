"""What the service process writes, line by line, while it writes it."""

from __future__ import annotations

import asyncio
from pathlib import Path


class ServiceLog:
    """path: a file that only grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[bytes] = []
        self._read = 0
        self._rest = b""

    def lines(self) -> list[bytes]:
        """All whole lines so far."""
        with self._path.open("rb") as file:
            file.seek(self._read)
            fresh = file.read()
        self._read += len(fresh)
        *whole, self._rest = (self._rest + fresh).split(b"\n")
        self._lines += whole
        return self._lines

    async def about(self, conversation_id: str, requests: int) -> list[bytes]:
        """The lines that name the conversation, once there are as many as requests were made of it. A line is written
        when its turn has ended, which the asker may know first. Raises TimeoutError after ten seconds."""
        needle = conversation_id.encode()
        async with asyncio.timeout(10):
            while len(found := [line for line in self.lines() if needle in line]) < requests:  # noqa: ASYNC110 (a file)
                await asyncio.sleep(0.005)
        return found
