"""Each way in which an answer can fail has its own plain words, and a retry that keeps the question."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Route, expect

from tests.browser.conftest import NewOwner, windows
from tests.browser.owner import MARIA
from tests.local.whole_cloud import WholeCloud

YESTERDAY = "How did we do yesterday?"
FAULTS = "fault --of analyst " + " ".join(
    f"--fault {each}" for each in ("model_error_mid:after=4,times=1", "slow_first_token:seconds=4,times=1")
)


@pytest_asyncio.fixture(scope="module")
async def faulty_cloud(browser: Browser, servers_directory: Path) -> AsyncIterator[WholeCloud]:
    async with WholeCloud(servers_directory / "faulty", "--model-mode", FAULTS) as cloud:
        yield cloud


@pytest_asyncio.fixture
async def faulty(browser: Browser, faulty_cloud: WholeCloud) -> AsyncIterator[NewOwner]:
    async for make in windows(browser, faulty_cloud):
        yield make


async def test_a_model_that_breaks_off_is_told_and_asked_again_then_one_that_is_slow_is_stopped(
    faulty: NewOwner,
) -> None:
    maria = await faulty(MARIA, "/ask")
    await maria.send(YESTERDAY)
    await expect(maria.alert).to_contain_text("try again")
    await expect(maria.page.get_by_text("Incident")).to_be_visible()
    await expect(maria.page.get_by_text(YESTERDAY).last).to_be_visible()
    await maria.page.get_by_role("button", name="Try again").click()
    await expect(maria.alert).to_have_count(0)
    await maria.page.get_by_role("button", name="Stop").click()
    await expect(maria.page.get_by_text("You stopped this answer")).to_be_visible()
    await maria.page.get_by_role("button", name="Answer again").click()
    await expect(maria.answers).to_have_count(1)
    await expect(maria.answers).to_contain_text("with a receipt")


async def test_offline(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await expect(maria.page.get_by_role("list", name="Suggested questions")).to_contain_text("order 3")
    await maria.page.context.set_offline(True)
    await maria.send(YESTERDAY)
    await expect(maria.alert).to_contain_text("You are offline")
    await maria.page.context.set_offline(False)
    await maria.page.get_by_role("button", name="Try again").click()
    await expect(maria.answers).to_contain_text("with a receipt")
    await expect(maria.page.get_by_role("log").get_by_text(YESTERDAY)).to_have_count(1)


async def test_a_refusal_before_the_first_byte_waits_as_long_as_it_was_told(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    body = '{"code":"database_waking","detail":"The database is waking up. Please try again in half a minute."}'
    refusals = [
        {"status": 503, "headers": {"retry-after": "2"}, "content_type": "application/problem+json", "body": body},
        {"status": 429, "content_type": "text/html", "body": "<html>429</html>"},
        {"status": 403, "content_type": "text/html", "body": "<html>Request blocked</html>"},
    ]

    async def refuse(route: Route) -> None:
        if refusals:
            await route.fulfill(**refusals.pop(0))  # type: ignore[arg-type]
        else:
            await route.continue_()

    await maria.page.route("**/ai/ask", refuse)
    await maria.send(YESTERDAY)
    alert = maria.alert
    await expect(alert).to_contain_text("The database is waking up")
    retry = maria.page.get_by_role("button", name="Try again")
    await expect(retry).to_be_disabled()
    for words in ("Too many requests from here", "refused on the way"):
        await retry.click()
        await expect(alert).to_contain_text(words)
    await retry.click()
    await expect(maria.answers).to_contain_text("with a receipt")
    await expect(maria.page.get_by_role("log").get_by_text(YESTERDAY)).to_have_count(1)


async def test_a_stream_that_is_cut_is_caught_up_with(owner: NewOwner) -> None:
    """The connection goes while the answer is made: the service makes it to its end, and a retry shows that."""
    maria = await owner(MARIA, "/ask")
    await maria.page.evaluate("""() => {
        const real = window.fetch;
        window.fetch = async (input, init) => {
            const response = await real(input, init);
            if (!String(input).endsWith('/ai/ask')) return response;
            const reader = response.body.getReader();
            let left = 3;
            const cut = new ReadableStream({ async pull(controller) {
                const { value, done } = await reader.read();
                if (done || left-- === 0) return controller.error(new TypeError('network error'));
                controller.enqueue(value);
            }});
            return new Response(cut, { status: response.status, headers: response.headers });
        };
    }""")
    await maria.send("What sold best last week?")
    await expect(maria.alert).to_contain_text("broke off in mid-answer")
    await maria.page.get_by_role("button", name="Try again").click()
    await expect(maria.answers).to_have_count(1)
    await expect(maria.answers).to_contain_text("with a receipt")


async def test_a_database_that_went_away_and_came_back(owner: NewOwner, cloud: WholeCloud) -> None:
    import os
    import signal

    maria = await owner(MARIA, "/ask")
    os.kill(cloud.children()["PostgreSQL"], signal.SIGKILL)
    await maria.send(YESTERDAY)
    done = maria.answers.get_by_text("with a receipt")
    retry = maria.page.get_by_role("button", name="Try again")
    await expect(done.or_(retry).first).to_be_visible()
    if await retry.count():
        await expect(retry).to_be_enabled(timeout=40_000)
        await retry.click()
    await expect(done).to_be_visible()
