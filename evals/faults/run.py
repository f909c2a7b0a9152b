"""The fault suite: a control without a fault, which must pass every check, and every fault, which must be caught."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

from msgspec import Struct

from evals.cloud import EvalCloud, eval_cloud
from evals.faults.broken_copy import BrokenCopy, broken_copy, broken_database
from evals.faults.checks.asking import ASKER, RIVAL, afterwards, asking
from evals.faults.checks.catalogue import catalogue
from evals.faults.checks.forged_requests import forged_requests
from evals.faults.checks.in_a_crowd import in_a_crowd
from evals.faults.checks.roles import roles
from evals.faults.fault import Fault
from evals.faults.forgeries import forged_tokens
from evals.faults.in_database import FAULTS as IN_DATABASE
from evals.faults.in_service import FAULTS as IN_SERVICE
from evals.faults.results import FaultResult, result_of
from evals.leaks.marks import TenantMarks
from evals.leaks.restaurant_marks import restaurant_marks
from local.database import Database

FAULTS: tuple[Fault, ...] = (*IN_DATABASE, *IN_SERVICE)
CONTROL = Fault(name="control", breaks="Nothing is broken: every check must pass.", caught_by=())
AT_ONCE = 3
Found = tuple[str, str]
"""A check's name, and what it found."""


class Setting(Struct, frozen=True):
    """What all copies share."""

    cloud: EvalCloud
    marks: tuple[TenantMarks, ...]
    tokens: Mapping[str, str]


async def run_faults(faults: Sequence[Fault] = FAULTS) -> list[FaultResult]:
    """The control first. Some at once; those that touch the roles, which all share, by themselves at the end."""
    async with eval_cloud() as cloud:
        marks = restaurant_marks({key: owner.user for key, owner in cloud.owners.items()})
        setting = Setting(cloud, marks, await forged_tokens(cloud, ASKER, RIVAL))
        numbered = list(enumerate((CONTROL, *faults)))
        together = [each for each in numbered if not each[1].role_sql]
        places = asyncio.Semaphore(AT_ONCE)

        async def one(number: int, fault: Fault) -> FaultResult:
            async with places:
                return await run_fault(setting, fault, f"fault_{number}")

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(*each)) for each in together]
        results = {number: task.result() for (number, _), task in zip(together, tasks, strict=True)}
        for number, fault in numbered:
            if number not in results:
                results[number] = await one(number, fault)
    return [results[number] for number, _ in numbered]


async def run_fault(setting: Setting, fault: Fault, name: str) -> FaultResult:
    found: dict[str, list[str]] = {}
    async with broken_database(setting.cloud, fault, name) as database:
        async for check, sentence in _all_checks(setting, fault, database):
            if sentence not in found.setdefault(check, []):
                found[check].append(sentence)
    return result_of(fault, found)


async def _all_checks(setting: Setting, fault: Fault, database: Database) -> AsyncIterator[Found]:
    for check in (catalogue(database), roles(database)):
        async for found in check:
            yield found
    if fault.in_the_database_alone:
        return
    async with broken_copy(setting.cloud, fault, database, setting.marks) as copy:
        async for found in _checks_of_the_service(copy, setting, fault):
            yield found


async def _checks_of_the_service(copy: BrokenCopy, setting: Setting, fault: Fault) -> AsyncIterator[Found]:
    """The crowd takes longest: it is called on the control, and on what cannot be seen without it."""
    for check in (asking(copy), forged_requests(copy, setting.tokens), afterwards(copy)):
        async for found in check:
            yield found
    if not fault.caught_by or "crowd" in fault.caught_by:
        async for found in in_a_crowd(copy):
            yield found
