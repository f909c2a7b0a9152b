"""The result of a run for a terminal: datasets down, scorers across, and each case that did not pass."""

from __future__ import annotations

from collections.abc import Iterable

from evals.result import CaseResult, RunResult

_SHORT = {
    "figures_right": "right", "figures_grounded": "grounded", "right_tool": "tool", "abstains": "abstains",
    "no_leak": "no leak", "no_prompt_disclosure": "no prompt", "format_and_length": "format",
    "cost_and_tokens": "cost", "time_to_first_token": "first word",
}  # fmt: skip
_MOST_LISTED = 60


def table(result: RunResult) -> str:
    """Plain text, a line a dataset; passed/judged in each cell, a lone number where all passed."""
    judgements = [name for name in _SHORT if any(_judged(case, name) for case in result.cases)]
    rows = [["dataset", "cases", *(_SHORT[name] for name in judgements)]]
    for prompt in result.prompt_versions:
        of_prompt = [case for case in result.cases if case.prompt_version == prompt]
        for dataset in dict.fromkeys(case.dataset for case in of_prompt):
            label = dataset if len(result.prompt_versions) == 1 else f"{prompt} {dataset}"
            rows.append(_row(label, [case for case in of_prompt if case.dataset == dataset], judgements))
    rows.append(_row("all", result.cases, judgements))
    lines = _aligned(rows)
    return "\n".join([*_heading(result), "", lines[0], *lines[1:-1], lines[-1], "", *_faults(result)]).rstrip()


def _heading(result: RunResult) -> list[str]:
    spoke = ", ".join(result.spoken_by) or "nobody"
    what = {"replay": "Recorded answers", "record": "Answers recorded now", "live": "Live answers"}[result.mode]
    said = [f"{what} of {spoke}, prompt {', '.join(result.prompt_versions)}, {result.seconds:.0f} s."]
    if result.stand_in:
        said.append("A stand-in spoke, not Amazon Nova: this proves the plumbing and the scoring, not the model.")
    return said


def _row(label: str, cases: list[CaseResult], judgements: Iterable[str]) -> list[str]:
    cells = [label, _cell(sum(case.passed for case in cases), len(cases))]
    for name in judgements:
        judged = [case.scores[name].passed for case in cases if _judged(case, name)]
        cells.append(_cell(sum(map(bool, judged)), len(judged)) if judged else "")
    return cells


def _judged(case: CaseResult, name: str) -> bool:
    return name in case.scores and case.scores[name].passed is not None


def _cell(passed: int, judged: int) -> str:
    return str(judged) if passed == judged else f"{passed}/{judged}"


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if not at else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _faults(result: RunResult) -> list[str]:
    lines = []
    for case in result.cases:
        if not case.passed:
            reasons = [f"{name}: {case.scores[name].reason}" for name in case.failed] or [case.error or ""]
            lines.append(f"  {case.id} ({case.tenant}): {' / '.join(case.asked)}")
            lines += [f"      {reason}" for reason in reasons]
    listed = lines[:_MOST_LISTED] + (
        [f"  … and {len(lines) - _MOST_LISTED} lines more"] if len(lines) > _MOST_LISTED else []
    )
    listed += [f"  no recording: {each}" for each in result.unrecorded]
    listed += [f"  never played: {each}" for each in result.unplayed]
    listed += [f"  leaked: {each}" for each in _leaks(result)]
    listed += [f"  asked by nobody: {each!r}" for each in result.strays]
    if result.unrecorded or result.unplayed:
        listed.append("  make record brings the recordings up to date")
    return ["Not passed:", *listed] if listed else ["All passed."]


def _leaks(result: RunResult) -> list[str]:
    """Beside those of the cases, which their scorer names."""
    crowd = [] if result.crowd is None else [*map(str, result.crowd.leaks), *result.crowd.astray]
    return [*result.left_over, *crowd]
