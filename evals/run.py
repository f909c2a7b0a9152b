"""python -m evals.run: every case through the real service, scored.

    --record            record what has no recording yet, and drop what is never asked for
    --fresh             with --record: record everything anew
    --live              ask the model itself and play no recording
    --model ID          whom to record or to ask live: the stand-in, or a model of Bedrock with your credentials
    --prompts v001,v002 one run for each version of the prompt
    --only WHAT         a dataset, or dataset/case
    --baseline          write what passes and what fails as the new baseline
    --out DIR           where report.html, junit.xml and run.json are written

Exit status: 0 every case passed; 1 a case did not; 2 a request has no recording, or a recording
was not played; 3 the run itself is not sound (a case that could not be judged, a request of nobody's).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct
from pydantic_evals.lifecycle import CaseLifecycle

from evals.asking import UnrecordedError, ask
from evals.cases import Asked, EvalCase, EvalDataset, Expected, Scored, case_id, read_datasets
from evals.cloud import EvalCloud, EvalService, eval_cloud, serving
from evals.collect import collected
from evals.leaks.afterwards import find_leftovers
from evals.leaks.crowd import crowd_in
from evals.leaks.restaurant_marks import restaurant_marks
from evals.leaks.sql_tap import SqlTap
from evals.leaks.stored_items import own_table
from evals.observed import Observed, ObservedTurn
from evals.packs import RECORDINGS, Packed, PackReplay, read_packs
from evals.publish import Differences, differences, publish
from evals.repack import repack
from evals.report.baseline import write_baselines
from evals.restaurants import NOW, restaurant
from evals.result import CaseResult, Mode, RunResult
from evals.scorers import scorers
from evals.scorers.subject import NAMES, RIGHTS
from evals.truth.books import Books, open_books
from evals.truth.rights import rights_of
from evals.voices import NOVA_LITE, STAND_IN, RecordWhatIsMissing, live, recording
from local.bedrock.recordings import RecordingError
from local.bedrock.voice import Voice
from local.errors import LocalCloudError
from service.prompts import PromptError, load_prompt

OUT = Path(__file__).parent.parent / ".local" / "evals"
_AT_ONCE = 8


class Options(Struct, frozen=True, kw_only=True):
    """prompts: versions; empty for the one in use. model: None for whoever spoke the recordings, or the stand-in."""

    mode: Mode = "replay"
    model: str | None = None
    prompts: tuple[str, ...] = ()
    only: str = ""
    fresh: bool = False
    recordings: Path = RECORDINGS


class _Speaking(Struct):
    """Who answers in one version's run. replay: None when nothing is played."""

    voice: Voice
    model: str
    replay: PackReplay | None = None
    recorder: RecordWhatIsMissing | None = None


async def run(options: Options) -> RunResult:
    """All of it, in a cloud of its own. Raises RecordingError for a recording that cannot be read, LocalCloudError when
    a part does not start, ValueError for a dataset that cannot be read."""
    datasets = read_datasets()
    async with eval_cloud() as cloud, open_books(cloud.database) as books:
        result = await run_in(cloud, books, options, datasets)
        if result.whole and options.mode != "record":
            result.crowd = await crowd_in(cloud)
        return result


async def run_in(cloud: EvalCloud, books: Books, options: Options, datasets: Sequence[EvalDataset]) -> RunResult:
    """Raises as `run` does."""
    began = time.monotonic()
    chosen = _chosen(datasets, options.only)
    versions = list(options.prompts) or [load_prompt("ask").version]
    result = RunResult(
        mode=options.mode, model="", prompt_versions=versions, spoken_by=[], now=NOW.isoformat(),
        whole=not options.only, cases=[],
    )  # fmt: skip
    for version in versions:
        await _run_version(result, cloud, books, version, options, chosen)
    result.spoken_by = sorted({turn.spoken_by or turn.model for turn in _turns(result)})
    result.seconds = round(time.monotonic() - began, 1)
    return result


async def _run_version(
    result: RunResult, cloud: EvalCloud, books: Books, version: str, options: Options, datasets: list[EvalDataset]
) -> None:
    async with AsyncExitStack() as stack:
        speaking = await stack.enter_async_context(_speaking(options, version))
        tap = await stack.enter_async_context(SqlTap(cloud.database.host, cloud.database.port))
        settings = {"PROMPT_VERSION": version, "DATABASE_PORT": str(tap.port)}
        # Its own: whatever lies in it at the end is of this run.
        name = f"{version}-{uuid4().hex[:8]}"
        beside = msgspec.structs.replace(cloud, table=await own_table(cloud.dynamodb, name))
        service = await stack.enter_async_context(
            serving(beside, speaking.voice, model_id=speaking.model, settings=settings, name=name)
        )
        cases = [
            case
            for dataset in datasets
            for case in await evaluated(dataset, service, books, tap, version, live=options.mode == "live")
        ]
        result.strays += service.hearing.strays
        result.left_over += await _left_over(service, tap, cases)
        recorded = speaking.recorder.all_recordings() if speaking.recorder else None
    result.model = speaking.model
    result.cases += cases
    result.unrecorded += [case.id for case in cases if (case.error or "").startswith(UnrecordedError.__name__)]
    if recorded is not None:
        repack(options.recordings / version, cases, recorded, whole=result.whole)
    elif speaking.replay is not None and result.whole:
        result.unplayed += [_described(version, each) for each in speaking.replay.unplayed()]


