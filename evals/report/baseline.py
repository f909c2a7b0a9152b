"""The baseline: which scores of which case are known to pass. A run that falls under it fails.

A file for each prompt version and model, `evals/baselines/v001-MODEL.json`: {case: {scorer: passed}}. A score that
failed when the baseline was made may go on failing, and is listed as such in every report; it is no success.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct, field

from evals.result import CaseResult, RunResult

BASELINES = Path(__file__).parents[1] / "baselines"
Baseline = dict[str, dict[str, bool]]


class Difference(Struct, kw_only=True):
    """Against the baseline. Entries read `figures/yesterday: figures_right`.

    worse: passed and now fails; unknown: fails, and the baseline does not know it; gone: the baseline knows it, and it
    was not asked; better: failed and now passes; still: fails as before; fresh: passes, and the baseline does not
    know it.
    """

    worse: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    better: list[str] = field(default_factory=list)
    still: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)

    @property
    def is_under(self) -> bool:
        return bool(self.worse or self.unknown or self.gone)

    @property
    def is_over(self) -> bool:
        """Nothing is worse, and the baseline is out of date."""
        return not self.is_under and bool(self.better or self.fresh)


def baseline_path(version: str, model: str, directory: Path = BASELINES) -> Path:
    return directory / f"{version}-{re.sub('[^A-Za-z0-9.-]+', '-', model)}.json"


def read_baseline(version: str, model: str, directory: Path = BASELINES) -> Baseline:
    """Empty when there is none. Raises ValueError, naming the file, when it is not one."""
    path = baseline_path(version, model, directory)
    if not path.exists():
        return {}
    try:
        known = json.loads(path.read_text("utf-8"))
        return {case: {scorer: bool(passed) for scorer, passed in scores.items()} for case, scores in known.items()}
    except (ValueError, AttributeError) as error:
        raise ValueError(f"{path}: {error}") from None


def write_baselines(result: RunResult, directory: Path = BASELINES) -> list[Path]:
    """One for each prompt version of the run."""
    written = []
    for version in result.prompt_versions:
        path = baseline_path(version, result.model, directory)
        known = baseline_of(case for case in result.cases if case.prompt_version == version)
        path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
        written.append(path)
    return written


def baseline_of(cases: Iterable[CaseResult]) -> Baseline:
    return {case.id: _judgements(case) for case in cases}


def _judgements(case: CaseResult) -> dict[str, bool]:
    judged = {name: score.passed for name, score in case.scores.items() if score.passed is not None}
    return judged if case.error is None else {"judged at all": False}


def difference(cases: Iterable[CaseResult], known: Baseline) -> Difference:
    """cases: of one prompt version, all that there are."""
    now = baseline_of(cases)
    found = Difference()
    for case in sorted(now.keys() | known.keys()):
        ran, knew = now.get(case, {}), known.get(case, {})
        for scorer in sorted(ran.keys() | knew.keys()):
            _list_for(found, ran.get(scorer), knew.get(scorer)).append(f"{case}: {scorer}")
    return found


def _list_for(found: Difference, now: bool | None, before: bool | None) -> list[str]:
    if now is None:
        return found.gone
    if before is None:
        return found.fresh if now else found.unknown
    if now:
        return found.better if not before else []
    return found.worse if before else found.still
