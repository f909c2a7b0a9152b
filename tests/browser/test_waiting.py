"""What happens to a question that comes while another is being answered: it is never ignored."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import NewOwner
from tests.browser.owner import Owner, open_window
from tests.browser.stage import Curtain, Stage
from tests.http.scripted import text


async def asked_behind_the_curtain(marlow: Owner, the_stage: Stage, at: int = 1) -> Curtain:
    """The first question is being answered and goes on when the curtain rises."""
    curtain = Curtain(at)
    the_stage.director.play(text("The first ", "answer.", before=curtain), text("The second answer."))
    await marlow.send("First?")
    await curtain.fallen()
    return curtain


def next_up(marlow: Owner) -> Locator:
    return marlow.page.get_by_role("list", name="Asked next")


async def test_an_answer_offers_nothing_before_it_is_there(on_stage: NewOwner, the_stage: Stage) -> None:
    """Its message is there before its first word; a reader who took it for finished typed on, and was ignored."""
    marlow = await on_stage()
    curtain = await asked_behind_the_curtain(marlow, the_stage, at=0)
    await expect(marlow.answers).to_have_count(1)
    await expect(marlow.log).to_contain_text("Reading your numbers")
    await expect(marlow.button("Copy")).to_have_count(0)
    await expect(marlow.answers).to_have_attribute("aria-busy", "true")
    curtain.rise()
    await expect(marlow.button("Copy")).to_be_visible()


async def test_enter_while_an_answer_is_made_asks_next(on_stage: NewOwner, the_stage: Stage) -> None:
    marlow = await on_stage()
    curtain = await asked_behind_the_curtain(marlow, the_stage)
    await marlow.send("Second?")
    await expect(next_up(marlow)).to_contain_text("Second?")
    assert await marlow.composer.input_value() == ""
    curtain.rise()
    await expect(marlow.answers).to_have_count(2)
    await expect(marlow.answers.nth(1)).to_contain_text("The second answer.")
    await expect(marlow.answers.nth(0)).to_contain_text("The first answer.")
    await expect(next_up(marlow)).to_have_count(0)
    asked = [request.body["messages"][-1]["content"][0]["text"] for request in the_stage.director.requests]
    assert asked == ["First?", "Second?"]


async def test_a_question_that_waits_can_be_taken_back_and_outlives_a_look_elsewhere(
    on_stage: NewOwner, the_stage: Stage
) -> None:
    marlow = await on_stage()
    curtain = await asked_behind_the_curtain(marlow, the_stage)
    await marlow.send("Second?")
    await marlow.button("Take it back").click()
    await expect(next_up(marlow)).to_have_count(0)
    assert await marlow.composer.input_value() == "Second?"
    await marlow.composer.press("Enter")
    await marlow.composer.fill("Half a thought")
    address = marlow.page.url
    await marlow.page.get_by_role("link", name="Your numbers").click()
    await expect(marlow.page.get_by_role("region", name="Recent orders")).to_be_visible()
    await marlow.page.go_back()
    await expect(marlow.page).to_have_url(address)
    await expect(marlow.composer).to_have_value("Second?\nHalf a thought")
    await expect(marlow.log).to_contain_text("Still being answered")
    curtain.rise()
    await expect(marlow.answers).to_contain_text("The first answer.")
    assert len(the_stage.director.requests) == 1


async def test_a_conversation_that_is_answered_in_another_window_is_waited_for(
    on_stage: NewOwner, the_stage: Stage
) -> None:
    marlow = await on_stage()
    the_stage.director.play(text("The zeroth answer."))
    await marlow.ask("Zeroth?")
    other = await open_window(marlow.page.context.browser, marlow.cloud)  # type: ignore[arg-type]
    await other.page.goto(marlow.page.url)
    await other.sign_in(the_stage.email)
    await expect(other.answers).to_have_count(1)
    curtain = await asked_behind_the_curtain(marlow, the_stage)
    await other.send("Second?")
    await expect(other.log).to_contain_text("Still being answered")
    await expect(next_up(other)).to_contain_text("Second?")
    curtain.rise()
    await expect(other.answers).to_have_count(3)
    await expect(other.answers.last).to_contain_text("The second answer.")
    await expect(other.alert).to_have_count(0)
    assert await other.log.get_by_text(re.compile("Second?")).count() == 1
    await other.page.context.close()
    assert other.wrong == []


async def test_what_is_stopped_makes_room_for_what_waits(on_stage: NewOwner, the_stage: Stage) -> None:
    marlow = await on_stage()
    await asked_behind_the_curtain(marlow, the_stage)
    await marlow.send("Second?")
    await marlow.button("Stop").click()
    await expect(marlow.page.get_by_text("You stopped this answer")).to_be_visible()
    await expect(marlow.answers.last).to_contain_text("The second answer.")
    async with asyncio.timeout(10):
        await the_stage.director.left.wait()
