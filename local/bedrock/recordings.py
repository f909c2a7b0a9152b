"""Recordings: what was asked, and each event of the answer, as JSON lines that can be read and compared.

The first line is the header, the others are events in their order, each with its milliseconds since the
request:

    {"model": …, "spoken_by": …, "recorded_at": …, "prompt_version": …, "request_hash": …, "request": {…}}
    {"ms": 412, "event": {"messageStart": {"role": "assistant"}}}

Canonical is a request as {"body": …, "model": …} in compact JSON with all keys sorted, whole numbers without
a fraction, and without `requestMetadata`, which never reaches the model. A recording is named by the first
32 hex digits of the canonical request's SHA-256. So one prompt, one history, one set of tools and one pinned
clock give one name.
"""

from __future__ import annotations

import os
import re
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from local.bedrock.voice import ConverseRequest, Event, StandIn

_STAND_IN = re.compile(r"stand-in (?P<name>[a-z_-]+), not Nova")


class RecordingError(Exception):
    """A recording cannot be read, or is not what its name says. Names the file."""


class Header(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """recorded_at: in UTC, ISO 8601; prompt_version: the request's own metadata, when it told; request:
    canonical."""

    model: str
    spoken_by: str
    recorded_at: str
    prompt_version: str | None = None
    request_hash: str
    request: dict[str, Any]

    @property
    def stand_in(self) -> StandIn | None:
        found = _STAND_IN.fullmatch(self.spoken_by)
        return StandIn(found["name"]) if found else None


class Moment(Struct, forbid_unknown_fields=True):
    ms: int
    event: Event


class Recording(Struct):
    header: Header
    moments: list[Moment]

    @property
    def question(self) -> str:
        return question_of(self.header.request)


def spoken_by(stand_in: str | None, model: str) -> str:
    return f"stand-in {stand_in}, not Nova" if stand_in else model


def canonical(body: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in sorted(body.items()) if key != "requestMetadata"}


def hash_of(model: str, body: dict[str, Any]) -> str:
    document = {"body": canonical(body), "model": model}
    return sha256(msgspec.json.encode(document, order="sorted")).hexdigest()[:32]


def question_of(body: dict[str, Any]) -> str:
    """The text of the last user message that has one."""
    for message in reversed(body.get("messages", [])):
        texts = [block["text"] for block in message["content"] if "text" in block]
        if message["role"] == "user" and texts:
            return " ".join(texts)
    return ""


def header_for(request: ConverseRequest, stand_in: str | None, recorded_at: str) -> Header:
    metadata = request.body.get("requestMetadata", {})
    return Header(
        model=request.model_id,
        spoken_by=spoken_by(stand_in, request.model_id),
        recorded_at=recorded_at,
        prompt_version=metadata.get("prompt_version"),
        request_hash=hash_of(request.model_id, request.body),
        request=canonical(request.body),
    )


def write_recording(directory: Path, recording: Recording) -> Path:
    """Whole or not at all; one of the same request is replaced."""
    lines = [recording.header, *recording.moments]
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{recording.header.request_hash}.jsonl"
    handle, unfinished = tempfile.mkstemp(prefix=".", suffix=".part", dir=directory)
    try:
        with open(handle, "wb") as file:
            file.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
        Path(unfinished).chmod(0o644)
        os.replace(unfinished, path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    return path


def read_recording(path: Path) -> Recording:
    """Raises RecordingError."""
    first, *rest = path.read_bytes().splitlines() or [b""]
    try:
        header = msgspec.json.decode(first, type=Header)
        moments = [msgspec.json.decode(line, type=Moment) for line in rest]
    except msgspec.MsgspecError as error:
        raise RecordingError(f"{path}: {error}.") from None
    expected = hash_of(header.model, header.request)
    if not expected == header.request_hash == path.stem:
        raise RecordingError(f"{path}: its request's hash is {expected}, so it was edited or renamed.")
    return Recording(header, moments)


def read_recordings(directory: Path) -> dict[str, Recording]:
    """By their request's hash. Raises RecordingError."""
    if not directory.is_dir():
        raise RecordingError(f"{directory} is not a directory of recordings.")
    return {path.stem: read_recording(path) for path in sorted(directory.glob("*.jsonl"))}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
