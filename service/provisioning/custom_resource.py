"""How a custom resource of CloudFormation says how it went: by a signed PUT of a JSON document, and by nothing else."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import msgspec
from msgspec import Struct

_LONGEST_REASON = 1000
"""The whole answer may have 4 KB."""
_ATTEMPTS = 4


class CustomResourceEvent(Struct, rename="pascal"):
    """What CloudFormation sends, as far as it is used. physical_resource_id: not there yet when it creates."""

    request_type: str
    response_url: str = msgspec.field(name="ResponseURL")
    stack_id: str
    request_id: str
    logical_resource_id: str
    physical_resource_id: str | None = None


async def answer(event: CustomResourceEvent, failure: str | None = None) -> None:
    """failure: why the deploy is to fail; None when all went well. Raises OSError when nobody takes the answer."""
    document: dict[str, Any] = {
        "Status": "SUCCESS" if failure is None else "FAILED",
        "Reason": (failure or "")[:_LONGEST_REASON],
        "PhysicalResourceId": event.physical_resource_id or event.logical_resource_id,
        "StackId": event.stack_id,
        "RequestId": event.request_id,
        "LogicalResourceId": event.logical_resource_id,
    }
    await asyncio.to_thread(_put, event.response_url, msgspec.json.encode(document))


def _put(address: str, document: bytes) -> None:
    # The signature is over an empty content type, which urllib would fill in.
    request = Request(address, document, {"Content-Type": ""}, method="PUT")  # noqa: S310 (CloudFormation's own)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with urlopen(request, timeout=10):  # noqa: S310
                return
        except HTTPError as error:
            error.close()
            if attempt == _ATTEMPTS or error.code < 500:
                raise
        except OSError:
            if attempt == _ATTEMPTS:
                raise
        time.sleep(2 ** (attempt - 1))
