"""What came of the fault suite: plain data, the table in the terminal, and the JSON that the report reads."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct, field

from evals.faults.fault import Fault


class FaultResult(Struct, frozen=True, kw_only=True):
    """caught: by the check that found something, the first thing that it said; others: how much more it said."""

    name: str
    breaks: str
    seeded: str
    expected: tuple[str, ...]
    caught: dict[str, str]
    more: dict[str, int] = field(default_factory=dict)

    @property
    def missed(self) -> tuple[str, ...]:
        return tuple(check for check in self.expected if check not in self.caught)

    @property
    def as_it_should(self) -> bool:
        """A fault is found by each check that has to; without a fault nothing is found."""
        return not self.missed if self.expected else not self.caught


class FaultFile(Struct, frozen=True, kw_only=True):
    """control: what the checks found of the system without a fault, which must be nothing."""

    control: FaultResult
    faults: list[FaultResult]


def result_of(fault: Fault, found: dict[str, list[str]]) -> FaultResult:
    return FaultResult(
        name=fault.name,
        breaks=fault.breaks,
        seeded=seeded(fault),
        expected=fault.caught_by,
        caught={check: said[0] for check, said in sorted(found.items())},
        more={check: len(said) - 1 for check, said in sorted(found.items()) if len(said) > 1},
    )


def seeded(fault: Fault) -> str:
    """How it was put there, for a reader."""
    lines = [*fault.sql.strip().splitlines(), *fault.role_sql.strip().splitlines()]
    lines += [f"{name}={value}" for name, value in fault.settings.items()]
    for edit in fault.edits:
        lines += [edit.file, *(f"- {line}" for line in edit.old.splitlines())]
        lines += [f"+ {line}" for line in edit.new.splitlines()]
    return "\n".join(lines)


def as_json(results: Sequence[FaultResult]) -> bytes:
    """results: the control first."""
    return msgspec.json.encode(FaultFile(control=results[0], faults=list(results[1:])))


def table(results: Sequence[FaultResult], seconds: float) -> str:
    """One line a fault: whether it was caught, and by which checks; a check that missed it is named."""
    width = max(len(result.name) for result in results)
    lines = [f"{_mark(result)} {result.name:<{width}}  {_told(result)}" for result in results]
    caught = sum(result.as_it_should for result in results[1:])
    control = "passes every check" if results[0].as_it_should else "DOES NOT PASS"
    return "\n".join(
        [*lines, "", f"{caught} of {len(results) - 1} faults caught; the control {control}. {seconds:.0f} s"]
    )


def _mark(result: FaultResult) -> str:
    return "ok  " if result.as_it_should else "FAIL"


def _told(result: FaultResult) -> str:
    if not result.expected:
        return "; ".join(f"{check}: {said}" for check, said in result.caught.items()) or "nothing found"
    told = ", ".join(_leaks_together(result.caught)) or "nothing"
    return told + (f"   MISSED BY {', '.join(result.missed)}" if result.missed else "")


def _leaks_together(checks: Sequence[str] | dict[str, str]) -> list[str]:
    boundaries = [check.removeprefix("leaks: ") for check in checks if check.startswith("leaks: ")]
    rest = [check for check in checks if not check.startswith("leaks: ")]
    return [*rest, *([f"leaks ({', '.join(boundaries)})"] if boundaries else [])]
