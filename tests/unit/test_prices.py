"""The price table: AWS's figures, for the models that it names and for no other."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from service.prices import AS_OF, PRICES, SOURCE, cost_in_dollars

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("model_id", "for_input", "for_output"),
    [
        ("amazon.nova-micro-v1:0", "0.035", "0.14"),
        ("amazon.nova-lite-v1:0", "0.06", "0.24"),
        ("amazon.nova-pro-v1:0", "0.80", "3.20"),
        ("us.amazon.nova-lite-v1:0", "0.06", "0.24"),
        ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0", "0.06", "0.24"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", "0.80", "3.20"),
        ("stand-in.analyst-v1:0", "0", "0"),
    ],
)
def test_a_million_tokens(model_id: str, for_input: str, for_output: str) -> None:
    assert cost_in_dollars(model_id, MILLION, 0) == Decimal(for_input)
    assert cost_in_dollars(model_id, 0, MILLION) == Decimal(for_output)


@pytest.mark.parametrize(
    "model_id",
    [
        "amazon.nova-premier-v1:0",
        "amazon.nova-2-lite-v1:0",
        "amazon.nova-prototype-v1:0",
        "eu.amazon.nova-lite-v1:0",
        "global.amazon.nova-lite-v1:0",
        "anthropic.claude-3-haiku-20240307-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4",
        "acme.stand-in.amazon.nova-lite-v1:0",
        "",
    ],
)
def test_an_unknown_price_is_not_zero_and_not_another_model_s(model_id: str) -> None:
    assert cost_in_dollars(model_id, 1000, 1000) is None


def test_cost_is_exact() -> None:
    assert cost_in_dollars("amazon.nova-lite-v1:0", 1, 0) == Decimal("0.00000006")
    assert cost_in_dollars("amazon.nova-lite-v1:0", 4321, 123) == Decimal("0.00028878")


def test_the_table_says_what_it_stands_on() -> None:
    assert datetime.now(UTC).date() >= AS_OF
    assert SOURCE == "https://aws.amazon.com/bedrock/pricing/"
    assert all(price.input >= 0 and price.output >= price.input for price in PRICES.values())
