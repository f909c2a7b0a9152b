"""What a turn used, over all its calls of the model."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from service.prices import AS_OF, cost_in_dollars


class UsageReport(Struct, frozen=True, rename="camel"):
    """cost_usd: dollars, exact, as text; None when the price table does not know the model. price_as_of: the table's
    date."""

    input_tokens: int
    output_tokens: int
    model_calls: int
    cost_usd: str | None
    price_as_of: str


class Usage:
    def __init__(self, model_id: str) -> None:
        self._model_id = model_id
        self.input_tokens = 0
        self.output_tokens = 0
        self.model_calls = 0

    def add(self, input_tokens: int, output_tokens: int) -> None:
        self.input_tokens += input_tokens
        self.output_tokens += output_tokens

    @property
    def cost(self) -> Decimal | None:
        return cost_in_dollars(self._model_id, self.input_tokens, self.output_tokens)

    def report(self) -> UsageReport:
        cost = None if self.cost is None else f"{self.cost:.9f}".rstrip("0").rstrip(".")
        return UsageReport(self.input_tokens, self.output_tokens, self.model_calls, cost, AS_OF.isoformat())
