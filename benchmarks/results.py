"""What a run found: medians with their spread, the ratios, and what it was found on."""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.policies import Compared
from benchmarks.rounds import Taken
from benchmarks.servers import CHECKOUT
from benchmarks.slices import Found

RESULTS = CHECKOUT / "benchmarks" / "results.json"
_PACKAGES = {
    "bench-service": ("aioboto3", "aiohttp", "asyncpg", "litestar", "msgspec", "uvicorn", "uvloop"),
    "bench": ("aioboto3", "aiohttp", "boto3", "fastapi", "msgspec", "uvicorn", "uvloop"),
    "bench-strands": ("boto3", "fastapi", "strands-agents"),
    "bench-pydantic-ai": ("boto3", "fastapi", "pydantic-ai-slim"),
}


class Spread(Struct, frozen=True):
    """Of one figure of one server: a value a round."""

    median: float
    least: float
    most: float
    rounds: int


class Piece(Struct, frozen=True):
    """Microseconds of one part of a question."""

    name: str
    spread: Spread


class Results(Struct, frozen=True):
    """figures: by server and name, units in the name."""

    measured: dict[str, Any]
    figures: dict[str, dict[str, Spread]]
    slices: list[Found]
    policies: list[Compared]
    pieces: list[Piece]
    ratios: dict[str, float]
    failures: list[str]


def spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values), len(values))


def results(
    taken: Taken,
    slices: list[Found],
    policies: list[Compared],
    pieces: dict[str, list[float]],
    measured: dict[str, Any],
) -> Results:
    figures = {server: {name: spread(each) for name, each in of.items()} for server, of in taken.values.items()}
    found = [Piece(name, spread(each)) for name, each in pieces.items()]
    return Results(measured, figures, slices, policies, found, _ratios(figures, slices, policies), taken.failures)


def _ratios(figures: dict[str, dict[str, Spread]], slices: list[Found], policies: list[Compared]) -> dict[str, float]:
    """Ours to another's, median to median: what is under 1 is less of ours. A tie is within about 20%."""

    def of(name: str, other: str) -> float:
        return figures["ours"][name].median / figures[other][name].median

    wanted = {
        "cold_ready_vs_fastapi_boto3": ("ready_s", "fastapi_boto3"),
        "first_token_p50_paced_50_vs_fastapi_boto3": ("first_50_p50_ms", "fastapi_boto3"),
        "first_token_p50_at_once_50_vs_fastapi_boto3": ("burst_50_p50_ms", "fastapi_boto3"),
        "cpu_per_token_flat_vs_floor": ("cpu_flat_50_us", "floor"),
        "cpu_per_token_flat_with_question_vs_floor": ("cpu_flat_50_with_question_us", "floor"),
        "cpu_per_token_paced_20_vs_floor": ("cpu_paced_20_us", "floor"),
        "cpu_per_token_flat_vs_fastapi_boto3": ("cpu_flat_50_us", "fastapi_boto3"),
        "overload_wall_vs_floor": ("overload_wall_s", "floor"),
    }
    ratios = {ratio: of(*which) for ratio, which in wanted.items() if which[1] in figures}
    policies_us, filter_us = sum(each.policies_us for each in policies), sum(each.filter_us for each in policies)
    size = sorted(slices, key=lambda each: (each.system.lines, each.system.tenants))
    return ratios | {
        "slices_largest_vs_smallest": size[-1].p50_ms / size[0].p50_ms,
        "rls_vs_filter": policies_us / filter_us,
    }


def write(found: Results, path: Path = RESULTS) -> None:
    rounded = json.loads(msgspec.json.encode(found), parse_float=lambda digits: float(f"{float(digits):.4g}"))
    path.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


def read(path: Path = RESULTS) -> Results:
    return msgspec.json.decode(path.read_bytes(), type=Results)


def describe(rounds: int, load_before: float, steadiness: Sequence[float]) -> dict[str, Any]:
    """On what, from what and when; load_before: the machine's, before anything was measured; steadiness: what the same
    piece of work took, in ms, each time."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "commit": _git("rev-parse", "HEAD"),
        "changed_since_commit": bool(_git("status", "--porcelain", "--", "service", "benchmarks", "requirements")),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
            "system": f"{platform.system()} {platform.release()}",
            "load_before": round(load_before, 2),
            "load_after": round(os.getloadavg()[0], 2),
            "steadiness_ms": msgspec.to_builtins(spread(steadiness)),
        },
        "rounds": rounds,
        "versions": _versions(),
    }


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _processor() -> str:
    named = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return named[1] if named else platform.machine()


def _versions() -> dict[str, Any]:
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    package = json.loads((CHECKOUT / "benchmarks" / "peers" / "ai_sdk" / "package.json").read_text())
    locked = {lock: _locked(lock, names) for lock, names in _PACKAGES.items()}
    return {"python": platform.python_version(), "node": node, **locked, "ai_sdk": package["dependencies"]}


def _locked(lock: str, names: tuple[str, ...]) -> dict[str, str]:
    text = (CHECKOUT / "requirements" / f"{lock}.txt").read_text()
    found = dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", text, re.MULTILINE))
    return {name: found[name] for name in names}
