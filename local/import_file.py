"""Loads a point-of-sale export into the running cloud as a restaurant of its own.

    make import FILE=orders.csv.gz NAME="…" TIMEZONE=… CURRENCY=… OWNER=… [PORT=…]
    python -m local.import_file --file … --name … --timezone … --currency … --owner … [--port …] [--state DIR]

Creates the tenant and its owner's sign-in, which it prints, and loads the file. If anything is wrong, neither is left
behind. The same owner again with another file adds to the same restaurant; with the same file, nothing changes.
Exit code 0 when the file's orders are there at the end, 1 with the reasons on stderr.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from local.aws import create_user, read_passwords
from local.demo_restaurants import DEMO_TENANTS
from local.errors import LocalCloudError
from local.ministack import Ministack
from local.private_files import write_record
from local.running import Running, read_running
from local.state import State
from service.provisioning.errors import ProvisioningError
from service.provisioning.order_file import OrderFile, parse_order_file
from service.provisioning.orders import ImportReport, import_orders, vacuum_orders
from service.provisioning.tenants import NewTenant, check_tenant, create_tenant

OPTIONS = ("file", "name", "timezone", "currency", "owner")


class Imported(Struct, frozen=True):
    tenant: NewTenant
    password: str
    file: OrderFile
    report: ImportReport


async def import_file(state: State, running: Running, options: argparse.Namespace) -> Imported:
    """Raises ProvisioningError or LocalCloudError with the reasons; then nothing was changed."""
    if options.owner in {demo.owner_email for demo in DEMO_TENANTS}:
        raise LocalCloudError(
            f"{options.owner} owns a demo restaurant, whose orders are made up; choose another owner."
        )
    content = await asyncio.to_thread(_read, Path(options.file))
    ministack = running.ministack(state)
    tenant_id = await _tenant_of(ministack, running, options.owner)
    tenant = NewTenant(tenant_id or uuid4(), options.name, options.timezone, options.currency)
    connection = await running.database.connect()
    try:
        await check_tenant(connection, tenant)
        file = await asyncio.to_thread(parse_order_file, content, tenant.time_zone)
        async with _sign_in_of(ministack, running, options.owner, is_new=tenant_id is None), connection.transaction():
            await create_tenant(connection, tenant)
            report = await import_orders(connection, tenant.tenant_id, file.orders, sha256=file.sha256)
            password = await create_user(ministack, running.identity, options.owner, tenant.tenant_id)
        await vacuum_orders(connection)
    finally:
        await connection.close()
    return Imported(tenant, password, file, report)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LocalCloudError(f"{path} cannot be read: {error.strerror}.") from None


async def _tenant_of(ministack: Ministack, running: Running, owner: str) -> UUID | None:
    """None when nobody signs in by that name yet."""
    async with ministack.client("cognito-idp") as cognito:
        try:
            user = await cognito.admin_get_user(UserPoolId=running.identity.pool_id, Username=owner)
        except cognito.exceptions.UserNotFoundException:
            return None
    attributes: dict[str, Any] = {each["Name"]: each["Value"] for each in user["UserAttributes"]}
    return UUID(attributes["custom:tenant_id"])


@asynccontextmanager
async def _sign_in_of(ministack: Ministack, running: Running, owner: str, *, is_new: bool) -> AsyncIterator[None]:
    """Takes a new owner's sign-in away again when the transaction inside did not end well."""
    try:
        yield
    except BaseException:
        if is_new:
            await _remove_sign_in(ministack, running, owner)
        raise


async def _remove_sign_in(ministack: Ministack, running: Running, owner: str) -> None:
    async with ministack.client("cognito-idp") as cognito:
        # When it did not come to that, its password may have been kept all the same.
        with suppress(cognito.exceptions.UserNotFoundException):
            await cognito.admin_delete_user(UserPoolId=running.identity.pool_id, Username=owner)
    kept = await asyncio.to_thread(read_passwords, ministack.directory)
    kept.pop(owner, None)
    await asyncio.to_thread(write_record, ministack.directory / "sign-ins.json", kept)
    await ministack.save()


def describe(imported: Imported, owner: str, seconds: float) -> str:
    """What was loaded, with the sums by which its owner can tell that it is theirs, and how to sign in."""
    tenant, orders = imported.tenant, imported.file.orders
    zone = ZoneInfo(tenant.time_zone)
    days = [
        moment.astimezone(zone) for moment in (min(o.ordered_at for o in orders), max(o.ordered_at for o in orders))
    ]
    cents = sum(line.quantity * line.unit_price_cents for order in orders for line in order.lines)
    before = imported.report.imported_before
    done = f"loaded in {seconds:.1f} s"
    if before:
        done = f"this file is there already, since {before:%Y-%m-%d %H:%M} UTC; nothing was changed"
    return "\n".join(
        (
            f"{tenant.name}: {done}.",
            f"  {len(orders):,} orders, {imported.file.lines:,} lines, {days[0]:%Y-%m-%d} to {days[1]:%Y-%m-%d},"
            f" {cents // 100:,}.{cents % 100:02d} {tenant.currency}",
            "",
            f"  {owner}    {imported.password}",
            "",
            f'Ask:   make ask Q="What sold best last month?" AS={owner}',
            f"Clock: NOW={_end_of(days[1])} make run   asks as if it were the file's last day",
        )
    )


def _end_of(day: datetime) -> str:
    return day.replace(hour=23, minute=0, second=0, microsecond=0).isoformat()


def read_options(arguments: list[str]) -> argparse.Namespace:
    """What is not on the command line is taken from the environment, as make hands it on. Raises LocalCloudError."""
    parser = argparse.ArgumentParser(prog="python -m local.import_file", description=__doc__)
    for name in (*OPTIONS, "port"):
        parser.add_argument(f"--{name}", default=os.environ.get(name.upper()) or "")
    parser.add_argument("--state", default=None)
    options = parser.parse_args(arguments)
    missing = [f"{name.upper()}=…" for name in OPTIONS if not getattr(options, name)]
    if missing:
        raise LocalCloudError(f"An import needs {' and '.join(missing)} as well.")
    options.owner = options.owner.lower()
    if options.owner.count("@") != 1 or not options.owner.isprintable() or " " in options.owner:
        raise LocalCloudError(f"OWNER must be an e-mail address, not {options.owner}.")
    return options


def main() -> int:
    began = time.monotonic()
    try:
        options = read_options(sys.argv[1:])
        if options.port:
            os.environ["PORT"] = options.port
        state = State(options.state)
        imported = asyncio.run(import_file(state, read_running(state), options))
    except (ProvisioningError, LocalCloudError, OSError, asyncpg.PostgresError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    print(describe(imported, options.owner, time.monotonic() - began))
    return 0


if __name__ == "__main__":
    sys.exit(main())
