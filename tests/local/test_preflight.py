from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from local import preflight
from local.preflight import disk_problem
from local.state import State


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    """Not the checkout's own, in which something may be running."""
    monkeypatch.setenv("TABLESIDE_STATE", str(tmp_path / "state"))
    return State()


def run(**environ: str) -> subprocess.CompletedProcess[str]:
    environ["TABLESIDE_STATE"] = os.environ["TABLESIDE_STATE"]
    script = [sys.executable, "-I", str(Path(preflight.__file__)), "run"]
    return subprocess.run(script, env=environ, capture_output=True, text=True, check=False)


def node(directory: Path, version: str) -> str:
    """A PATH on which `node` is of some version."""
    program = directory / "node"
    program.write_text(f"#!/bin/sh\necho {version}\n")
    program.chmod(0o755)
    return f"{directory}:/usr/bin:/bin"


def test_a_machine_that_has_everything_passes(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    done = run(PATH=node(tmp_path, "v20.0.0"), PORT=str(port))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("v18.19.1", "Node 20 or newer is needed; {node} is v18.19.1."),
        ("", "Node 20 or newer is needed; {node} is not working."),
    ],
)
def test_names_a_node_that_will_not_do(tmp_path: Path, version: str, sentence: str) -> None:
    done = run(PATH=node(tmp_path, version))
    assert done.returncode == 1
    assert done.stderr == sentence.format(node=tmp_path / "node") + "\n"


def test_says_that_node_is_missing(tmp_path: Path) -> None:
    done = run(PATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("Node 20 or newer is needed and there is no `node` on the PATH")
    assert done.stderr.count("\n") == 1


def test_says_that_it_runs_already_rather_than_that_its_port_is_taken(tmp_path: Path, state: State) -> None:
    with state.held(), socket.create_server(("127.0.0.1", 0)) as server:
        done = run(PATH=node(tmp_path, "v22.1.0"), PORT=str(server.getsockname()[1]))
    assert done.returncode == 1
    assert done.stderr.startswith(f"It is running already in this checkout (process {os.getpid()}); stop that one")
    assert done.stderr.count("\n") == 1


def test_says_that_a_port_is_taken_and_names_one_that_is_free(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run(PATH=node(tmp_path, "v22.1.0"), PORT=str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken by another program; choose another one")
    other = int(done.stderr.rsplit("PORT=", 1)[1])
    assert preflight.port_problem(str(other)) is None


def test_a_port_that_is_taken_on_the_other_localhost_is_taken() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server:
        port = server.getsockname()[1]
        assert "is taken" in (preflight.port_problem(str(port)) or "")


@pytest.mark.parametrize("port", ["0", "65536", "eight", "-1"])
def test_refuses_what_is_no_port(port: str) -> None:
    assert preflight.port_problem(port) == f"PORT must be a number between 1 and 65535, not {port}."


def test_says_that_the_disk_is_full_before_anything_is_written(tmp_path: Path) -> None:
    problem = preflight.disk_problem(tmp_path / "not" / "there" / "yet", 10**18) or ""
    assert problem.startswith(f"The disk is almost full: {tmp_path} has ")
    assert preflight.disk_problem(tmp_path, 1) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_says_that_a_folder_cannot_be_written_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert preflight.disk_problem(tmp_path, 1) == f"The folder {tmp_path} cannot be written to."
    tmp_path.chmod(0o700)


def test_a_disk_without_room_is_said(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    assert disk_problem(tmp_path / "not there yet", 1) is None
    told = disk_problem(tmp_path, free * 2)
    assert told is not None
    assert told.startswith(f"The disk is almost full: {tmp_path} has ")
