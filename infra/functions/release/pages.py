"""The export of `web/`, with this stage's `/config.json` in it, uploaded to a branch of Amplify Hosting and started.

CloudFormation has a resource for the branch and none for what it serves.
"""

from __future__ import annotations

import io
import json
import logging
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.request import Request, urlopen

import boto3
from botocore.exceptions import ClientError

from .cloudformation import once_allowed

_log = logging.getLogger(__name__)

_UPLOAD_SECONDS = 120
_POLL_SECONDS = 2.0
_SPARE_SECONDS = 30.0
"""Kept for the answer to CloudFormation."""
_UNFINISHED = {"CREATED", "PENDING", "PROVISIONING", "RUNNING"}


class UploadFailedError(Exception):
    """Amplify did not take the pages."""


def upload_pages(wanted: dict[str, Any], seconds_left: Callable[[], float]) -> None:
    """wanted: App, Branch, Bucket and Key (the export's zip), Config (what `/config.json` says, a JSON text).

    Returns when the branch serves them. Raises UploadFailedError, ClientError or OSError.
    """
    amplify = boto3.client("amplify")
    branch = {"appId": wanted["App"], "branchName": wanted["Branch"]}
    archive = _with_config(once_allowed(lambda: _download(wanted["Bucket"], wanted["Key"])), wanted["Config"])
    once_allowed(lambda: _end_unfinished(amplify, branch))
    begun = once_allowed(lambda: amplify.create_deployment(**branch))
    job = {**branch, "jobId": begun["jobId"]}
    try:
        _put(begun["zipUploadUrl"], archive)
        amplify.start_deployment(**job)
        _wait(amplify, job, seconds_left)
    except BaseException:
        # A job left open would refuse the next deploy.
        with suppress(ClientError):
            amplify.stop_job(**job)
        raise
    _log.info("%s serves %d bytes of pages", wanted["Branch"], len(archive))


def _download(bucket: str, key: str) -> bytes:
    content: bytes = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return content


def _with_config(export: bytes, config: str) -> bytes:
    """The archive with config.json in the place of any that it had."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(export)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            if not entry.is_dir() and entry.filename != "config.json":
                target.writestr(entry.filename, source.read(entry))
        target.writestr("config.json", json.dumps(json.loads(config)))
    return packed.getvalue()


def _end_unfinished(amplify: Any, branch: dict[str, str]) -> None:
    """A branch takes one deployment at a time; one that a broken deploy left behind would stand in the way."""
    for job in amplify.list_jobs(**branch)["jobSummaries"]:
        if job["status"] in _UNFINISHED:
            amplify.stop_job(**branch, jobId=job["jobId"])


def _put(address: str, archive: bytes) -> None:
    request = Request(address, archive, {"Content-Type": "application/zip"}, method="PUT")  # noqa: S310
    with urlopen(request, timeout=_UPLOAD_SECONDS):  # noqa: S310 (the address that Amplify just named)
        return


def _wait(amplify: Any, job: dict[str, str], seconds_left: Callable[[], float]) -> None:
    while (status := amplify.get_job(**job)["job"]["summary"]["status"]) != "SUCCEED":
        if status in ("FAILED", "CANCELLING", "CANCELLED"):
            raise UploadFailedError(f"Amplify ended the upload as {status}.")
        if seconds_left() < _SPARE_SECONDS:
            raise UploadFailedError(f"Amplify was still {status} when the time was up.")
        time.sleep(_POLL_SECONDS)
