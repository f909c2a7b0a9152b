"""The table's calls, with DynamoDB's errors turned into ours: the one file of the conversations that knows
botocore."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

from aiobotocore.config import AioConfig
from botocore.exceptions import BotoCoreError, ClientError

from service.conversations.header import Item
from service.errors import ConversationsUnavailableError

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

CLIENT_CONFIG = AioConfig(
    connect_timeout=1,
    read_timeout=2,
    # For DynamoDB, `legacy` pauses 50 ms before it tries again, where `standard` takes up to a second.
    retries={"mode": "legacy", "total_max_attempts": 3},
    parameter_validation=False,  # DynamoDB says the same, and what we send is ours
    user_agent="tableside",  # its own botocore puts together anew, twice a call
    max_pool_connections=50,
    connector_args={"keepalive_timeout": 60},
)
"""For the client of a table that a person waits for: an end within seconds whatever happens, and connections that
outlive the pause between two questions."""

A = TypeVar("A")
B = TypeVar("B")

_ATTEMPTS = 5
_PAUSE_SECONDS = 0.02
_BATCH = 25
"""The most that DynamoDB takes in one BatchWriteItem."""


class ConditionFailedError(Exception):
    """A write's condition did not hold. item: what was there instead; None when nothing was."""

    def __init__(self, item: Item | None) -> None:
        self.item = item
        super().__init__("a conditional write found another state")


class Table:
    """Reads are strongly consistent. Every method raises ConversationsUnavailableError, with botocore's
    error as its cause, when DynamoDB cannot be reached or refuses, and after a bounded number of tries when
    others hold the item."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self._client = client
        self._name = name

    async def get(self, key: Item, **options: Any) -> Item | None:
        answer = await _call(self._client.get_item, TableName=self._name, Key=key, ConsistentRead=True, **options)
        item: Item | None = answer.get("Item")
        return item

    async def pages(self, **query: Any) -> AsyncGenerator[list[Item], None]:
        """The items of a Query, page by page as DynamoDB cuts them."""
        start: dict[str, Any] = {}
        while True:
            answer = await _call(
                self._client.query, **{"TableName": self._name, "ConsistentRead": True, **query, **start}
            )
            yield answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    async def take(self, count: int | None = None, **query: Any) -> list[Item]:
        """The first so many items of a Query (None: all), and not a page more than that needs."""
        found: list[Item] = []
        async with aclosing(self.pages(**query)) as pages:
            async for page in pages:
                found += page
                if count is not None and len(found) >= count:
                    break
        return found[:count]

    async def update(self, key: Item, write: dict[str, Any], *, returning: str = "NONE") -> Item:
        """What `returning` asks for, as UpdateItem's ReturnValues. Raises ConditionFailedError."""
        answer = await _call(
            self._client.update_item,
            TableName=self._name,
            Key=key,
            ReturnValues=returning,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **write,
        )
        item: Item = answer.get("Attributes", {})
        return item

    async def update_and_put(self, key: Item, write: dict[str, Any], puts: Sequence[Item]) -> None:
        """All or nothing. Raises ConditionFailedError when the update's condition does not hold."""
        update = {"TableName": self._name, "Key": key, "ReturnValuesOnConditionCheckFailure": "ALL_OLD", **write}
        await _call(
            self._client.transact_write_items,
            TransactItems=[
                {"Update": update},
                *({"Put": {"TableName": self._name, "Item": item}} for item in puts),
            ],
        )

    async def delete(self, keys: Sequence[Item]) -> None:
        for start in range(0, len(keys), _BATCH):
            await self._delete_batch([{"DeleteRequest": {"Key": key}} for key in keys[start : start + _BATCH]])

    async def _delete_batch(self, requests: list[dict[str, Any]]) -> None:
        for attempt in range(_ATTEMPTS):
            answer = await _call(self._client.batch_write_item, RequestItems={self._name: requests})
            requests = answer.get("UnprocessedItems", {}).get(self._name, [])
            if not requests:
                return
            await _pause(attempt)
        raise ConversationsUnavailableError


async def both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Two reads at the same time. When one fails the other is ended too, and does not outlive its caller."""
    tasks = asyncio.create_task(first), asyncio.create_task(second)
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


async def _call(operation: Callable[..., Awaitable[Any]], **arguments: Any) -> Any:
    for attempt in range(_ATTEMPTS):
        try:
            return await operation(**arguments)
        except ClientError as error:
            if _is_condition_failure(error):
                raise ConditionFailedError(_item_found(error)) from error
            if not _is_conflict(error) or attempt == _ATTEMPTS - 1:
                raise ConversationsUnavailableError from error
        except (BotoCoreError, OSError) as error:
            raise ConversationsUnavailableError from error
        await _pause(attempt)
    raise AssertionError("the last attempt returns or raises")


async def _pause(attempt: int) -> None:
    await asyncio.sleep(_PAUSE_SECONDS * 2**attempt * random.random())  # noqa: S311 (jitter, no secret)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _reasons(error: ClientError) -> list[dict[str, Any]]:
    """Why a transaction was cancelled: one entry an action, its Code `None` where the action was not to
    blame."""
    response: Any = error.response
    reasons: list[dict[str, Any]] = response.get("CancellationReasons", [])
    return reasons


def _is_condition_failure(error: ClientError) -> bool:
    return _code(error) == "ConditionalCheckFailedException" or any(
        reason.get("Code") == "ConditionalCheckFailed" for reason in _reasons(error)
    )


def _item_found(error: ClientError) -> Item | None:
    response: Any = error.response
    found = (reason["Item"] for reason in _reasons(error) if "Item" in reason)
    item: Item | None = response.get("Item") or next(found, None)
    return item


def _is_conflict(error: ClientError) -> bool:
    """Another write to the same item was under way at that moment: trying again is all that it takes."""
    if _code(error) == "TransactionCanceledException":
        return {reason.get("Code") for reason in _reasons(error)} <= {"None", None, "TransactionConflict"}
    return _code(error) == "TransactionConflictException"
