"""A real Chromium against the whole cloud, both started once. Every page must end without a script error and without
a violation of the content security policy."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from local.aws import Identity
from local.database import Database
from local.ministack import Ministack
from local.postgres import Postgres
from tests.browser.owner import FLAGS, Owner, open_window
from tests.browser.stage import Stage, stage
from tests.local.whole_cloud import WholeCloud

NewOwner = Callable[..., Awaitable[Owner]]


def chromium() -> str | None:
    """CHROMIUM names one; else the system's own."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("there is no Chromium on this machine: the pages are not tested (apt install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session")
async def cloud(browser: Browser, servers_directory: Path) -> AsyncIterator[WholeCloud]:
    async with WholeCloud(servers_directory / "browser") as cloud:
        yield cloud


@pytest_asyncio.fixture(scope="session")
async def whole_stage(
    browser: Browser,
    database: Database,
    postgres: Postgres,
    ministack: Ministack,
    identity: Identity,
    conversations_table: str,
) -> AsyncIterator[Stage]:
    async with stage(database, postgres, ministack, identity, conversations_table) as whole_stage:
        yield whole_stage


@pytest_asyncio.fixture
async def the_stage(whole_stage: Stage) -> AsyncIterator[Stage]:
    """As it was built: nothing scripted, nothing wrong, and so it is left."""
    yield whole_stage
    await whole_stage.tidy()


@pytest_asyncio.fixture
async def on_stage(browser: Browser, the_stage: Stage) -> AsyncIterator[NewOwner]:
    """`await on_stage("/ask", model_idle_seconds=0.3)`: its owner, signed in, in a window of their own, before a
    service with that configuration."""
    opened: list[Owner] = []
    async with AsyncExitStack() as stack:

        async def make(path: str = "/ask", **changes: Any) -> Owner:
            place = await stack.enter_async_context(the_stage.open(**changes))
            window = await open_window(browser, place)
            stack.push_async_callback(window.page.context.close)
            opened.append(window)
            await window.page.goto(path)
            await window.sign_in(the_stage.email)
            return window

        yield make
    for window in opened:
        assert window.wrong == []


@pytest_asyncio.fixture
async def owner(browser: Browser, cloud: WholeCloud) -> AsyncIterator[NewOwner]:
    """`await owner("maria@marlows.example")`: a window of that owner's own, signed in. Nothing is signed in without
    an email."""
    async for make in windows(browser, cloud):
        yield make


async def windows(browser: Browser, cloud: WholeCloud) -> AsyncIterator[NewOwner]:
    opened: list[Owner] = []

    async def make(email: str | None = None, path: str = "/", **options: object) -> Owner:
        window = await open_window(browser, cloud, **options)
        opened.append(window)
        await window.page.goto(path)
        if email is not None:
            await window.sign_in(email)
        return window

    yield make
    for window in opened:
        await window.page.context.close()
    for window in opened:
        assert window.wrong == []
