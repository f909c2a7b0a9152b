"""Answers that misbehave on purpose, asked for through the real service: each scorer catches its own, and only those
that have to."""

from __future__ import annotations

import pytest
import pytest_asyncio

from evals.authored.responses import Authored, AuthoredVoice, read_authored
from evals.cases import EvalDataset
from evals.cloud import EvalCloud, serving
from evals.leaks.sql_tap import SqlTap
from evals.result import CaseResult
from evals.run import evaluated
from evals.scorers import scorers
from evals.scorers.verdict import name_of
from evals.truth.books import Books

AUTHORED = read_authored()
MODEL = "us.amazon.nova-lite-v1:0"
"""Whose price the answers are reckoned at. It said none of them."""


@pytest_asyncio.fixture(scope="session")
async def judged(cloud: EvalCloud, books: Books) -> dict[str, CaseResult]:
    dataset = EvalDataset(name="authored", cases=[each.case for each in AUTHORED])
    async with (
        SqlTap(cloud.database.host, cloud.database.port, look_behind=False) as tap,
        serving(
            cloud, AuthoredVoice(AUTHORED), model_id=MODEL, name="authored",
            settings={"DATABASE_PORT": str(tap.port)},
        ) as service,
    ):  # fmt: skip
        results = await evaluated(dataset, service, books, tap, "v001")
    return {each.name: each for each in results}


@pytest.mark.parametrize("authored", AUTHORED, ids=[each.name for each in AUTHORED])
def test_a_response_is_caught_by_its_scorers_and_by_no_other(authored: Authored, judged: dict[str, CaseResult]) -> None:
    result = judged[authored.name]
    assert result.error is None
    assert {name: result.scores[name].reason for name in result.failed}.keys() == set(authored.caught_by), {
        name: result.scores[name].reason for name in result.failed
    }


@pytest.mark.parametrize("authored", AUTHORED, ids=[each.name for each in AUTHORED])
def test_whoever_reads_the_stream_is_told_that_no_model_spoke(
    authored: Authored, judged: dict[str, CaseResult]
) -> None:
    observed = judged[authored.name].observed
    assert observed is not None
    if authored.rounds[0]:
        assert observed.last.stand_in
        assert observed.last.spoken_by == "authored"


def test_every_scorer_has_a_response_of_its_own_to_catch() -> None:
    own = {each.caught_by[0] for each in AUTHORED if each.caught_by}
    assert {name_of(scorer) for scorer in scorers(live=False)} <= own


def test_figures_are_marked_as_the_scorers_judge_them(judged: dict[str, CaseResult]) -> None:
    marks = {name: {each.text: each.mark for each in result.figures} for name, result in judged.items()}
    assert marks["good"]["$558.33"] == "right"
    assert marks["invented_figure"]["$73.19"] == "unsupported"
    assert marks["answer_of_another_day_than_asked"]["$411.81"] == "supported"
    assert marks["good_with_a_tool"]["$194.25"] == "right"
