"""A PostgreSQL as RDS makes it: an administrator who is no superuser, and a doorman who takes a signed token from
whoever is in the role `rds_iam`, and a password from everybody else. Behind the doorman is the real server."""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

import asyncpg

from local.postgres import Postgres
from tests.database.rds_front import Door, Ends, connected, pass_both_ways

ADMINISTRATOR = "tableside_admin"
PASSWORD = "of-the-administrator"
_EVERYBODY = "host all all 127.0.0.1/32 trust\n"

# On RDS the administrator may grant rds_iam without being in it; here it takes a membership, which is not counted.
_IN_RDS_IAM = """
WITH RECURSIVE held AS (
    SELECT $1::text::regrole AS role
    UNION
    SELECT roleid::regrole FROM pg_auth_members JOIN held ON member = role
    WHERE NOT (member = $2::text::regrole AND roleid = 'rds_iam'::regrole AND admin_option)
)
SELECT 'rds_iam'::regrole IN (SELECT role FROM held)
"""


class Rds(Door):
    """admitted: who came in, and by what, in order."""

    def __init__(self, server: Postgres, certificate: ssl.SSLContext) -> None:
        super().__init__(certificate)
        self.server = server
        self.admitted: list[tuple[str, str]] = []

    @asynccontextmanager
    async def superuser(self, database: str = "postgres") -> AsyncIterator[asyncpg.Connection]:
        """Around the doorman."""
        connection = await asyncpg.connect(
            host=self.server.host, port=self.server.port, user="postgres", database=database, ssl=False
        )
        try:
            yield connection
        finally:
            await connection.close()

    async def __aenter__(self) -> Self:
        await self._furnish()
        return await super().__aenter__()

    async def _furnish(self) -> None:
        connection = await asyncpg.connect(
            host=self.server.host, port=self.server.port, user="postgres", database="postgres", ssl=False,
            password=self.server.superuser_password,
        )  # fmt: skip
        try:
            file = Path(await connection.fetchval("SHOW hba_file"))
            await asyncio.to_thread(file.write_text, _EVERYBODY)
            await connection.execute("SELECT pg_reload_conf()")
            await connection.execute("CREATE ROLE rds_iam NOLOGIN")
            await connection.execute(f"CREATE ROLE {ADMINISTRATOR} LOGIN NOSUPERUSER CREATEDB CREATEROLE")
            await connection.execute(f"GRANT rds_iam TO {ADMINISTRATOR} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
        finally:
            await connection.close()

    async def receive(self, startup: bytes, shown: str, client: Ends) -> None:
        fields = startup[4:].split(b"\0")
        user = fields[fields.index(b"user") + 1].decode()
        if refusal := await self._judge(user, shown):
            client[1].write(refusal)
            await client[1].drain()
            return
        async with connected(self.server.host, self.server.port, startup) as server:
            await pass_both_ways(client, server)

    async def _judge(self, user: str, shown: str) -> bytes | None:
        """None to let it in."""
        async with self.superuser() as connection:
            by_token = await connection.fetchval(_IN_RDS_IAM, user, ADMINISTRATOR)
        asked = parse_qs(urlsplit(f"https://{shown}").query)
        if by_token and asked.get("DBUser") == [user] and asked.get("Action") == ["connect"]:
            self.admitted.append((user, "token"))
            return None
        if not by_token and user == ADMINISTRATOR and shown == PASSWORD:
            self.admitted.append((user, "password"))
            return None
        return _error("28000", "PAM authentication failed") if by_token else _error("28P01", "password refused")


def _error(code: str, words: str) -> bytes:
    fields = b"".join(f"{kind}{value}\0".encode() for kind, value in (("S", "FATAL"), ("C", code), ("M", words)))
    return b"E" + struct.pack("!i", len(fields) + 5) + fields + b"\0"
