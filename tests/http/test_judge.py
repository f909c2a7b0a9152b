from __future__ import annotations

import asyncio

from tests.http.judge import StreamJudge


def saying(text: str) -> bytes:
    """A stream of one text part."""
    parts = (
        '{"type":"start"}',
        '{"type":"text-start","id":"1"}',
        f'{{"type":"text-delta","id":"1","delta":"{text}"}}',
        '{"type":"text-end","id":"1"}',
        '{"type":"finish"}',
    )
    return b"".join(f"data: {part}\n\n".encode() for part in parts) + b"data: [DONE]\n\n"


async def test_a_verdict_that_nobody_waits_for_is_not_taken_for_the_next(judge: StreamJudge) -> None:
    left = asyncio.create_task(judge.check(saying("one")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    message = await judge.check(saying("two"))
    assert [part["text"] for part in message["parts"] if part["type"] == "text"] == ["two"]
