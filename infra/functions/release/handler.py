"""The function that does at deploy what CloudFormation has no resource for, and renews the token keys daily.

Its custom resources are raw: CloudFormation calls it and waits for an answer at an address of its own, which it gets
whatever happens here. It stands outside the VPC, for Cognito's keys and Amplify are reached by public addresses.
"""

from __future__ import annotations

import logging
from typing import Any, Protocol

from .cloudformation import Answer, send_answer
from .origin_values import keep_origin_values
from .pages import upload_pages
from .token_keys import write_token_keys

_log = logging.getLogger(__name__)


class Context(Protocol):
    log_stream_name: str

    def get_remaining_time_in_millis(self) -> int: ...


class UnknownTaskError(Exception):
    """Nobody here knows what was asked for."""


def handler(event: dict[str, Any], context: Context) -> None:
    """event: a custom resource's request, or what the daily schedule sends."""
    if "RequestType" in event:
        send_answer(event, _answer(event, context))
    elif event.get("task") == "token-keys":
        write_token_keys(event["JwksUrl"], event["Table"], event["Key"])
    else:
        raise UnknownTaskError(f"There is no task for an event with {', '.join(sorted(event))}.")


def _answer(event: dict[str, Any], context: Context) -> Answer:
    """Whatever goes wrong becomes the deploy's failure, with its reason; unanswered, it would hang for an hour."""
    name = event.get("PhysicalResourceId") or f"{event['ResourceType'].removeprefix('Custom::')}-{event['RequestId']}"
    try:
        if event["RequestType"] != "Delete":  # what these make goes with the resources that hold it
            _make(event, context)
    except Exception as error:
        _log.exception("%s of %s failed", event["RequestType"], event["ResourceType"])
        return Answer(name, f"{type(error).__name__}: {error} (more in the log stream {context.log_stream_name})")
    return Answer(name)


def _make(event: dict[str, Any], context: Context) -> None:
    wanted: dict[str, Any] = event["ResourceProperties"]
    match event["ResourceType"]:
        case "Custom::OriginValues":
            before = event.get("OldResourceProperties", {}).get("Slots", [])
            keep_origin_values(wanted["Secret"], wanted["Slots"], before)
        case "Custom::TokenKeys":
            write_token_keys(wanted["JwksUrl"], wanted["Table"], wanted["Key"])
        case "Custom::Pages":
            upload_pages(wanted, lambda: context.get_remaining_time_in_millis() / 1000)
        case unknown:
            raise UnknownTaskError(f"There is no task for {unknown}.")
