"""The answer that every server is given by the same endpoint, and how it comes out of a server's stream again.

A token is a word, or a figure, and MARK. No server's framing holds that character, so that a client counts tokens in
whatever bytes arrive, without reading them.
"""

from __future__ import annotations

from functools import cache

import msgspec

MARK = "~"
MODEL = "stand-in.analyst-v1:0"
QUESTION = "How did we do last week, and what sold best?"
_SENTENCE = (
    "Last week you made $1,284.50 net over 96 orders and your best day was Saturday with $312.75 while the quietest"
    " was Monday and what sold best was the house pizza ahead of garlic bread and salads as in the weeks before"
)


def tokens(count: int) -> list[str]:
    words = _SENTENCE.split()
    return [f"{words[at % len(words)]}{MARK} " for at in range(count)]


def text(count: int) -> str:
    return "".join(tokens(count))


@cache
def frames(count: int) -> tuple[bytes, tuple[bytes, ...], bytes]:
    """ConverseStream's frames as chunks of HTTP: what comes before the first token, each token, what comes last."""
    # Only the endpoint needs it, and it brings msgspec's encoder and a CRC.
    from local.bedrock.wire import event_frame  # noqa: PLC0415

    def chunk(event: dict[str, object]) -> bytes:
        frame = event_frame(event)
        return b"%x\r\n%s\r\n" % (len(frame), frame)

    usage = {"inputTokens": 3000, "outputTokens": count, "totalTokens": 3000 + count}
    last: list[dict[str, object]] = [
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
        {"metadata": {"usage": usage, "metrics": {"latencyMs": 1}}},
    ]
    said = tuple(
        chunk({"contentBlockDelta": {"delta": {"text": token}, "contentBlockIndex": 0}}) for token in tokens(count)
    )
    return chunk({"messageStart": {"role": "assistant"}}), said, b"".join(map(chunk, last)) + b"0\r\n\r\n"


def said(body: str) -> str:
    """The text of a server's UI message stream (AI SDK, version 1): of its `text-delta` parts."""
    lines = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: {")]
    parts = [msgspec.json.decode(line) for line in lines]
    return "".join(part["delta"] for part in parts if part["type"] == "text-delta")
