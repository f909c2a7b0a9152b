"""The service alone, without the edge that `make run` puts before it: `python -m evals.serve --port 8000`, its Config
in the environment."""

from __future__ import annotations

import argparse

import uvicorn
from litestar import Litestar

from service.app import create_app


def port() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    chosen: int = parser.parse_args().port
    return chosen


def serve(app: Litestar) -> None:
    """Until SIGTERM."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port(),
        loop="asyncio",
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    serve(create_app())
