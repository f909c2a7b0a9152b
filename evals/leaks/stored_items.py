"""The conversations as DynamoDB holds them, by the partition that they lie in."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec

from service.conversations.dynamodb import TABLE_DEFINITION


async def stored_items(dynamodb: Any, table: str) -> dict[str, list[bytes]]:
    """Every item of the table as JSON, by its partition key. dynamodb: an open client."""
    found: dict[str, list[bytes]] = defaultdict(list)
    start: dict[str, Any] = {}
    while True:
        page = await dynamodb.scan(TableName=table, ConsistentRead=True, **start)
        for item in page["Items"]:
            found[item["pk"]["S"]].append(msgspec.json.encode(item))
        if "LastEvaluatedKey" not in page:
            return dict(found)
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


async def own_table(dynamodb: Any, name: str) -> str:
    """A conversations' table of its own, for a service whose items must not lie among others'."""
    definition: dict[str, Any] = dict(TABLE_DEFINITION)
    await dynamodb.create_table(TableName=f"conversations-{name}", **definition)
    return f"conversations-{name}"
