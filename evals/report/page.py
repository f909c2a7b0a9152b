"""The report: one HTML page that needs nothing beside it, to look at, to print and to send."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

import jinja2
from msgspec import Struct

from evals.faults.results import FaultResult
from evals.leaks.search import BOUNDARIES
from evals.report.answers import drawn
from evals.report.baseline import Difference
from evals.report.compare import pairs
from evals.report.totals import by_scorer, restaurant_of, searched, totals
from evals.report.words import expectations, source_in_words
from evals.restaurants import RESTAURANTS
from evals.result import RunResult

_HERE = Path(__file__).parent


class Findings(Struct, kw_only=True):
    """All that the page shows. differences: to the baseline, by prompt version; faults: None when none were seeded;
    recorded: first and last day of the recordings, None of live answers; made_at: in UTC."""

    result: RunResult
    differences: dict[str, Difference]
    made_at: str
    recorded: tuple[str, str] | None = None
    faults: Sequence[FaultResult] | None = None


def write_page(findings: Findings, path: Path) -> None:
    path.write_text(page(findings), "utf-8")


def page(findings: Findings) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"drawn": drawn, "bytes": _bytes, "in_words": source_in_words, "expectations": expectations}
    style, script = (_HERE / "page.css").read_text("utf-8"), (_HERE / "page.js").read_text("utf-8")
    result, prompts = findings.result, findings.result.prompt_versions
    return environment.get_template("page.html.j2").render(
        found=findings,
        result=result,
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'",
        by_dataset=totals(result.cases, lambda case: case.dataset),
        by_scorer=by_scorer(result.cases),
        by_restaurant=totals(result.cases, restaurant_of),
        by_prompt=totals(result.cases, lambda case: case.prompt_version),
        restaurants={each.key: each.name for each in RESTAURANTS},
        boundaries=BOUNDARIES,
        cells=searched(result),
        compared=pairs(result, prompts[0], prompts[1]) if len(prompts) > 1 else [],
    )


def _hash(text: str) -> str:
    """As a content security policy names an inline block: an answer that smuggles a script in is not run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _bytes(size: int) -> str:
    """1,234 -> 1.2 kB"""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
