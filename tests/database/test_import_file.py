"""`make import`: a restaurant and its owner's sign-in from one file, or nothing at all. Real Cognito and database."""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from local import import_file as command
from local.aws import Identity, create_user, read_passwords, sign_in
from local.database import Database
from local.demo_restaurants import DEMO_TENANTS
from local.errors import LocalCloudError
from local.import_file import describe, import_file, read_options
from local.ministack import Ministack
from local.running import Running
from local.state import State
from service.provisioning.errors import ProvisioningError
from service.provisioning.order_file import OrderFileError
from service.provisioning.tenants import NewTenant
from tests.database.fresh_database import connected, fresh_database

HEADER = "order_number,ordered_at,item,category,quantity,unit_price"


class Kitchen:
    """What runs, and a folder for files to load into it."""

    def __init__(self, state: State, running: Running, ministack: Ministack, folder: Path) -> None:
        self.state, self.running, self.ministack, self.folder = state, running, ministack, folder

    def options(self, owner: str, *lines: str, **changes: str) -> argparse.Namespace:
        path = self.folder / "orders.csv"
        path.write_text("\n".join((HEADER, *lines)))
        values = {"name": "Import Kitchen", "timezone": "Europe/Rome", "currency": "EUR"} | changes
        return argparse.Namespace(file=str(path), owner=owner, **values)

    async def load(self, owner: str, *lines: str, **changes: str) -> command.Imported:
        return await import_file(self.state, self.running, self.options(owner, *lines, **changes))

    async def tenants(self) -> set[str]:
        """Names, as the superuser sees them."""
        async with connected(self.running.database, self.running.database.superuser) as root:
            return {row[0] for row in await root.fetch("SELECT name FROM tenants")}

    async def users(self) -> set[str]:
        """Who signs in, as Cognito and the kept passwords agree."""
        async with self.ministack.client("cognito-idp") as cognito:
            users = (await cognito.list_users(UserPoolId=self.running.identity.pool_id))["Users"]
        known = {each["Value"] for user in users for each in user["Attributes"] if each["Name"] == "email"}
        assert known == set(read_passwords(self.ministack.directory))
        return known


@pytest_asyncio.fixture
async def kitchen(
    database: Database, ministack: Ministack, identity: Identity, tmp_path: Path
) -> AsyncIterator[Kitchen]:
    state = State(ministack.directory.parent)
    async with fresh_database(database) as fresh:
        running = Running(
            pid=0, birth="", address="http://localhost:1", database=fresh, identity=identity,
            conversations_table="unused", ministack_port=ministack.port,
        )  # fmt: skip
        assert running.ministack(state).directory == ministack.directory
        yield Kitchen(state, running, ministack, tmp_path)


ONE, TWO = "1,2025-03-01T19:30:00,Cacio e Pepe,Primi,2,14.50", "2,2025-03-02T20:00:00,Tiramisù,,1,7"


async def test_a_file_becomes_a_restaurant_that_its_owner_signs_in_to(kitchen: Kitchen) -> None:
    imported = await kitchen.load("rosa@first.example", ONE, TWO)
    assert (imported.report.orders, imported.report.order_lines) == (2, 2)
    tokens = await sign_in(kitchen.ministack, kitchen.running.identity, "rosa@first.example", imported.password)
    assert UUID(_claims(tokens.id_token)["custom:tenant_id"]) == imported.tenant.tenant_id
    said = describe(imported, "rosa@first.example", 1.23)
    assert "Import Kitchen: loaded in 1.2 s.\n  2 orders, 2 lines, 2025-03-01 to 2025-03-02, 36.00 EUR\n" in said
    assert imported.password in said
    assert "NOW=2025-03-02T23:00:00+01:00" in said


async def test_the_same_file_again_changes_nothing_and_another_adds(kitchen: Kitchen) -> None:
    first = await kitchen.load("rosa@second.example", ONE)
    again = await kitchen.load("rosa@second.example", ONE)
    assert again.report.imported_before is not None
    assert "this file is there already, since 20" in describe(again, "rosa@second.example", 1)
    more = await kitchen.load("rosa@second.example", TWO)
    assert more.report.orders == 1
    assert {first.tenant, again.tenant, more.tenant} == {first.tenant}
    assert {first.password, again.password, more.password} == {first.password}
    with pytest.raises(ProvisioningError, match="Order 2 is there already"):
        await kitchen.load("rosa@second.example", TWO, "3,2025-03-03T20:00:00,Pane,,1,2")


@pytest.mark.parametrize("change", [{"name": "Other"}, {"timezone": "Europe/Paris"}, {"currency": "CHF"}])
async def test_the_same_owner_with_another_restaurant_is_refused(change: dict[str, str], kitchen: Kitchen) -> None:
    await kitchen.load("rosa@third.example", ONE)
    with pytest.raises(ProvisioningError, match="is already Import Kitchen"):
        await kitchen.load("rosa@third.example", TWO, **change)
    await _remove(kitchen, "rosa@third.example")


