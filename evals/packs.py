"""Recordings packed: one file of JSON lines a prompt version and dataset, evals/recordings/v001/figures.jsonl.

Its first line says who spoke, for which model and prompt. Then each recording is a line that names the request by its
canonical hash (local/bedrock/recordings.py) and tells in short what it was, and the events of the answer, each with its
milliseconds since the request:

    {"spoken_by": "stand-in analyst, not Nova", "model": …, "prompt_version": "v001"}
    {"request": "6f0c…", "restaurant": "Brindlewick Oyster House", "question": …, "results": 0, "recorded_at": …}
    {"ms": 0, "event": {"messageStart": {"role": "assistant"}}}

The request itself is not kept: it is built again, byte for byte, each time the case is asked, or its hash is another
and the recording is not found. Answers that misbehave on purpose (evals/authored/) are kept in the same form.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from local.bedrock.errors import invalid
from local.bedrock.recordings import Moment, Recording, RecordingError, hash_of, question_of
from local.bedrock.replay import NO_RECORDING
from local.bedrock.voice import ConverseRequest, StandIn, Utterance

RECORDINGS = Path(__file__).parent / "recordings"
_RESTAURANT = re.compile(r'<restaurant name="([^"]*)"')
_STAND_IN = re.compile(r"stand-in (?P<name>[a-z_-]+), not Nova")


class PackHead(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """spoken_by: the model that spoke, or who spoke in its place; note: what a reader should know of the file."""

    spoken_by: str
    model: str
    prompt_version: str
    note: str = ""


class RequestLine(Struct, forbid_unknown_fields=True, kw_only=True):
    """request: its canonical hash; results: how many tool results it held; recorded_at: in UTC, ISO 8601."""

    request: str
    restaurant: str
    question: str
    results: int
    recorded_at: str


class Packed(Struct):
    """One recording out of a pack."""

    head: PackHead
    line: RequestLine
    moments: list[Moment]


def read_packs(directory: Path) -> dict[str, Packed]:
    """By request hash; none when there is no directory. Raises RecordingError, naming the file."""
    found: dict[str, Packed] = {}
    for path in sorted(directory.glob("*.jsonl")):
        for each in read_pack(path):
            found.setdefault(each.line.request, each)
    return found


def write_pack(path: Path, recordings: Iterable[Packed]) -> None:
    """All of one model and prompt version. A pack without recordings is no file."""
    packed = list(recordings)
    if not packed:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    lines: list[Struct] = [packed[0].head]
    for each in packed:
        lines += [each.line, *each.moments]
    fresh = path.with_suffix(".part")
    fresh.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    fresh.replace(path)


def packed(recording: Recording) -> Packed:
    """One that the endpoint's recorder wrote."""
    header = recording.header
    head = PackHead(spoken_by=header.spoken_by, model=header.model, prompt_version=header.prompt_version or "")
    summary = summary_of(header.model, header.request)
    return Packed(head, msgspec.structs.replace(summary, recorded_at=header.recorded_at), recording.moments)


def summary_of(model: str, body: dict[str, Any]) -> RequestLine:
    system = " ".join(block.get("text", "") for block in body.get("system", []))
    restaurant = _RESTAURANT.search(system)
    blocks = [block for message in body["messages"] for block in message["content"]]
    return RequestLine(
        request=hash_of(model, body),
        restaurant=restaurant[1] if restaurant else "",
        question=question_of(body),
        results=sum("toolResult" in block for block in blocks),
        recorded_at="",
    )


class PackReplay:
    """A voice: packed answers by request hash, without their silences. played: the hashes that were asked for to their
    end. speed: 0 plays at once, 1 with the recorded silences."""

    def __init__(self, recordings: dict[str, Packed], *, speed: float = 0.0) -> None:
        self.recordings = recordings
        self.played: set[str] = set()
        self._speed = speed

    def unplayed(self) -> list[Packed]:
        return [each for name, each in self.recordings.items() if name not in self.played]

    def has(self, request: ConverseRequest) -> bool:
        return hash_of(request.model_id, request.body) in self.recordings

    async def __call__(self, request: ConverseRequest) -> AsyncIterator[Utterance]:
        name = hash_of(request.model_id, request.body)
        if name not in self.recordings:
            raise invalid(self._missing(name, request))
        recording, started = self.recordings[name], time.monotonic()
        if stand_in := _STAND_IN.fullmatch(recording.head.spoken_by):
            yield StandIn(stand_in["name"])
        for moment in recording.moments:
            if self._speed:
                await asyncio.sleep(max(0.0, started + moment.ms / 1000 / self._speed - time.monotonic()))
            yield moment.event
        self.played.add(name)

    def _missing(self, name: str, request: ConverseRequest) -> str:
        asked = summary_of(request.model_id, request.body)
        same = [each.line for each in self.recordings.values() if each.line.question == asked.question]
        near = get_close_matches(asked.question, {each.line.question for each in self.recordings.values()}, n=1)
        if any(line.restaurant == asked.restaurant and line.results == asked.results for line in same):
            hint = "One of the same question is there: the prompt, the tools, the data or the history have changed. "
        else:
            hint = f"The nearest recorded question is {near[0]!r}. " if near else ""
        return f"{NO_RECORDING} ({name}, {asked.restaurant}: {asked.question!r}). {hint}Record it: make record"


def read_pack(path: Path) -> list[Packed]:
    """In its order. Raises RecordingError, naming the file."""
    found: list[Packed] = []
    first, *rest = path.read_bytes().splitlines() or [b""]
    try:
        head = msgspec.json.decode(first, type=PackHead)
        for line in rest:
            if line.startswith(b'{"ms"'):
                found[-1].moments.append(msgspec.json.decode(line, type=Moment))
            else:
                found.append(Packed(head, msgspec.json.decode(line, type=RequestLine), []))
    except (msgspec.MsgspecError, IndexError) as error:
        raise RecordingError(f"{path}: {error}.") from None
    return found
