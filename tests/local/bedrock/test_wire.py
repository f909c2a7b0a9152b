"""Frames, as botocore reads them."""

from __future__ import annotations

import pytest
from botocore.eventstream import ChecksumMismatch, EventStreamBuffer, EventStreamMessage
from hypothesis import given
from hypothesis import strategies as st

from local.bedrock.wire import (
    encode_frame,
    encode_headers,
    event_frame,
    exception_frame,
    with_wrong_checksum,
)

HEADERS = st.dictionaries(st.text(min_size=1, max_size=40), st.text(max_size=200), max_size=8)
FRAMES = st.lists(st.tuples(HEADERS, st.binary(max_size=3000)), min_size=1, max_size=6)


def read(*chunks: bytes) -> list[EventStreamMessage]:
    buffer = EventStreamBuffer()
    messages = []
    for chunk in chunks:
        buffer.add_data(chunk)
        messages.extend(buffer)
    return messages


@given(frames=FRAMES, size=st.integers(1, 700))
def test_botocore_reads_back_what_was_written(frames: list[tuple[dict[str, str], bytes]], size: int) -> None:
    data = b"".join(encode_frame(encode_headers(headers), payload) for headers, payload in frames)
    messages = read(*(data[at : at + size] for at in range(0, len(data), size)))
    assert [(message.headers, message.payload) for message in messages] == frames


def test_an_event_frame() -> None:
    (message,) = read(event_frame({"messageStart": {"role": "assistant"}}))
    assert message.headers == {
        ":event-type": "messageStart",
        ":content-type": "application/json",
        ":message-type": "event",
    }
    assert message.payload.startswith(b'{"role":"assistant","p":"abc')


def test_an_exception_frame() -> None:
    (message,) = read(exception_frame("throttlingException", "Slow down."))
    assert message.headers == {
        ":exception-type": "throttlingException",
        ":content-type": "application/json",
        ":message-type": "exception",
    }
    assert message.payload == b'{"message":"Slow down."}'


def test_a_wrong_checksum_is_found() -> None:
    with pytest.raises(ChecksumMismatch):
        read(with_wrong_checksum(event_frame({"messageStart": {"role": "assistant"}})))
