"""The image as it was built: where its files can be read, and what it says of how it wants to be run."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class Image(Struct, frozen=True, kw_only=True):
    """root: its root file system; user: a uid; directory: where its command starts; exposed: as in `8000/tcp`;
    health_check: `CMD` and the command, or nothing."""

    root: Path
    environment: dict[str, str]
    entrypoint: list[str]
    command: list[str]
    user: int
    directory: str
    exposed: list[str]
    health_check: list[str]
