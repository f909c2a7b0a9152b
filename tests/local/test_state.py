from __future__ import annotations

import os
import signal
import socket
import stat
import sys
from pathlib import Path

import pytest

from local.children import Command, start_child, stop_child
from local.errors import LocalCloudError
from local.orphans import birth_of, command_of, end_orphan
from local.private_files import kept_secret, read_record, write_private, write_record
from local.state import State
from local.supervisor import Supervisor

SLEEP = ["/bin/sleep", "600"]


def test_a_folder_is_held_by_one_run_at_a_time(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    with state.held(), pytest.raises(LocalCloudError, match=rf"running already .*process {os.getpid()}"), state.held():
        pass
    with state.held():
        pass


def test_ports_are_kept_until_another_program_has_one(tmp_path: Path) -> None:
    state = State(tmp_path)
    first = state.kept_ports(("a", "b"))
    assert len(set(first.values())) == 2
    assert state.kept_ports(("a", "b")) == first
    with socket.create_server(("127.0.0.1", first["a"])):
        moved = state.kept_ports(("a", "b"))
    assert moved["b"] == first["b"]
    assert moved["a"] != first["a"]


def test_private_files_are_their_owners_alone(tmp_path: Path) -> None:
    write_private(tmp_path / "new" / "file", b"secret")
    assert stat.S_IMODE((tmp_path / "new" / "file").stat().st_mode) == 0o600
    secret = kept_secret(tmp_path / "kept")
    assert len(secret) >= 32
    assert kept_secret(tmp_path / "kept") == secret
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o600


def test_a_record_of_another_kind_counts_as_none(tmp_path: Path) -> None:
    write_record(tmp_path / "record", {"a": 1})
    assert read_record(tmp_path / "record", dict[str, int]) == {"a": 1}
    assert read_record(tmp_path / "record", list[str]) is None
    assert read_record(tmp_path / "absent", dict[str, int]) is None


async def test_a_child_gets_its_environment_and_nothing_else(tmp_path: Path) -> None:
    argv = [sys.executable, "-I", "-c", "import os; print(sorted(set(os.environ) - {'LC_CTYPE'}))"]
    child = await start_child(Command(argv=argv, environment={"ONLY": "this"}, log=tmp_path / "log"))
    assert await child.wait() == 0
    assert (tmp_path / "log").read_text() == "['ONLY']\n"


async def test_a_child_that_ignores_a_polite_signal_is_ended(tmp_path: Path) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    argv = [sys.executable, "-I", "-c", stubborn]
    child = await start_child(Command(argv=argv, environment={}, log=tmp_path / "log"))
    while "deaf" not in (tmp_path / "log").read_text():
        assert child.returncode is None
        await wait_a_little()
    await stop_child(child, signal.SIGTERM, patience=0.1)
    assert child.returncode == -signal.SIGKILL


async def test_ends_what_an_earlier_run_left_and_spares_a_stranger_of_the_same_number(tmp_path: Path) -> None:
    left = await start_child(Command(argv=SLEEP, environment={}, log=tmp_path / "log"))
    stranger = await start_child(Command(argv=SLEEP, environment={}, log=tmp_path / "log"))
    children = {
        "left": {"pid": left.pid, "birth": birth_of(left.pid)},
        "stranger": {"pid": stranger.pid, "birth": "another process of that number, long ago"},
        "gone": {"pid": 2**22 + 1, "birth": "never"},
    }
    write_record(tmp_path / "children.json", children)
    await Supervisor(tmp_path / "children.json", print).end_leftovers()
    assert await left.wait() == -signal.SIGTERM
    assert birth_of(stranger.pid) is not None
    assert "sleep 600" in (command_of(stranger.pid) or "")
    await end_orphan(stranger.pid, signal.SIGTERM, patience=5)
    assert await stranger.wait() == -signal.SIGTERM
    assert birth_of(stranger.pid) is None


async def wait_a_little() -> None:
    child = await start_child(Command(argv=["/bin/sleep", "0.02"], environment={}, log=Path(os.devnull)))
    await child.wait()
