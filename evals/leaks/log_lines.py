"""The service's log, by the tenant that each line names."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec
from msgspec import Struct


class LogLine(Struct, frozen=True):
    """fields: of a line of JSON; none for a traceback or a library's own words."""

    raw: bytes
    fields: dict[str, Any]

    @property
    def tenant(self) -> str:
        """'' when it names none."""
        return str(self.fields.get("tenant") or "")

    @property
    def request_id(self) -> str:
        return str(self.fields.get("request_id") or "")


def log_lines(log: bytes) -> list[LogLine]:
    return [LogLine(raw, _fields(raw)) for raw in log.splitlines() if raw.strip()]


def by_tenant(lines: list[LogLine]) -> dict[str, list[bytes]]:
    """Under '' those that name none: they must tell of nobody."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for line in lines:
        found[line.tenant].append(line.raw)
    return dict(found)


def _fields(raw: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
