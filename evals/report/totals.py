"""A run counted: what passed, by what a reader may ask for, and what the leak check searched."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct, field

from evals.leaks.search import BOUNDARIES
from evals.observed import Boundaries
from evals.restaurants import restaurant
from evals.result import CaseResult, RunResult

NO_LEAK = "no_leak"


class Total(Struct, kw_only=True):
    """A line of a table. Cases, or in the table of scorers judgements."""

    name: str
    passed: int
    all: int
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0

    @property
    def percent(self) -> float:
        return 100 * self.passed / self.all if self.all else 100.0


class Searched(Struct, kw_only=True):
    """One boundary of one asker over all its cases. size: bytes; leaks: a sentence each."""

    documents: int = 0
    size: int = 0
    leaks: list[str] = field(default_factory=list)


def totals(cases: Iterable[CaseResult], by: Callable[[CaseResult], str]) -> list[Total]:
    """In order of first appearance."""
    groups: dict[str, list[CaseResult]] = {}
    for case in cases:
        groups.setdefault(by(case), []).append(case)
    return [
        Total(
            name=name,
            passed=sum(case.passed for case in group),
            all=len(group),
            tokens_in=int(sum(measured(case, "tokens_in") for case in group)),
            tokens_out=int(sum(measured(case, "tokens_out") for case in group)),
            cost_usd=sum(measured(case, "cost_usd") for case in group),
        )
        for name, group in groups.items()
    ]


def by_scorer(cases: Iterable[CaseResult]) -> list[Total]:
    """How often each scorer had something to judge, and how often it was satisfied."""
    found: dict[str, Total] = {}
    for name, score in ((name, score) for case in cases for name, score in case.scores.items()):
        if score.passed is not None:
            total = found.setdefault(name, Total(name=name, passed=0, all=0))
            total.all += 1
            total.passed += score.passed
    return list(found.values())


def restaurant_of(case: CaseResult) -> str:
    return restaurant(case.tenant).name


def measured(case: CaseResult, name: str) -> float:
    score = case.scores.get(name)
    return score.value or 0.0 if score else 0.0


def searched(result: RunResult) -> dict[tuple[str, str], Searched]:
    """By restaurant's key and boundary."""
    cells: dict[tuple[str, str], Searched] = {}
    for case in result.cases:
        if case.observed is None:
            continue
        for boundary in BOUNDARIES:
            cell = cells.setdefault((case.tenant, boundary), Searched())
            documents = _documents(case.observed.boundaries, boundary)
            cell.documents += len(documents)
            cell.size += sum(map(len, documents))
            cell.leaks += [leak for leak in leaks_of(case) if leak.startswith(f"{boundary}: ")]
    return cells


def leaks_of(case: CaseResult) -> list[str]:
    score = case.scores.get(NO_LEAK)
    return (score.reason or "").split("; ") if score and score.passed is False else []


def _documents(boundaries: Boundaries, boundary: str) -> list[bytes]:
    crossed = getattr(boundaries, boundary)
    return [crossed] if isinstance(crossed, bytes) else crossed
