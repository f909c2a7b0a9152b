"""The parts of a question that are computed here, in microseconds each: no socket, no database."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Coroutine
from typing import Any

from benchmarks.cloud import Cloud
from benchmarks.receipts_answers import ANSWERS, LONG
from benchmarks.receipts_example import TODAY, prefetched
from service.auth.key_set import open_key_source
from service.auth.tokens import TokenVerifier
from service.prompts import load_prompt
from service.receipts import receipts
from service.slices.slice import render


async def measure(cloud: Cloud, times: int) -> dict[str, list[float]]:
    """Microseconds by name; each `times` times."""
    prompt, slices = load_prompt("ask"), prefetched()
    typical = min(ANSWERS, key=lambda answer: abs(len(answer.text) - statistics.median(map(_length, ANSWERS))))

    def rendered() -> str:
        return prompt.render(restaurant="<restaurant/>", slices="\n\n".join(map(render, slices)))

    verifier = TokenVerifier(cloud.identity.issuer, cloud.identity.client_id, open_key_source(cloud.identity.jwks_url))
    return {
        "prompt with three slices": _timed(rendered, times),
        f"receipts of an answer of {_words(typical.text)} words": _timed(
            lambda: receipts(typical.text, typical.slices, today=TODAY), times
        ),
        f"receipts of an answer of {_words(LONG.text)} words": _timed(
            lambda: receipts(LONG.text, LONG.slices, today=TODAY), max(times // 10, 3)
        ),
        "check of an id token": await _awaited(lambda: verifier.verify(cloud.owners[0].token), times),
    }


def _length(answer: Any) -> int:
    return len(answer.text)


def _words(text: str) -> int:
    return len(text.split())


def _timed(call: Callable[[], Any], times: int) -> list[float]:
    for _ in range(3):
        call()
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        spent.append((time.perf_counter() - began) * 1e6)
    return spent


async def _awaited(call: Callable[[], Coroutine[Any, Any, Any]], times: int) -> list[float]:
    await call()  # reads the key set
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        await call()
        spent.append((time.perf_counter() - began) * 1e6)
    return spent
