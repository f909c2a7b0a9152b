"""The operator function: the one way to change a database that nobody outside its VPC can reach.

Called by CloudFormation when `sql/` changes, and by an operator with one of these events:

    {"action": "migrate"}                                                          -> {"applied": ["0001_…", …]}
    {"action": "create_tenant", "tenant_id", "name", "time_zone", "currency"}      -> {"tenant_id", "created"}
    {"action": "import_orders", "tenant_id", "bucket", "key"}                      -> {"orders", "order_lines", …}

What goes wrong is raised, so that the caller reads it as a function error; to CloudFormation it is answered, and the
deploy fails with it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from service.config import ConfigError, OperatorConfig, read_operator_config
from service.errors import ServiceError
from service.provisioning.aurora import Aurora, close_database, prepare_database, prepare_roles
from service.provisioning.aws import read_file
from service.provisioning.custom_resource import CustomResourceEvent, answer
from service.provisioning.errors import ProvisioningError
from service.provisioning.migrations import apply_migrations
from service.provisioning.order_file import parse_order_file
from service.provisioning.orders import import_orders, vacuum_orders
from service.provisioning.tenants import NewTenant, create_tenant, find_tenant
from service.telemetry import configure_logging, logger

_SQL = Path(__file__).parents[2] / "sql"
_LAST_WORDS_SECONDS = 20.0
"""Kept of a function's time for saying that it ran out."""


class LambdaContext(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


class Migrate(Struct, tag_field="action", tag="migrate", forbid_unknown_fields=True):
    pass


class CreateTenant(Struct, tag_field="action", tag="create_tenant", forbid_unknown_fields=True):
    tenant_id: UUID
    name: str
    time_zone: str
    currency: str


class ImportOrders(Struct, tag_field="action", tag="import_orders", forbid_unknown_fields=True):
    tenant_id: UUID
    bucket: str
    key: str


Action = Migrate | CreateTenant | ImportOrders


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """What Lambda calls. Raises ProvisioningError or ConfigError, but never to CloudFormation."""
    configure_logging("INFO")
    seconds = context.get_remaining_time_in_millis() / 1000 - _LAST_WORDS_SECONDS
    if "ResponseURL" in event:
        asyncio.run(_deploy(msgspec.convert(event, CustomResourceEvent), seconds))
        return {}
    return asyncio.run(_in_time(_action(event), seconds))


async def _deploy(event: CustomResourceEvent, seconds: float) -> None:
    """Deleting changes nothing: the database goes, or stays, as its stack says."""
    failure = None
    if event.request_type != "Delete":
        try:
            await _in_time(Migrate(), seconds)
        except Exception as error:
            # Whatever it was: an answer that never comes holds the deploy up for an hour.
            failure = _sentence(error)
    await answer(event, failure)


def _action(event: dict[str, Any]) -> Action:
    try:
        action: Action = msgspec.convert(event, Action)
    except msgspec.ValidationError as error:
        raise ProvisioningError(f"This is no event of the operator's: {error}") from None
    return action


async def _in_time(action: Action, seconds: float) -> dict[str, Any]:
    name = type(action).__struct_config__.tag
    try:
        async with asyncio.timeout(seconds):
            done = await perform(action, read_operator_config())
    except TimeoutError as error:
        logger().error("operator_failed", action=name, exc_info=error)
        raise ProvisioningError(f"This took longer than the {seconds:.0f} s that the function has.") from error
    except Exception as error:
        logger().error("operator_failed", action=name, exc_info=error)
        raise
    logger().info("operator_done", action=name)
    return done


async def perform(action: Action, config: OperatorConfig) -> dict[str, Any]:
    """What was done, as JSON takes it. Raises ProvisioningError, ConfigError, or what the database says."""
    aurora = Aurora(config)
    match action:
        case Migrate():
            return {"applied": await _migrate(aurora, config.database_name)}
        case CreateTenant():
            new = NewTenant(action.tenant_id, action.name, action.time_zone, action.currency)
            async with aurora.owner() as connection:
                created = await create_tenant(connection, new)
            return {"tenant_id": str(action.tenant_id), "created": created}
        case ImportOrders():
            return await _import(aurora, action, config.aws_region)


async def _migrate(aurora: Aurora, database: str) -> list[str]:
    async with aurora.administrator() as connection:
        await prepare_roles(connection, _SQL / "roles.sql")
        await prepare_database(connection, database)
    async with aurora.owner() as connection:
        await close_database(connection, database)
        return await apply_migrations(connection, _SQL / "migrations")


async def _import(aurora: Aurora, wanted: ImportOrders, region: str) -> dict[str, Any]:
    content = await read_file(region, wanted.bucket, wanted.key)
    async with aurora.owner() as connection:
        tenant = await find_tenant(connection, wanted.tenant_id)
        if tenant is None:
            raise ProvisioningError(f"There is no tenant {wanted.tenant_id}.")
        file = await asyncio.to_thread(parse_order_file, content, tenant.time_zone)
        report = await import_orders(connection, wanted.tenant_id, file.orders, sha256=file.sha256)
        await vacuum_orders(connection)
    done: dict[str, Any] = msgspec.to_builtins(report)
    return done


def _sentence(error: Exception) -> str:
    if isinstance(error, (ServiceError, ConfigError, asyncpg.PostgresError)):
        return str(error)
    return f"{type(error).__name__}; the operator's log says more."
