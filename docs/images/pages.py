"""Takes the pictures of the pages that README shows: `make screenshots`.

Starts the whole cloud on ports of its own, signs in as a demo owner and photographs the main pages in Chromium, on a
phone and a wide screen, light and dark. The clock stands still, so that the same sources give the same numbers.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

sys.path.insert(0, str(Path(__file__).parents[2]))

from local.postgres import let_pass
from tests.browser.conftest import chromium
from tests.browser.owner import FLAGS, MARIA, open_window
from tests.browser.stage import Place, Stage, stage_of_its_own
from tests.http.scripted import text
from tests.local.whole_cloud import WholeCloud

TARGET = Path(__file__).parent
NOW = "2026-11-22T21:30:00-05:00"
SIZES = {
    "desktop": {"viewport": {"width": 1280, "height": 860}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "device_scale_factor": 2,
    },
}


async def photograph(browser: Browser, cloud: WholeCloud, size: str, scheme: str) -> None:
    owner = await open_window(browser, cloud, color_scheme=scheme, reduced_motion="reduce", **SIZES[size])
    page = owner.page

    async def shoot(name: str) -> None:
        await page.wait_for_timeout(400)
        await page.screenshot(path=TARGET / f"{name}-{size}-{scheme}.png")

    await page.goto("/")
    await expect(page.get_by_label("Email")).to_be_visible()
    await shoot("sign-in")
    await owner.sign_in(MARIA)
    await expect(page.locator(".recharts-bar-rectangle").first).to_be_visible()
    await page.mouse.move(0, 0)  # from where `Sign in` was, which is upon the chart now
    await shoot("home")
    await page.evaluate("window.next.router.push('/ask')")
    await expect(page.get_by_role("list", name="Suggested questions")).to_contain_text("order 3")
    await shoot("ask")
    answer = await owner.ask("What sold best last week?")
    await answer.get_by_text("Looked up menu items").scroll_into_view_if_needed()
    figure = answer.locator(".figure:not(.figure-date)").first
    await figure.focus()
    await figure.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await shoot("answer")
    await page.context.close()


async def photograph_unmatched(browser: Browser, of: Stage, place: Place, size: str, scheme: str) -> None:
    """What a model would invent: a figure that is nowhere in the restaurant's rows, with its mark."""
    owner = await open_window(browser, place, color_scheme=scheme, reduced_motion="reduce", **SIZES[size])
    page = owner.page
    await page.goto("/ask")
    await owner.sign_in(of.email)
    true = await owner.ask("How did we do yesterday?")
    net = await true.locator(".figure:not(.figure-date)").first.inner_text()
    of.director.play(text(f"Net sales yesterday were **{net}**, ", "and guests left **$412.50** in tips."))
    answer = await owner.ask("And how much was left in tips?")
    figure = answer.locator(".figure-unmatched")
    await figure.scroll_into_view_if_needed()
    await figure.click()
    await expect(page.get_by_role("dialog")).to_contain_text("Not found in your data")
    await page.wait_for_timeout(400)
    await page.screenshot(path=TARGET / f"unmatched-{size}-{scheme}.png")
    await page.context.close()


def main() -> None:
    path = chromium()
    if path is None:
        sys.exit("There is no Chromium on this machine (apt install chromium).")
    with tempfile.TemporaryDirectory(prefix="tableside-pictures-") as folder:
        let_pass(Path(folder))
        asyncio.run(take(Path(folder) / "cloud", path))
        with Path(folder, "service.log").open("w") as log, redirect_stdout(log):  # the service speaks too
            asyncio.run(take_unmatched(Path(folder) / "stage", path))


async def take(state: Path, chromium_path: str) -> None:
    async with WholeCloud(state, "--now", NOW) as cloud, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        for size in SIZES:
            for scheme in ("light", "dark"):
                await photograph(browser, cloud, size, scheme)
        await browser.close()


async def take_unmatched(folder: Path, chromium_path: str) -> None:
    async with stage_of_its_own(folder) as of, of.open() as place, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        for size in SIZES:
            for scheme in ("light", "dark"):
                await photograph_unmatched(browser, of, place, size, scheme)
        await browser.close()


if __name__ == "__main__":
    main()
