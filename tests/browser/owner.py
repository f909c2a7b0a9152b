"""A restaurant's owner at the browser: what one does there, by the words that one sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, expect

from local.aws import read_passwords

MARIA, AMIR = "maria@marlows.example", "amir@copperpot.example"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
_PATIENCE = 15_000
_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("policy violated: " + event.violatedDirective + " " + event.blockedURI + " " + event.sample))
"""

expect.set_options(timeout=_PATIENCE)


class Place(Protocol):
    """Where an owner goes. state: the folder that holds the sign-ins."""

    @property
    def port(self) -> int: ...
    @property
    def state(self) -> Path: ...


async def open_window(browser: Browser, cloud: Place, **options: Any) -> Owner:
    context = await browser.new_context(base_url=f"http://localhost:{cloud.port}", **options)
    context.set_default_timeout(_PATIENCE)
    await context.add_init_script(_TELL_VIOLATIONS)
    return Owner(await context.new_page(), cloud)


class Owner:
    """wrong: script errors and violations of the policy. A failed request is none: some tests are about those."""

    def __init__(self, page: Page, cloud: Place) -> None:
        self.page = page
        self.cloud = cloud
        self.wrong: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.wrong.append(message.text)

    def password(self, email: str) -> str:
        return read_passwords(self.cloud.state / "ministack")[email]

    async def try_to_sign_in(self, email: str, password: str) -> None:
        await self.page.get_by_label("Email").fill(email)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.get_by_role("button", name="Sign in").click()

    async def sign_in(self, email: str) -> None:
        await self.try_to_sign_in(email, self.password(email))
        await expect(self.page.locator("#content")).to_be_attached()

    @property
    def answers(self) -> Locator:
        return self.page.get_by_role("article", name="Answer")

    @property
    def alert(self) -> Locator:
        """Ours; Next.js has one of its own that names the page."""
        return self.page.locator("[role=alert]:not(#__next-route-announcer__)")

    @property
    def composer(self) -> Locator:
        return self.page.get_by_label("Ask about your restaurant")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def send(self, question: str) -> None:
        await self.composer.fill(question)
        await self.page.keyboard.press("Enter")

    async def ask(self, question: str) -> Locator:
        """The finished answer."""
        before = await self.answers.count()
        await self.send(question)
        answer = self.answers.nth(before)
        await expect(answer.get_by_role("button", name="Copy")).to_be_visible()
        return answer
