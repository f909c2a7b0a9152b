"""Processes that outlived the run that started them: told from strangers of the same id, and ended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from pathlib import Path

from local.errors import LocalCloudError

_PROC = Path("/proc")
_HAS_PROC = (_PROC / "self" / "stat").exists()


def birth_of(pid: int) -> str | None:
    """When a process began, in words that no later process of the same id shares; None when none runs."""
    if not _HAS_PROC:
        return _ask_ps(pid, "lstart=")
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    if state == "Z":
        return None
    return f"{(_PROC / 'sys/kernel/random/boot_id').read_text().strip()} {fields[18]}"


def command_of(pid: int) -> str | None:
    """A process's command line, or None when there is no such process."""
    if not _HAS_PROC:
        return _ask_ps(pid, "command=")
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return words.replace(b"\0", b" ").decode(errors="replace").strip()


async def end_orphan(pid: int, first: signal.Signals, *, patience: float) -> None:
    """Ends a process that is not our child, with `first` and after `patience` seconds with SIGKILL.

    The caller has made sure whose it is. Raises LocalCloudError when it does not end.
    """
    birth = birth_of(pid)
    for each, seconds in ((first, patience), (signal.SIGKILL, 5.0)):
        if birth is None or birth_of(pid) != birth:
            return
        os.kill(pid, each)
        await _until_gone(pid, birth, seconds)
    if birth_of(pid) == birth:
        raise LocalCloudError(f"Process {pid} is left over from an earlier run and does not end; end it first.")


async def _until_gone(pid: int, birth: str, seconds: float) -> None:
    clock = asyncio.get_running_loop().time
    deadline = clock() + seconds
    while birth_of(pid) == birth and clock() < deadline:  # noqa: ASYNC110 (nobody tells us: it is not our child)
        await asyncio.sleep(0.02)


def _ask_ps(pid: int, column: str) -> str | None:
    asked = ["ps", "-ww", "-o", column, "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or None
