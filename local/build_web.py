"""Builds the pages of `web/` into `web/out`, when their sources have changed since it was last done.

    python3 local/build_web.py [install]        install: only brings what they are made of

Runs under the system's own Python. Exit code 1, with one plain sentence on stderr, when it cannot.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
WEB = CHECKOUT / "web"
OUT = WEB / "out"
_STAMP = WEB / ".built"
_MADE = {"node_modules", "out", ".next", ".built", "next-env.d.ts"}
_LOG = CHECKOUT / ".local" / "build-web.log"


class BuildError(Exception):
    """One plain sentence."""


def sources_hash() -> str:
    """Changes with every file that the export is made of, and with nothing else."""
    digest = hashlib.sha256()
    for file in sorted(_sources()):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(CHECKOUT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _sources() -> list[Path]:
    found = []
    for folder, folders, files in os.walk(WEB):
        folders[:] = [name for name in folders if name not in _MADE]
        found += [Path(folder) / name for name in files if name not in _MADE and not name.endswith(".tsbuildinfo")]
    return found


def build() -> None:
    """Raises BuildError."""
    with _alone("build-web"):
        wanted = sources_hash()
        if OUT.exists() and _STAMP.exists() and _STAMP.read_text() == wanted:
            return
        install()
        _build(wanted)


def _build(wanted: str) -> None:
    started = time.monotonic()
    print("building the pages …", flush=True)
    _run(["npm", "run", "--silent", "build"], "The pages could not be built")
    _run(["npm", "run", "--silent", "size"], "The pages have become too heavy")
    _STAMP.write_text(wanted)
    print(f"built the pages ({time.monotonic() - started:.0f} s)", flush=True)


def install() -> None:
    """Brings web/node_modules to the lock file. Raises BuildError."""
    lock, installed = WEB / "package-lock.json", WEB / "node_modules" / ".installed"
    with _alone("install-web"):
        if not installed.exists() or installed.read_bytes() != lock.read_bytes():
            _install()
            shutil.copyfile(lock, installed)


def _install() -> None:
    started = time.monotonic()
    print("installing what the pages are made of …", flush=True)
    command = ["npm", "ci", "--loglevel=error", "--no-audit", "--no-fund", "--prefer-offline"]
    _run(command, "What the pages are made of could not be installed")
    print(f"installed what the pages are made of ({time.monotonic() - started:.0f} s)", flush=True)


@contextmanager
def _alone(what: str) -> Iterator[None]:
    """Another command of this checkout may be at it. Two locks, so that nothing that needs the packages alone waits for
    a build."""
    _LOG.parent.mkdir(exist_ok=True)
    with (_LOG.parent / f"{what}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _run(command: list[str], what_failed: str) -> None:
    environment = {**os.environ, "NEXT_TELEMETRY_DISABLED": "1", "CI": "1"}
    done = subprocess.run(
        command, cwd=WEB, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode == 0:
        return
    _LOG.write_text(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    said = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    raise BuildError(f"{what_failed}: {(said or ['no reason given'])[0]} (all of it in {_LOG})")


def main() -> None:
    build() if sys.argv[1:] != ["install"] else install()


if __name__ == "__main__":
    try:
        main()
    except (BuildError, OSError) as error:
        sys.exit(f"{error}")
