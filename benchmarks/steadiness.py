"""How steady the machine was: the same piece of work, timed before each figure is taken.

A shared machine's processor may be half as fast from one minute to the next, with no load of its own to show for it.
"""

from __future__ import annotations

import time

_STEPS = 200_000


def piece_of_work() -> float:
    """How long it took, in ms."""
    began = time.perf_counter()
    total = 0
    for step in range(_STEPS):
        total += step * step
    return (time.perf_counter() - began) * 1e3
