from __future__ import annotations

import asyncio
import json
import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewOwner
from tests.browser.owner import AMIR, MARIA, Owner
from tests.browser.stage import Stage
from tests.http.scripted import text, tool_use

LONG = "What sold best last week?"


async def test_an_answer_says_who_gave_it_and_what_it_took(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    answer = await maria.ask("How did we do yesterday?")
    await answer.get_by_role("button", name="Stand-in").click()
    await expect(maria.page.get_by_text("It is not Amazon Nova")).to_be_visible()
    await maria.page.keyboard.press("Escape")
    await answer.get_by_role("button", name="Details").click()
    details = maria.page.get_by_role("dialog")
    for word in ("First token", "Tokens", "Cost", "v00", "row security active"):
        await expect(details).to_contain_text(word)


async def test_a_look_up_opens_to_its_arguments_and_rows(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    answer = await maria.ask("Compare revenue in September with August")
    await expect(answer.get_by_role("table")).to_have_count(0)
    await answer.get_by_text("Compared two ranges").click()
    await expect(answer.get_by_role("table").first).to_contain_text("Average order")
    await expect(answer.get_by_text("first start")).to_be_visible()
    thought = answer.get_by_text("How it went about it")
    await expect(answer.get_by_text("two ranges with the tool")).to_be_hidden()
    await thought.click()
    await expect(answer.get_by_text("two ranges with the tool")).to_be_visible()


async def test_a_look_up_that_did_not_work_says_why(on_stage: NewOwner, the_stage: Stage) -> None:
    marlow = await on_stage()
    the_stage.director.play(tool_use(("order_details", {"number": 999999})), text("There is no such order."))
    answer = await marlow.ask("What was in order 999999?")
    await answer.get_by_text("The look-up did not work").click()
    await expect(answer.get_by_text("number", exact=True)).to_be_visible()
    await expect(answer.get_by_text("999999").first).to_be_visible()


async def test_only_the_last_question_goes_on_the_way(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    sent: list[str] = []
    maria.page.on("request", lambda request: sent.append(request.post_data or "") if "/ai/ask" in request.url else None)
    await maria.ask("How did we do yesterday?")
    await maria.ask("And the day before?")
    bodies = [json.loads(body) for body in sent]
    assert [len(body["messages"]) for body in bodies] == [1, 1]
    assert all(len(body) < 8192 for body in sent)
    assert bodies[0]["id"] == bodies[1]["id"] == maria.page.url[-36:]
    assert set(bodies[1]) <= {"id", "messages", "trigger", "messageId"}


async def test_stop_stops_the_model_and_keeps_what_there_is(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await maria.send(LONG)
    await expect(maria.answers.first).to_contain_text("best")
    await maria.page.get_by_role("button", name="Stop").click()
    await expect(maria.page.get_by_text("You stopped this answer")).to_be_visible()
    shown = await maria.answers.first.inner_text()
    await maria.page.reload()
    await maria.sign_in(MARIA)
    await expect(maria.page.get_by_text("You stopped this answer")).to_be_visible()
    assert shown.splitlines()[0] in await maria.answers.first.inner_text()


async def test_half_the_head_of_a_table_is_not_shown_when_an_answer_ends_there(
    on_stage: NewOwner, the_stage: Stage
) -> None:
    marlow = await on_stage()
    the_stage.director.play(text("The best sellers:\n\n| Item | Pie", stop="max_tokens"))
    answer = await marlow.ask("What sold best?")
    await expect(answer.get_by_text("reached its longest")).to_be_visible()
    await expect(answer).to_contain_text("The best sellers:")
    assert "|" not in await answer.inner_text()


@pytest.mark.parametrize("stop", ["end_turn", "max_tokens"])
async def test_the_last_row_of_a_table_without_bars_at_its_edge_is_shown(
    on_stage: NewOwner, the_stage: Stage, stop: str
) -> None:
    marlow = await on_stage()
    the_stage.director.play(text("The best sellers:\n\n| Item | Sold\n| --- | ---\n| Zucca | some", stop=stop))
    answer = await marlow.ask("What sold best?")
    await expect(answer.get_by_role("table")).to_contain_text("Zucca")


async def test_a_reload_in_mid_answer_finds_the_answer(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await maria.send(LONG)
    await expect(maria.answers.first).to_contain_text("best")
    await maria.page.reload()
    await maria.sign_in(MARIA)
    await expect(maria.answers.first).to_contain_text("with a receipt")
    await expect(maria.page.get_by_text("Still being answered")).to_have_count(0)
    await expect(maria.page.get_by_role("button", name="Send")).to_be_visible()


async def test_it_answers_again_and_copies(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask", permissions=["clipboard-read", "clipboard-write"])
    answer = await maria.ask("How did we do yesterday?")
    await answer.get_by_role("button", name="Answer again").click()
    await expect(maria.answers).to_have_count(1)
    await expect(answer.get_by_role("button", name="Copy")).to_be_visible()
    await answer.get_by_role("button", name="Copy").click()
    await expect(answer.get_by_role("button", name="Copied")).to_be_visible()
    assert "$" in await maria.page.evaluate("navigator.clipboard.readText()")


async def test_a_question_is_checked_before_it_leaves(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    box = maria.page.get_by_label("Ask about your restaurant")
    await box.fill("   ")
    await expect(maria.page.get_by_role("button", name="Send")).to_be_disabled()
    await box.fill("é" * 2049)
    await expect(maria.alert).to_contain_text("4,098 of at most 4,096 bytes")
    await maria.page.keyboard.press("Enter")
    assert await box.input_value() == "é" * 2049
    await box.fill("é" * 2048)
    await expect(maria.page.get_by_role("button", name="Send")).to_be_enabled()


async def test_two_owners_side_by_side_see_their_own(owner: NewOwner) -> None:
    maria, amir = await asyncio.gather(owner(MARIA, "/ask"), owner(AMIR, "/ask"))

    async def best(of: Owner) -> str:
        return await (await of.ask("What sold best this month?")).inner_text()

    for_maria, for_amir = await asyncio.gather(best(maria), best(amir))
    assert "£" not in for_maria
    assert "$" not in for_amir
    assert "Naan" in for_amir or "Rice" in for_amir or "Papadum" in for_amir
    assert not any(word in for_maria for word in ("Naan", "Rice", "Papadum"))
    for each, mine, others in ((maria, "Marlow's Pizza", "The Copper Pot"), (amir, "The Copper Pot", "Marlow's Pizza")):
        await expect(each.page.get_by_text(mine).first).to_be_visible()
        await expect(each.page.get_by_text(others)).to_have_count(0)


async def test_suggestions_are_made_of_the_restaurants_own_menu(owner: NewOwner) -> None:
    amir = await owner(AMIR, "/ask")
    suggestions = amir.page.get_by_role("list", name="Suggested questions")
    await expect(suggestions).to_contain_text(re.compile(r"How many .* did we sell"))
    await suggestions.get_by_role("button").first.click()
    await expect(amir.answers).to_have_count(1)


async def test_a_screen_reader_hears_an_answer_once_and_whole(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await maria.page.evaluate("""() => {
        window.heard = [];
        new MutationObserver(() => {
            const said = document.querySelector('[aria-live=polite]').textContent;
            if (said && said !== window.heard.at(-1)) window.heard.push(said);
        }).observe(document.querySelector('[aria-live=polite]'), {childList: true, characterData: true, subtree: true});
    }""")
    await maria.ask(LONG)
    await expect(maria.page.locator("[aria-live=polite]")).to_contain_text("The answer:")
    assert len(await maria.page.evaluate("window.heard")) == 1


async def test_a_copy_that_the_browser_refuses_says_so(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    answer = await maria.ask("How did we do yesterday?")
    await maria.page.evaluate("() => { Clipboard.prototype.writeText = () => Promise.reject(new DOMException('no')); }")
    await answer.get_by_role("button", name="Copy").click()
    await expect(answer.get_by_role("status")).to_contain_text("The browser did not allow it")
