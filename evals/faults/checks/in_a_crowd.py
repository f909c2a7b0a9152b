"""All owners at once, through the copy's pool of two."""

from __future__ import annotations

from collections.abc import AsyncIterator

from evals.faults.broken_copy import BrokenCopy
from evals.faults.checks.asking import ASKER, RIVAL
from evals.faults.prying import words_about
from evals.leaks.crowd import crowd


async def in_a_crowd(copy: BrokenCopy) -> AsyncIterator[tuple[str, str]]:
    report = await crowd(copy.service, copy.tap, copy.marks, rounds=1, said_before={ASKER: words_about(RIVAL)})
    for leak in report.leaks:
        yield "crowd", str(leak)
    for sentence in report.astray:
        yield "crowd", sentence
