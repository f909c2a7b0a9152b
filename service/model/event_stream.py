"""application/vnd.amazon.eventstream: the bytes of a response as they come -> its messages, checksums verified.

A message: total length, length of the headers, CRC32 of these two (the prelude, 12 bytes), headers, payload, CRC32 of
all before it. A header: one byte length of the name, the name, one byte type, the value; text and bytes begin with
two bytes length. All integers are big-endian.

Botocore's parser takes several times as long, for it looks at each byte of each header of each message, and then at
the service's model for each field. This one reads the same messages from the same bytes, which a test holds it to.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from zlib import crc32

from msgspec import Struct

LONGEST_HEADERS, LONGEST_PAYLOAD = 128 * 1024, 24 * 1024 * 1024

_PRELUDE = struct.Struct("!III")
_CHECKSUM = struct.Struct("!I")
_NUMBERS = {kind: struct.Struct(form) for kind, form in ((2, "!b"), (3, "!h"), (4, "!i"), (5, "!q"), (8, "!q"))}
_LENGTH = struct.Struct("!H")
_AROUND = _PRELUDE.size + _CHECKSUM.size


class MalformedStreamError(Exception):
    """The bytes are no event stream, or not the ones that were sent."""


class StreamMessage(Struct, frozen=True):
    headers: Mapping[str, Any]
    payload: bytes


class EventStreamReader:
    """Takes the bytes of one response in whatever pieces they come. What follows a malformed message means nothing."""

    def __init__(self) -> None:
        self._held = bytearray()

    def read(self, piece: bytes) -> Iterator[StreamMessage]:
        """The messages that are complete with this piece; take them all before the next. Raises MalformedStreamError
        behind the last good one."""
        self._held += piece
        while (frame := self._next_frame()) is not None:
            yield _message(frame)

    def _next_frame(self) -> bytes | None:
        held = self._held
        if len(held) < _PRELUDE.size:
            return None
        total, headers, checksum = _PRELUDE.unpack_from(held)
        if crc32(held[: _PRELUDE.size - _CHECKSUM.size]) != checksum:
            raise MalformedStreamError("The prelude's checksum is wrong.")
        if headers > LONGEST_HEADERS or not 0 <= total - headers - _AROUND <= LONGEST_PAYLOAD:
            raise MalformedStreamError(f"No message has {total} bytes, {headers} of them headers.")
        if len(held) < total:
            return None
        frame = bytes(held[:total])
        del held[:total]
        return frame


def _message(frame: bytes) -> StreamMessage:
    _, headers, _ = _PRELUDE.unpack_from(frame)
    end = len(frame) - _CHECKSUM.size
    (checksum,) = _CHECKSUM.unpack_from(frame, end)
    if crc32(frame[:end]) != checksum:
        raise MalformedStreamError("A message's checksum is wrong.")
    begin = _PRELUDE.size + headers
    return StreamMessage(_headers(frame[_PRELUDE.size : begin]), frame[begin:end])


@lru_cache(maxsize=32)
def _headers(block: bytes) -> Mapping[str, Any]:
    """Remembered, for a stream's messages have the same few over and over."""
    found: dict[str, Any] = {}
    at = 0
    try:
        while at < len(block):
            name_end = at + 1 + block[at]
            name = block[at + 1 : name_end].decode()
            if name in found:
                raise MalformedStreamError("A message has a header twice.")
            found[name], at = _value(block, block[name_end], name_end + 1)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise MalformedStreamError("A message's headers do not fit their length.") from error
    return found


def _value(block: bytes, kind: int, at: int) -> tuple[Any, int]:
    """The value that begins there, and where it ends."""
    match kind:
        case 0 | 1:
            return kind == 0, at
        case 2 | 3 | 4 | 5 | 8:
            number = _NUMBERS[kind]
            return number.unpack_from(block, at)[0], at + number.size
        case 6 | 7:
            begin = at + _LENGTH.size
            end = begin + _LENGTH.unpack_from(block, at)[0]
            return (block[begin:end] if kind == 6 else block[begin:end].decode()), end
        case 9:
            return block[at : at + 16], at + 16
        case _:
            raise MalformedStreamError(f"There is no header of type {kind}.")
