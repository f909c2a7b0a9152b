"""The cards' routes: the same slices that ground the answers."""

from __future__ import annotations

from datetime import timedelta

from tests.http.conftest import Client
from tests.http.scripted import Director


async def test_cards_and_answers_cannot_differ(maria: Client, director: Director) -> None:
    answered = await maria.ask("Same?")
    slices = {part["data"]["name"]: part["data"] for part in answered.of_type("data-slice")}
    assert (await maria.get("/revenue/daily")).json() == slices["revenue_by_day"]
    assert (await maria.get("/menu/top")).json() == slices["top_menu_items"]
    assert (await maria.get("/orders/recent")).json()["orders"] == slices["recent_orders"]


async def test_revenue_by_day(maria: Client) -> None:
    monday = maria.of.today() - timedelta(days=maria.of.today().weekday() + 7)
    thursday = monday + timedelta(days=3)
    response = await maria.get("/revenue/daily", params={"start": str(monday), "end": str(thursday)})
    rows = {row["day"]: row for row in response.json()["rows"]}
    totals = [maria.of.order_total(monday, number) for number in (1, 2, 3)]
    assert rows[str(monday)]["gross"] == rows[str(monday)]["net"] == sum(totals[:2])
    assert (rows[str(monday)]["orders"], rows[str(monday)]["cancelled"]) == (2, 1)
    totals = [maria.of.order_total(thursday, number) for number in (1, 2, 3)]
    assert rows[str(thursday)]["gross"] == sum(totals)
    assert rows[str(thursday)]["refunds"] == 500
    assert rows[str(thursday)]["net"] == sum(totals) - 500


async def test_orders_are_paged_without_a_gap(maria: Client) -> None:
    numbers: list[int] = []
    cursor = None
    while True:
        params = {"limit": "50"} | ({"cursor": cursor} if cursor else {})
        page = (await maria.get("/orders/recent", params=params)).json()
        numbers += [row["number"] for row in page["orders"]["rows"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert numbers == list(range(180, 0, -1))


async def test_one_order(maria: Client) -> None:
    order = (await maria.get("/orders/1")).json()
    facts = {fact["name"]: fact["value"] for fact in order["facts"]}
    day = maria.of.today() - timedelta(days=60)
    assert facts["total"] == maria.of.order_total(day, 1)
    assert [row["item"] for row in order["rows"]] == [maria.of.items[0]]


async def test_me(maria: Client) -> None:
    assert (await maria.get("/me")).json() == {
        "email": maria.of.email,
        "restaurant": {
            "name": "Marlow's Test Pizza",
            "currency": "USD",
            "timeZone": "America/New_York",
            "today": "2026-11-23",
        },
    }
