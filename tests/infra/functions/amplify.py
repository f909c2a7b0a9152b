"""A server with the few operations of Amplify Hosting that a deploy uses, as botocore sends them, and with its rules:
one deployment at a time on a branch, and none that starts before its archive is there. It also takes what a custom
resource answers."""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

_UNFINISHED = {"CREATED", "PENDING", "RUNNING"}
_BRANCH = "/apps/(?P<app>[^/]+)/branches/(?P<branch>[^/]+)"


@dataclass
class Job:
    number: int
    status: str = "CREATED"
    archive: bytes | None = None
    ahead: list[str] = field(default_factory=list)
    """What the next looks at it will find."""

    def summary(self) -> dict[str, Any]:
        said = {"jobId": str(self.number), "status": self.status, "jobType": "MANUAL"}
        return {**said, "jobArn": f"arn:job/{self.number}", "commitId": "", "commitMessage": "", "startTime": 0}


class RefusedError(Exception):
    def __init__(self, status: int, kind: str, message: str) -> None:
        self.status, self.kind = status, kind
        super().__init__(message)


class Amplify:
    """`with Amplify() as server`: server.endpoint; jobs by (app, branch); answers: what CloudFormation was sent."""

    def __init__(self) -> None:
        self.reset()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def reset(self) -> None:
        self.jobs: dict[tuple[str, str], list[Job]] = {}
        self.answers: list[dict[str, Any]] = []
        self.refusals_left = 0
        """So many requests are refused yet, as while a new permission spreads."""
        self.course = ["PENDING", "RUNNING", "SUCCEED"]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def served(self, app: str, branch: str) -> dict[str, bytes]:
        """The files that the branch serves: the last deployment that succeeded."""
        job = [job for job in self.jobs[app, branch] if job.status == "SUCCEED"][-1]
        assert job.archive is not None
        with zipfile.ZipFile(io.BytesIO(job.archive)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # -- the operations --------------------------------------------------------------------------------------

    def respond(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        for (wanted, pattern), operation in self._operations().items():
            found = re.fullmatch(pattern, path)
            if method == wanted and found:
                return operation(body=body, **found.groupdict())
        raise RefusedError(404, "NotFoundException", f"{method} {path}")

    def _operations(self) -> dict[tuple[str, str], Callable[..., dict[str, Any]]]:
        return {
            ("GET", f"{_BRANCH}/jobs"): self._list,
            ("POST", f"{_BRANCH}/deployments"): self._create,
            ("POST", f"{_BRANCH}/deployments/start"): self._start,
            ("GET", f"{_BRANCH}/jobs/(?P<job>[^/]+)"): self._look,
            ("DELETE", f"{_BRANCH}/jobs/(?P<job>[^/]+)/stop"): self._stop,
            ("PUT", "/upload/(?P<app>[^/]+)/(?P<branch>[^/]+)/(?P<job>[^/]+)"): self._upload,
            ("PUT", "/answer"): self._answer,
        }

    def _list(self, app: str, branch: str, **_: bytes) -> dict[str, Any]:
        if self.refusals_left:
            self.refusals_left -= 1
            raise RefusedError(403, "AccessDeniedException", "not authorized yet")
        return {"jobSummaries": [job.summary() for job in reversed(self.jobs.get((app, branch), []))]}

    def _create(self, app: str, branch: str, **_: bytes) -> dict[str, Any]:
        jobs = self.jobs.setdefault((app, branch), [])
        if jobs and jobs[-1].status in _UNFINISHED:
            raise RefusedError(400, "BadRequestException", f"The last job {jobs[-1].number} was not finished.")
        jobs.append(Job(len(jobs) + 1, ahead=list(self.course)))
        address = f"{self.endpoint}/upload/{app}/{branch}/{len(jobs)}"
        return {"jobId": str(len(jobs)), "zipUploadUrl": address, "fileUploadUrls": {}}

    def _upload(self, app: str, branch: str, job: str, body: bytes) -> dict[str, Any]:
        self._job(app, branch, job).archive = body
        return {}

    def _start(self, app: str, branch: str, body: bytes) -> dict[str, Any]:
        job = self._job(app, branch, json.loads(body)["jobId"])
        if job.archive is None:
            raise RefusedError(400, "BadRequestException", "There is nothing to deploy.")
        job.status = job.ahead.pop(0)
        return {"jobSummary": job.summary()}

    def _look(self, app: str, branch: str, job: str, **_: bytes) -> dict[str, Any]:
        found = self._job(app, branch, job)
        if found.ahead and found.status in _UNFINISHED:
            found.status = found.ahead.pop(0)
        return {"job": {"summary": found.summary(), "steps": []}}

    def _stop(self, app: str, branch: str, job: str, **_: bytes) -> dict[str, Any]:
        found = self._job(app, branch, job)
        found.status = "CANCELLED"
        return {"jobSummary": found.summary()}

    def _answer(self, body: bytes) -> dict[str, Any]:
        self.answers.append(json.loads(body))
        return {}

    def _job(self, app: str, branch: str, job: str) -> Job:
        return self.jobs[app, branch][int(job) - 1]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        amplify = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {"content-type": "application/json"}
                try:
                    status, content = 200, amplify.respond(self.command, self.path.partition("?")[0], body)
                except RefusedError as refusal:
                    status, content = refusal.status, {"message": str(refusal)}
                    headers["x-amzn-errortype"] = refusal.kind
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Says nothing on stderr."""

        return Handler
