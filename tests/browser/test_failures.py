"""Each way in which an answer can fail has its own plain words, and a retry that keeps the question."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from msgspec import Struct
from playwright.async_api import Route, expect

from local.bedrock.faults import Fault
from tests.browser.conftest import NewOwner
from tests.browser.owner import MARIA, Owner
from tests.browser.stage import Curtain, Stage
from tests.http.scripted import text
from tests.local.whole_cloud import WholeCloud

YESTERDAY = "How did we do yesterday?"
SAID = ("You made ", "$2,817.50 ", "on Friday.")


class Failure(Struct, frozen=True):
    """fault: of the model's endpoint; words: what the reader is told; kept: what had come by then; seconds: the
    service's patience, short only where it has to end, for a busy machine takes a while to be refused."""

    fault: str
    words: str
    kept: str = ""
    seconds: float = 2.0


FAILURES = (
    Failure("throttle_before", "Too many questions at once"),
    Failure("dropped_before", "The model is away for a moment"),
    Failure("slow_first_token", "took too long to answer", seconds=0.5),
    Failure("throttle_mid", "Too many questions at once", "You made $2,817.50"),
    Failure("cut", "The answer broke off", "You made $2,817.50"),
    Failure("stall", "took too long to answer", "You made $2,817.50", seconds=1.0),
    Failure("malformed_tool_use", "stumbled while looking something up"),
    Failure("empty_answer", "The model gave no answer"),
)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.fault)
async def test_a_model_that_fails_is_told_in_plain_words_and_asked_again(
    on_stage: NewOwner, the_stage: Stage, failure: Failure
) -> None:
    marlow = await on_stage(model_patience_seconds=failure.seconds, model_idle_seconds=failure.seconds)
    the_stage.director.otherwise = text(*SAID)
    the_stage.faults.add(Fault(name=failure.fault, after=2))
    await marlow.send(YESTERDAY)
    await expect(marlow.alert).to_contain_text(failure.words)
    await expect(marlow.alert).to_contain_text("Incident")
    await expect(marlow.answers).to_contain_text(failure.kept)
    await expect(marlow.log.get_by_text(YESTERDAY)).to_have_count(1)
    the_stage.faults.clear()
    await marlow.button("Try again").click()
    await expect(marlow.answers).to_contain_text("".join(SAID))
    await expect(marlow.answers).to_have_count(1)
    await expect(marlow.alert).to_have_count(0)
    await expect(marlow.log.get_by_text(YESTERDAY)).to_have_count(1)


async def test_a_failure_is_still_told_after_a_reload(on_stage: NewOwner, the_stage: Stage) -> None:
    marlow = await on_stage()
    the_stage.director.otherwise = text(*SAID)
    the_stage.faults.add(Fault(name="cut", after=2, times=1))
    await marlow.send(YESTERDAY)
    await expect(marlow.alert).to_contain_text("The answer broke off")
    await marlow.page.reload()
    await marlow.sign_in(the_stage.email)
    await expect(marlow.alert).to_contain_text("The answer broke off")
    await marlow.button("Try again").click()
    await expect(marlow.answers).to_contain_text("".join(SAID))


async def test_an_answer_that_reached_its_longest_says_so(on_stage: NewOwner, the_stage: Stage) -> None:
    marlow = await on_stage()
    the_stage.director.otherwise = text(*SAID)
    the_stage.faults.add(Fault(name="max_tokens", after=2))
    answer = await marlow.ask(YESTERDAY)
    await expect(answer).to_contain_text("You made $2,817.50")
    await expect(answer).to_contain_text("reached its longest")
    await marlow.page.reload()
    await marlow.sign_in(the_stage.email)
    await expect(marlow.answers).to_contain_text("reached its longest")


async def test_a_database_that_sleeps_is_waited_for(on_stage: NewOwner, the_stage: Stage) -> None:
    marlow = await on_stage()
    the_stage.director.otherwise = text(*SAID)
    await the_stage.postgres.stop()
    await marlow.send(YESTERDAY)
    await expect(marlow.log).to_contain_text("The database is waking up; this can take half a minute …")
    await the_stage.postgres.start()
    await expect(marlow.answers).to_contain_text("".join(SAID))
    await expect(marlow.log.get_by_text("waking up")).to_have_count(0)


