"""Npm `ai` as the judge of every stream that a test reads: a Node process, asked stream by stream."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any, Self

FOLDER = Path(__file__).parent / "stream_judge"


class StreamJudge:
    """Raises AssertionError with the judge's own words when a stream is not what the AI SDK takes."""

    async def __aenter__(self) -> Self:
        node = shutil.which("node")
        assert node, "Node 20 or later judges the streams; it is not on the PATH"
        assert (FOLDER / "node_modules").is_dir(), f"run `npm ci` in {FOLDER.relative_to(Path.cwd())} (make test does)"
        self._process = await asyncio.create_subprocess_exec(
            node,
            "judge.mjs",
            cwd=FOLDER,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=16 * 1024 * 1024,
        )
        self._turn = asyncio.Lock()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def check(self, stream: bytes) -> dict[str, Any]:
        """The UI message that the stream amounts to in the browser."""
        # To its end, even when nobody waits any more: else the next one to ask would get this verdict.
        verdict = await asyncio.shield(asyncio.create_task(self._verdict(stream)))
        assert not verdict["errors"], verdict["errors"]
        assert verdict["chunks"] == sum(frame.startswith(b"data: {") for frame in stream.split(b"\n\n")), (
            "a frame was lost on the way to the browser"
        )
        return dict(verdict["message"] or {})

    async def _verdict(self, stream: bytes) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            self._process.stdin.write(json.dumps({"stream": stream.decode()}).encode() + b"\n")
            await self._process.stdin.drain()
            return dict(json.loads(await self._process.stdout.readline()))
