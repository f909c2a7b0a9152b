"""Two prompt versions side by side, case by case."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from evals.result import CaseResult, RunResult

Change = Literal["better", "worse", "other words", "same"]


class Pair(Struct, kw_only=True):
    """A case under two prompt versions. gained, lost: the scorers whose judgement changed."""

    first: CaseResult
    second: CaseResult
    change: Change
    gained: list[str]
    lost: list[str]


def pairs(result: RunResult, first: str, second: str) -> list[Pair]:
    """In the order of the datasets. A case that ran under one version only is in none."""
    by_version = {(case.prompt_version, case.id): case for case in result.cases}
    both = [
        (case, by_version[second, case.id])
        for case in result.cases
        if case.prompt_version == first and (second, case.id) in by_version
    ]
    return [_pair(*each) for each in both]


def _pair(first: CaseResult, second: CaseResult) -> Pair:
    before = {name: score.passed for name, score in first.scores.items()}
    after = {name: score.passed for name, score in second.scores.items()}
    gained = [scorer for scorer, passed in after.items() if passed and before.get(scorer) is False]
    lost = [scorer for scorer, passed in after.items() if passed is False and before.get(scorer) is True]
    return Pair(first=first, second=second, gained=gained, lost=lost, change=_change(first, second, gained, lost))


def _change(first: CaseResult, second: CaseResult, gained: list[str], lost: list[str]) -> Change:
    if lost:
        return "worse"
    if gained:
        return "better"
    return "same" if _answers(first) == _answers(second) else "other words"


def _answers(case: CaseResult) -> list[str]:
    return [turn.text for turn in case.observed.turns] if case.observed else []
