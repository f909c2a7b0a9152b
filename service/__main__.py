"""The service in its container, under uvicorn: `python -m service`, its Config in the environment.

Exit code 1, and one line in the log that names what is wrong, when it cannot run so.
"""

from __future__ import annotations

import gc
import sys

# What imports make is there to stay: looking for garbage among it is a tenth of the start.
gc.disable()

from service.app import create_app  # noqa: E402
from service.config import ConfigError, read_config  # noqa: E402
from service.prompts import PromptError  # noqa: E402
from service.serving import serve  # noqa: E402
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
    serve(app, host="0.0.0.0", port=PORT)  # noqa: S104 (a container's own: what reaches it is for its host to say)


if __name__ == "__main__":
    main()
