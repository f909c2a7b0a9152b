"""application/vnd.amazon.eventstream, written by hand.

A frame: total length, header length, CRC32 of these two (the prelude, 12 bytes), headers, payload, CRC32 of
all before it. All integers are big-endian. A header: one byte length of the name, the name, one byte type
(7: a string), two bytes length of the value, the value.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from zlib import crc32

import msgspec

CONTENT_TYPE: Final = "application/vnd.amazon.eventstream"

_STRING: Final = 7
_PADDING: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

encode_json: Final = msgspec.json.Encoder().encode


def encode_headers(headers: Mapping[str, str]) -> bytes:
    """Names up to 255 bytes, values up to 65,535."""
    encoded = bytearray()
    for name, value in headers.items():
        key, text = name.encode(), value.encode()
        encoded += struct.pack(f"!B{len(key)}sBH{len(text)}s", len(key), key, _STRING, len(text), text)
    return bytes(encoded)


def encode_frame(headers: bytes, payload: bytes) -> bytes:
    """headers: as encode_headers gives them."""
    prelude = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    checked = b"".join((prelude, struct.pack("!I", crc32(prelude)), headers, payload))
    return checked + struct.pack("!I", crc32(checked))


def event_frame(event: Mapping[str, Any]) -> bytes:
    """event: one of ConverseStream's, with its type as the only key, like {"messageStart": {"role":
    "assistant"}}.

    Bedrock pads each payload with a field `p` of varying length, against readers of traffic; so do we, so
    that a client that trips over unknown fields trips here.
    """
    ((kind, members),) = event.items()
    padding = _PADDING[: 1 + crc32(encode_json(members)) % len(_PADDING)]
    return encode_frame(_event_headers(kind), encode_json({**members, "p": padding}))


def exception_frame(kind: str, message: str) -> bytes:
    """kind: as in the stream, like `throttlingException`."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return encode_frame(encode_headers(headers), encode_json({"message": message}))


def with_wrong_checksum(frame: bytes) -> bytes:
    return frame[:-1] + bytes([frame[-1] ^ 0xFF])


@cache
def _event_headers(kind: str) -> bytes:
    return encode_headers({":event-type": kind, ":content-type": "application/json", ":message-type": "event"})
