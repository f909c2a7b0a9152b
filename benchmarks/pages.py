"""Prints how smooth the pages are in a real Chromium while an answer comes at 60 tokens a second: `make bench-pages`.

Starts the cloud's parts in this process, with a model that is a script: 600 deltas of Markdown, one every 60th of a
second, over the real Bedrock wire, through the real service and edge. It is asked in a new conversation and again at
the end of one of 200 messages, all of them shown, while somebody types the next question; the ratio between the two is
what a long conversation costs. On a busy machine frames come late whatever a page does: believe the main thread's
milliseconds.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, redirect_stdout
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright, expect

from local.aws import CONVERSATIONS_TABLE, read_passwords, sign_in
from local.postgres import let_pass
from tests.browser.conftest import chromium
from tests.browser.long_conversation import repeat_last_answer
from tests.browser.owner import FLAGS, Owner, open_window
from tests.browser.stage import Place, Stage, stage_of_its_own
from tests.http.scripted import text

TOLD = sys.stdout
TOKENS_A_SECOND = 60
TOKENS = 600
TURNS = 100
WATCH = """() => {
    window.found = { frames: [], long: [], shift: 0, events: [] };
    const watch = (type, take, options) =>
        new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, ...options });
    watch('longtask', (each) => window.found.long.push(each.duration));
    watch('layout-shift', (each) => { if (!each.hadRecentInput) window.found.shift += each.value; });
    watch('event', (each) => { if (each.name === 'keydown') window.found.events.push(each.duration); },
          { durationThreshold: 16 });
    let last = performance.now();
    const frame = (now) => {
        window.found.frames.push(now - last);
        last = now;
        window.frame = requestAnimationFrame(frame);
    };
    window.frame = requestAnimationFrame(frame);
}"""


# A promise that is kept when the last answer begins to come, and when it has come.
SPEAKS = """() => new Promise((done) => {
    const speaks = () => document.querySelector('article[aria-busy=true] .prose');
    const look = () => { if (speaks()) done(); else setTimeout(look, 20); };
    look();
})"""
ENDED = """() => new Promise((done) => {
    const look = () => { if (document.querySelector('article[aria-busy=true]')) setTimeout(look, 50); else done(); };
    look();
})"""


def deltas() -> list[str]:
    """Words as a model says them: paragraphs, a list, a table, marks and figures."""
    paragraph = "Net sales were **$3,858.30** on a day with 83 orders, which is more than on most days of that week. "
    listed = "\n\n" + "".join(
        f"- Margherita number {each}: {each * 7} sold, $1,2{each}0.50 in all\n" for each in range(6)
    )
    table = "\n\n| Item | Sold | Revenue |\n|---|---:|---:|\n" + "".join(
        f"| Pizza {each} | {each * 11} | $4{each}0.70 |\n" for each in range(8)
    )
    words = ((paragraph * 3 + listed + table + "\n\n") * 9).split(" ")
    return [f"{word} " for word in words[:TOKENS]]


def pace() -> Callable[[int], Awaitable[None]]:
    began = time.monotonic()

    async def wait(number: int) -> None:
        await asyncio.sleep(max(0.0, began + number / TOKENS_A_SECOND - time.monotonic()))

    return wait


async def watched(owner: Owner, of: Stage) -> dict[str, float]:
    """One answer from its question to its end, with somebody typing in the middle of it."""
    page = owner.page
    of.director.play(text(*deltas(), before=pace()))
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("Performance.enable")
    before = await main_thread(cdp)
    await page.evaluate(WATCH)
    # Playwright's own looking, over and over through a long page, would be measured with it: the page itself tells.
    await page.focus("#question")
    await page.keyboard.type("How did we do?")
    await page.keyboard.press("Enter")
    await page.evaluate(SPEAKS)
    await page.keyboard.type("And the day before that?", delay=90)
    await page.evaluate(ENDED)
    found: dict[str, Any] = await page.evaluate("(cancelAnimationFrame(window.frame), window.found)")
    after = await main_thread(cdp)
    await page.fill("#question", "")
    frames = sorted(found["frames"])
    spent = {f"{name} a token, ms": 1000 * (after[name] - before[name]) / TOKENS for name in before}
    return {
        **spent,
        "frames": len(frames),
        "frames later than 34 ms, %": 100 * sum(each > 34 for each in frames) / len(frames),
        "latest frame, ms": frames[-1],
        "long tasks": len(found["long"]),
        "longest task, ms": max(found["long"], default=0),
        "slowest key to paint, ms": max(found["events"], default=0),
        "layout shift": found["shift"],
    }


async def main_thread(cdp: Any) -> dict[str, float]:
    """Seconds since the page began."""
    metrics = {each["name"]: each["value"] for each in (await cdp.send("Performance.getMetrics"))["metrics"]}
    names = {
        "TaskDuration": "main thread",
        "ScriptDuration": "scripts",
        "LayoutDuration": "layout",
        "RecalcStyleDuration": "styles",
    }
    return {said: metrics[name] for name, said in names.items()}


async def both(page_of: Callable[[], Awaitable[Owner]], of: Stage, prolong: Callable[[Page], Awaitable[None]]) -> None:
    owner = await page_of()
    await watched(owner, of)  # the first answer fetches what shows answers
    new = await watched(owner, of)
    await prolong(owner.page)
    await owner.page.reload()
    began = time.monotonic()
    await owner.sign_in(of.email)
    await expect(owner.answers.last).to_be_in_viewport(timeout=120_000)
    opened = time.monotonic() - began
    older = owner.button("Show older messages")
    while (shown := await owner.answers.count()) < TURNS:
        await older.click()
        await expect(owner.answers.nth(shown)).to_be_attached()
    await owner.button("To the latest").click()
    await expect(owner.answers.last).to_be_in_viewport()
    if trace := os.environ.get("TRACE"):
        await owner.page.context.browser.start_tracing(page=owner.page, path=trace)  # type: ignore[union-attr]
    long = await watched(owner, of)
    if trace:
        await owner.page.context.browser.stop_tracing()  # type: ignore[union-attr]
    print(f"signing in and seeing the end of 200 messages: {opened:.1f} s", file=TOLD)
    print(f"{TOKENS} tokens at {TOKENS_A_SECOND} a second{'new':>22}{'200 messages':>15}{'ratio':>8}", file=TOLD)
    for name, value in new.items():
        ratio = f"{long[name] / value:8.2f}" if value else ""
        print(f"  {name:<34}{value:>12.2f}{long[name]:>15.2f}{ratio}", file=TOLD)


def main() -> None:
    path = chromium()
    if path is None:
        sys.exit("There is no Chromium on this machine (apt install chromium).")
    with tempfile.TemporaryDirectory(prefix="tableside-bench-") as folder:
        let_pass(Path(folder))
        with Path(folder, "service.log").open("w") as log, redirect_stdout(log):  # the service speaks too
            asyncio.run(measure(Path(folder), path))


async def measure(folder: Path, chromium_path: str) -> None:
    async with AsyncExitStack() as stack:
        of = await stack.enter_async_context(stage_of_its_own(folder))
        place: Place = await stack.enter_async_context(of.open())
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        stack.push_async_callback(browser.close)

        async def open_page() -> Owner:
            owner = await open_window(browser, place)
            await owner.page.goto("/ask")
            await owner.sign_in(of.email)
            return owner

        async def prolong(page: Page) -> None:
            password = read_passwords(place.state / "ministack")[of.email]
            tokens = await sign_in(of.ministack, of.identity, of.email, password)
            await repeat_last_answer(of.ministack, CONVERSATIONS_TABLE, tokens.id_token, page.url[-36:], turns=TURNS)

        await both(open_page, of, prolong)


if __name__ == "__main__":
    main()
