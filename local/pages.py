"""The static export of `web/` as Amplify Hosting would serve it, with the headers that CloudFront adds there.

A page's address has no ending: `/ask` is `out/ask.html`, and `/ask/` leads there. What the build names by its content
may be kept for ever; pages are asked for anew each time.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

import msgspec
from msgspec import Struct

from local.build_web import OUT

_HEADERS = Path(__file__).parent.parent / "infra" / "security_headers.json"
_FOR_EVER = "/_next/static/"
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".json": "application/json"}

_NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Tableside</title>
<p>The pages have not been built yet: run <code>make web</code>, then load this again. The API is here already.
"""


class SecurityHeaders(Struct, frozen=True, forbid_unknown_fields=True):
    """infra/security_headers.json, the one definition of what a browser may do with our pages."""

    content_security_policy: dict[str, list[str]]
    headers: dict[str, str]

    def policy(self, cognito: str) -> str:
        """cognito: the origin where the browser signs in, the only foreign one there is."""
        directives = (f"{name} {' '.join(sources)}" for name, sources in self.content_security_policy.items())
        return "; ".join(directives).replace("{cognito}", cognito)


def read_security_headers(path: Path = _HEADERS) -> SecurityHeaders:
    return msgspec.json.decode(path.read_bytes(), type=SecurityHeaders)


class Page(Struct, frozen=True):
    status: int
    headers: dict[str, str]
    body: bytes


class Pages:
    """cognito: origin of the sign-in; out: the folder of the export."""

    def __init__(self, cognito: str, out: Path = OUT) -> None:
        self._out = out.resolve()
        security = read_security_headers()
        # Strict transport is for the front door, which speaks HTTPS; on this machine there is none.
        kept = {name: value for name, value in security.headers.items() if name != "strict-transport-security"}
        self._headers = {"content-security-policy": security.policy(cognito), **kept}

    def find(self, path: str) -> Page | None:
        """None when there is nothing of that name."""
        file = self._file(path)
        if file is not None:
            return self._page(file, 200, for_ever=path.startswith(_FOR_EVER))
        # Only to one of our own: `//ask/` would lead to another host.
        if path.endswith("/") and (self._out / f"{path.strip('/')}.html") in self._out.glob("*.html"):
            return Page(301, {"location": f"/{path.strip('/')}", **self._headers}, b"")
        if path == "/":
            return self._answer(200, "text/html; charset=utf-8", "no-cache", _NOT_BUILT)
        return None

    def not_found(self) -> Page | None:
        """The page that a person sees; None when there is none."""
        file = self._file("/404")
        return None if file is None else self._page(file, 404, for_ever=False)

    def _file(self, path: str) -> Path | None:
        name = path.lstrip("/") or "index"
        for candidate in (name, f"{name}.html"):
            file = (self._out / candidate).resolve()
            if file.is_relative_to(self._out) and file.is_file():
                return file
        return None

    def _page(self, file: Path, status: int, *, for_ever: bool) -> Page:
        kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        kept = "public, max-age=31536000, immutable" if for_ever else "no-cache"
        return self._answer(status, kind, kept, file.read_bytes())

    def _answer(self, status: int, kind: str, kept: str, body: bytes) -> Page:
        return Page(status, {"content-type": kind, "cache-control": kept, **self._headers}, body)
