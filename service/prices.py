"""What tokens cost: the one dated table. Prices are AWS's on-demand list prices in us-east-1."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

AS_OF = date(2026, 11, 1)
SOURCE = "https://aws.amazon.com/bedrock/pricing/"


class Price(Struct, frozen=True):
    """Dollars for a million tokens."""

    input: Decimal
    output: Decimal


PRICES: dict[str, Price] = {
    "amazon.nova-micro": Price(Decimal("0.035"), Decimal("0.14")),
    "amazon.nova-lite": Price(Decimal("0.06"), Decimal("0.24")),
    "amazon.nova-pro": Price(Decimal("0.80"), Decimal("3.20")),
    "stand-in.": Price(Decimal(0), Decimal(0)),
}


def cost_in_dollars(model_id: str, input_tokens: int, output_tokens: int) -> Decimal | None:
    """None for a model that the table does not know: an unknown price is not zero. `model_id` may be an inference
    profile (us.amazon.nova-lite-v1:0) or an ARN that ends in one."""
    name = model_id.rsplit("/", 1)[-1]
    price = next((price for part, price in PRICES.items() if part in name), None)
    if price is None:
        return None
    return (price.input * input_tokens + price.output * output_tokens) / 1_000_000
