from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import NewOwner
from tests.browser.owner import AMIR, MARIA, Owner


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
