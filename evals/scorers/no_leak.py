"""no_leak: nothing of another restaurant crossed any boundary while this one asked. What the asker typed is its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from evals.cases import Scored, Scorer
from evals.leaks.marks import TenantMarks
from evals.leaks.restaurant_marks import restaurant_marks
from evals.leaks.search import Leak, find_leaks
from evals.scorers.verdict import Verdict, verdict

LEAKS = "leaks"
"""Attribute with what was found already: list[Leak]."""
_TOLD = 5


@dataclass
class NoLeak(Scorer):
    def evaluate(self, ctx: Scored) -> Verdict:
        found = leaks_of(ctx)
        told = [str(leak) for leak in found[:_TOLD]]
        more = [f"and {len(found) - _TOLD} more"] if len(found) > _TOLD else []
        return verdict("no_leak", told + more)


def leaks_of(ctx: Scored) -> list[Leak]:
    """Searched for once: the leak matrix of the report asks again."""
    if LEAKS not in ctx.attributes:
        ctx.attributes[LEAKS] = find_leaks(ctx.inputs.tenant, _marks(), ctx.output.boundaries, ctx.inputs.ask)
    found: list[Leak] = ctx.attributes[LEAKS]
    return found


@cache
def _marks() -> tuple[TenantMarks, ...]:
    return restaurant_marks()
