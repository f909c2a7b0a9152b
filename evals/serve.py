"""The service alone, without the edge that `make run` puts before it: `python -m evals.serve --port 8000`, its Config
in the environment."""

from __future__ import annotations

import argparse

from service.app import create_app
from service.serving import serve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    serve(create_app(), host="127.0.0.1", port=parser.parse_args().port)


if __name__ == "__main__":
    main()