async def test_a_database_that_is_away_is_told_on_every_page_and_tried_again(
    on_stage: NewOwner, the_stage: Stage
) -> None:
    marlow = await on_stage(database_wake_seconds=0.5, database_patience_seconds=0.5)
    await expect(marlow.page.get_by_text("Marlow's Stage")).to_be_visible()
    the_stage.director.otherwise = text(*SAID)
    await the_stage.postgres.stop()
    await marlow.send(YESTERDAY)
    await expect(marlow.alert).to_contain_text("Please try again")
    await expect(marlow.alert).to_contain_text("database is waking up")
    await marlow.page.get_by_role("link", name="Your numbers").click()
    card = marlow.page.get_by_role("region", name="Revenue by day")
    await expect(card.get_by_role("alert")).to_contain_text("database is waking up")
    await marlow.page.go_back()
    await expect(marlow.alert).to_contain_text("database is waking up")
    await the_stage.postgres.start()
    await marlow.button("Try again").click()
    await expect(marlow.answers).to_contain_text("".join(SAID))
    await expect(marlow.log.get_by_text(YESTERDAY)).to_have_count(1)


async def test_offline(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await expect(maria.page.get_by_role("list", name="Suggested questions")).to_contain_text("order 3")
    await maria.page.context.set_offline(True)
    await maria.send(YESTERDAY)
    await expect(maria.alert).to_contain_text("You are offline")
    await maria.page.context.set_offline(False)
    await maria.button("Try again").click()
    await expect(maria.answers).to_contain_text("with a receipt")
    await expect(maria.log.get_by_text(YESTERDAY)).to_have_count(1)


async def cut_the_connection(of: Owner) -> None:
    """From the next answer on, each is cut at the heartbeat after its first words: fetch itself gives no way to."""
    await of.page.evaluate("""() => {
        const real = window.fetch;
        window.fetch = async (input, init) => {
            const response = await real(input, init);
            if (!String(input).endsWith('/ai/ask')) return response;
            const reader = response.body.getReader();
            let seen = '';
            const cut = new ReadableStream({ async pull(controller) {
                const { value } = await reader.read();
                if (seen.includes('text-delta')) return controller.error(new TypeError('network error'));
                seen += new TextDecoder().decode(value);
                controller.enqueue(value);
            }});
            return new Response(cut, { status: response.status, headers: response.headers });
        };
    }""")


@pytest.mark.parametrize("offline", [False, True])
async def test_a_stream_that_is_cut_is_caught_up_with(on_stage: NewOwner, the_stage: Stage, offline: bool) -> None:
    """The connection goes while the answer is made: the service makes it to its end, and a retry shows that."""
    marlow = await on_stage(heartbeat_seconds=0.1)
    curtain = Curtain(at=2)
    the_stage.director.play(text(*SAID, before=curtain))
    await marlow.page.evaluate(
        "offline => Object.defineProperty(navigator, 'onLine', { get: () => !offline })", offline
    )
    await cut_the_connection(marlow)
    await marlow.send(YESTERDAY)
    await expect(marlow.alert).to_contain_text(
        "You went offline in mid-answer" if offline else "broke off in mid-answer"
    )
    await expect(marlow.answers).to_contain_text("You made")
    await marlow.button("Try again").click()
    await expect(marlow.log).to_contain_text("Still being answered")
    curtain.rise()
    await expect(marlow.answers).to_contain_text("".join(SAID))
    await expect(marlow.answers).to_have_count(1)
    assert len(the_stage.director.requests) == 1


async def test_a_refusal_before_the_first_byte_waits_as_long_as_it_was_told(owner: NewOwner) -> None:
    """What the gateway and the firewall answer in AWS, where no service is asked."""
    maria = await owner(MARIA, "/ask")
    body = '{"code":"database_waking","detail":"The database is waking up. Please try again in half a minute."}'
    refusals = [
        {"status": 503, "headers": {"retry-after": "2"}, "content_type": "application/problem+json", "body": body},
        {"status": 429, "content_type": "text/html", "body": "<html>429</html>"},
        {"status": 403, "content_type": "text/html", "body": "<html>Request blocked</html>"},
        {"status": 504, "content_type": "application/json", "body": '{"message": "Endpoint request timed out"}'},
    ]

    async def refuse(route: Route) -> None:
        if refusals:
            await route.fulfill(**refusals.pop(0))  # type: ignore[arg-type]
        else:
            await route.continue_()

    await maria.page.route("**/ai/ask", refuse)
    await maria.send(YESTERDAY)
    await expect(maria.alert).to_contain_text("The database is waking up")
    retry = maria.page.get_by_role("button", name="Try again")
    await expect(retry).to_be_disabled()
    for words in ("Too many requests from here", "refused on the way", "away for a moment"):
        await retry.click()
        await expect(maria.alert).to_contain_text(words)
    await retry.click()
    await expect(maria.answers).to_contain_text("with a receipt")
    await expect(maria.log.get_by_text(YESTERDAY)).to_have_count(1)


async def test_an_error_part_is_told_and_nothing_technical_is(on_stage: NewOwner) -> None:
    marlow = await on_stage()
    streams = [
        '{"type":"error","errorText":"The kitchen is closed."}',
        '{"type":"text-delta","id":"nowhere","delta":"x"}',
    ]

    async def answer(route: Route) -> None:
        body = f'data: {{"type":"start","messageId":"a1"}}\n\ndata: {streams.pop(0)}\n\ndata: [DONE]\n\n'
        await route.fulfill(
            content_type="text/event-stream", headers={"x-vercel-ai-ui-message-stream": "v1"}, body=body
        )

    await marlow.page.route("**/ai/ask", answer)
    await marlow.send(YESTERDAY)
    await expect(marlow.alert).to_contain_text("The kitchen is closed.")
    await marlow.button("Try again").click()
    await expect(marlow.alert).to_contain_text("Something went wrong. Please try again.")


async def test_a_database_that_went_away_and_came_back(owner: NewOwner, cloud: WholeCloud) -> None:
    maria = await owner(MARIA, "/ask")
    os.kill(cloud.children()["PostgreSQL"], signal.SIGKILL)
    await maria.send(YESTERDAY)
    done = maria.answers.get_by_text("with a receipt")
    retry = maria.button("Try again")
    await expect(done.or_(retry).first).to_be_visible()
    if await retry.count():
        await expect(retry).to_be_enabled(timeout=40_000)
        await retry.click()
    await expect(done).to_be_visible()


async def test_one_that_is_slow_is_stopped_and_asked_again(on_stage: NewOwner, the_stage: Stage) -> None:
    marlow = await on_stage()
    curtain = Curtain(at=0)
    the_stage.director.play(text(*SAID, before=curtain), text(*SAID))
    await marlow.send(YESTERDAY)
    await curtain.fallen()
    await marlow.button("Stop").click()
    await expect(marlow.page.get_by_text("You stopped this answer")).to_be_visible()
    async with asyncio.timeout(10):
        await the_stage.director.left.wait()
    await marlow.button("Answer again").click()
    await expect(marlow.answers).to_contain_text("".join(SAID))
    await expect(marlow.answers).to_have_count(1)


async def no_more_scripts(of: Owner) -> None:
    """What the page has not fetched by now does not come."""

    async def lose(route: Route) -> None:
        await route.abort()

    await of.page.wait_for_load_state("networkidle")
    await of.page.route("**/*.js", lose)


async def test_a_part_of_a_page_that_does_not_come_says_so_and_is_tried_again(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask", viewport={"width": 390, "height": 844})
    await maria.ask(YESTERDAY)
    told = maria.alert.filter(has_text="A part of this page could not be loaded")
    shown = [
        (maria.answers.get_by_role("button", name="Details"), "dialog"),
        (maria.button("Open the menu"), "dialog"),
        (maria.button(f"More for “{YESTERDAY}”").first, "menu"),
    ]
    for opener, role in shown:
        await no_more_scripts(maria)
        await opener.click()
        await expect(told).to_be_visible()
        await maria.page.unroute("**/*.js")
        await told.get_by_role("button", name="Try again").click()
        await expect(maria.page.get_by_role(role).last).to_be_visible()  # type: ignore[arg-type]
        await expect(told).to_have_count(0)
        if opener is shown[0][0]:
            await maria.page.keyboard.press("Escape")


async def test_a_chart_that_does_not_come_says_so_and_is_tried_again(owner: NewOwner) -> None:
    maria = await owner(MARIA, "/ask")
    await expect(maria.page.get_by_role("list", name="Suggested questions")).to_contain_text("order 3")
    await maria.page.evaluate("window.next.router.pageLoader.loadPage('/').then(() => null)")
    await no_more_scripts(maria)
    await maria.page.get_by_role("link", name="Your numbers").click()
    card = maria.page.get_by_role("region", name="Revenue by day")
    await expect(card).to_contain_text("A part of this page could not be loaded")
    await maria.page.unroute("**/*.js")
    await card.get_by_role("button", name="Try again").click()
    await expect(card.locator(".recharts-bar-rectangle").first).to_be_visible()
