"""Replay: recorded answers, by the request's hash (recordings.py says what is canonical)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from local.bedrock.errors import BedrockException, invalid
from local.bedrock.recordings import Recording, canonical, hash_of, question_of, read_recordings
from local.bedrock.voice import ConverseRequest, Utterance

NO_RECORDING = "There is no recording of this request"


class Replay:
    """A voice. speed: 1 plays with the recorded silences, 2 twice as fast, 0 without any.

    Raises RecordingError when a recording in the directory cannot be read.
    """

    def __init__(self, directory: Path, *, speed: float = 1.0) -> None:
        self._directory = directory
        self._speed = speed
        self._recordings = read_recordings(directory)
        self._played: set[str] = set()

    def unplayed(self) -> list[dict[str, Any]]:
        """[{hash, model, spoken_by, question}, …] of those that nobody has asked for to their end."""
        return [
            {
                "hash": name,
                "model": recording.header.model,
                "spoken_by": recording.header.spoken_by,
                "question": recording.question,
            }
            for name, recording in self._recordings.items()
            if name not in self._played
        ]

    async def __call__(self, request: ConverseRequest) -> AsyncIterator[Utterance]:
        name = hash_of(request.model_id, request.body)
        recording = self._recordings.get(name)
        if recording is None:
            raise self._missing(name, request)
        stand_in = recording.header.stand_in
        if stand_in is not None:
            yield stand_in
        started = time.monotonic()
        for moment in recording.moments:
            if self._speed:
                due = started + moment.ms / 1000 / self._speed
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            yield moment.event
        self._played.add(name)

    def _missing(self, name: str, request: ConverseRequest) -> BedrockException:
        model = request.model_id
        sentence = f"{NO_RECORDING} ({name}) in {self._directory}. "
        nearest = self._nearest(question_of(request.body))
        if nearest is not None:
            differs = ", ".join(_differences(nearest, request))
            sentence += (
                f"The nearest recorded question is {nearest.question!r} ({nearest.header.request_hash}); "
                f"it differs in {differs}. "
            )
        return invalid(f"{sentence}Record it: make record MODEL={model}")

    def _nearest(self, question: str) -> Recording | None:
        def likeness(recording: Recording) -> float:
            return SequenceMatcher(None, question.lower(), recording.question.lower()).ratio()

        return max(self._recordings.values(), key=likeness, default=None)


def _differences(recording: Recording, request: ConverseRequest) -> list[str]:
    recorded = {"modelId": recording.header.model, **recording.header.request}
    asked = {"modelId": request.model_id, **canonical(request.body)}
    return [key for key in sorted({*recorded, *asked}) if recorded.get(key) != asked.get(key)]
