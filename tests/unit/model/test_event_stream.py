"""The bytes of an event stream: the same messages as botocore's parser reads, however they come and whatever is wrong
with them."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import Any
from uuid import uuid4
from zlib import crc32

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import assume, given
from hypothesis import strategies as st

from local.bedrock.wire import encode_frame, encode_headers, event_frame, exception_frame, with_wrong_checksum
from service.model.event_stream import EventStreamReader, MalformedStreamError

_OF_EVERY_TYPE = (
    (0, b""),
    (1, b""),
    (2, b"\xfe"),
    (3, b"\xfe\1"),
    (4, b"\xfe\0\0\1"),
    (5, b"\xfe" + bytes(7)),
    (6, b"\0\2\xff\0"),
    (7, b"\0\2\xc3\xa9"),
    (8, b"\xfe" + bytes(7)),
    (9, bytes(range(16))),
)
OF_EVERY_TYPE = b"".join(b"\2h%d%c%b" % (kind, kind, value) for kind, value in _OF_EVERY_TYPE)

RECORDED = (
    event_frame({"messageStart": {"role": "assistant"}}),
    event_frame({"contentBlockDelta": {"delta": {"text": "Über 5 €"}, "contentBlockIndex": 0}}),
    event_frame({"contentBlockStop": {"contentBlockIndex": 0}}),
    event_frame({"messageStop": {"stopReason": "end_turn"}}),
    exception_frame("throttlingException", "Too many requests."),
    encode_frame(encode_headers({":message-type": "event", ":event-type": "initial-response"}), b""),
    encode_frame(b"", b""),
    encode_frame(OF_EVERY_TYPE, b"of every type"),
)

Reading = tuple[list[tuple[str, bytes]], bool]
"""(headers, payload) of each message, and whether what followed them was malformed."""


def as_we_read(*pieces: bytes) -> Reading:
    reader, found = EventStreamReader(), []
    try:
        for piece in pieces:
            for message in reader.read(piece):
                found.append((repr(dict(message.headers)), message.payload))
    except MalformedStreamError:
        return found, True
    return found, False


def as_botocore_reads(*pieces: bytes) -> Reading:
    buffer, found = EventStreamBuffer(), []
    try:
        for piece in pieces:
            buffer.add_data(piece)
            for message in buffer:
                found.append((repr(message.headers), message.payload))
    except Exception:  # ParserError, but also struct.error, KeyError, UnicodeDecodeError: no parser's words
        return found, True
    return found, False


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    at = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[begin:end] for begin, end in pairwise(at)]


def forged(total: int, headers: int, rest: bytes) -> bytes:
    """A frame whose checksums are right, whatever else is not."""
    prelude = struct.pack("!II", total, headers)
    checked = prelude + struct.pack("!I", crc32(prelude)) + rest
    return checked + struct.pack("!I", crc32(checked))


# -- headers of every type, well-formed and not -------------------------------------------------------------------

_sized = st.binary(max_size=20).map(lambda data: struct.pack("!H", len(data)) + data)
_values = st.one_of(
    st.sampled_from([b"\0", b"\1"]),
    *(st.binary(min_size=size, max_size=size).map(bytes([kind]).__add__) for kind, size in ((2, 1), (3, 2), (4, 4))),
    *(st.binary(min_size=size, max_size=size).map(bytes([kind]).__add__) for kind, size in ((5, 8), (8, 8), (9, 16))),
    _sized.map(b"\6".__add__),
    st.text(max_size=10).map(str.encode).map(lambda data: b"\7" + struct.pack("!H", len(data)) + data),
)
_names = st.sampled_from([":event-type", ":message-type", "é", ""]).map(
    lambda name: bytes([len(name.encode())]) + name.encode()
)
_good_headers = st.lists(st.tuples(_names, _values).map(b"".join), max_size=5).map(b"".join)
_headers = st.one_of(
    _good_headers, st.binary(max_size=30), st.tuples(_good_headers, st.binary(max_size=5)).map(b"".join)
)
_frames = st.builds(encode_frame, _headers, st.binary(max_size=40))
_streams = st.lists(st.one_of(st.sampled_from(RECORDED), _frames), max_size=5).map(b"".join)


@given(_streams, st.lists(st.integers(0, 2000), max_size=6))
def test_read_as_botocore_reads_in_any_pieces(stream: bytes, cuts: list[int]) -> None:
    pieces = in_pieces(stream, cuts)
    assert as_we_read(*pieces) == as_botocore_reads(*pieces)


@given(_streams, st.data())
def test_read_as_botocore_reads_when_bytes_are_wrong_missing_or_too_many(stream: bytes, data: Any) -> None:
    assume(stream)
    at = data.draw(st.integers(0, len(stream) - 1))
    spoilt = data.draw(
        st.sampled_from(
            [
                stream[:at],
                stream[:at] + bytes([stream[at] ^ (1 << at % 8)]) + stream[at + 1 :],
                stream[:at] + stream[at + 1 :],
                stream[:at] + b"\0" + stream[at:],
                stream[at:],
            ]
        )
    )
    pieces = in_pieces(spoilt, data.draw(st.lists(st.integers(0, 2000), max_size=3)))
    assert as_we_read(*pieces) == as_botocore_reads(*pieces)


@given(st.integers(0, 60), st.integers(0, 60), st.binary(max_size=60), st.sampled_from([b"", *RECORDED]))
def test_read_as_botocore_reads_when_lengths_are_forged(total: int, headers: int, rest: bytes, behind: bytes) -> None:
    """As long as the headers end within the message: behind that, botocore reads what is another's."""
    assume(headers <= total - 16)
    stream = forged(total, headers, rest) + behind
    assert as_we_read(stream) == as_botocore_reads(stream)


