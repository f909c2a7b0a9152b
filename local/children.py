"""Child processes: started so that they die with us, and stopped in good order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from local.errors import LocalCloudError

_EXEC_CHILD = Path(__file__).with_name("exec_child.py")
_LOG_LIMIT = 5_000_000
_TELLING = ("FATAL", "error:", "Error:", "No space")


class Command(Struct, frozen=True, kw_only=True):
    """argv: its first word is a path; environment: all that the child gets; log: where what it prints is added;
    death_signal: what it gets when we die; user: whom root hands it to."""

    argv: list[str]
    environment: Mapping[str, str]
    log: Path
    directory: Path = Path("/")
    death_signal: signal.Signals = signal.SIGTERM
    user: str | None = None


async def start_child(command: Command) -> Process:
    """Our direct child, in a session of its own, so that a Ctrl-C at the terminal reaches us alone."""
    shim = [sys.executable, "-I", "-S", str(_EXEC_CHILD)]
    wishes = [str(os.getpid()), str(int(command.death_signal)), command.user or "-"]
    with _open_log(command.log) as output:
        return await asyncio.create_subprocess_exec(
            *shim,
            *wishes,
            *command.argv,
            stdin=DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(command.environment),
            cwd=command.directory,
            start_new_session=True,
        )


def _open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    full = path.exists() and path.stat().st_size > _LOG_LIMIT
    return path.open("wb" if full else "ab")


async def stop_child(process: Process, first: signal.Signals, *, patience: float) -> None:
    """Asks with `first`; after `patience` seconds, SIGKILL. Returns when it is gone."""
    if process.returncode is not None:
        return
    process.send_signal(first)
    try:
        await asyncio.wait_for(process.wait(), patience)
    except TimeoutError:
        process.kill()
        await process.wait()


async def wait_until_ready(process: Process, ready: Callable[[], bool], what: str, log: Path) -> None:
    """Asks `ready` every 10 ms, for a minute at most. Raises LocalCloudError when it never is, with the reason."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + 60
    while not ready():
        if process.returncode is not None:
            raise LocalCloudError(f"{what} did not start: {last_words(log)}")
        if clock() > deadline:
            await stop_child(process, signal.SIGKILL, patience=5)
            raise LocalCloudError(f"{what} was not ready after a minute: {last_words(log)}")
        await asyncio.sleep(0.01)


def last_words(log: Path) -> str:
    """The last line of a log that speaks of an error, or its last line at all."""
    if not log.exists():
        return "it said nothing."
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()[-40:] if line.strip()]
    telling = [line for line in lines if any(word in line for word in _TELLING)]
    return f"{(telling or lines or ['it said nothing'])[-1].rstrip('.')} (more in {log})."
