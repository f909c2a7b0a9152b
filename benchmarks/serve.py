"""Our own server as production starts it: `service/__main__.py` itself, but for where it listens and, to compare them,
which event loop it runs. `python -m benchmarks.serve PORT [LOOP]`.
"""

from __future__ import annotations

import runpy
import sys
from typing import Any

import uvicorn

_run = uvicorn.run


def _run_here(app: Any, **options: Any) -> None:
    options |= {"host": "127.0.0.1", "port": int(sys.argv[1])}
    if len(sys.argv) > 2:
        options["loop"] = sys.argv[2]
    _run(app, **options)


if __name__ == "__main__":
    uvicorn.run = _run_here
    runpy.run_module("service", run_name="__main__", alter_sys=False)
