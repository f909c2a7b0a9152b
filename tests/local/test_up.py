"""The whole as `make run` runs it. One state folder serves the module, so that the year of orders is loaded once."""

from __future__ import annotations

import os
import signal
import socket
import stat
from pathlib import Path

import pytest
import pytest_asyncio

from local.postgres import Postgres
from tests.local.whole_cloud import OWNER, WholeCloud, gone

YESTERDAY = "How did we do yesterday?"
CUT_ONCE = "fault --of analyst --fault model_error_mid:after=2,times=1"


@pytest_asyncio.fixture(scope="module")
async def first_start(servers_directory: Path) -> WholeCloud:
    """A first start, stopped again, which has prepared the folder that all of these use."""
    async with WholeCloud(servers_directory / "whole-cloud") as cloud:
        await cloud.until("Logs:")
    return cloud


@pytest.fixture
def state(first_start: WholeCloud) -> Path:
    return first_start.state


async def test_answers_a_question_and_goes_on_with_the_conversation(state: Path) -> None:
    async with WholeCloud(state) as cloud:
        first = await cloud.ask(YESTERDAY)
        assert first.code == 0, first
        assert any(figure.isdigit() for figure in first.out)
        assert "first token" in first.err
        assert "read as tableside_service, which cannot bypass row security" in first.err
        assert (await cloud.ask("And the day before?", CONTINUE="1")).code == 0
        stranger = await cloud.ask(YESTERDAY, AS="nobody@nowhere.example")
        assert stranger.code == 1
        assert "There is no sign-in called nobody@nowhere.example" in stranger.err
        token = await cloud.command("local.sign_in", AS=OWNER)
        assert token.code == 0
        assert token.out.count(".") == 2


async def test_a_second_start_finds_everything_as_it_was(first_start: WholeCloud) -> None:
    async with WholeCloud(first_start.state, port=first_start.port) as again:
        await again.until("Logs:")
        assert stat.S_IMODE((again.state / "running.json").stat().st_mode) == 0o600
        now = again.running()
    assert now["identity"] == first_start.running()["identity"]
    assert now["database"] == first_start.running()["database"]
    assert [line for line in again.said if "@" in line] == [line for line in first_start.said if "@" in line]


async def test_the_clock_stands_where_it_was_put_and_ctrl_c_stops_every_child(state: Path) -> None:
    async with WholeCloud(state, "--now", "2015-12-31T23:00:00-05:00", "--model-mode", CUT_ONCE) as cloud:
        assert set(cloud.children()) == {"PostgreSQL", "ministack", "the Bedrock endpoint", "the service"}
        token = (await cloud.command("local.sign_in", AS=OWNER)).out.strip()
        assert await cloud.today(token) == "2015-12-31"
        await an_answer_that_breaks_off_is_no_success(cloud)
        cloud.process.send_signal(signal.SIGINT)
        assert "Stopped. The data are kept." in (await cloud.finish()).out


async def an_answer_that_breaks_off_is_no_success(cloud: WholeCloud) -> None:
    broken = await cloud.ask(YESTERDAY)
    assert broken.code == 1, broken
    assert "error: " in broken.err
    assert (await cloud.ask(YESTERDAY)).code == 0


async def test_a_signal_while_it_starts_leaves_nothing_behind(state: Path) -> None:
    cloud = WholeCloud(state)
    await cloud.launch()
    await cloud.until("PostgreSQL")
    cloud.process.send_signal(signal.SIGINT)
    assert (await cloud.finish()).code == 0
    assert not (state / "children.json").exists()


async def test_after_kill_9_of_the_whole_tree_it_starts_again(state: Path) -> None:
    async with WholeCloud(state) as cloud:
        assert (await cloud.ask(YESTERDAY)).code == 0
        for pid in (cloud.process.pid, *cloud.children().values()):
            os.kill(pid, signal.SIGKILL)
        await cloud.finish()
    async with WholeCloud(state, port=cloud.port) as again:
        assert (await again.ask(YESTERDAY, CONTINUE="1")).code == 0


async def test_after_kill_9_of_the_parent_alone_its_children_end_and_it_starts_again(state: Path) -> None:
    async with WholeCloud(state) as cloud:
        children = cloud.children()
        cloud.process.kill()
        await cloud.finish()
    async with WholeCloud(state, port=cloud.port) as again:
        await gone(children)
        assert not set(children.values()) & set(again.children().values())


async def test_a_killed_child_comes_back_under_the_running_service(state: Path) -> None:
    async with WholeCloud(state) as cloud:
        service = cloud.children()["the service"]
        for name in ("PostgreSQL", "ministack", "the Bedrock endpoint"):
            os.kill(cloud.children()[name], signal.SIGKILL)
            assert "SIGKILL" in await cloud.until("Starting it again")
            await cloud.until("is back")
            assert (await cloud.ask(YESTERDAY)).code == 0, name
        assert cloud.children()["the service"] == service
        os.kill(service, signal.SIGKILL)
        await cloud.until("The service is back")
        assert (await cloud.ask(YESTERDAY)).code == 0


async def test_neither_a_second_start_nor_a_reset_disturbs_one_that_runs(state: Path) -> None:
    async with WholeCloud(state) as cloud:
        second = WholeCloud(state)
        await second.launch()
        finished = await second.finish()
        assert (await cloud.command("local.reset")).code == 1
        assert (await cloud.ask(YESTERDAY)).code == 0
    assert finished.code == 1
    assert finished.err == (
        f"It is running already in this checkout (process {cloud.process.pid}); stop that one first, or use it.\n"
    )


async def test_says_in_one_sentence_that_the_port_is_taken(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        cloud = WholeCloud(state, port=port)
        await cloud.launch()
        finished = await cloud.finish()
    assert finished.code == 1
    assert finished.err.startswith(f"Port {port} is taken by another program; choose another one")
    assert finished.err.count("\n") == 1


async def test_says_in_one_sentence_what_is_wrong_with_the_clock(state: Path) -> None:
    cloud = WholeCloud(state, "--now", "2015-12-31T23:00:00")
    await cloud.launch()
    finished = await cloud.finish()
    assert finished.code == 1
    assert finished.err == "NOW needs an offset from UTC, as in 2015-12-31T23:00:00-05:00, not 2015-12-31T23:00:00.\n"


async def test_reset_forgets_everything(servers_directory: Path) -> None:
    state = servers_directory / "to-be-reset"
    async with Postgres(state / "postgres") as server:
        data = server.data
    cloud = WholeCloud(state)
    assert (await cloud.command("local.reset")).code == 0
    assert not data.exists()
    assert not state.exists()
