from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import NewOwner
from tests.browser.owner import MARIA

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 860}}


async def violations(page: Page) -> list[str]:
    """What axe finds wrong, by rule and place."""
    await page.evaluate(AXE.read_text())
    found: dict[str, Any] = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {node['target']}" for each in found["violations"] for node in each["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_axe_finds_nothing_on_any_page(owner: NewOwner, size: dict[str, Any], scheme: str) -> None:
    maria = await owner(color_scheme=scheme, reduced_motion="reduce", **size)
    page = maria.page
    await expect(page.get_by_label("Email")).to_be_visible()
    assert await violations(page) == []
    await maria.try_to_sign_in(MARIA, "Not-the-password-1")
    await expect(maria.alert).to_be_visible()
    assert await violations(page) == []
    await maria.sign_in(MARIA)
    await expect(page.locator(".recharts-bar-rectangle").first).to_be_visible()
    await expect(page.get_by_role("region", name="Recent orders")).to_contain_text("Completed")
    assert await violations(page) == []
    await page.evaluate("window.next.router.push('/ask')")
    await expect(page.get_by_role("list", name="Suggested questions")).to_contain_text("order 3")
    assert await violations(page) == []
    answer = await maria.ask("What sold best last week?")
    await answer.get_by_text("Looked up menu items").click()
    await answer.get_by_text("The rows behind this answer").click()
    await answer.locator(".figure").first.focus()
    assert await violations(page) == []
    await page.goto("/nothing-here")
    await expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    assert await violations(page) == []
    maria.wrong = [each for each in maria.wrong if "404" not in each]


async def test_nothing_sticks_out_on_a_phone(owner: NewOwner) -> None:
    maria = await owner(MARIA, **PHONE)
    page = maria.page
    await expect(page.locator(".recharts-bar-rectangle").first).to_be_visible()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) <= 0
    await page.get_by_role("button", name="Open the menu").tap()
    await page.get_by_role("link", name="New question").tap()
    answer = await maria.ask("Compare revenue in September with August")
    await answer.get_by_text("Compared two ranges").tap()
    assert await page.evaluate(wide) <= 0
    figure = answer.locator(".figure").first
    await figure.tap()
    await expect(page.get_by_role("dialog")).to_contain_text("Change of net sales")


async def test_by_keyboard_alone(owner: NewOwner) -> None:
    maria = await owner(None, "/ask")
    page = maria.page
    keyboard = page.keyboard

    async def tab_to(name: str) -> None:
        called = "e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent"
        said = f"(e => e === document.body ? '' : {called})"
        for _ in range(150):
            if name in await page.evaluate(f"{said}(document.activeElement)"):
                return
            await keyboard.press("Tab")
        raise AssertionError(f"{name} is not reached by Tab")

    await expect(page.get_by_label("Email")).to_be_visible()
    await tab_to("Email")
    await keyboard.type(MARIA)
    await tab_to("Password")
    await keyboard.type(maria.password(MARIA))
    await keyboard.press("Enter")
    await expect(page.get_by_label("Ask about your restaurant")).to_be_visible()
    await tab_to("Ask about your restaurant")
    await keyboard.type("How did we do yesterday?")
    await keyboard.press("Enter")
    await expect(maria.answers).to_contain_text("with a receipt")
    await tab_to("where it comes from")
    await expect(page.get_by_role("dialog")).to_contain_text("Revenue by day")
    await keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await tab_to("The rows behind this answer")
    await keyboard.press("Enter")
    await expect(maria.answers.get_by_role("table").first).to_be_visible()
    await tab_to("Answer again")
    await tab_to("Details")
    await keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Details")).to_contain_text("First token")


async def test_who_asked_for_less_motion_gets_none(owner: NewOwner) -> None:
    """While something is awaited and when a window opens: the two places where a page moves by itself."""
    maria = await owner(MARIA, "/ask", reduced_motion="reduce")
    page = maria.page
    await page.evaluate("""() => {
        window.moved = [];
        const look = () => {
            for (const each of document.getAnimations()) {
                const { duration, iterations } = each.effect.getComputedTiming();
                if (duration * iterations > 1) window.moved.push(each.animationName ?? each.transitionProperty);
            }
            requestAnimationFrame(look);
        };
        look();
    }""")
    answer = await maria.ask("What sold best last week?")
    await answer.get_by_role("button", name="Details").click()
    await expect(page.get_by_role("dialog", name="Details")).to_be_visible()
    assert await page.evaluate("window.moved") == []


async def test_who_did_not_sees_that_something_is_awaited(owner: NewOwner) -> None:
    """The other half of the test above: there is something to leave out."""
    maria = await owner(MARIA, "/ask", reduced_motion="no-preference")
    await maria.page.evaluate("""() => {
        const seen = document.documentElement.dataset;
        const note = (event) => { seen.moved = `${seen.moved ?? ''} ${event.animationName}`; };
        addEventListener('animationstart', note, true);
    }""")
    answer = await maria.ask("What sold best last week?")
    await answer.get_by_role("button", name="Details").click()
    await expect(maria.page.get_by_role("dialog", name="Details")).to_be_visible()
    # Not `wait_for_function`: it evaluates text in the page, which the page's own policy forbids.
    await expect(maria.page.locator("html")).to_have_attribute("data-moved", re.compile(r"\brise\b"))
