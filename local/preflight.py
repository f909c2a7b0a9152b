"""What this machine must have, asked before anything is made or started.

Runs under the system's own Python, which may be too old for everything else here, so it imports nothing of ours.

    python3 local/preflight.py run|test     exit code 0, or 1 with one plain sentence on stderr
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PYTHON, NODE = (3, 11), 20
BYTES_TO_INSTALL, BYTES_TO_RUN = 1_500_000_000, 500_000_000


def python_problem() -> str | None:
    if sys.version_info[:2] < PYTHON:
        return (
            f"Python {PYTHON[0]}.{PYTHON[1]} or newer is needed; this is {sys.version.split()[0]} ({sys.executable})."
        )
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return f"Python's venv module is missing; install it, on Debian and Ubuntu: apt install python{version}-venv."
    return None


def node_problem() -> str | None:
    node = shutil.which("node")
    if node is None:
        return f"Node {NODE} or newer is needed and there is no `node` on the PATH; install it from https://nodejs.org."
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    found = re.match(r"v(\d+)\.", version)
    if found is None or int(found[1]) < NODE:
        return f"Node {NODE} or newer is needed; {node} is {version or 'not working'}."
    return None


def disk_problem(directory: Path, needed: int) -> str | None:
    """directory: where something will be written; it need not be there yet."""
    while not directory.exists():
        directory = directory.parent
    free = shutil.disk_usage(directory).free
    if free < needed:
        left, wanted = free // 1_000_000, needed // 1_000_000
        return f"The disk is almost full: {directory} has {left} MB left and {wanted} MB are needed."
    if not os.access(directory, os.W_OK):
        return f"The folder {directory} cannot be written to."
    return None


def running_problem(state: Path) -> str | None:
    """state: the folder that a run of this checkout locks for as long as it lasts."""
    lock = state / "lock"
    if not lock.exists():
        return None
    with lock.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = file.read().strip()
            return f"It is running already in this checkout (process {pid}); stop that one first, or use it."
    return None


def port_problem(port: str) -> str | None:
    if not port.isdigit() or not 0 < int(port) < 65536:
        return f"PORT must be a number between 1 and 65535, not {port}."
    if int(port) < 1024 and os.geteuid() != 0:
        return f"Only root may listen on port {port}; choose one above 1023 with PORT=…"
    if _is_taken(int(port)):
        other = _next_to(int(port))
        return f"Port {port} is taken by another program; choose another one, for example: make run PORT={other}"
    return None


def _is_taken(port: int) -> bool:
    """Also when something listens on ::1 alone, for then http://localhost would lead there."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError), socket.socket(family) as probe:
            probe.settimeout(1.0)
            if probe.connect_ex((host, port)) == 0:
                return True
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _next_to(port: int) -> int:
    return next(each for each in range(port + 1, port + 1000) if each < 65536 and not _is_taken(each))


def problem(purpose: str) -> str | None:
    """The first thing that is wrong, as one sentence; None when all is well. purpose: run, or anything else."""
    installed = (CHECKOUT / ".venv" / "installed.json").exists()
    state = Path(os.environ.get("TABLESIDE_STATE") or CHECKOUT / ".local")
    return (
        python_problem()
        or node_problem()
        or disk_problem(CHECKOUT, BYTES_TO_RUN if installed else BYTES_TO_INSTALL)
        or disk_problem(state, BYTES_TO_RUN)
        or (purpose == "run" and (running_problem(state) or port_problem(os.environ.get("PORT") or "8000")))
        or None
    )


if __name__ == "__main__":
    found = problem(sys.argv[1])
    if found:
        sys.exit(found)
