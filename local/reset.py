"""`make reset`: forgets everything that this checkout's cloud has kept, so that the next start begins anew."""

from __future__ import annotations

import asyncio
import shutil
import sys

from local.errors import LocalCloudError
from local.postgres import Postgres
from local.state import State
from local.supervisor import Supervisor


def reset(state: State) -> None:
    """Raises LocalCloudError while it runs."""
    if not state.directory.exists():
        return
    with state.held():
        asyncio.run(Supervisor(state.path("children.json"), print).end_leftovers())
        Postgres(state.path("postgres"), port=1).remove()
        shutil.rmtree(state.directory)


def main() -> int:
    state = State()
    try:
        reset(state)
    except (LocalCloudError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{state.directory} is gone; the next make run starts over.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
