"""Writes infra/architecture.json from the synthesized templates, and the figures in docs/architecture.md.

    make architecture

Boxes with their resources, links, the nine checkpoints, the four security layers, quantities and prices, of both
stages. A test fails when file and templates differ.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from infra.app import add_stacks, pinned_context
from infra.architecture_file import FILE
from infra.bill import Bill, Usage, make_bill
from infra.boxes import BOXES, CHECKPOINTS, Box, box_of
from infra.image import CHECKOUT
from infra.links import links
from infra.prices import PriceTable, read_prices
from infra.quantities import Templates, count
from infra.stages import STAGES, Stage

WORDS = CHECKOUT / "docs" / "architecture.md"
COSTS = "**Costs**"


def synthesize(stage: Stage) -> Templates:
    """The nine templates, without their checks and with an empty page for an export, which changes nothing here."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export"
        export.mkdir()
        (export / "index.html").touch()
        app = cdk.App(context=pinned_context(), analytics_reporting=False, outdir=f"{folder}/out")
        add_stacks(app, replace(stage, export_directory=export, alarm_email="alarms@tableside.example"))
        assembly = app.synth()
        return {each.stack_name.removeprefix(f"{stage.prefix}-"): each.template for each in assembly.stacks}


def architecture(templates: Mapping[str, Templates], prices: PriceTable) -> dict[str, Any]:
    """templates: by stage. What holds of dev's stacks holds of prod's: they differ in figures, which are given of both.

    Raises HomelessError when a resource belongs to no box.
    """
    quantities = {stage: count(of_it) for stage, of_it in templates.items()}
    bills = {stage: make_bill(there, Usage(), prices) for stage, there in quantities.items()}
    held = _resources(templates["dev"])
    return {
        "components": [
            {
                "id": box.id,
                "title": box.title,
                "stack": box.stack,
                "checkpoints": list(box.checkpoints),
                "security_layer": box.stops,
                "resources": held.get(box.id, {}),
                "prices": list(box.bill),
                "dollars_a_month": {stage: _dollars(box, bill) for stage, bill in bills.items()},
            }
            for box in BOXES
        ],
        "links": [{"from": a, "to": b, "how": how} for (a, b), how in links(templates["dev"]).items()],
        "checkpoints": [
            {"number": number, "name": name, "components": [box.id for box in BOXES if number in box.checkpoints]}
            for number, name in enumerate(CHECKPOINTS, 1)
        ],
        "usage": {name: str(value) for name, value in asdict(Usage()).items()},
        "quantities": {stage: asdict(each) for stage, each in quantities.items()},
        "prices": _prices(prices),
    }


def _resources(templates: Templates) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = {box.id: Counter() for box in BOXES}
    for stack, template in templates.items():
        for name, resource in template["Resources"].items():
            counted[box_of(stack, name, resource["Type"]).id][resource["Type"]] += 1
    return {box: dict(sorted(each.items())) for box, each in counted.items()}


def _dollars(box: Box, bill: Bill) -> dict[str, str]:
    lines = [line for line in bill.lines if f"{line.component}/{line.name}" in box.bill]
    return {
        "idle": _cents(sum((line.idle_dollars for line in lines), Decimal(0))),
        "in_use": _cents(sum((line.dollars for line in lines), Decimal(0))),
    }


def _cents(dollars: Decimal) -> str:
    return f"{dollars:.2f}"


def _prices(prices: PriceTable) -> dict[str, Any]:
    return {
        name: {"dollars": str(each.dollars), "unit": each.unit, "basis": each.basis, "as_of": each.as_of.isoformat()}
        for name, each in sorted(prices.prices.items())
    }


def cost_sentence(component: Mapping[str, Any]) -> str:
    """What docs/architecture.md says of a box's cost, after its label."""
    dev, prod = component["dollars_a_month"]["dev"], component["dollars_a_month"]["prod"]
    if not component["prices"]:
        return f"{COSTS} nothing of its own."
    return (
        f"{COSTS} ${dev['idle']} a month idle in dev and ${dev['in_use']} in use; prod ${prod['idle']} and"
        f" ${prod['in_use']}."
    )


def with_costs(words: str, components: list[dict[str, Any]]) -> str:
    """The document with each section's figures renewed. A section's first such line is its own."""
    for component in components:
        line = re.compile(rf"(?ms)^(### {re.escape(component['title'])}\n.*?^){re.escape(COSTS)}[^\n]*$")
        begun = line.search(words)
        if begun is not None:
            words = f"{words[: begun.end(1)]}{cost_sentence(component)}{words[begun.end() :]}"
    return words


def main() -> None:
    content = architecture({name: synthesize(stage) for name, stage in STAGES.items()}, read_prices())
    FILE.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if WORDS.exists():
        WORDS.write_text(with_costs(WORDS.read_text(encoding="utf-8"), content["components"]), encoding="utf-8")


if __name__ == "__main__":
    main()
