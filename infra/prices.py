"""infra/prices.json as typed data: what AWS asks for each thing that the stacks use, with source and date."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

_FILE = Path(__file__).parent / "prices.json"


@dataclass(frozen=True, kw_only=True)
class Price:
    """Dollars for one `unit`. basis: `read` in `source`, or `known` and read nowhere; aws: AWS's own page about it;
    free_a_month: units that each account has free every month, shared by all that runs in it."""

    dollars: Decimal
    unit: str
    basis: Literal["read", "known"]
    source: str
    as_of: date
    aws: str
    free_a_month: Decimal


@dataclass(frozen=True, kw_only=True)
class PriceTable:
    region: str
    made_on: date
    cloudfront_reference: Decimal
    """Dollars a month that the design which this project follows gives for CloudFront."""
    prices: dict[str, Price]


def read_prices(file: Path = _FILE) -> PriceTable:
    """Raises KeyError or ValueError when the file holds something else."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return PriceTable(
        region=content["region"],
        made_on=date.fromisoformat(content["made_on"]),
        cloudfront_reference=Decimal(content["cloudfront_reference"]["dollars"]),
        prices={
            name: Price(
                dollars=Decimal(each["price"]),
                unit=each["unit"],
                basis=each["basis"],
                source=each["source"],
                as_of=date.fromisoformat(each["as_of"]),
                aws=each["aws"],
                free_a_month=Decimal(each.get("free_a_month", "0")),
            )
            for name, each in content["prices"].items()
        },
    )
