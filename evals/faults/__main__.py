"""`python -m evals.faults [--out DIR] [NAME …]`: every fault, or those whose name holds one of the words.

Prints which check caught which fault, and writes faults.json for the report. Exit status: 0 when the control passed
every check and each fault was found by all the checks that have to find it; 1 when not; 3 when the suite itself broke.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

import msgspec

from evals.faults.fault import FaultDoesNotFitError
from evals.faults.results import FaultResult, as_json, table
from evals.faults.run import FAULTS, run_faults
from local.errors import LocalCloudError

OUT = Path(__file__).parents[2] / ".local" / "evals"


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    chosen = [fault for fault in FAULTS if not given.names or any(word in fault.name for word in given.names)]
    began, results = time.monotonic(), list[FaultResult]()
    try:
        results = asyncio.run(run_faults(chosen))
    except* (LocalCloudError, FaultDoesNotFitError) as several:
        print(f"faults: {several.exceptions[0]}", file=sys.stderr)
    if not results:
        return 3
    seconds = time.monotonic() - began
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "faults.json").write_bytes(msgspec.json.format(as_json(results), indent=1))
    print(table(results, seconds))
    return exit_status(results)


def exit_status(results: list[FaultResult]) -> int:
    return int(not all(result.as_it_should for result in results))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser


if __name__ == "__main__":
    sys.exit(main())
