"""Loads the demo restaurants as a process of its own, for it is a lot of arithmetic and the rest can go on meanwhile.

python -m local.seed_child DATABASE.json       exit code 0 when all is loaded
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from local.database import Database
from local.private_files import read_record
from local.seed import seed_demo


def main(record: str) -> None:
    database = read_record(Path(record), Database)
    if database is None:
        sys.exit(f"{record} does not say where the database is.")
    asyncio.run(seed_demo(database, until=datetime.now(UTC)))


if __name__ == "__main__":
    main(sys.argv[1])
