"""How a custom resource's function answers CloudFormation: one PUT to the address in the request."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.request import Request, urlopen

from botocore.exceptions import ClientError

_MOST_BYTES = 4096
"""CloudFormation takes no longer answer."""
_SECONDS = 20
_ALLOWED_WITHIN = 90.0
_PAUSE = 3.0

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """name: the physical id, which must not change, or CloudFormation deletes the old one; failure: why it failed."""

    name: str
    failure: str = ""


def send_answer(event: dict[str, Any], answer: Answer) -> None:
    """Raises OSError when it cannot be sent: then Lambda tries the whole event again."""
    content = {
        "Status": "FAILED" if answer.failure else "SUCCESS",
        "Reason": answer.failure[: _MOST_BYTES // 4],
        "PhysicalResourceId": answer.name,
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    # Presigned without a content type: with one the signature would not hold.
    request = Request(event["ResponseURL"], json.dumps(content).encode(), {"Content-Type": ""}, method="PUT")  # noqa: S310
    with urlopen(request, timeout=_SECONDS):  # noqa: S310 (CloudFormation's own address)
        return


def once_allowed(call: Callable[[], T], within: float = _ALLOWED_WITHIN, pause: float = _PAUSE) -> T:
    """A role that was given a permission a moment ago has it everywhere only some seconds later: a refusal is asked
    again for so long. Raises the last ClientError. Seconds."""
    until = time.monotonic() + within
    while True:
        try:
            return call()
        except ClientError as error:
            if "AccessDenied" not in error.response["Error"]["Code"] or time.monotonic() + pause > until:
                raise
        time.sleep(pause)
