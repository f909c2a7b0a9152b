"""What keeps the pages fast, without a clock: what a first load fetches, and what an answer leaves alone as it comes.
How fast they then are is measured by `make bench-pages`."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from local.running import read_running
from local.sign_in import id_token
from local.state import State
from tests.browser.conftest import NewOwner
from tests.browser.long_conversation import repeat_last_answer
from tests.browser.owner import MARIA, Owner
from tests.local.whole_cloud import WholeCloud

WEB = Path(__file__).parents[2] / "web"
LONG = "What sold best last week?"
ALLOWED = 250_000

# From the first words of an answer to its last: what moved, and what was touched that is not the answer itself. The
# note that something is awaited may come and go, and what a screen reader heard of the last answer is cleared.
WATCH = """() => {
    window.unwatch?.();
    window.shifted = [];
    window.touched = [];
    let known = null, begun = Infinity;
    const isNote = (node) => node?.nodeType === 1 &&
        (node.matches('[role=log] li:not(.turn)') || node.querySelector('.breathing'));
    const told = (node) => (node?.nodeType === 1 ? node : node?.parentElement)?.outerHTML.slice(0, 120) ?? 'gone';
    const shifts = new PerformanceObserver((list) => {
        for (const each of list.getEntries()) {
            const moved = each.sources.filter(({ node }) => !isNote(node));
            if (each.startTime < begun || moved.length === 0) continue;
            window.shifted.push([each.value, ...moved.map((of) => [told(of.node), of.previousRect, of.currentRect])]);
        }
    });
    shifts.observe({ type: 'layout-shift', buffered: false });
    const touches = new MutationObserver((records) => {
        const live = document.querySelector('article[aria-busy=true]:has(.prose)');
        const isNew = live !== known;
        known = live;
        if (live && isNew) begun = performance.now();
        if (!live || isNew) return;
        for (const { type, target, addedNodes, removedNodes } of records) {
            const isHeard = target.nodeType === 1 && target.matches('[aria-live=polite]');
            if (live.contains(target) || isHeard || [...addedNodes, ...removedNodes].some(isNote)) continue;
            window.touched.push([type, told(target)]);
        }
    });
    touches.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    window.unwatch = () => { shifts.disconnect(); touches.disconnect(); };
}"""


async def assert_left_alone(of: Owner) -> None:
    assert await of.page.evaluate("window.touched") == []
    assert await of.page.evaluate("window.shifted") == []


async def build_says(page: str) -> list[str]:
    """Addresses of the scripts that a first load of the page fetches, as the build's own check counts them."""
    command = ["node", "check-size.mjs", "--json"]
    process = await asyncio.create_subprocess_exec(*command, cwd=WEB, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return list(json.loads(out)[page])


async def test_a_first_load_of_the_chat_fetches_what_the_build_counted(owner: NewOwner) -> None:
    """All of it: the page, the sign-in before it, and what is fetched without being asked for, until nothing comes."""
    maria = await owner()
    fetched: set[str] = set()
    maria.page.on("response", lambda response: fetched.add(urlsplit(response.url).path))
    await maria.page.goto("/ask")
    await maria.sign_in(MARIA)
    await expect(maria.page.get_by_label("Ask about your restaurant")).to_be_focused()
    await expect(maria.page.get_by_role("list", name="Suggested questions")).to_contain_text("order 3")
    await maria.page.wait_for_load_state("networkidle")
    scripts = sorted(path for path in fetched if path.endswith(".js"))
    assert scripts == await build_says("ask")
    # Of the files as they were built: the browser does not keep every body until it is asked for.
    assert sum(len(gzip.compress((WEB / "out" / path.lstrip("/")).read_bytes())) for path in scripts) < ALLOWED


async def test_an_answer_that_comes_moves_and_touches_nothing_else(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await maria.ask("How did we do yesterday?")
    for question in ("Compare revenue in September with August", LONG):
        await maria.page.evaluate(WATCH)
        await maria.ask(question)
        await assert_left_alone(maria)


@pytest.mark.parametrize("size", [(1280, 860), (390, 844)], ids=["desktop", "phone"])
async def test_nor_at_the_end_of_two_hundred_messages(
    owner: NewOwner, cloud: WholeCloud, size: tuple[int, int]
) -> None:
    maria = await owner(MARIA, "/ask", viewport={"width": size[0], "height": size[1]})
    await maria.ask(LONG)
    state = State(cloud.state)
    running = read_running(state)
    token = await id_token(state, running, MARIA)
    await repeat_last_answer(
        running.ministack(state), running.conversations_table, token, maria.page.url[-36:], turns=100
    )
    await maria.page.reload()
    await maria.sign_in(MARIA)
    await expect(maria.answers).to_have_count(20)
    await expect(maria.answers.last).to_be_in_viewport()
    for shown in (40, 60, 80, 100):
        first = maria.answers.first
        await maria.button("Show older messages").scroll_into_view_if_needed()
        await first.evaluate("each => window.wasFirst = each")
        seen = await first.evaluate("each => each.getBoundingClientRect().top")
        await maria.button("Show older messages").click()
        await expect(maria.answers).to_have_count(shown)
        assert abs(await maria.page.evaluate("window.wasFirst.getBoundingClientRect().top") - seen) < 60
    await expect(maria.button("Show older messages")).to_have_count(0)
    await maria.button("To the latest").click()
    await expect(maria.answers.last).to_be_in_viewport()
    await maria.page.evaluate(WATCH)
    await maria.ask(LONG)
    await assert_left_alone(maria)
    await expect(maria.answers.last).to_be_in_viewport()
