"""Makes the virtual environments of the benchmarks' servers, and the Node peer's packages, from their lock files.

Runs under the system's own Python. Exit code 1, with one plain sentence on stderr, when it cannot.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
NODE_PEER = CHECKOUT / "benchmarks" / "peers" / "ai_sdk"
LOCKS = ("bench", "bench-strands", "bench-pydantic-ai")

sys.path.insert(0, str(CHECKOUT))
from local.install import InstallError, install, is_installed  # noqa: E402


def install_service() -> None:
    """The service's packages as its image holds them: what never runs there is taken out by the image's own script,
    for the service has nothing else in its memory either. Raises InstallError."""
    environment = CHECKOUT / ".venv-bench-service"
    trim = CHECKOUT / "local" / "image" / "trim_packages.py"
    (kept,) = re.findall(rf"{trim.name} /packages ([a-z -]+)", (CHECKOUT / "Dockerfile").read_text())
    stamp, wanted = environment / "trimmed", trim.read_text() + kept
    if is_installed("bench-service", environment) and stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(environment, ignore_errors=True)  # what was taken out of it cannot be taken out again
    install("bench-service", environment)
    (packages,) = environment.glob("lib/python*/site-packages")
    python = environment / "bin" / "python"
    for command in ([trim, packages, *kept.split()], ["-m", "compileall", "-q", packages]):
        done = subprocess.run([python, *command], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise InstallError(f"{environment.name} could not be trimmed: {done.stderr.strip()[-300:]}")
    stamp.write_text(wanted)


def install_node_peer() -> None:
    """Raises InstallError."""
    lock, stamp = NODE_PEER / "package-lock.json", NODE_PEER / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    print("installing npm packages of the AI SDK's server …", flush=True)
    command = ["npm", "ci", "--silent", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=NODE_PEER, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise InstallError(f"npm ci failed in {NODE_PEER}: {(done.stderr.strip() or 'no reason given')[-300:]}")
    stamp.write_bytes(lock.read_bytes())


def main() -> None:
    (CHECKOUT / ".local").mkdir(exist_ok=True)
    with (CHECKOUT / ".local" / "install.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # another command of this checkout may be at it
        for lock in LOCKS:
            install(lock, CHECKOUT / f".venv-{lock}")
        install_service()
        install_node_peer()


if __name__ == "__main__":
    try:
        main()
    except (InstallError, OSError) as error:
        sys.exit(f"{error}")
