"""Files that only their owner may read: passwords, keys, what was set up. Written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")


def write_private(path: Path, content: bytes) -> None:
    """Replaces `path` in one step; mode 0600 from its first moment on. Makes missing folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    fresh.replace(path)


def kept_secret(path: Path) -> str:
    """The secret in `path`, generated when there is none yet."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24).encode())
    return path.read_text().strip()


def read_record(path: Path, kind: type[T]) -> T | None:
    """The record that `write_record` left, or None when there is none or it was made by another version."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_record(path: Path, record: object) -> None:
    write_private(path, msgspec.json.format(msgspec.json.encode(record)))
