"""What the benchmarks' endpoint plays is ConverseStream, and what their client counts is tokens."""

from __future__ import annotations

import json

from botocore.eventstream import EventStreamBuffer

from benchmarks.answer import MARK, frames, said, text, tokens


def test_the_frames_say_the_answer_in_converse_streams_order() -> None:
    first, each, last = frames(5)
    events = [event for chunked in (first, *each, last.removesuffix(b"0\r\n\r\n")) for event in _events(chunked)]
    assert [kind for kind, _ in events] == [
        "messageStart", *["contentBlockDelta"] * 5, "contentBlockStop", "messageStop", "metadata",
    ]  # fmt: skip
    assert [body["delta"]["text"] for kind, body in events if kind == "contentBlockDelta"] == tokens(5)
    assert last.endswith(b"0\r\n\r\n"), "the response ends, and the connection stays"


def test_a_token_has_one_mark() -> None:
    assert [token.count(MARK) for token in tokens(60)] == [1] * 60
    assert all(chunk.count(MARK.encode()) == 1 for chunk in frames(60)[1])


def test_what_was_said_is_read_from_text_parts_alone() -> None:
    part = {"type": "text-delta", "id": "0", "delta": text(2)}
    other = {"type": "data-slice", "data": {"delta": "no"}}
    body = f"data: {json.dumps(other)}\n\n: heartbeat\n\ndata: {json.dumps(part)}\n\ndata: [DONE]\n\n"
    assert said(body) == text(2)


def _events(chunked: bytes) -> list[tuple[str, dict[str, dict[str, str]]]]:
    """The frames in chunks of HTTP, checked and read by botocore."""
    buffer = EventStreamBuffer()
    while chunked:
        size, _, rest = chunked.partition(b"\r\n")
        buffer.add_data(rest[: int(size, 16)])
        chunked = rest[int(size, 16) + 2 :]
    return [(message.headers[":event-type"], json.loads(message.payload)) for message in buffer]
