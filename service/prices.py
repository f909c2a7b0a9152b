"""What tokens cost: the one dated table. Prices are AWS's on-demand list prices in us-east-1."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

AS_OF = date(2026, 8, 20)
"""The last day on which AWS's price list is known to have said so."""
SOURCE = "https://aws.amazon.com/bedrock/pricing/"


class Price(Struct, frozen=True):
    """Dollars for a million tokens."""

    input: Decimal
    output: Decimal


# A key is the beginning of a model id; it ends in a dash or a dot, so that no other name begins with it.
PRICES: dict[str, Price] = {
    "amazon.nova-micro-": Price(Decimal("0.035"), Decimal("0.14")),
    "amazon.nova-lite-": Price(Decimal("0.06"), Decimal("0.24")),
    "amazon.nova-pro-": Price(Decimal("0.80"), Decimal("3.20")),
    "stand-in.": Price(Decimal(0), Decimal(0)),
}


def cost_in_dollars(model_id: str, input_tokens: int, output_tokens: int) -> Decimal | None:
    """None for a model that the table does not know: an unknown price is not zero. `model_id` may be a US inference
    profile (us.amazon.nova-lite-v1:0) or an ARN that ends in one; elsewhere in the world other prices hold."""
    name = model_id.rsplit("/", 1)[-1].removeprefix("us.")
    price = next((price for beginning, price in PRICES.items() if name.startswith(beginning)), None)
    if price is None:
        return None
    return (price.input * input_tokens + price.output * output_tokens) / 1_000_000
