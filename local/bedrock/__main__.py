"""python -m local.bedrock --port 8090 --mode analyst

The endpoint as a process of its own: says one line on stderr when it listens, ends at once on SIGTERM or
SIGINT.

    --mode analyst                              the stand-in (the default)
    --mode replay --recordings DIR              recorded answers
    --mode record --recordings DIR              Bedrock with your own credentials, recorded
    --mode fault --of analyst --fault throttle_before:times=2 --fault stall:after=5,seconds=20
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec

from local.bedrock.faults import FAULTS, Fault, FaultPlan, with_faults
from local.bedrock.recordings import RecordingError
from local.bedrock.server import BedrockEndpoint
from local.bedrock.voice import Voice

VOICES = ("analyst", "replay", "record")


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 after a signal, 1 with one sentence on stderr when it cannot start, 2 for wrong
    options."""
    options = _parser().parse_args(arguments)
    if options.recordings is None and {"record", "replay"} & {options.mode, options.of}:
        _parser().error("--recordings DIR is needed for replay and record")
    try:
        return asyncio.run(_run(options))
    except (OSError, RecordingError, _NotStartedError) as error:
        print(f"bedrock: {error}", file=sys.stderr)
        return 1


class _NotStartedError(Exception):
    pass


async def _run(options: argparse.Namespace) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(await _endpoint(options, stack))
        print(f"bedrock: {_described(options)} on {endpoint.url}", file=sys.stderr, flush=True)
        await stopped.wait()
    return 0


async def _endpoint(options: argparse.Namespace, stack: AsyncExitStack) -> BedrockEndpoint:
    kind = options.of if options.mode == "fault" else options.mode
    voice, extra = await _voice(kind, options, stack)
    if options.mode == "fault":
        voice = with_faults(voice, FaultPlan(*options.fault))
    return BedrockEndpoint(voice, options.port, **extra)


async def _voice(kind: str, options: argparse.Namespace, stack: AsyncExitStack) -> tuple[Voice, dict[str, Any]]:
    """The voice, and what the endpoint is to know of it. Each is imported only when it is wanted."""
    if kind == "analyst":
        from local.bedrock.standin import MODEL_ID, analyst  # noqa: PLC0415

        return analyst(options.pace_ms), {"model_ids": frozenset({MODEL_ID})}
    if kind == "replay":
        from local.bedrock.replay import Replay  # noqa: PLC0415

        replay = Replay(options.recordings, speed=options.speed)
        return replay, {"pages": {"/_recordings/unplayed": replay.unplayed}}
    from botocore.exceptions import NoRegionError  # noqa: PLC0415

    from local.bedrock.record import Recorder  # noqa: PLC0415

    try:
        recorder = Recorder(options.recordings, target=options.target, region=os.environ.get("AWS_REGION"))
        return await stack.enter_async_context(recorder), {}
    except NoRegionError as error:
        raise _NotStartedError(f"{error} Set AWS_REGION.") from None


def _described(options: argparse.Namespace) -> str:
    if options.mode != "fault":
        return str(options.mode)
    return f"{options.of} with faults ({', '.join(fault.name for fault in options.fault)})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.bedrock",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=None, help="on 127.0.0.1; a free one when not given")
    add("--mode", choices=(*VOICES, "fault"), default="analyst")
    add("--pace-ms", type=float, default=12, help="analyst: silence between two deltas")
    add("--recordings", type=Path, help="replay, record: their directory")
    add("--speed", type=float, default=1.0, help="replay: 1 as recorded, 2 twice as fast, 0 without silences")
    add("--target", help="record: another endpoint than Bedrock's own")
    add("--of", choices=VOICES, default="analyst", help="fault: what the faults happen to")
    add("--fault", type=_fault, action="append", default=[], metavar="NAME[:KEY=VALUE,…]",
        help=f"fault: one after another, each for its `times` requests. {', '.join(FAULTS)}")  # fmt: skip
    return parser


def _fault(text: str) -> Fault:
    name, _, rest = text.partition(":")
    if name not in FAULTS:
        raise argparse.ArgumentTypeError(f"there is no fault called {name}")
    given = dict(pair.partition("=")[::2] for pair in rest.split(",") if pair)
    if unknown := given.keys() - set(Fault.__struct_fields__) | (given.keys() & {"name"}):
        raise argparse.ArgumentTypeError(f"a fault has no {', '.join(sorted(unknown))}")
    try:
        return msgspec.convert({"name": name, **given}, Fault, strict=False)
    except msgspec.ValidationError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
