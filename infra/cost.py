"""What a stage costs a month, by component and in all.

    make cost [STAGE=dev|prod] [TENANTS=3] [QUESTIONS=20] [TOKENS_IN=5000] [TOKENS_OUT=300]

QUESTIONS is a restaurant's, a day; TOKENS_* a question's, over all its calls of the model. AWS's list prices from
infra/prices.json, without tax; what is there is counted in infra/architecture.json. Exit code 1 with one plain
sentence on stderr when a number is none.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from itertools import groupby

from infra.architecture_file import read_quantities
from infra.bill import Bill, Habits, Line, Usage, make_bill
from infra.prices import PriceTable, read_prices


def read_usage(environment: Mapping[str, str]) -> Usage:
    """Raises SystemExit with one sentence."""
    given = {name: _number(name, environment[name]) for name in _NUMBERS if environment.get(name)}
    usual = Usage()
    return Usage(
        tenants=int(given.get("TENANTS", usual.tenants)),
        questions=Decimal(given.get("QUESTIONS", usual.questions)),
        tokens_in=int(given.get("TOKENS_IN", usual.tokens_in)),
        tokens_out=int(given.get("TOKENS_OUT", usual.tokens_out)),
    )


_NUMBERS = ("TENANTS", "QUESTIONS", "TOKENS_IN", "TOKENS_OUT")


def _number(name: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0 or (name != "QUESTIONS" and number != int(number)):
        raise SystemExit(f"{name} must be a number, none or more, not {text}.")
    return number


def describe(stage: str, bill: Bill, usage: Usage, prices: PriceTable) -> str:
    said = [
        f"{stage} in {prices.region}, a month of 730 hours: {usage.tenants} restaurants, {usage.questions} questions"
        f" a day each ({usage.a_month:,.0f} in all), {usage.tokens_in:,} tokens in and"
        f" {usage.tokens_out:,} out for each.",
        "",
        f"{'':<34}{'idle':>10}{'in use':>10}   what it buys",
    ]
    for component, lines in groupby(bill.lines, key=lambda line: line.component):
        of_it = list(lines)
        idle = sum((line.idle_dollars for line in of_it), Decimal(0))
        said += [f"{component:<34}{_money(idle)}{_money(bill.of(component))}"]
        said += [_line(line) for line in of_it if line.quantity]
    said += ["", f"{'in all':<34}{_money(bill.idle_dollars)}{_money(bill.dollars)}"]
    said += [f"{'with what AWS gives an account':<34}{'':>10}{_money(bill.beyond_allowance)}", ""]
    return "\n".join([*said, *_remarks(bill, prices)])


def _line(line: Line) -> str:
    return f"  {line.name:<32}{_money(line.idle_dollars)}{_money(line.dollars)}   {line.buys}"


def _money(dollars: Decimal) -> str:
    text = f"${dollars:,.2f}" if dollars >= Decimal("0.005") or not dollars else "<$0.01"
    return f"{text:>10}"


def _remarks(bill: Bill, prices: PriceTable) -> list[str]:
    edge = sum((line.beyond_allowance for line in bill.lines if line.component == "edge"), Decimal(0))
    known = sorted({line.name for line in bill.lines if line.price.basis == "known"})
    dates = sorted(line.price.as_of for line in bill.lines)
    return [
        f"CloudFront: {_money(bill.of('edge')).strip()} at list price, {_money(edge).strip()} beyond what AWS gives"
        f" each account of it; about ${prices.cloudfront_reference} in the design that this follows.",
        f"Prices of {dates[0]} to {dates[-1]}, with their sources in infra/prices.json; from knowledge alone: "
        f"{', '.join(known)}. Per question and restaurant, what infra/bill.py assumes:",
        *_assumptions(),
        "Nothing of this was read off a bill.",
    ]


def _assumptions() -> list[str]:
    habits = Habits()
    return [
        "  " + ", ".join(f"{each.name.replace('_', ' ')} {getattr(habits, each.name):,}" for each in fields(Habits))
    ]


def main() -> None:
    stage = os.environ.get("STAGE") or "dev"
    there = read_quantities()
    if stage not in there:
        raise SystemExit(f"STAGE= must be {' or '.join(there)}.")
    usage, prices = read_usage(os.environ), read_prices()
    print(describe(stage, make_bill(there[stage], usage, prices), usage, prices))


if __name__ == "__main__":
    main()