@pytest.mark.parametrize(
    ("lines", "change", "error", "sentence"),
    [
        ((ONE, "2,2025-03-02T20:00:00,Pane,,-1,7"), {}, OrderFileError, "Line 3: quantity '-1'"),
        ((), {}, OrderFileError, "no order lines"),
        ((ONE,), {"currency": "JPY"}, ProvisioningError, "JPY has no hundredths"),
        ((ONE,), {"timezone": "Rome"}, ProvisioningError, "'Rome' is not a time zone"),
        ((ONE,), {"name": " "}, ProvisioningError, "name is 1 to 200"),
    ],
)
async def test_what_cannot_be_loaded_leaves_nothing_behind(
    lines: tuple[str, ...], change: dict[str, str], error: type[Exception], sentence: str, kitchen: Kitchen
) -> None:
    users = await kitchen.users()
    with pytest.raises(error, match=sentence):
        await kitchen.load("rosa@fourth.example", *lines, **change)
    assert await kitchen.users() == users
    assert await kitchen.tenants() == set()


async def test_a_failure_after_the_sign_in_was_made_takes_it_away_again(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def made_and_then_lost(*values: Any) -> str:
        await create_user(*values)
        raise LocalCloudError("the connection went away")

    users = await kitchen.users()
    monkeypatch.setattr(command, "create_user", made_and_then_lost)
    with pytest.raises(LocalCloudError, match="went away"):
        await kitchen.load("rosa@fifth.example", ONE)
    assert await kitchen.users() == users
    assert await kitchen.tenants() == set()
    monkeypatch.undo()
    assert (await kitchen.load("rosa@fifth.example", ONE)).report.orders == 1


async def test_a_failure_leaves_an_owner_that_was_there_before(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: Any) -> str:
        raise LocalCloudError("the connection went away")

    await kitchen.load("rosa@sixth.example", ONE)
    users = await kitchen.users()
    monkeypatch.setattr(command, "create_user", lost)
    with pytest.raises(LocalCloudError, match="went away"):
        await kitchen.load("rosa@sixth.example", TWO)
    assert "rosa@sixth.example" in users == await kitchen.users()
    monkeypatch.undo()
    assert (await kitchen.load("rosa@sixth.example", TWO)).report.orders == 1


async def test_a_demo_restaurant_stays_as_it_was_made(kitchen: Kitchen) -> None:
    with pytest.raises(LocalCloudError, match="owns a demo restaurant"):
        await kitchen.load(DEMO_TENANTS[0].owner_email, ONE)


async def test_a_file_that_is_not_there_is_named(kitchen: Kitchen) -> None:
    options = kitchen.options("rosa@seventh.example", ONE)
    for path, why in (("nowhere.csv", "No such file"), (str(kitchen.folder), "Is a directory")):
        options.file = path
        with pytest.raises(LocalCloudError, match=f"{path} cannot be read: {why}"):
            await import_file(kitchen.state, kitchen.running, options)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FILE", "NAME", "TIMEZONE", "CURRENCY", "OWNER", "PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(LocalCloudError, match="FILE=… and CURRENCY=… and OWNER=… as well"):
        read_options(["--name", "Kitchen", "--timezone", "UTC"])
    monkeypatch.setenv("OWNER", "Rosa@Example.com")
    options = read_options(["--file", "x", "--name", "Kitchen", "--timezone", "UTC", "--currency", "EUR"])
    assert options.owner == "rosa@example.com"
    monkeypatch.setenv("OWNER", "rosa")
    with pytest.raises(LocalCloudError, match="OWNER must be an e-mail address, not rosa"):
        read_options(["--file", "x", "--name", "Kitchen", "--timezone", "UTC", "--currency", "EUR"])


def test_the_sums_are_those_of_the_file() -> None:
    tenant = NewTenant(DEMO_TENANTS[0].tenant_id, "Kitchen", "UTC", "EUR")
    file = command.parse_order_file("\n".join((HEADER, ONE, "1,2025-03-01T19:30:00,Pane,,10,120.05")).encode(), "UTC")
    said = describe(command.Imported(tenant, "secret", file, command.ImportReport(1, 2, 2)), "a@b", 0.5)
    assert "1 orders, 2 lines, 2025-03-01 to 2025-03-01, 1,229.50 EUR\n" in said


async def _remove(kitchen: Kitchen, owner: str) -> None:
    """For the next parameter, whose database does not have that owner's restaurant."""
    await command._remove_sign_in(kitchen.ministack, kitchen.running, owner)


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
