"""The CDK's command line, at the one version that reads what our aws-cdk-lib writes: `infra/cli/package-lock.json`.

Not the newest by number: 3.0.0 was published by accident and cannot read our templates.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

from infra.errors import DeployError
from infra.image import CHECKOUT

_HOME = CHECKOUT / "infra" / "cli"
_INSTALLED = _HOME / "node_modules" / ".installed"


def cdk_command(*arguments: str) -> list[str]:
    """Installs the command line when it is not there yet. Raises DeployError when it cannot."""
    _install()
    return [str(_HOME / "node_modules" / ".bin" / "cdk"), *arguments, "--no-notices"]


def cdk_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    return {
        **os.environ,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        # An attestation beside an image makes it a list of images, and that Lambda does not take.
        "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
        **(more or {}),
    }


def run_cdk(*arguments: str, context: Mapping[str, str] | None = None) -> None:
    """context: what `-c` says. Prints what the CLI prints. Raises DeployError when it fails."""
    said = [part for name, value in (context or {}).items() for part in ("-c", f"{name}={value}")]
    done = subprocess.run(cdk_command(*arguments, *said), cwd=CHECKOUT, env=cdk_environment(), check=False)
    if done.returncode:
        raise DeployError(
            f"cdk {arguments[0]} failed; what it said is above. The same command again goes on from there."
        )


def _install() -> None:
    lock = (_HOME / "package-lock.json").read_bytes()
    if _INSTALLED.exists() and _INSTALLED.read_bytes() == lock:
        return
    if shutil.which("npm") is None:
        raise DeployError("The CDK's command line runs on Node, version 20 or newer, and there is no npm on the PATH.")
    done = subprocess.run(
        ["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=_HOME, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DeployError(f"The CDK's command line could not be installed: {done.stderr.strip()}")
    _INSTALLED.write_bytes(lock)
