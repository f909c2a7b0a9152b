"""What a run writes: the page between its marks, the table, the chart. Nothing here is timed."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from benchmarks import growth, page
from benchmarks.chart import CHART, PANELS, draw
from benchmarks.policies import Compared
from benchmarks.restaurants import System
from benchmarks.results import Results, Spread, read, results, write
from benchmarks.rounds import Taken
from benchmarks.servers import KINDS
from benchmarks.slices import Found
from benchmarks.table import CPU, FIRST_TOKEN, MANY, PROCESS, tables

NAMES = sorted({name for column in (*FIRST_TOKEN, *CPU, *MANY, *PROCESS) for name in column.figures})


@pytest.fixture
def found() -> Results:
    """A run whose every figure is a number of its own."""
    taken = Taken(failures=["strands, 50 streams: it went away"])
    servers = [kind.name for kind in KINDS]
    for at, server in enumerate((*servers, "model", "loop ours", "loop ours_uvloop"), start=1):
        for value in (at, 3.0 * at, 2.0 * at):
            taken.add(server, {name: value * (1 + place / 100) for place, name in enumerate(NAMES)})
    slices = [Found(System(10, 500_000), 2.0, 4.0), Found(System(10_000, 5_000_000), 2.5, 5.0)]
    policies = [Compared("one", 110, 100, True, ["Scan"], ["Scan"]), Compared("two", 100, 100, True, [], [])]
    machine = {
        "processor": "A <fast> one", "cores": 2, "memory_gb": 8, "system": "Linux", "load_before": 0, "load_after": 1,
        "steadiness_ms": {"least": 20.0, "most": 40.0, "median": 25.0, "rounds": 9},
    }  # fmt: skip
    locks = ("bench-service", "bench", "bench-strands", "bench-pydantic-ai")
    versions = {"python": "3", "node": "20", **{lock: {} for lock in locks}}
    measured = {"when": "2026-11-23T10:00+00:00", "commit": "0" * 40, "changed_since_commit": False, "rounds": 3}
    return results(
        taken, slices, policies, {"a part": [2.0, 1.0, 9.0]},
        {**measured, "machine": machine, "versions": {**versions, "ai_sdk": {"ai": "6"}}},
    )  # fmt: skip


def test_the_ratios_are_medians_to_medians(found: Results) -> None:
    ours, boto3 = (
        next(at for at, kind in enumerate(KINDS, 1) if kind.name == name) for name in ("ours", "fastapi_boto3")
    )
    assert found.ratios["cold_ready_vs_fastapi_boto3"] == pytest.approx(ours / boto3)
    assert found.ratios["cpu_per_token_flat_vs_floor"] == pytest.approx(ours)
    assert found.ratios["slices_largest_vs_smallest"] == 1.25
    assert found.ratios["rls_vs_filter"] == 1.05


def test_every_ratio_that_is_promised_is_there(found: Results) -> None:
    promised = {
        "cold_ready_vs_fastapi_boto3",
        "first_token_p50_paced_50_vs_fastapi_boto3",
        "slices_largest_vs_smallest",
        "cpu_per_token_flat_vs_floor",
        "cpu_per_token_paced_20_vs_floor",
        "cpu_per_token_flat_vs_fastapi_boto3",
        "rls_vs_filter",
    }
    assert promised <= found.ratios.keys()


def test_results_are_read_as_they_were_written(found: Results, tmp_path: Path) -> None:
    write(found, tmp_path / "results.json")
    again = read(tmp_path / "results.json")
    assert again.ratios == pytest.approx(found.ratios, rel=1e-3)
    assert again.figures.keys() == found.figures.keys()
    assert again.measured == found.measured


def test_every_server_stands_in_the_table(found: Results) -> None:
    table = tables(found)
    for kind in KINDS:
        assert f"| {kind.label} |" in table
    assert "| 10,000 | 5,000,000 | 2.50 | 5.00 |" in table


def test_a_figure_that_was_not_taken_is_said_not_to_be(found: Results) -> None:
    del found.figures["strands"]["overload_wall_s"]
    assert "| strands | - |" in tables(found)


def test_the_page_is_written_between_its_marks_alone(found: Results, tmp_path: Path) -> None:
    written, chart = tmp_path / "page.md", tmp_path / "chart.svg"
    before = page.PAGE.read_text(encoding="utf-8")
    written.write_text(before, encoding="utf-8")
    page.write(found, written, chart)
    page.write(found, written, chart)  # over what it wrote before
    after = written.read_text(encoding="utf-8")
    assert _outside(after) == _outside(before)
    assert after.count("**CPU of the server's process**") == 1
    assert "Failed: strands, 50 streams: it went away" in after
    assert after.count("| 512 MB |") == 1
    assert "took 20 to 40 ms, 25 mostly" in after


def test_the_page_and_its_chart_show_the_results_that_are_kept(tmp_path: Path) -> None:
    written, chart = tmp_path / "page.md", tmp_path / "chart.svg"
    written.write_text(page.PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    page.write(read(), written, chart)
    assert written.read_text(encoding="utf-8") == page.PAGE.read_text(encoding="utf-8")
    assert chart.read_text(encoding="utf-8") == CHART.read_text(encoding="utf-8")


def test_a_page_that_lost_its_marks_is_not_written_over(found: Results, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("Words.\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has no longer both"):
        page.write(found, tmp_path / "page.md", tmp_path / "chart.svg")


def test_the_chart_has_a_bar_for_every_figure(found: Results) -> None:
    drawn = ElementTree.fromstring(draw(found))
    bars = [each for each in drawn.iter() if each.tag.endswith("rect")]
    assert len(bars) == len(PANELS) * len(KINDS)


def test_a_server_that_was_cut_is_not_shown_as_if_it_had_finished(found: Results) -> None:
    finished = {"overload_finished": Spread(200.0, 200.0, 200.0, 3)}
    cut = {"overload_finished": Spread(18.0, 18.0, 18.0, 1)}
    figures = {name: of | (cut if name == "strands" else finished) for name, of in found.figures.items()}
    all_finished = {name: of | finished for name, of in found.figures.items()}
    some, none = (draw(msgspec.structs.replace(found, figures=given)) for given in (figures, all_finished))
    assert some.count("→") == none.count("→") + 1


def test_a_larger_function_is_not_slower_and_never_quicker_than_the_model(found: Results) -> None:
    costs = list(growth.lambda_costs(found))
    assert [cost.memory_mb for cost in costs] == [256, 512, 1024]
    assert costs[0].seconds > costs[1].seconds > costs[2].seconds > growth.ANSWER_SECONDS
    assert all(cost.dollars > 0 for cost in costs)


def test_what_is_measured_is_nobodys_secret(found: Results) -> None:
    said = json.loads(msgspec.json.encode(found))
    assert "/" not in str(said["measured"]["machine"])


def _outside(text: str) -> list[str]:
    parts = []
    for begin, end in (page.MEASURED, page.COMPUTED):
        before, _, rest = text.partition(begin)
        parts.append(before)
        text = rest.partition(end)[2]
    return [*parts, text]
