"""Nothing is waited for without end: what falls silent is given up in plain words, with a way to try again. The page's
clock is turned on by the test; whatever it waits for is really silent."""

from __future__ import annotations

import asyncio

from playwright.async_api import Route, expect

from tests.browser.conftest import NewOwner
from tests.browser.owner import MARIA, Owner
from tests.browser.stage import Curtain, Stage
from tests.http.scripted import text

SECOND = 1000
QUESTION = "How did we do yesterday?"


async def never(route: Route) -> None:
    """No answer, and no end of the connection."""


async def test_an_answer_that_never_begins(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await maria.page.clock.install()
    await maria.page.route("**/ai/ask", never)
    async with maria.page.expect_request("**/ai/ask"):
        await maria.send(QUESTION)
    await maria.page.clock.fast_forward(41 * SECOND)
    await expect(maria.alert).to_contain_text("That took too long")
    await maria.page.unroute("**/ai/ask")
    await maria.button("Try again").click()
    await expect(maria.answers).to_contain_text("with a receipt")
    await expect(maria.log.get_by_text(QUESTION)).to_have_count(1)


async def test_an_answer_that_falls_silent(on_stage: NewOwner, the_stage: Stage) -> None:
    marlow = await on_stage(heartbeat_seconds=3600)
    await marlow.page.clock.install()
    curtain = Curtain()
    the_stage.director.play(text("The first ", "answer.", before=curtain))
    await marlow.send(QUESTION)
    await expect(marlow.answers).to_contain_text("The first")
    await curtain.fallen()
    await marlow.page.clock.fast_forward(36 * SECOND)
    await expect(marlow.alert).to_contain_text("The answer stopped coming")
    curtain.rise()
    await marlow.button("Try again").click()
    await expect(marlow.answers).to_contain_text("The first answer.")


async def beats(of: Owner) -> asyncio.Queue[int]:
    """Filled whenever bytes of an answer reach the browser."""
    found: asyncio.Queue[int] = asyncio.Queue()
    session = await of.page.context.new_cdp_session(of.page)
    await session.send("Network.enable")
    session.on("Network.dataReceived", lambda event: found.put_nowait(event["dataLength"]))
    return found


async def test_heartbeats_are_a_sign_of_life(on_stage: NewOwner, the_stage: Stage) -> None:
    """A model that thinks for long is waited for; one that thinks for ever is not."""
    marlow = await on_stage(heartbeat_seconds=0.05)
    await marlow.page.clock.install()
    curtain = Curtain()
    the_stage.director.play(text("The first ", "answer.", before=curtain))
    await marlow.send(QUESTION)
    await expect(marlow.answers).to_contain_text("The first")
    heard = await beats(marlow)
    for _ in range(4):
        for _ in range(3):
            async with asyncio.timeout(10):
                await heard.get()
        await marlow.page.clock.fast_forward(25 * SECOND)
        while not heard.empty():
            heard.get_nowait()
    await expect(marlow.alert).to_have_count(0)
    await expect(marlow.button("Stop")).to_be_visible()
    for _ in range(3):
        await heard.get()
        await marlow.page.clock.fast_forward(25 * SECOND)
    await expect(marlow.alert).to_contain_text("The answer stopped coming")
    curtain.rise()


async def test_an_answer_made_elsewhere_that_never_ends(on_stage: NewOwner, the_stage: Stage) -> None:
    marlow = await on_stage()
    curtain = Curtain()
    the_stage.director.play(text("The first ", "answer.", before=curtain))
    await marlow.send(QUESTION)
    await curtain.fallen()
    await marlow.page.clock.install()
    await marlow.page.reload()
    await marlow.sign_in(the_stage.email)
    await expect(marlow.log).to_contain_text("Still being answered")
    await marlow.page.clock.fast_forward(151 * SECOND)
    await expect(marlow.alert).to_contain_text("This answer is overdue")
    curtain.rise()
    await marlow.button("Try again").click()
    await expect(marlow.answers).to_contain_text("The first answer.")


async def test_cards_and_changes_that_never_come(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await maria.ask(QUESTION)
    await maria.page.clock.install()
    await maria.page.route("**/revenue/daily*", never)
    await maria.page.route("**/chat/conversations/*", never)
    await maria.page.get_by_role("link", name="Your numbers").click()
    card = maria.page.get_by_role("region", name="Revenue by day")
    await expect(card.get_by_role("status")).to_be_visible()
    await maria.page.get_by_role("link", name=QUESTION).first.hover()
    await maria.page.get_by_role("button", name=f"More for “{QUESTION}”").first.click()
    await maria.page.get_by_role("menuitem", name="Rename").click()
    await maria.page.get_by_label("New title").fill("Another")
    async with maria.page.expect_request("**/chat/conversations/*"):
        await maria.page.keyboard.press("Enter")
    await maria.page.clock.fast_forward(41 * SECOND)
    await expect(card.get_by_role("alert")).to_contain_text("That took too long")
    await expect(maria.page.get_by_text("That did not work. Please try again.")).to_be_visible()


async def test_a_sign_in_that_never_comes(owner: NewOwner) -> None:
    stranger = await owner()
    await stranger.page.clock.install()
    asked = asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()

    await stranger.page.route(lambda url: "localhost" not in url, hold)
    await stranger.try_to_sign_in(MARIA, "Not-the-password-1")
    await expect(stranger.button("Signing in …")).to_be_disabled()
    async with asyncio.timeout(15):
        await asked.wait()
    await stranger.page.clock.fast_forward(31 * SECOND)
    await expect(stranger.alert).to_contain_text("That took too long")
    await expect(stranger.button("Sign in")).to_be_enabled()
