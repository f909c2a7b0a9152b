"""The datasets: enough of them, over all restaurants, and their schema up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.cases import DATASETS, SCHEMA, read_datasets, schema
from evals.restaurants import RESTAURANTS

WHOLE = """
cases:
- name: yesterday
  inputs: {tenant: harbour, ask: [How did we do]}
  metadata: {states: [{figure: net, days: 2026-11-22}]}
"""
BROKEN = {
    "an unknown restaurant": WHOLE.replace("harbour", "nowhere"),
    "an unknown figure": WHOLE.replace("net", "profit"),
    "a figure without its days": WHOLE.replace(", days: 2026-11-22", ""),
    "a day that is none": WHOLE.replace("2026-11-22", "yesterday"),
    "a misspelt key": WHOLE.replace("metadata: {", "metadata: {sates: [], "),
    "nothing expected": WHOLE.replace("{states: [{figure: net, days: 2026-11-22}]}", "{tools: []}"),
    "no metadata": WHOLE.replace("  metadata: {states: [{figure: net, days: 2026-11-22}]}\n", ""),
    "a name with spaces": WHOLE.replace("name: yesterday", "name: the day before"),
    "a name twice": WHOLE + WHOLE.replace("\ncases:\n", ""),
}


def test_there_are_cases_enough_over_all_restaurants_and_kinds() -> None:
    datasets = read_datasets()
    cases = [case for dataset in datasets for case in dataset.cases]
    assert len(cases) >= 150
    assert {case.inputs.tenant for case in cases} == {each.key for each in RESTAURANTS}
    assert all(len(dataset.cases) >= 9 for dataset in datasets)
    assert any(len(case.inputs.ask) > 2 for case in cases)


def test_the_schema_beside_them_is_that_of_the_code() -> None:
    """`python -m evals.cases` writes it."""
    assert SCHEMA.read_text() == schema()
    for path in DATASETS.glob("*.yaml"):
        assert path.read_text().startswith(f"# yaml-language-server: $schema={SCHEMA.name}\n")


def test_a_dataset_as_in_the_readme_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(WHOLE)
    [dataset] = read_datasets(tmp_path)
    assert (dataset.name, [case.name for case in dataset.cases]) == ("mine", ["yesterday"])


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_mistake_in_a_dataset_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(ValueError, match=r"mine|Duplicate"):
        read_datasets(tmp_path)
