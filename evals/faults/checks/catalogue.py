"""The catalogue's rules, which are those of local/catalogue.py: a new table is judged by them unnamed."""

from __future__ import annotations

from collections.abc import AsyncIterator

from local.catalogue import faults
from local.database import OWNER, SERVICE, Database


async def catalogue(database: Database) -> AsyncIterator[tuple[str, str]]:
    connection = await database.connect(database.superuser)
    try:
        for sentence in await faults(connection, owner=OWNER, service=SERVICE):
            yield "catalogue", sentence
    finally:
        await connection.close()
