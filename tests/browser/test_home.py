from __future__ import annotations

import gzip
import re
from pathlib import Path

import httpx
from playwright.async_api import Route, expect

from local.aws import sign_in
from local.running import read_running
from local.state import State
from tests.browser.conftest import NewOwner
from tests.browser.owner import AMIR, MARIA, Owner
from tests.local.whole_cloud import WholeCloud

PROBLEM = '{"code":"database_waking","detail":"The database is waking up. Please try again in half a minute."}'


async def revenue(of: Owner, email: str, **query: str) -> int:
    """Net sales in hundredths, as the API says."""
    state = State(Path(of.cloud.state))
    running = read_running(state)
    tokens = await sign_in(running.ministack(state), running.identity, email, of.password(email))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{of.cloud.port}") as client:
        headers = {"authorization": f"Bearer {tokens.id_token}"}
        slice_ = (await client.get("/revenue/daily", headers=headers, params=query)).json()
    return next(int(fact["value"]) for fact in slice_["facts"] if fact["name"] == "total_net")


async def test_cards_show_what_the_api_says_in_the_restaurants_currency(owner: NewOwner) -> None:
    amir = await owner(AMIR)
    net = f"£{await revenue(amir, AMIR) / 100:,.2f}"
    await expect(amir.page.get_by_role("region", name="Revenue by day")).to_contain_text(net)
    await expect(amir.page.locator(".recharts-bar-rectangle").first).to_be_visible()
    await expect(amir.page.get_by_role("region", name="Top items").get_by_role("listitem")).to_have_count(8)
    orders = amir.page.get_by_role("region", name="Recent orders")
    await expect(orders.get_by_role("row")).to_have_count(10)
    assert "$" not in await amir.page.locator("main").inner_text()


async def test_a_range_changes_every_card(owner: NewOwner) -> None:
    maria = await owner(MARIA)
    card = maria.page.get_by_role("region", name="Revenue by day")
    await expect(card).to_contain_text("orders")
    asked: list[str] = []
    maria.page.on("request", lambda request: asked.append(request.url))
    await maria.page.get_by_role("radio", name="Custom").click()
    await maria.page.get_by_role("textbox", name="From").fill("2026-10-01")
    await maria.page.get_by_role("textbox", name="To", exact=True).fill("2026-10-31")
    net = await revenue(maria, MARIA, start="2026-10-01", end="2026-10-31")
    await expect(card).to_contain_text(f"${net / 100:,.2f}")
    for path in ("/revenue/daily", "/menu/top", "/orders/recent"):
        assert any(path in url and "start=2026-10-01&end=2026-10-31" in url for url in asked)
    await maria.page.get_by_role("textbox", name="From").fill("2026-11-01")
    await expect(maria.alert).to_contain_text("must not lie after the last")


async def test_an_empty_range_says_so(owner: NewOwner) -> None:
    maria = await owner(MARIA)
    await maria.page.get_by_role("radio", name="Custom").click()
    await maria.page.get_by_role("textbox", name="From").fill("2001-01-01")
    await maria.page.get_by_role("textbox", name="To", exact=True).fill("2001-01-07")
    await expect(maria.page.get_by_text("No sales in this range.")).to_be_visible()
    await expect(maria.page.get_by_text("Nothing was sold in this range.")).to_be_visible()
    await expect(maria.page.get_by_text("No orders in this range.")).to_be_visible()


async def test_a_card_that_fails_says_why_and_is_tried_again(owner: NewOwner) -> None:
    async def refuse(route: Route) -> None:
        await route.fulfill(status=503, content_type="application/problem+json", body=PROBLEM)

    maria = await owner()
    await maria.page.route("**/revenue/daily*", refuse)
    await maria.sign_in(MARIA)
    card = maria.page.get_by_role("region", name="Revenue by day")
    await expect(card.get_by_role("alert")).to_contain_text("The database is waking up")
    await expect(maria.page.get_by_role("region", name="Top items")).to_contain_text("sold")
    await maria.page.unroute("**/revenue/daily*")
    await card.get_by_role("button", name="Try again").click()
    await expect(card).to_contain_text("a day on average")


