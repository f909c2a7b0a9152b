"""The report of the evals in a real browser: from a file, in light and dark, on paper."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from evals.report.page import Findings, write_page
from tests.evals.report.example import run_result


@pytest_asyncio.fixture
async def page(browser: Browser, tmp_path: Path) -> AsyncIterator[Page]:
    """Opened from a file. It must end without a script error and without a violation of its own policy."""
    path = tmp_path / "report.html"
    write_page(Findings(result=run_result(), differences={}, made_at="2026-11-23T14:00:00+00:00"), path)
    context = await browser.new_context(color_scheme="light", offline=True)
    opened, wrong = await context.new_page(), list[str]()
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    await opened.goto(path.as_uri())
    yield opened
    await context.close()
    assert wrong == []


async def colours(page: Page) -> list[str]:
    """Of the paper and of the ink."""
    found: list[str] = await page.evaluate(
        "(({backgroundColor: b, color: c}) => [b, c])(getComputedStyle(document.body))"
    )
    return found


async def test_cases_are_found_by_their_words_and_by_failing(page: Page) -> None:
    await expect(page.locator("output")).to_have_text("3 of 3")
    await page.get_by_role("searchbox").fill("best what")
    await expect(page.locator("output")).to_have_text("1 of 3")
    await expect(page.locator(".case:visible")).to_have_count(1)
    await page.get_by_role("searchbox").fill("")
    await page.get_by_label("failing only").check()
    await expect(page.locator("output")).to_have_text("2 of 3")


async def test_a_figure_leads_to_its_row(page: Page) -> None:
    await page.locator(".case summary").first.click()
    figure = page.locator(".case").first.locator(".answer mark").first
    await expect(figure).to_have_text("$558.33")
    assert await figure.get_attribute("title") == "right · net 2026-11-22 · revenue_by_day, row 2, net"
    await page.get_by_text("2 figures and their rows").click()
    await expect(page.get_by_text("day 2026-11-22, net 55833")).to_be_visible()


async def test_it_is_dark_where_the_reader_s_screen_is(page: Page) -> None:
    light = await colours(page)
    await page.emulate_media(color_scheme="dark")
    assert await colours(page) != light


async def test_on_paper_it_is_light_and_shows_what_failed(page: Page) -> None:
    await page.emulate_media(color_scheme="dark", media="print")
    assert (await colours(page))[0] in ("rgb(250, 248, 244)", "rgba(0, 0, 0, 0)")
    await expect(page.locator("nav")).to_be_hidden()
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert await page.locator("details.case.failing:not([open])").count() == 0
    assert len(await page.pdf()) > 10_000