def test_a_header_of_every_type() -> None:
    [(headers, _)], malformed = as_we_read(RECORDED[-1])
    assert ([(headers, b"of every type")], malformed) == as_botocore_reads(RECORDED[-1])
    assert headers.startswith("{'h0': True, 'h1': False, 'h2': -2, 'h3': -511, ")


def test_split_at_every_byte() -> None:
    stream = b"".join(RECORDED)
    whole = as_we_read(stream)
    assert whole == as_botocore_reads(stream)
    assert (len(whole[0]), whole[1]) == (len(RECORDED), False)
    for cut in range(len(stream) + 1):
        assert as_we_read(stream[:cut], stream[cut:]) == whole
    assert as_we_read(*(stream[at : at + 1] for at in range(len(stream)))) == whole


def test_what_came_before_a_malformed_message_is_read() -> None:
    stream = RECORDED[0] + RECORDED[1] + with_wrong_checksum(RECORDED[2]) + RECORDED[3]
    found, malformed = as_we_read(stream)
    assert (found, malformed) == as_botocore_reads(stream)
    assert (len(found), malformed) == (2, True)


@pytest.mark.parametrize(
    ("total", "headers"),
    [(16 + 24 * 1024 * 1024 + 1, 0), (2**32 - 1, 0), (200_000, 128 * 1024 + 1), (2**32 - 1, 2**32 - 1)],
)
def test_a_giant_length_is_refused_before_anything_is_held_for_it(total: int, headers: int) -> None:
    prelude = forged(total, headers, b"")[:12]
    assert as_we_read(prelude) == as_botocore_reads(prelude) == ([], True)


@pytest.mark.parametrize(("total", "headers"), [(0, 0), (12, 0), (15, 0), (16, 1), (30, 20)])
def test_headers_that_do_not_fit_their_message_are_refused(total: int, headers: int) -> None:
    """Here we are stricter: botocore reads on into the next message, and takes 12 bytes for a message of none."""
    assert as_we_read(forged(total, headers, b"") + RECORDED[1]) == ([], True)


def test_a_message_as_large_as_they_come() -> None:
    payload = bytes(1_000_000)
    frame = encode_frame(encode_headers({":event-type": "large"}), payload)
    pieces = [frame[at : at + 65536] for at in range(0, len(frame), 65536)]
    assert as_we_read(*pieces) == ([(repr({":event-type": "large"}), payload)], False)


def test_headers_are_remembered_by_their_bytes_alone() -> None:
    """Two blocks that differ anywhere are two, also when many others have been read in between."""
    frames = [encode_frame(encode_headers({":event-type": uuid4().hex}), b"") for _ in range(200)]
    stream = b"".join([*frames, *reversed(frames)])
    assert as_we_read(stream) == as_botocore_reads(stream)
