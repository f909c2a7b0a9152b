"""What a turn used: counted over its calls, priced exactly, or not priced at all."""

from __future__ import annotations

from decimal import Decimal

from service.prices import AS_OF
from service.usage import Usage


def test_calls_add_up() -> None:
    usage = Usage("us.amazon.nova-lite-v1:0")
    usage.model_calls = 2
    usage.add(3000, 100)
    usage.add(1500, 20)
    report = usage.report()
    assert (report.input_tokens, report.output_tokens, report.model_calls) == (4500, 120, 2)
    assert usage.cost == Decimal("0.0002988")
    assert report.cost_usd == "0.0002988"
    assert report.price_as_of == AS_OF.isoformat()


def test_the_smallest_cost_is_written_out_and_exact() -> None:
    usage = Usage("amazon.nova-micro-v1:0")
    usage.add(1, 0)
    assert usage.report().cost_usd == "0.000000035"


def test_nothing_used_costs_nothing() -> None:
    assert Usage("amazon.nova-lite-v1:0").report().cost_usd == "0"
    assert Usage("stand-in.analyst-v1:0").report().cost_usd == "0"


def test_whole_dollars_keep_their_zeros() -> None:
    usage = Usage("amazon.nova-pro-v1:0")
    usage.add(12_500_000, 0)
    assert usage.report().cost_usd == "10"


def test_a_model_without_a_price_has_no_cost() -> None:
    usage = Usage("anthropic.claude-3-haiku-20240307-v1:0")
    usage.add(1000, 1000)
    assert usage.cost is None
    assert usage.report().cost_usd is None
