"""The Lambda web adapter's binary, built from its crate in the version that the Dockerfile names, and kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from local.image.places import adapter_version, cache

CRATE = "lambda_web_adapter"

# It is built once and then waits for a network: what an optimizer would gain is not worth the minutes that it takes.
_QUICK = {
    "CARGO_INCREMENTAL": "0",
    "CARGO_PROFILE_RELEASE_LTO": "false",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
}


class AdapterError(Exception):
    """The binary cannot be had on this machine: one plain sentence why."""


def adapter_binary() -> Path:
    """Raises AdapterError when there is no cargo, or its registry is out of reach."""
    binary = cache() / "adapter" / adapter_version() / "lambda-adapter"
    if not binary.exists():
        binary.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=binary.parent) as work:
            _build(Path(work)).replace(binary)
    return binary


def _build(work: Path) -> Path:
    cargo = shutil.which("cargo")
    if cargo is None:
        raise AdapterError("The web adapter is built with cargo, which is not on the PATH; install it or Docker.")
    print(f"building the web adapter {adapter_version()} with cargo …", flush=True)
    command = [cargo, "install", "--quiet", "--locked", "--root", str(work), "--target-dir", str(work / "target")]
    done = subprocess.run(
        [*command, CRATE, "--version", adapter_version()],
        env={**os.environ, **_QUICK},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise AdapterError(f"cargo could not build {CRATE} {adapter_version()}: {last}")
    return work / "bin" / "lambda-adapter"
