"""From a file's bytes to its text: gunzip, and UTF-8 with or without a byte-order mark."""

from __future__ import annotations

import gzip
import io
import zlib

_GZIP = b"\x1f\x8b"
_LARGEST = 512 * 1024 * 1024
"""Bytes, unzipped: some five million lines, and an end to what a small file may unfold into."""


class DamagedFileError(ValueError):
    """line: where the readable part ends."""

    def __init__(self, line: int, words: str) -> None:
        self.line = line
        super().__init__(words)


def unzipped(content: bytes, *, largest: int = _LARGEST) -> bytes:
    """The content itself unless its first bytes say gzip. Raises DamagedFileError when it breaks off, its checksum
    does not fit, or it is larger than `largest` bytes."""
    if not content.startswith(_GZIP):
        _check_size(content, largest)
        return content
    data = bytearray()
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        try:
            # read1 gives what there is, so that what came before the damage is counted.
            while chunk := file.read1(1 << 16):
                data += chunk
                _check_size(data, largest)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise DamagedFileError(_lines(data), "the gzip file is damaged or breaks off here") from None
    return bytes(data)


def decoded(data: bytes) -> str:
    """Bytes that are not UTF-8 stay in the text as lone surrogates, for the reader of the fields to name the line."""
    return data.decode("utf-8-sig", errors="surrogateescape")


def _check_size(data: bytes | bytearray, largest: int) -> None:
    if len(data) > largest:
        raise DamagedFileError(_lines(data), f"the file is larger than {largest // 2**20} MiB")


def _lines(data: bytes | bytearray) -> int:
    return data.count(b"\n") + 1
