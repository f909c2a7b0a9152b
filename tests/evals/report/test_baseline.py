from __future__ import annotations

from pathlib import Path

import pytest

from evals.publish import differences
from evals.report.baseline import baseline_of, baseline_path, difference, read_baseline, write_baselines
from tests.evals.report.example import bad, case, good, run_result

MODEL = "stand-in.analyst-v1:0"


def test_what_was_written_is_read_and_nothing_has_changed(tmp_path: Path) -> None:
    result = run_result()
    assert [path.name for path in write_baselines(result, tmp_path)] == ["v001-stand-in.analyst-v1-0.json"]
    found = difference(result.cases, read_baseline("v001", MODEL, tmp_path))
    assert not found.is_under
    assert not found.is_over
    assert found.still == [
        "figures/invented: figures_grounded",
        "figures/invented: no_leak",
        "items/unasked: judged at all",
    ]


def test_each_kind_of_change_is_told_apart() -> None:
    known = baseline_of([good(), case("gone", "…"), case("better", "…", scores={"abstains": False})])
    now = [
        case("yesterday", "…", scores={"figures_right": False}),
        case("better", "…", scores={"abstains": True}),
        case("new", "…", scores={"right_tool": True, "figures_right": False}),
    ]
    found = difference(now, known)
    assert found.worse == ["figures/yesterday: figures_right"]
    assert found.gone == ["figures/gone: figures_right"]
    assert found.better == ["figures/better: abstains"]
    assert found.fresh == ["figures/new: right_tool"]
    assert found.unknown == ["figures/new: figures_right"]
    assert found.is_under


@pytest.mark.parametrize("now", [[case("a", "…", scores={"abstains": False})], [], [bad()]])
def test_a_run_that_is_worse_lacks_a_case_or_fails_a_new_one_is_under(now: list[object]) -> None:
    known = baseline_of([case("a", "…", scores={"abstains": True})])
    assert difference(now, known).is_under  # type: ignore[arg-type]


def test_a_run_that_is_only_better_is_over() -> None:
    known = baseline_of([case("a", "…", scores={"abstains": False})])
    found = difference([case("a", "…", scores={"abstains": True})], known)
    assert found.is_over
    assert not found.is_under


def test_a_file_that_is_no_baseline_is_named(tmp_path: Path) -> None:
    assert read_baseline("v009", MODEL, tmp_path) == {}
    baseline_path("v001", MODEL, tmp_path).write_text("[1]")
    with pytest.raises(ValueError, match=r"v001-stand-in\.analyst-v1-0\.json"):
        read_baseline("v001", MODEL, tmp_path)


def test_a_version_without_a_baseline_is_held_to_the_first_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_baselines(run_result(case("a", "…", scores={"abstains": True})), tmp_path)
    monkeypatch.setattr("evals.publish.read_baseline", lambda *which: read_baseline(*which, tmp_path))
    worse = case("a", "…", scores={"abstains": False}, prompt_version="v002")
    result = run_result(case("a", "…", scores={"abstains": True}), worse, prompts=("v001", "v002"))
    found = differences(result)
    assert not found["v001"].is_under
    assert found["v002"].worse == ["figures/a: abstains"]


def test_of_a_part_of_the_cases_only_these_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_baselines(run_result(), tmp_path)
    monkeypatch.setattr("evals.publish.read_baseline", lambda *which: read_baseline(*which, tmp_path))
    part = run_result(good())
    assert differences(part)["v001"].gone != []
    part.whole = False
    assert not differences(part)["v001"].is_under
