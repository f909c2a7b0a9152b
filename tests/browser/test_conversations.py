from __future__ import annotations

import re

from playwright.async_api import Route, expect

from local.aws import CONVERSATIONS_TABLE, sign_in
from tests.browser.conftest import NewOwner
from tests.browser.long_conversation import begin_conversations
from tests.browser.owner import AMIR, MARIA, Owner
from tests.browser.stage import Stage


async def menu(of: Owner, title: str, item: str) -> None:
    await of.page.get_by_role("link", name=title, exact=True).hover()
    await of.page.get_by_role("button", name=f"More for “{title}”").click()
    await of.page.get_by_role("menuitem", name=item).click()


async def test_one_is_renamed_deleted_taken_back_and_deleted_in_earnest(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await maria.ask("How many orders were there in October?")
    listed = maria.page.get_by_role("navigation").first
    await menu(maria, "How many orders were there in October?", "Rename")
    await maria.page.get_by_label("New title").fill("October’s orders")
    await maria.page.keyboard.press("Enter")
    link = listed.get_by_role("link", name="October’s orders")
    await expect(link).to_be_visible()
    address = maria.page.url
    await menu(maria, "October’s orders", "Delete")
    await expect(link).to_have_count(0)
    await maria.page.get_by_role("button", name="Undo").click()
    await expect(link).to_be_visible()
    await expect(maria.page).to_have_url(address)
    await expect(maria.answers).to_have_count(1)
    await menu(maria, "October’s orders", "Delete")
    await expect(maria.page.get_by_role("button", name="Undo")).to_have_count(0)
    await maria.page.goto(address)
    await maria.sign_in(MARIA)
    await expect(maria.page.get_by_text("This conversation is not here")).to_be_visible()


async def test_anothers_address_opens_nothing(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await maria.ask("How did we do yesterday?")
    amir = await owner(AMIR, maria.page.url)
    await expect(amir.page.get_by_text("This conversation is not here")).to_be_visible()


async def test_an_address_opens_its_conversation(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await maria.ask("How did we do yesterday?")
    again = await owner(MARIA, maria.page.url)
    await expect(again.answers).to_have_count(1)
    await again.page.get_by_role("link", name="New question").click()
    await expect(again.page.get_by_role("heading", name="What would you like to know?")).to_be_visible()


async def test_what_was_deleted_is_gone_for_whoever_does_not_wait(owner: NewOwner) -> None:
    """Signing out at once takes nothing back."""
    maria = await owner(MARIA, "/ask")
    question = "How many orders were there in September?"
    await maria.ask(question)
    address = maria.page.url
    await menu(maria, question, "Delete")
    await expect(maria.button("Undo")).to_be_visible()
    async with maria.page.expect_response(lambda response: response.request.method == "DELETE") as gone:
        await maria.button("Sign out").click()
    assert (await gone.value).ok
    await maria.page.goto(address)
    await maria.sign_in(MARIA)
    await expect(maria.page.get_by_text("This conversation is not here")).to_be_visible()


async def test_a_change_that_did_not_work_is_told_until_one_does(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await maria.ask("How many orders were there in July?")
    told = maria.page.get_by_text("That did not work. Please try again.")
    title = "How many orders were there in July?"

    async def rename(to: str) -> None:
        await menu(maria, title, "Rename")
        await maria.page.get_by_label("New title").fill(to)
        await maria.page.keyboard.press("Enter")

    async def refuse(route: Route) -> None:
        await route.abort() if route.request.method == "PATCH" else await route.continue_()

    await maria.page.route("**/chat/conversations/*", refuse)
    await rename("July")
    await expect(told).to_be_visible()
    await expect(maria.page.get_by_role("link", name=title)).to_be_visible()
    await maria.page.unroute("**/chat/conversations/*")
    await rename("July")
    await expect(maria.page.get_by_role("link", name="July", exact=True)).to_be_visible()
    await expect(told).to_have_count(0)


async def test_nor_does_closing_the_page_take_it_back(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    question = "How many orders were there in June?"
    await maria.ask(question)
    address = maria.page.url
    await menu(maria, question, "Delete")
    await expect(maria.button("Undo")).to_be_visible()
    await maria.page.close(run_before_unload=True)
    again = await owner(MARIA, "/ask")
    await expect(again.page.get_by_role("link", name=question)).to_have_count(0)
    await again.page.goto(address)
    await again.sign_in(MARIA)
    await expect(again.page.get_by_text("This conversation is not here")).to_be_visible()


async def test_the_list_shows_older_ones_on_request(on_stage: NewOwner, the_stage: Stage) -> None:
    marlow = await on_stage()
    tokens = await sign_in(the_stage.ministack, the_stage.identity, the_stage.email, marlow.password(the_stage.email))
    await begin_conversations(the_stage.ministack, CONVERSATIONS_TABLE, tokens.id_token, count=31)
    await marlow.page.reload()
    await marlow.sign_in(the_stage.email)
    listed = marlow.page.get_by_role("navigation").first.get_by_role("link", name=re.compile(r"^Question \d+$"))
    older = marlow.button("Show older")
    await expect(listed.first).to_have_text("Question 31")
    await expect(listed).to_have_count(30)
    await older.click()
    await expect(listed).to_have_count(31)
