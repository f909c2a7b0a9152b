"""Two owners ask in turn, as owners do: each is shown its own, and nothing of the other crosses a boundary."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from typing import Any

from evals.asking import ask
from evals.faults.broken_copy import BrokenCopy
from evals.faults.prying import question_about, words_about
from evals.leaks.afterwards import find_leftovers
from evals.leaks.log_lines import log_lines
from evals.leaks.search import find_leaks
from evals.observed import Observed
from evals.orders import orders_of
from evals.restaurants import restaurant

ASKER, RIVAL = "harbour", "trattoria"
QUESTIONS = ("How did each day of September 2026 go?",)
"""Older than what every prompt holds, so that a look-up is needed, and the same one for both."""
Found = tuple[str, str]


async def asking(copy: BrokenCopy) -> AsyncIterator[Found]:
    """One after the other: what was kept of the first must not be the second's. Then a model that pries."""
    for tenant in (ASKER, RIVAL):
        observed = await _observe(copy, tenant, QUESTIONS)
        for leak in find_leaks(tenant, copy.marks, observed.boundaries, QUESTIONS):
            yield f"leaks: {leak.boundary}", str(leak)
        for found in (*_own_figures(observed), *_proofs(observed), *_log(observed)):
            yield found
    pried = await _observe(copy, ASKER, [question_about(RIVAL)])
    for found in _log(pried):
        yield found
    for leak in find_leaks(ASKER, copy.marks, pried.boundaries, words_about(RIVAL)):
        yield ("leaks: log_lines" if leak.boundary == "log_lines" else "forged tool use"), str(leak)


async def afterwards(copy: BrokenCopy) -> AsyncIterator[Found]:
    """What no single question accounts for."""
    found = await find_leftovers(copy.service, copy.tap, copy.marks, {ASKER: words_about(RIVAL)})
    for remnant in found.left_behind:
        yield "left behind", remnant
    for leak in found.leaks:
        yield f"leaks: {leak.boundary}", f"afterwards: {leak}"
    for partition in found.unowned:
        yield "leaks: dynamodb_items", f"items lie in nobody's partition: {partition}"


async def _observe(copy: BrokenCopy, tenant: str, questions: Any) -> Observed:
    tenant_id = restaurant(tenant).tenant_id
    copy.tap.seen.take(tenant_id)
    observed = await ask(copy.service, tenant, questions)
    observed.boundaries.sql_rows = copy.tap.seen.take(tenant_id)
    return observed


def _own_figures(observed: Observed) -> Iterator[Found]:
    """The days as they were made up, before any database."""
    right = _gross_by_day(observed.tenant)
    for turn in observed.turns:
        days = [each for each in turn.slices if each["name"] == "revenue_by_day"]
        if not days:
            yield "own figures", f"{observed.tenant} is shown no sales at all (status {turn.status})"
        for row in days[0]["rows"] if days else []:
            if row["gross"] != right.get(date.fromisoformat(row["day"]), 0):
                yield "own figures", f"{observed.tenant}'s sales of {row['day']} are not its own"
                break


def _gross_by_day(tenant: str) -> dict[date, int]:
    of = restaurant(tenant)
    found: dict[date, int] = {}
    for order in orders_of(of):
        if order.status != "cancelled" and order.day > of.today - timedelta(days=40):
            found[order.day] = found.get(order.day, 0) + order.total_cents
    return found


def _proofs(observed: Observed) -> Iterator[Found]:
    for turn in observed.turns:
        told = [part["data"] for part in turn.parts if part["type"] == "data-isolation"]
        if not told:
            yield "isolation proof", "an answer came without one"
        for proof in told:
            if proof["bypasses_row_security"]:
                yield "isolation proof", f"{proof['database_user']} bypasses row security"
            for table in proof["tables"]:
                if not table["row_security_active"]:
                    yield "isolation proof", f"row security is not active for {table['table']}"


def _log(observed: Observed) -> Iterator[Found]:
    own = str(restaurant(observed.tenant).tenant_id)
    for line in log_lines(b"\n".join(observed.boundaries.log_lines)):
        if line.tenant != own:
            yield "log names the asker", f"a line about {observed.tenant}'s question names {line.tenant or 'nobody'}"
