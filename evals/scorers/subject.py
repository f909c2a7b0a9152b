"""What the scorers share of one case: the restaurant, its names, what is right, and what the asker typed."""

from __future__ import annotations

from typing import Any

from pydantic_evals.reporting import ReportCase

from evals.cases import Asked, Expected, Scored
from evals.observed import Observed, ObservedTurn
from evals.restaurants import EvalRestaurant, restaurant
from evals.truth.rights import Right

RIGHTS, NAMES = "rights", "names"
"""Attributes that run.py gives to each case: list[Right], list[str]."""


class Subject:
    def __init__(self, ctx: Scored | ReportCase[Asked, Any, Expected]) -> None:
        observed: Observed = ctx.output
        self.turn: ObservedTurn = observed.last
        self.turns = observed.turns
        assert ctx.metadata is not None  # noqa: S101 (no case is read without)
        self.expected = ctx.metadata
        self.of: EvalRestaurant = restaurant(ctx.inputs.tenant)
        self.rights: list[Right] = ctx.attributes.get(RIGHTS, [])
        self.names: list[str] = ctx.attributes.get(NAMES, [])
        self.typed = " ".join(ctx.inputs.ask)

    @property
    def data_texts(self) -> list[str]:
        """Every text that came out of the restaurant's own rows: names, categories, notes; the longest first."""
        found = set(self.names) | {self.of.name}
        for each in self.turn.slices:
            found |= {fact["value"] for fact in each["facts"] if fact["kind"] == "text" and fact["value"]}
            texts = [column["name"] for column in each["columns"] if column["kind"] == "text"]
            found |= {row[name] for row in each["rows"] for name in texts if row[name]}
        return sorted(found, key=lambda text: (-len(text), text))
