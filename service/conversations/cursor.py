"""The cursor of a list: where in its owner's own conversations the next page begins.

It holds the sort key of the last one seen and never the owner: a cursor of somebody else's, or a made-up
one, only points at another place in the caller's own list.
"""

from __future__ import annotations

import base64
import binascii
import re

from service.errors import InvalidRequestError

_RECENCY = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z#[A-Za-z0-9_-]{1,64}")


def cursor_after(recency: str) -> str:
    """recency: the last listed conversation's, `2026-11-23T09:14:00.000000Z#<conversation id>`."""
    return base64.urlsafe_b64encode(recency.encode()).decode().rstrip("=")


def recency_of(cursor: str) -> str:
    """Raises InvalidRequestError for anything but a cursor that cursor_after could have made."""
    try:
        recency = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        recency = ""
    if not _RECENCY.fullmatch(recency):
        raise InvalidRequestError("That page is not there: the cursor is damaged.")
    return recency
