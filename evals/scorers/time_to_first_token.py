"""time_to_first_token: from the question to the first word, on the asker's clock. A replay's silences are left out, so
only live runs are held to a limit; in every run the first word has to come before the answer is whole."""

from __future__ import annotations

from dataclasses import dataclass

from evals.cases import Scored, Scorer
from evals.scorers.subject import Subject
from evals.scorers.verdict import Verdict, verdict


@dataclass
class TimeToFirstToken(Scorer):
    """limit_ms: None for a replay."""

    limit_ms: float | None = None

    def evaluate(self, ctx: Scored) -> Verdict:
        turns = Subject(ctx).turns
        waited = [turn.first_token_ms for turn in turns if turn.first_token_ms is not None]
        faults = [] if len(waited) == len(turns) else ["no word came"]
        if self.limit_ms is not None:
            faults += [f"{each:.0f} ms" for each in waited if each > self.limit_ms]
        slowest = {"first_token_ms": round(max(waited), 1)} if waited else {}
        return {**verdict("time_to_first_token", faults), **slowest}
