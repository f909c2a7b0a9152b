"""The service behind its edge, under uvicorn: `python -m local.host --port 8000`, its Config in the environment."""

from __future__ import annotations

import argparse
import sys

import uvicorn

from local.edge import Edge, browser_config, read_routes
from service.app import create_app
from service.config import ConfigError, read_config

_DRAIN_SECONDS = 25
"""How long answers that are being given when it is told to end may take."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    try:
        config = read_config()
    except ConfigError as error:
        sys.exit(str(error))
    uvicorn.run(
        Edge(create_app(config), browser_config(config), read_routes()),
        host="127.0.0.1",
        port=port,
        loop="asyncio",
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )


if __name__ == "__main__":
    main()
