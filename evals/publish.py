"""A run's result for people and machines: the table on stdout; report.html, junit.xml and run.json in one folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from evals.faults.results import FaultFile
from evals.packs import read_packs
from evals.report.baseline import Difference, difference, read_baseline
from evals.report.junit import write_junit
from evals.report.page import Findings, write_page
from evals.result import RunResult, encoded
from evals.table import table

Differences = Mapping[str, Difference]
"""To the baseline, by prompt version."""


def differences(result: RunResult) -> dict[str, Difference]:
    """Of a part of the cases only these are compared. A version without a baseline is held to that of the first version
    of the run, for that is what it is to be better than. Raises ValueError for a file that is no baseline."""
    baselines = [read_baseline(version, result.model) for version in result.prompt_versions]
    found = {}
    for version, own in zip(result.prompt_versions, baselines, strict=True):
        cases = [case for case in result.cases if case.prompt_version == version]
        known, asked = own or baselines[0], {case.id for case in cases}
        found[version] = difference(cases, known if result.whole else {id_: known[id_] for id_ in asked & known.keys()})
    return found


def publish(result: RunResult, found: Differences, out: Path, recordings: Path) -> None:
    """recordings: where those that were played lie. The faults' table is there when `python -m evals.faults` left its
    file in the same folder."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "run.json").write_bytes(msgspec.json.format(encoded(result), indent=1))
    write_junit(result, out / "junit.xml")
    seeded = _faults(out / "faults.json")
    findings = Findings(
        result=result,
        differences=dict(found),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        recorded=None if result.mode == "live" else _recorded(result, recordings),
        faults=None if seeded is None else [seeded.control, *seeded.faults],
    )
    write_page(findings, out / "report.html")
    print(table(result))
    print(f"\n{_against(found)}\nThe report: {out / 'report.html'}")


def _recorded(result: RunResult, recordings: Path) -> tuple[str, str] | None:
    """First and last day."""
    days = [
        each.line.recorded_at[:10]
        for version in result.prompt_versions
        for each in read_packs(recordings / version).values()
    ]
    return (min(days), max(days)) if days else None


def _faults(path: Path) -> FaultFile | None:
    return msgspec.json.decode(path.read_bytes(), type=FaultFile) if path.exists() else None


def _against(found: Differences) -> str:
    lines = []
    for version, each in found.items():
        for title, entries in (
            ("worse than the baseline", each.worse),
            ("failing and not in the baseline", each.unknown),
            ("in the baseline and not asked", each.gone),
        ):
            lines += [f"{version}: {title}: {entry}" for entry in entries]
        if each.is_over:
            lines.append(f"{version}: better than the baseline; `make evals BASELINE=1` writes the new one")
    return "\n".join(lines) or "As the baseline has it."
