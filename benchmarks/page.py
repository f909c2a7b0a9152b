"""Writes what a run measured into docs/performance.md, between two marks, and nothing outside them."""

from __future__ import annotations

from pathlib import Path

from benchmarks import growth
from benchmarks.chart import CHART, draw
from benchmarks.results import Results
from benchmarks.servers import CHECKOUT
from benchmarks.table import tables

PAGE = CHECKOUT / "docs" / "performance.md"
MEASURED = ("<!-- measured by `make bench`: do not edit -->", "<!-- end of what was measured -->")
COMPUTED = ("<!-- computed by `make bench`: do not edit -->", "<!-- end of what was computed -->")


def write(found: Results, page: Path = PAGE, chart: Path = CHART) -> None:
    """Raises ValueError when the page has lost one of its marks."""
    chart.write_text(draw(found), encoding="utf-8")
    content = f"![Tableside beside its peers](images/performance.svg)\n\n{head(found)}\n\n{tables(found)}"
    text = _between(page.read_text(encoding="utf-8"), MEASURED, content)
    page.write_text(_between(text, COMPUTED, growth.said(found)), encoding="utf-8")


def head(found: Results) -> str:
    """On what, from what and when."""
    of = found.measured
    machine, versions = of["machine"], of["versions"]
    changed = ", with changes since" if of["changed_since_commit"] else ""
    locks = ("bench-service", "bench", "bench-strands", "bench-pydantic-ai")
    service, bench, strands, pydantic = (versions[lock] for lock in locks)
    return (
        f"Measured {of['when'][:10]} at commit `{of['commit'][:12]}`{changed}: {machine['processor']}, "
        f"{machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}; load {machine['load_before']} "
        f"before, {machine['load_after']} after; {_steadiness(machine['steadiness_ms'])}. "
        f"Python {versions['python']}, Node {versions['node']}; "
        f"{_listed(service | bench)}; strands on {_listed(strands)}; pydantic-ai on {_listed(pydantic)}; "
        f"{_listed(versions['ai_sdk'])}.\n"
        f"Medians of {of['rounds']} rounds, fewer for the slow, the least and the most in brackets; differences under "
        "about 20% are ties." + "".join(f"\nFailed: {each}" for each in found.failures)
    )


def _steadiness(times: dict[str, float]) -> str:
    return f"the same piece of work took {times['least']:.0f} to {times['most']:.0f} ms, {times['median']:.0f} mostly"


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _between(text: str, marks: tuple[str, str], content: str) -> str:
    before, found, rest = text.partition(marks[0])
    _, ended, after = rest.partition(marks[1])
    if not (found and ended):
        raise ValueError(f"the page has no longer both {marks[0]} and {marks[1]}")
    return f"{before}{marks[0]}\n\n{content}\n\n{marks[1]}{after}"
