"""Recordings: made once, played strictly. What is missing and what is never played both fail the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.cases import EvalDataset, read_datasets
from evals.cloud import EvalCloud
from evals.packs import RECORDINGS, read_pack, read_packs, write_pack
from evals.result import CaseResult, RunResult
from evals.run import Options, exit_status, run_in
from evals.table import table
from evals.truth.books import Books
from local.bedrock.recordings import RecordingError
from service.prompts import load_prompt

VERSION = load_prompt("ask").version
CHOSEN = {"figures": ("yesterday", "yesterday-rome", "a-day-far-back"), "follow_ups": ("the-day-before",)}


def few_cases() -> list[EvalDataset]:
    """Two restaurants that are asked the same words, a tool, a conversation, and one case twice."""
    datasets = []
    for dataset in read_datasets():
        cases = [case for case in dataset.cases if case.name in CHOSEN.get(dataset.name, ())]
        if cases:
            datasets.append(EvalDataset(name=dataset.name, cases=cases))
    again = [case for case in datasets[0].cases if case.name == "yesterday"]
    return [*datasets, EvalDataset(name="once_more", cases=again)]


async def recorded(cloud: EvalCloud, books: Books, directory: Path) -> RunResult:
    return await run_in(cloud, books, Options(mode="record", recordings=directory), few_cases())


async def replayed(cloud: EvalCloud, books: Books, directory: Path, only: str = "") -> RunResult:
    return await run_in(cloud, books, Options(recordings=directory, only=only), few_cases())


@pytest.fixture(scope="session")
async def recordings(cloud: EvalCloud, books: Books, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("recordings")
    await recorded(cloud, books, directory)
    return directory


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.rglob("*.jsonl")}


def judged(cases: list[CaseResult]) -> dict[str, object]:
    """What may not differ from run to run."""
    return {
        case.id: [
            case.observed and case.observed.last.text,
            case.error,
            [(n, s.passed) for n, s in case.scores.items()],
        ]
        for case in cases
    }


async def test_a_recorded_run_replays_to_the_same_answers_and_scores_each_time(
    cloud: EvalCloud, books: Books, recordings: Path
) -> None:
    first, second = [await replayed(cloud, books, recordings) for _ in range(2)]
    assert judged(first.cases) == judged(second.cases)
    assert all(case.passed for case in first.cases)
    assert (first.unrecorded, first.unplayed, first.strays, exit_status(first, {})) == ([], [], [], 0)
    assert first.stand_in
    assert "not Amazon Nova" in table(first)


async def test_recording_again_keeps_what_is_there(cloud: EvalCloud, books: Books, recordings: Path) -> None:
    before = contents(recordings)
    await recorded(cloud, books, recordings)
    assert contents(recordings) == before != {}


async def test_a_request_without_a_recording_fails_the_run_and_says_what_to_do(
    cloud: EvalCloud, books: Books, recordings: Path, tmp_path: Path
) -> None:
    pack = read_pack(recordings / VERSION / "figures.jsonl")
    write_pack(tmp_path / VERSION / "figures.jsonl", [each for each in pack if each.line.results == 0])
    result = await replayed(cloud, books, tmp_path, only="figures")
    assert result.unrecorded == ["figures/a-day-far-back"]
    assert exit_status(result, {}) == 2
    told = table(result)
    assert "no recording: figures/a-day-far-back" in told
    assert "make record" in told


async def test_a_recording_that_nobody_asks_for_fails_the_run(
    cloud: EvalCloud, books: Books, recordings: Path, tmp_path: Path
) -> None:
    for path in sorted((recordings / VERSION).glob("*.jsonl")):
        write_pack(tmp_path / VERSION / path.name, read_pack(path))
    [spare, *_] = read_pack(tmp_path / VERSION / "follow_ups.jsonl")
    spare.line.request, spare.line.question = "0" * 32, "What was the weather like?"
    write_pack(tmp_path / VERSION / "spare.jsonl", [spare])
    result = await replayed(cloud, books, tmp_path)
    assert [each for each in result.unplayed if "What was the weather like?" in each] == result.unplayed != []
    assert exit_status(result, {}) == 2


def test_the_recordings_here_were_spoken_by_the_stand_in_and_say_so() -> None:
    packs = read_packs(RECORDINGS / VERSION)
    assert len(packs) > 200
    assert {each.head.spoken_by for each in packs.values()} == {"stand-in analyst, not Nova"}
    assert {each.head.prompt_version for each in packs.values()} == {VERSION}


def test_a_pack_that_was_cut_off_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl").write_bytes((RECORDINGS / VERSION / "figures.jsonl").read_bytes()[:-40])
    with pytest.raises(RecordingError, match=r"cut\.jsonl"):
        read_packs(tmp_path)