async def _left_over(service: EvalService, tap: SqlTap, cases: Sequence[CaseResult]) -> list[str]:
    """What the leak check finds that no single case accounts for."""
    marks = restaurant_marks({key: owner.user for key, owner in service.cloud.owners.items()})
    typed: dict[str, list[str]] = {}
    for case in cases:
        typed.setdefault(case.tenant, []).extend(case.asked)
    found = await find_leftovers(service, tap, marks, typed)
    unowned = [f"dynamodb_items: items lie in nobody's partition: {each}" for each in found.unowned]
    return [*map(str, found.leaks), *(f"sql_rows: {each}" for each in found.left_behind), *unowned]


@asynccontextmanager
async def _speaking(options: Options, version: str) -> AsyncIterator[_Speaking]:
    known = read_packs(options.recordings / version)
    match options.mode:
        case "live":
            model = options.model or NOVA_LITE
            async with live(model) as voice:
                yield _Speaking(voice, model)
        case "record":
            model = options.model or STAND_IN
            kept = {} if options.fresh else {name: each for name, each in known.items() if each.head.model == model}
            async with recording(model, kept) as recorder:
                yield _Speaking(recorder, model, recorder=recorder)
        case "replay":
            replay = PackReplay(known)
            yield _Speaking(replay, _model_of(known), replay=replay)


def _model_of(known: dict[str, Packed]) -> str:
    """Whom the requests have to be addressed to for the recordings to be found. Raises RecordingError."""
    models = {each.head.model for each in known.values()}
    if len(models) > 1:
        raise RecordingError(f"The recordings are of several models ({', '.join(sorted(models))}): make record")
    return models.pop() if models else STAND_IN


async def evaluated(
    dataset: EvalDataset, service: EvalService, books: Books, tap: SqlTap, version: str, *, live: bool = False
) -> list[CaseResult]:
    """Each case asked and judged. tap: what the service reaches PostgreSQL through."""

    async def answer(asked: Asked) -> Observed:
        observed = await ask(service, asked.tenant, asked.ask)
        observed.boundaries.sql_rows = tap.seen.take(restaurant(asked.tenant).tenant_id)
        return observed

    dataset.evaluators = list(scorers(live=live))
    report = await dataset.evaluate(
        answer,
        name=dataset.name,
        max_concurrency=_AT_ONCE,
        progress=False,
        lifecycle=lambda case: _Counted(case, books),
    )
    return collected(dataset, report, version)


class _Counted(CaseLifecycle[Asked, Any, Expected]):
    """Counts what is right before the scorers look."""

    def __init__(self, case: EvalCase, books: Books) -> None:
        super().__init__(case)
        self._books = books

    async def prepare_context(self, ctx: Scored) -> Scored:
        of = restaurant(ctx.inputs.tenant)
        ctx.attributes[NAMES] = await self._books.names(of)
        ctx.attributes[RIGHTS] = await rights_of(self._books, of, ctx.metadata.states if ctx.metadata else [])
        return ctx


def _chosen(datasets: Sequence[EvalDataset], only: str) -> list[EvalDataset]:
    """Raises LocalCloudError when there is no such dataset or case."""
    chosen = []
    for dataset in datasets:
        cases = [each for each in dataset.cases if only in ("", dataset.name, case_id(dataset.name, each.name or ""))]
        if cases:
            chosen.append(EvalDataset(name=dataset.name, cases=cases))
    if not chosen:
        raise LocalCloudError(f"There is no dataset and no case {only!r}.")
    return chosen


def _turns(result: RunResult) -> list[ObservedTurn]:
    return [turn for case in result.cases if case.observed for turn in case.observed.turns]


def _described(version: str, recording: Packed) -> str:
    line = recording.line
    return f"{version}: {line.restaurant}: {line.question!r} ({line.request})"


def exit_status(result: RunResult, found: Differences) -> int:
    """As the module says."""
    if result.unrecorded or result.unplayed:
        return 2
    if result.strays or any(case.error for case in result.cases):
        return 3
    leaked = result.left_over or (result.crowd is not None and not result.crowd.clean)
    return int(bool(leaked) or any(each.is_under for each in found.values()))


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    mode: Mode = "live" if given.live else "record" if given.record else "replay"
    options = Options(
        mode=mode, model=given.model, prompts=tuple(filter(None, given.prompts.split(","))), only=given.only,
        fresh=given.fresh,
    )  # fmt: skip
    try:
        result = asyncio.run(run(options))
        if given.baseline:
            write_baselines(result)
        found = differences(result)
    except (LocalCloudError, RecordingError, PromptError, ValueError) as error:
        print(f"evals: {error}", file=sys.stderr)
        return 3
    publish(result, found, given.out, options.recordings)
    return exit_status(result, found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--model")
    parser.add_argument("--prompts", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--baseline", action="store_true")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser


if __name__ == "__main__":
    sys.exit(main())
