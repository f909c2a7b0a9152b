"""Makes the virtual environments, from the lock files and nothing else. Skips what is there already.

    python3 local/install.py local|dev      local: to run; dev: to test as well. Both bring ministack's own.

Runs under the system's own Python. Exit code 1, with one plain sentence on stderr, when it cannot.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
REQUIREMENTS = CHECKOUT / "requirements"
INCLUDES = {"dev": ["local", "dev"], "local": ["local"], "ministack": ["ministack"]}
"""What is satisfied when a lock file is installed: dev.txt holds all of local.txt."""


class InstallError(Exception):
    """One plain sentence."""


def install(lock: str, environment: Path) -> None:
    """Brings `environment` to requirements/`lock`.txt, compiled to bytecode. Raises InstallError."""
    if is_installed(lock, environment):
        return
    started = time.monotonic()
    print(f"installing {lock} packages into {environment.name} …", flush=True)
    _make_environment(environment)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run([*pip, "--require-hashes", "--no-deps", "--compile", "-r", str(REQUIREMENTS / f"{lock}.txt")], environment)
    stamp = {**_installed(environment), **{each: _wanted(each) for each in INCLUDES.get(lock, [lock])}}
    (environment / "installed.json").write_text(json.dumps(stamp, indent=1))
    print(f"installed {lock} packages into {environment.name} ({time.monotonic() - started:.0f} s)", flush=True)


def is_installed(lock: str, environment: Path) -> bool:
    return _installed(environment).get(lock) == _wanted(lock)


def _make_environment(environment: Path) -> None:
    """A half-made one, or one whose Python is gone, is made again."""
    python = environment / "bin" / "python"
    works = python.exists() and subprocess.run(
        [str(python), "-m", "pip", "--version"], capture_output=True, check=False
    )
    if not works or works.returncode != 0:
        shutil.rmtree(environment, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(environment)], environment)


def _run(command: list[str], environment: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=clean, check=False)
    if done.returncode == 0:
        return
    log = CHECKOUT / ".local" / f"install{environment.name}.log"
    log.write_text(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    telling = [line for line in said if line.startswith("ERROR") or "Error" in line]
    raise InstallError(
        f"{environment.name} could not be made: {(telling or said or ['no reason given'])[-1]} (all of it in {log})"
    )


def _wanted(lock: str) -> str:
    """Changes with the lock file and with the Python that runs it."""
    content = (REQUIREMENTS / f"{lock}.txt").read_bytes()
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def _installed(environment: Path) -> dict[str, str]:
    stamp = environment / "installed.json"
    return json.loads(stamp.read_text()) if stamp.exists() else {}


def main(lock: str) -> None:
    wanted = {lock: CHECKOUT / ".venv", "ministack": CHECKOUT / ".venv-ministack"}
    (CHECKOUT / ".local").mkdir(exist_ok=True)
    with (CHECKOUT / ".local" / "install.lock").open("w") as turn, ThreadPoolExecutor() as both:
        fcntl.flock(turn, fcntl.LOCK_EX)  # another command of this checkout may be at it
        runs = [both.submit(install, *each) for each in wanted.items()]
    for run in runs:
        run.result()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (InstallError, OSError) as error:
        sys.exit(f"{error}")
