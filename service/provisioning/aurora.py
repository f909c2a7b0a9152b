"""The operator's way into Aurora, and what an administrator does there: roles, their sign-in with IAM, the database.

Whoever is in the role `rds_iam` signs in with a token, and with a password no more. The administrator gets into it as
well: directly, here, and at any rate through the roles that it makes, whose member PostgreSQL makes it. So after the
first deploy its password opens nothing.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import structlog

from service.config import ConfigError, OperatorConfig
from service.db.failures import may_pass
from service.db.iam_token import iam_token
from service.provisioning.aws import read_password
from service.provisioning.errors import ProvisioningError

OWNER, SERVICE = "tableside_owner", "tableside_service"
"""As sql/roles.sql makes them."""
PATIENCE_SECONDS = 120.0
"""For a cluster that was just made, or sleeps."""
_ATTEMPT_SECONDS = 10.0
_RETRY_SECONDS = 0.5

Password = str | Callable[[], Awaitable[str]]

_log = structlog.get_logger(__name__)


class Aurora:
    """Connections over verified TLS. Raises ConfigError when the authorities' file cannot be read."""

    def __init__(self, config: OperatorConfig, patience: float = PATIENCE_SECONDS) -> None:
        self._config = config
        self._patience = patience
        try:
            self._tls = ssl.create_default_context(cafile=config.database_tls_ca)
        except OSError as error:
            raise ConfigError("DATABASE_TLS_CA is not a file of certificates that can be read") from error

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """To the database, as the role that owns it. Raises ProvisioningError."""
        connection = await self._connect(OWNER, self._config.database_name, self._token(OWNER))
        async with _closing(connection):
            yield connection

    @asynccontextmanager
    async def administrator(self) -> AsyncIterator[asyncpg.Connection]:
        """To the maintenance database, there even when ours is not yet. Raises ProvisioningError."""
        user = self._config.database_admin_user
        try:
            connection = await self._connect(user, "postgres", self._token(user))
        except asyncpg.InvalidAuthorizationSpecificationError:
            _log.info("administrator_signs_in_with_password")
            password = await read_password(self._config.aws_region, self._config.database_admin_secret)
            connection = await self._connect(user, "postgres", password)
        async with _closing(connection):
            yield connection

    def _token(self, user: str) -> Password:
        return iam_token(self._config.database_host, self._config.database_port, user, self._config.aws_region)

    async def _connect(self, user: str, database: str, password: Password) -> asyncpg.Connection:
        """Tries again for as long as there is patience while nobody is there. Raises ProvisioningError, and what the
        server says when it is there and refuses."""
        deadline = asyncio.get_running_loop().time() + self._patience
        while True:
            try:
                return await asyncpg.connect(
                    host=self._config.database_host,
                    port=self._config.database_port,
                    user=user,
                    database=database,
                    password=password,
                    ssl=self._tls,
                    timeout=_ATTEMPT_SECONDS,
                    server_settings={"application_name": "tableside-operator"},
                )
            except Exception as error:
                if not may_pass(error):
                    raise
                if asyncio.get_running_loop().time() > deadline:
                    raise ProvisioningError("The database did not answer.") from error
            await asyncio.sleep(_RETRY_SECONDS)


@asynccontextmanager
async def _closing(connection: asyncpg.Connection) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await connection.close()


async def prepare_roles(administrator: asyncpg.Connection, roles_sql: Path) -> None:
    """Applies sql/roles.sql, and has every role sign in with IAM. Again changes nothing."""
    sql = await asyncio.to_thread(roles_sql.read_text, "utf-8")
    async with administrator.transaction():
        await administrator.execute(sql)
        await administrator.execute(f"GRANT rds_iam TO {OWNER}, {SERVICE}, CURRENT_USER")


async def prepare_database(administrator: asyncpg.Connection, name: str) -> None:
    """Creates it when it is not there, and gives it to its owner. name: an identifier of ours."""
    owner = await administrator.fetchval(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1::text", name
    )
    if owner is None:
        await administrator.execute(f"CREATE DATABASE {name}")
    if owner != OWNER:
        async with administrator.transaction():
            # Only a member of a role may give it something.
            await administrator.execute(f"GRANT {OWNER} TO CURRENT_USER")
            await administrator.execute(f"ALTER DATABASE {name} OWNER TO {OWNER}")
            await administrator.execute(f"REVOKE {OWNER} FROM CURRENT_USER")


async def close_database(owner: asyncpg.Connection, name: str) -> None:
    """To everybody but those who have business in it."""
    async with owner.transaction():
        await owner.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        await owner.execute(f"GRANT CONNECT ON DATABASE {name} TO {SERVICE}")
