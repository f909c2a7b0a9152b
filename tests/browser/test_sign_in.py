from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from local.running import read_running
from local.state import State
from tests.browser.conftest import NewOwner
from tests.browser.owner import MARIA
from tests.local.whole_cloud import WholeCloud


async def kept(page: Page) -> list[object]:
    """Everything that a browser would find again after a reload."""
    return [
        await page.evaluate("Object.entries(localStorage)"),
        await page.evaluate("Object.entries(sessionStorage)"),
        await page.context.cookies(),
        await page.evaluate("indexedDB.databases()"),
    ]


async def test_whoever_signs_in_sees_their_restaurant(owner: NewOwner) -> None:
    maria = await owner(MARIA)
    await expect(maria.page.get_by_role("heading", name="Marlow's Pizza")).to_be_visible()
    await expect(maria.page).to_have_url(f"http://localhost:{maria.cloud.port}/")


async def test_a_wrong_password_and_an_unknown_email_are_told_alike_and_what_was_typed_stays(owner: NewOwner) -> None:
    stranger = await owner()
    for email in (MARIA, "nobody@nowhere.example"):
        await stranger.try_to_sign_in(email, "Not-the-password-1")
        await expect(stranger.alert).to_contain_text("do not go together")
        assert await stranger.page.get_by_label("Email").input_value() == email
        await stranger.page.reload()


async def test_nothing_of_a_sign_in_is_kept_and_a_reload_leads_back(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await maria.ask("How did we do yesterday?")
    assert await kept(maria.page) == [[], [], [], []]
    address = maria.page.url
    await maria.page.reload()
    await expect(maria.page).to_have_url(
        f"http://localhost:{maria.cloud.port}/sign-in?next=%2Fask%3Fc%3D{address[-36:]}"
    )
    await maria.sign_in(MARIA)
    await expect(maria.page).to_have_url(address)
    await expect(maria.answers).to_have_count(1)


async def test_a_new_password_is_asked_for_and_taken(owner: NewOwner, cloud: WholeCloud) -> None:
    state = State(Path(cloud.state))
    running = read_running(state)
    email, tenant = "new@marlows.example", "5a1e0001-0d5c-4b7e-9c11-6d61726c6f77"
    async with running.ministack(state).client("cognito-idp") as cognito:
        await cognito.admin_create_user(
            UserPoolId=running.identity.pool_id,
            Username=email,
            TemporaryPassword="For-one-use-1",
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "custom:tenant_id", "Value": tenant},
            ],
        )
    new = await owner()
    await new.try_to_sign_in(email, "For-one-use-1")
    await expect(new.page.get_by_role("heading", name="Choose a password")).to_be_visible()
    assert await kept(new.page) == [[], [], [], []]
    await new.page.get_by_label("New password").fill("My-own-password-2")
    await new.page.get_by_role("button", name="Save and sign in").click()
    await expect(new.page.get_by_role("heading", name="Marlow's Pizza")).to_be_visible()


async def test_signing_out_leaves_nothing_to_see(owner: NewOwner) -> None:
    maria = await owner(MARIA)
    await maria.page.get_by_role("button", name="Sign out").click()
    await expect(maria.page.get_by_role("button", name="Sign in")).to_be_visible()
    await maria.page.go_back()
    await expect(maria.page.get_by_role("heading", name="Marlow's Pizza")).to_have_count(0)


async def test_a_foreign_address_to_return_to_is_not_followed(owner: NewOwner) -> None:
    for away in ("https://example.com/", "//example.com/", "javascript:alert(1)", "/\\example.com"):
        maria = await owner(None, f"/sign-in?next={away}")
        await maria.sign_in(MARIA)
        assert maria.page.url.startswith(f"http://localhost:{maria.cloud.port}/"), away


async def test_a_token_that_is_refused_is_renewed_without_a_word(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    refused: list[str] = []

    async def refuse_once(route: object) -> None:
        if refused:
            await route.continue_()  # type: ignore[attr-defined]
            return
        refused.append("once")
        await route.fulfill(status=401, content_type="application/problem+json", body='{"code":"unauthenticated"}')  # type: ignore[attr-defined]

    await maria.page.route("**/ai/ask", refuse_once)
    answer = await maria.ask("How did we do yesterday?")
    await expect(answer).to_contain_text("$")
    assert refused == ["once"]
