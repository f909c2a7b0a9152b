"""/health: readiness for the web adapter. It touches nothing that may sleep."""

from __future__ import annotations

from litestar import get


@get("/health", operation_id="health", summary="The process takes requests", security=[{}])
async def health() -> dict[str, str]:
    return {"status": "ok"}
