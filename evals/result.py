"""RunResult: all that a run saw and judged, as plain data. The table, the report and the baseline are made from it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from evals.leaks.crowd import CrowdReport
from evals.leaks.search import Leak
from evals.marked import MarkedFigure
from evals.observed import Observed
from evals.truth.rights import Right

Mode = Literal["replay", "record", "live"]


class Score(Struct, frozen=True):
    """passed: of a judgement; value: of a measurement (tokens, dollars, milliseconds); one of the two."""

    passed: bool | None = None
    value: float | None = None
    reason: str | None = None


class CaseResult(Struct, kw_only=True):
    """error: why the case could not be run or judged at all; then there is nothing observed."""

    dataset: str
    name: str
    tenant: str
    prompt_version: str
    asked: list[str]
    expected: dict[str, Any]
    rights: list[Right] = field(default_factory=list)
    observed: Observed | None = None
    figures: list[MarkedFigure] = field(default_factory=list)
    scores: dict[str, Score] = field(default_factory=dict)
    leaks: list[Leak] = field(default_factory=list)
    error: str | None = None

    @property
    def id(self) -> str:
        return f"{self.dataset}/{self.name}"

    @property
    def failed(self) -> list[str]:
        """The scorers that it did not pass."""
        return [name for name, score in self.scores.items() if score.passed is False]

    @property
    def passed(self) -> bool:
        return self.error is None and not self.failed


class RunResult(Struct, kw_only=True):
    """spoken_by: who answered, as every recording or stream names them; unrecorded: cases with a request that no
    recording answers; unplayed: recordings that nobody asked for; strays: requests to Bedrock of nobody who was
    asking; whole: whether all cases were run."""

    mode: Mode
    model: str
    prompt_versions: list[str]
    spoken_by: list[str]
    now: str
    whole: bool
    cases: list[CaseResult]
    unrecorded: list[str] = field(default_factory=list)
    unplayed: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    crowd: CrowdReport | None = None
    seconds: float = 0.0

    @property
    def stand_in(self) -> bool:
        return any("stand-in" in each for each in self.spoken_by)


def encoded(result: RunResult) -> bytes:
    """As JSON. Of what crossed the boundaries only how much it was, for the bytes themselves were searched already; and
    the streams' parts are left out, for all that is in them stands beside them."""
    document = msgspec.to_builtins(result)
    for case in document["cases"]:
        if case["observed"] is not None:
            case["observed"]["boundaries"] = _sizes(case["observed"]["boundaries"])
            for turn in case["observed"]["turns"]:
                del turn["parts"]
    return msgspec.json.encode(document)


def _sizes(boundaries: dict[str, Any]) -> dict[str, Any]:
    return {name: len(crossed) for name, crossed in boundaries.items()}
