"""Puts what a recorded run asked for into its packs: one a dataset, and nothing that was not asked for."""

from __future__ import annotations

from pathlib import Path

import msgspec

from evals.packs import Packed, read_pack, write_pack
from evals.result import CaseResult
from local.bedrock.recordings import hash_of


def repack(directory: Path, cases: list[CaseResult], recordings: dict[str, Packed], *, whole: bool) -> None:
    """recordings: by request hash. A request of two datasets lies in the first one's pack. whole: whether all cases
    were asked; when not, nothing is dropped."""
    kept = {} if whole else {path.stem: read_pack(path) for path in sorted(directory.glob("*.jsonl"))}
    taken = {each.line.request for pack in kept.values() for each in pack}
    by_dataset: dict[str, list[Packed]] = dict(kept)
    for case in cases:
        pack = by_dataset.setdefault(case.dataset, [])
        for name in _requests(case, recordings):
            if name not in taken:
                taken.add(name)
                pack.append(recordings[name])
    if whole:
        for path in directory.glob("*.jsonl"):
            if path.stem not in by_dataset:
                path.unlink()
    for dataset, pack in by_dataset.items():
        write_pack(directory / f"{dataset}.jsonl", pack)


def _requests(case: CaseResult, recordings: dict[str, Packed]) -> list[str]:
    """Their hashes, in order; without those whose answer broke off and was not recorded."""
    if case.observed is None:
        return []
    bodies = [msgspec.json.decode(raw) for raw in case.observed.boundaries.bedrock_requests]
    model = case.observed.last.model
    return [name for body in bodies if (name := hash_of(model, body)) in recordings]