async def test_a_question_on_the_front_page_begins_a_conversation(owner: NewOwner) -> None:
    maria = await owner(MARIA)
    await maria.page.get_by_label("Ask about these numbers").fill("How did we do yesterday?")
    await maria.page.keyboard.press("Enter")
    await expect(maria.answers).to_contain_text(re.compile(r"\$"))
    await expect(maria.page).to_have_url(re.compile(r"/ask\?c="))


async def test_money_and_days_are_written_as_the_restaurant_writes_them(
    owner: NewOwner, cloud: WholeCloud, tmp_path: Path
) -> None:
    """Australian dollars are no bare dollars, on a card as in an answer; and only Americans put the month first."""
    lines = ["order_number,ordered_at,item,category,quantity,unit_price"]
    lines += [f"{day},2026-11-{day:02}T12:00:00,Flat White,Coffee,3,1200.50" for day in range(1, 22)]
    file = tmp_path / "orders.csv.gz"
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    email = "owner@wharf.example"
    place = {"NAME": "The Wharf", "TIMEZONE": "Australia/Sydney", "CURRENCY": "AUD", "OWNER": email}
    done = await cloud.command("local.import_file", FILE=str(file), **place)
    assert done.code == 0, done
    maria, wharf = await owner(MARIA), await owner(email)
    month = r"(November|December) "
    await expect(maria.page.locator("main")).to_contain_text(re.compile(rf"{month}\d{{1,2}}, 2026"))
    await expect(wharf.page.locator("main")).to_contain_text(re.compile(rf"\d{{1,2}} {month}2026"))
    await wharf.page.get_by_role("radio", name="90 days").click()
    await expect(wharf.page.get_by_role("region", name="Revenue by day")).to_contain_text("A$75,631.50")
    await expect(wharf.page.get_by_role("region", name="Recent orders")).to_contain_text("A$3,601.50")
    await wharf.page.get_by_role("link", name="New question").click()
    answer = await wharf.ask("What was in order 7?")
    await expect(answer).to_contain_text("A$3,601.50")
    await answer.locator(".figure:not(.figure-date)").last.click()
    await expect(wharf.page.get_by_role("dialog")).to_contain_text("A$")


async def test_what_a_menu_says_is_never_obeyed(owner: NewOwner, cloud: WholeCloud, tmp_path: Path) -> None:
    hostile = ["<img src=x onerror=alert(1)>", "[free](javascript:alert(2))", "![x](https://away.example/x.png)"]
    lines = ["order_number,ordered_at,item,category,quantity,unit_price"]
    for day in range(1, 22):
        lines += [
            f'{day}{n},2026-11-{day:02}T12:0{n}:00,"{item}",Mains,{9 - n},10.00' for n, item in enumerate(hostile)
        ]
    file = tmp_path / "orders.csv.gz"
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    email = "owner@hostile.example"
    done = await cloud.command(
        "local.import_file",
        FILE=str(file),
        NAME="<b>Hostile</b>",
        TIMEZONE="Europe/London",
        CURRENCY="GBP",
        OWNER=email,
    )
    assert done.code == 0, done
    victim = await owner(email)
    foreign: list[str] = []
    victim.page.on("request", lambda request: foreign.append(request.url) if "away.example" in request.url else None)
    victim.page.on("dialog", lambda dialog: foreign.append(dialog.message))
    await expect(victim.page.get_by_role("region", name="Top items")).to_contain_text(hostile[0])
    await victim.page.get_by_role("link", name="New question").click()
    answer = await victim.ask("What sold best this month?")
    assert await answer.locator("img, [onerror]").count() == 0
    assert await victim.page.locator('a[href^="javascript"]').count() == 0
    assert foreign == []
