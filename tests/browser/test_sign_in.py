from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import jwt
import pytest
import pytest_asyncio
from playwright.async_api import Page, Request, Route, expect

from local.running import read_running
from local.state import State
from service.auth import tokens
from tests.browser.conftest import NewOwner
from tests.browser.owner import AMIR, MARIA, Owner
from tests.browser.stage import Stage
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


async def test_a_password_never_leaves_the_page(owner: NewOwner) -> None:
    maria = await owner()
    sent: list[str] = []
    maria.page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    await maria.sign_in(MARIA)
    assert any("USER_SRP_AUTH" in each for each in sent)
    assert not any(maria.password(MARIA) in each for each in sent)


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


def tokens_sent(of: Owner, to: str) -> list[str]:
    """The id tokens of requests to addresses that hold `to`, as they are sent from now on."""
    sent: list[str] = []

    def listen(request: Request) -> None:
        if to in request.url and "authorization" in request.headers:
            sent.append(request.headers["authorization"].removeprefix("Bearer "))

    of.page.on("request", listen)
    return sent


async def live_for(stage: Stage, seconds: int) -> None:
    """Every id token that the pool gives from now on."""
    async with stage.ministack.client("cognito-idp") as cognito:
        pool, client = stage.identity.pool_id, stage.identity.client_id
        found = await cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client)
        kept = ("ClientName", "ExplicitAuthFlows", "ReadAttributes", "WriteAttributes", "PreventUserExistenceErrors")
        await cognito.update_user_pool_client(
            UserPoolId=pool,
            ClientId=client,
            IdTokenValidity=seconds,
            AccessTokenValidity=3600,
            TokenValidityUnits={"IdToken": "seconds", "AccessToken": "seconds"},
            **{name: found["UserPoolClient"][name] for name in kept if name in found["UserPoolClient"]},
        )


@pytest_asyncio.fixture
async def short_lived(the_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """Id tokens live for a second, and the service allows no clock to be slow."""
    monkeypatch.setattr(tokens, "LEEWAY_SECONDS", 0)
    await live_for(the_stage, 1)
    yield the_stage
    await live_for(the_stage, 3600)


async def is_refused(of: Owner, token: str) -> None:
    """Returns when the service itself refuses this token."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{of.cloud.port}") as client, asyncio.timeout(15):
        headers = {"authorization": f"Bearer {token}"}
        while (await client.get("/me", headers=headers)).status_code != 401:  # noqa: ASYNC110 (nobody tells us)
            await asyncio.sleep(0.05)


async def test_a_token_that_ran_out_is_renewed_before_it_is_sent(on_stage: NewOwner, short_lived: Stage) -> None:
    marlow = await on_stage()
    await live_for(short_lived, 3600)
    sent = tokens_sent(marlow, "/ai/ask")
    answer = await marlow.ask("How did we do yesterday?")
    await expect(answer).to_contain_text("$")
    [claims] = [jwt.decode(token, options={"verify_signature": False}) for token in sent]
    assert claims["exp"] - claims["iat"] == 3600


async def test_a_token_that_the_service_refuses_is_renewed_without_a_word(
    on_stage: NewOwner, short_lived: Stage
) -> None:
    """The page's clock stands still, so that it takes its token for a good one."""
    await live_for(short_lived, 6)  # Amplify renews what has five seconds left
    marlow = await on_stage()
    await marlow.page.clock.set_fixed_time(time.time() - 60)
    sent = tokens_sent(marlow, "/")
    await marlow.page.get_by_role("link", name="Your numbers").click()
    await expect(marlow.page.get_by_role("region", name="Recent orders")).to_contain_text("Completed")
    await is_refused(marlow, sent[-1])
    await live_for(short_lived, 3600)
    sent = tokens_sent(marlow, "/")  # whichever request it is that finds out
    await marlow.page.get_by_role("link", name="New question").click()
    answer = await marlow.ask("How did we do yesterday?")
    await expect(answer).to_contain_text("$")
    assert len(set(sent)) == 2


async def test_a_session_that_ended_leads_to_sign_in_and_keeps_the_question(
    on_stage: NewOwner, short_lived: Stage
) -> None:
    marlow = await on_stage()
    async with short_lived.ministack.client("cognito-idp") as cognito:
        await cognito.admin_user_global_sign_out(UserPoolId=short_lived.identity.pool_id, Username=short_lived.email)
    await marlow.send("How did we do yesterday?")
    await expect(marlow.button("Sign in")).to_be_visible()
    await live_for(short_lived, 3600)
    await marlow.sign_in(short_lived.email)
    await expect(marlow.page).to_have_url(re.compile(r"/ask\?c="))
    await expect(marlow.composer).to_have_value("How did we do yesterday?")
    await marlow.composer.press("Enter")
    await expect(marlow.answers).to_contain_text("$")


async def test_what_was_typed_beside_the_numbers_outlives_a_session_that_ended(owner: NewOwner) -> None:
    maria = await owner(MARIA)
    field = maria.page.get_by_label("Ask about these numbers …")
    await field.fill("Half a thought")

    async def refuse(route: Route) -> None:
        await route.fulfill(status=401, content_type="application/problem+json", body='{"code":"unauthenticated"}')

    await maria.page.route("**/orders/recent*", refuse)
    await maria.page.get_by_role("radio", name="7 days").click()
    await expect(maria.button("Sign in")).to_be_visible()
    await maria.page.unroute("**/orders/recent*")
    await maria.sign_in(MARIA)
    await expect(field).to_have_value("Half a thought")


async def test_what_one_owner_typed_and_saw_is_not_for_the_next(owner: NewOwner) -> None:
    """The session ends without a sign-out, and somebody else signs in on the same page."""
    maria = await owner(MARIA, "/ask")
    await maria.page.get_by_role("link", name="Your numbers").click()
    await expect(maria.page.get_by_role("heading", name="Marlow's Pizza")).to_be_visible()
    await maria.page.get_by_role("link", name="New question").click()
    await maria.composer.fill("Half a thought")

    async def refuse(route: Route) -> None:
        await route.fulfill(status=401, content_type="application/problem+json", body='{"code":"unauthenticated"}')

    await maria.page.route("**/orders/recent*", refuse)
    await maria.page.get_by_role("link", name="Your numbers").click()
    await maria.page.get_by_role("radio", name="7 days").click()
    await expect(maria.button("Sign in")).to_be_visible()
    await maria.page.unroute("**/orders/recent*")
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await maria.page.route("**/me", hold)
    await maria.try_to_sign_in(AMIR, maria.password(AMIR))
    await expect(maria.page.locator("#content")).to_be_attached()
    await expect(maria.page.get_by_text("Marlow's Pizza")).to_have_count(0)
    held.set()
    await expect(maria.page.get_by_role("heading", name="The Copper Pot")).to_be_visible()
    await maria.page.get_by_role("link", name="New question").click()
    await expect(maria.composer).to_have_value("")
