"""A row as PostgreSQL sends it (the body of a DataRow message), and what its columns may mean.

The columns' types are told once a statement and not with the row; their lengths and the marks' own forms tell enough:
eight bytes may be a bigint, four an integer, sixteen a uuid, and a numeric begins with a header that is easily checked.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

_NUMERIC_HEADER = struct.Struct("!hhHH")
_SIGNS = {0x0000: 1, 0x4000: -1}
_LARGEST_SCALE = 20


class ColumnReading(Struct, frozen=True):
    """text: when the bytes are text; numbers: what they are read as a number, hundredths included."""

    raw: bytes
    text: str
    numbers: frozenset[int]


def columns(row: bytes) -> Iterator[bytes]:
    """The columns of a DataRow that are not null. Raises ValueError when it is no whole DataRow."""
    (count,) = struct.unpack_from("!H", row)
    at = 2
    for _ in range(count):
        (length,) = struct.unpack_from("!i", row, at)
        at += 4
        if length < 0:
            continue
        if at + length > len(row):
            raise ValueError("a row was cut")
        yield row[at : at + length]
        at += length
    if at != len(row):
        raise ValueError("a row is longer than its columns")


def data_row(*values: bytes | None) -> bytes:
    """The other way round."""
    body = struct.pack("!H", len(values))
    for value in values:
        body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return body


def read_column(raw: bytes) -> ColumnReading:
    return ColumnReading(raw, _text(raw), frozenset(_numbers(raw)))


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return ""


def _numbers(raw: bytes) -> Iterator[int]:
    if len(raw) in (4, 8):
        yield int.from_bytes(raw, "big", signed=True)
    yield from _numeric(raw)


def _numeric(raw: bytes) -> Iterator[int]:
    """Digits to the base 10,000, the first of weight 10,000 ** weight: as a whole number, and as hundredths."""
    if len(raw) < _NUMERIC_HEADER.size:
        return
    count, weight, sign, scale = _NUMERIC_HEADER.unpack_from(raw)
    if count < 0 or len(raw) != _NUMERIC_HEADER.size + 2 * count or sign not in _SIGNS or scale > _LARGEST_SCALE:
        return
    digits = struct.unpack_from(f"!{count}h", raw, _NUMERIC_HEADER.size)
    hundredths = 0
    for place, digit in enumerate(digits):
        power = 4 * (weight - place) + 2
        hundredths += digit * 10**power if power >= 0 else digit // 10**-power
    yield _SIGNS[sign] * hundredths
    if hundredths % 100 == 0:
        yield _SIGNS[sign] * hundredths // 100
