"""One synth of each stage for the whole run, of pages made for it. No credentials, no network, no Docker."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.app import build_app
from infra.image import CHECKOUT
from infra.stages import DEV, PROD, Stage
from tests.infra.synthesized import Synthesized, read_synthesized
from tests.infra.unacknowledged import EMAIL

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all of pytest-xdist's workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def export(shared: Path) -> Path:
    """In the place of web/out."""
    directory = shared / "export"
    directory.mkdir(exist_ok=True)
    for page in ("index", "404", "ask"):
        (directory / f"{page}.html").write_text(f"<!doctype html><title>{page}</title>")
    return directory


@pytest.fixture(scope="session")
def dev_stage(export: Path) -> Stage:
    return replace(DEV, export_directory=export, alarm_email=EMAIL)


@pytest.fixture(scope="session")
def prod_stage(export: Path) -> Stage:
    named = {"domain": "tableside.example", "certificate_arn": CERTIFICATE, "alarm_email": EMAIL}
    return replace(PROD, export_directory=export, **named)


@pytest.fixture(scope="session")
def dev(dev_stage: Stage, shared: Path) -> Synthesized:
    return synthesize_once(dev_stage, shared)


@pytest.fixture(scope="session")
def prod(prod_stage: Stage, shared: Path) -> Synthesized:
    return synthesize_once(prod_stage, shared)


@pytest.fixture(scope="session")
def unacknowledged(export: Path, shared: Path) -> Path:
    """The folder of dev once more: from another process, under another seed for hashes, with no credentials in its
    environment, and with no finding of cdk-nag acknowledged."""
    directory = shared / "unacknowledged"
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PYTHONHASHSEED": "4711"}
    environment |= dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    command = [sys.executable, "-m", "tests.infra.unacknowledged", str(directory), str(export)]

    def run() -> None:
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    once(directory, run)
    return directory


def synthesize_once(stage: Stage, shared: Path) -> Synthesized:
    once(shared / stage.name, lambda: synthesize(stage, shared / stage.name))
    return read_synthesized(shared / stage.name, stage.prefix)


def once(directory: Path, fill: Callable[[], None]) -> None:
    """The first worker that comes fills it; the others wait."""
    done = directory.with_suffix(".done")
    with directory.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not done.exists():
            fill()
            done.touch()


def synthesize(stage: Stage, directory: Path) -> None:
    """What cdk-nag finds is for its own test to say: the templates are written all the same."""
    app = build_app(stage, directory)
    try:
        app.synth()
    except RuntimeError:
        if not (directory / "validation-report.json").exists() or not findings(directory):
            raise


def findings(directory: Path) -> list[dict[str, Any]]:
    """What cdk-nag and CDK's own rules found, and nobody acknowledged."""
    report = json.loads((directory / "validation-report.json").read_text())
    return [finding for plugin in report["pluginReports"] for finding in plugin["violations"]]
