"""An answer within DynamoDB's 400 KB an item.

An answer's words are never given up. When it is too large, the tables that tools returned lose their rows
first, the largest first, then the other data parts lose theirs; each says so (`"trimmed": true`). What is
still too large after that is text, and is kept in further pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from service.messages import Answer, DataPart, Part, ToolPart

PIECE_BYTES = 380_000
"""Of JSON text in one item: 400 KB less room for its key and other attributes."""

_KEPT_BYTES = 4_096


def encode_answer(answer: Answer) -> list[str]:
    """The answer as JSON text, in pieces of at most PIECE_BYTES: one, unless its text alone is larger."""
    document = msgspec.json.encode(answer)
    for index in _largest_first(answer.parts):
        if len(document) <= PIECE_BYTES:
            break
        parts = list(answer.parts)
        parts[index] = _trimmed_part(parts[index])
        answer = replace(answer, parts=tuple(parts))
        document = msgspec.json.encode(answer)
    return list(_pieces(document))


def decode_answer(pieces: list[str]) -> Answer:
    return msgspec.json.decode("".join(pieces), type=Answer)


def _largest_first(parts: tuple[Part, ...]) -> list[int]:
    """The parts that can be trimmed, tool outputs before data."""
    sizes = [(isinstance(part, ToolPart), _size(_data_of(part)), index) for index, part in enumerate(parts)]
    return [index for _, size, index in sorted(sizes, reverse=True) if size > _KEPT_BYTES]


def _data_of(part: Part) -> Any:
    match part:
        case ToolPart():
            return part.output
        case DataPart():
            return part.data
        case _:
            return None


def _trimmed_part(part: Part) -> Part:
    match part:
        case ToolPart():
            return replace(part, output=_trimmed(part.output))
        case DataPart():
            return replace(part, data=_trimmed(part.data))
        case _:
            return part


def _trimmed(data: Any) -> dict[str, Any]:
    """A table without its rows; anything else without anything, but for the mark."""
    kept = {name: value for name, value in data.items() if name != "rows"} if isinstance(data, dict) else {}
    if "rows" not in (data if isinstance(data, dict) else {}) or _size(kept) > _KEPT_BYTES:
        return {"trimmed": True}
    return {**kept, "rows": [], "trimmed": True}


def _size(data: Any) -> int:
    return len(msgspec.json.encode(data))


def _pieces(document: bytes) -> Iterator[str]:
    start = 0
    while start < len(document):
        end = min(start + PIECE_BYTES, len(document))
        while end < len(document) and document[end] & 0xC0 == 0x80:  # not inside a character
            end -= 1
        yield document[start:end].decode()
        start = end
