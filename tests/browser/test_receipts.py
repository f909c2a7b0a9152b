"""A figure's receipt, a figure that has none, and the small picture of what an answer used."""

from __future__ import annotations

import re
from datetime import date, timedelta

from playwright.async_api import Locator, expect

from tests.browser.conftest import NewOwner
from tests.browser.owner import MARIA, Owner
from tests.browser.stage import Stage
from tests.http.scripted import text, tool_use


async def test_a_figure_shows_the_row_it_came_from(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    answer = await maria.ask("How did we do yesterday?")
    figure = answer.get_by_role("button", name=re.compile(r"\$.*where it comes from")).first
    said = await figure.inner_text()
    receipt = maria.page.get_by_role("dialog")
    for show in (figure.hover, figure.focus, figure.click):
        await show()
        await expect(receipt).to_contain_text("Revenue by day")
        await expect(receipt).to_contain_text(said)
        await maria.page.keyboard.press("Escape")
        await maria.page.mouse.move(0, 0)
        await figure.blur()
        await expect(receipt).to_have_count(0)


async def test_a_figure_without_a_receipt_is_marked_and_says_why(on_stage: NewOwner, the_stage: Stage) -> None:
    """Three inventions: an amount that no row holds, the right amount on the wrong day, another currency."""
    marlow = await on_stage()
    sunday = date(2026, 11, 22)
    right = f"${the_stage.of.gross(sunday) / 100:,.2f}"
    the_stage.director.play(
        text(
            f"Net sales on {sunday.day} November 2026 were **{right}**, not $9,876.54; ",
            f"on {(sunday - timedelta(days=1)).day} November 2026 they were {right}, or £1,234.56.",
        )
    )
    answer = await marlow.ask("How did we do?")
    await expect(answer.get_by_role("button", name=f"{right}, where it comes from")).to_have_count(1)
    receipt = marlow.page.get_by_role("dialog")
    for said, why in (
        ("$9,876.54", "No row that this answer rests on holds this figure"),
        (right, "for another day, item or order"),
        ("£1,234.56", "not your restaurant's currency"),
    ):
        figure = answer.get_by_role("button", name=f"{said}, not found in your data")
        await expect(figure).to_have_class("figure-unmatched")
        await figure.focus()
        await expect(receipt).to_contain_text("Not found in your data")
        await expect(receipt).to_contain_text(why)
        await marlow.page.keyboard.press("Escape")
    await expect(answer).to_contain_text("3 of 6 figures with a receipt")


def picture(answer: Locator) -> Locator:
    return answer.locator("figure.card")


async def lit(of: Locator) -> list[str]:
    """The days that stand out in a chart of days."""
    strong = of.locator("[title]:not([class*='accent/30'])")
    return [str(await each.get_attribute("title")) for each in await strong.all()]


async def test_an_answer_about_a_series_shows_it(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    answer = await maria.ask("What was our best day this month?")
    chart = picture(answer)
    await expect(chart.get_by_role("img", name=re.compile("Net sales by day"))).to_be_visible()
    best = await answer.get_by_role("button", name=re.compile(r"^\$")).first.inner_text()
    assert [best in title for title in await lit(chart)] == [True]
    answer = await maria.ask("How many orders were there in October?")
    await expect(picture(answer).get_by_role("img", name=re.compile("Orders by day"))).to_be_visible()
    days = picture(answer).locator("[title]")
    await expect(days).to_have_count(31)
    assert all([str(await each.get_attribute("title")).endswith("orders") for each in await days.all()])
    answer = await maria.ask("How did we do yesterday?")
    await expect(answer.get_by_text("The rows behind this answer")).to_be_visible()
    await expect(picture(answer)).to_have_count(0)


async def test_an_answer_that_compares_shows_both_ranges(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    answer = await maria.ask("Compare revenue in September with August")
    await expect(picture(answer)).to_contain_text("Two ranges compared")
    await expect(picture(answer).get_by_role("listitem")).to_have_count(2)


async def ask_about_orders(marlow: Owner, the_stage: Stage, *said: str) -> Locator:
    the_stage.director.play(tool_use(("recent_orders", {"limit": 5})), text(*said))
    return await marlow.ask("What came in last?")


async def test_a_list_is_shown_once(on_stage: NewOwner, the_stage: Stage) -> None:
    """Orders that an answer only mentions are listed under it; those that it lists itself are not."""
    marlow = await on_stage()
    day, of = date(2026, 11, 22), the_stage.of
    newest, before = (f"${of.order_total(day, number) / 100:,.2f}" for number in (3, 2))
    answer = await ask_about_orders(marlow, the_stage, f"Order 180 came to {newest} and order 179 to {before}.")
    await expect(picture(answer).get_by_role("row")).to_have_count(3)
    await expect(picture(answer)).to_contain_text(newest)
    table = f"| Order | Total |\n| ---: | ---: |\n| 180 | {newest} |\n| 179 | {before} |\n"
    answer = await ask_about_orders(marlow, the_stage, table)
    await expect(answer.get_by_role("table").first).to_contain_text(before)
    await expect(picture(answer)).to_have_count(0)


async def test_a_list_of_items_is_drawn(on_stage: NewOwner, the_stage: Stage) -> None:
    marlow = await on_stage()
    the_stage.director.play(
        tool_use(("top_menu_items", {"start": "2026-11-16", "end": "2026-11-22"})),
        text("You sold 7 of Zucca Rossa and 7 of Fungo Nero last week."),
    )
    answer = await marlow.ask("What sold?")
    await expect(picture(answer).get_by_role("listitem")).to_have_count(2)
