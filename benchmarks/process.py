"""What the kernel says of a process: the processor time it has had, and the memory it holds."""

from __future__ import annotations

import os
import time
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """Of the process since it began, threads that have ended included, to the nanosecond (see clock_getcpuclockid(3),
    which Python lacks)."""
    return time.clock_gettime((~pid << 3) | 2)


def resident_mb(pid: int) -> float:
    """Of the process itself; none of our servers has others."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6


def children_of(pid: int) -> list[int]:
    """Those of its main thread: PostgreSQL's backends."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def tree_cpu_seconds(pid: int) -> float:
    """Of a process and its children that are still there."""
    total = 0.0
    for each in (pid, *children_of(pid)):
        try:
            total += cpu_seconds(each)
        except OSError:  # ended in between
            continue
    return total
