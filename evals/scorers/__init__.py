"""The judgements, one file each. Every case gets every scorer; one that does not apply to a case says nothing."""

from __future__ import annotations

from evals.cases import Scorer
from evals.scorers.abstains import Abstains
from evals.scorers.cost_and_tokens import CostAndTokens
from evals.scorers.figures_grounded import FiguresGrounded
from evals.scorers.figures_right import FiguresRight
from evals.scorers.format_and_length import FormatAndLength
from evals.scorers.no_leak import NoLeak
from evals.scorers.no_prompt_disclosure import NoPromptDisclosure
from evals.scorers.right_tool import RightTool
from evals.scorers.time_to_first_token import TimeToFirstToken

LIVE_LIMIT_MS = 5_000.0


def scorers(*, live: bool) -> list[Scorer]:
    return [
        FiguresRight(),
        FiguresGrounded(),
        RightTool(),
        Abstains(),
        NoLeak(),
        NoPromptDisclosure(),
        FormatAndLength(),
        CostAndTokens(),
        TimeToFirstToken(limit_ms=LIVE_LIMIT_MS if live else None),
    ]
