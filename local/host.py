"""The service behind its edge, under uvicorn: `python -m local.host --port 8000`, its Config in the environment."""

from __future__ import annotations

import argparse
import sys

from local.edge import Edge, browser_config, read_routes
from service.app import create_app
from service.config import ConfigError, read_config
from service.serving import serve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    try:
        config = read_config()
    except ConfigError as error:
        sys.exit(str(error))
    serve(Edge(create_app(config), browser_config(config), read_routes()), host="127.0.0.1", port=port)


if __name__ == "__main__":
    main()
