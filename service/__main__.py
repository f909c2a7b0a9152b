"""The service in its container, under uvicorn: `python -m service`, its Config in the environment.

Exit code 1, and one line in the log that names what is wrong, when it cannot run so.
"""

from __future__ import annotations

import gc
import sys

# What imports make is there to stay: looking for garbage among it is a tenth of the start.
gc.disable()

import uvicorn  # noqa: E402

from service.app import DRAIN_SECONDS, create_app  # noqa: E402
from service.config import ConfigError, read_config  # noqa: E402
from service.prompts import PromptError  # noqa: E402
from service.telemetry import configure_logging, logger  # noqa: E402

PORT = 8000
"""AWS_LWA_PORT in the Dockerfile."""


def main() -> None:
    configure_logging("INFO")
    try:
        app = create_app(read_config())
    except (ConfigError, PromptError) as error:
        logger().error("cannot_start", reason=str(error))
        sys.exit(1)
    gc.freeze()
    gc.enable()
    uvicorn.run(
        app,
        host="0.0.0.0",  # noqa: S104 (a container's own: what reaches it is for its host to say)
        port=PORT,
        loop="asyncio",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Longer than the adapter keeps a connection: who closes first must not be the one that is about to be asked.
        timeout_keep_alive=65,
        timeout_graceful_shutdown=int(DRAIN_SECONDS),
    )


if __name__ == "__main__":
    main()
