"""cost_and_tokens: what a whole case used, told by the service and within bounds."""

from __future__ import annotations

from dataclasses import dataclass

from evals.cases import Scored, Scorer
from evals.scorers.subject import Subject
from evals.scorers.verdict import Verdict, verdict


@dataclass
class CostAndTokens(Scorer):
    """For one question: tokens in over all calls of the model, tokens out, and dollars."""

    most_in: int = 60_000
    most_out: int = 2_000
    most_dollars: float = 0.005

    def evaluate(self, ctx: Scored) -> Verdict:
        turns = Subject(ctx).turns
        told = [turn.usage for turn in turns if turn.usage is not None]
        faults = [] if len(told) == len(turns) else ["an answer did not tell what it used"]
        faults += [
            f"no price is known for {turn.model}" for turn in turns if (turn.usage or {}).get("costUsd", "") is None
        ]
        dollars = [float(usage["costUsd"] or 0) for usage in told]
        for usage, cost in zip(told, dollars, strict=True):
            faults += [f"{usage['inputTokens']} tokens in"] if usage["inputTokens"] > self.most_in else []
            faults += [f"{usage['outputTokens']} tokens out"] if usage["outputTokens"] > self.most_out else []
            faults += [f"${cost:.4f}"] if cost > self.most_dollars else []
        return {
            **verdict("cost_and_tokens", faults),
            "tokens_in": sum(usage["inputTokens"] for usage in told),
            "tokens_out": sum(usage["outputTokens"] for usage in told),
            "cost_usd": sum(dollars),
        }
