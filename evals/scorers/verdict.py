"""What a scorer says: whether all is well, and if not, what is wrong, in words for the report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pydantic_evals.evaluators import EvaluationReason

from evals.cases import Scorer

Verdict = Mapping[str, EvaluationReason | float | int]


def verdict(name: str, faults: Sequence[str]) -> dict[str, EvaluationReason | float | int]:
    """Passed when there are no faults."""
    return {name: EvaluationReason(value=not faults, reason="; ".join(faults) or None)}


def name_of(scorer: Scorer) -> str:
    """FiguresRight -> figures_right, under which its verdicts go."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(scorer).__name__).lower()
