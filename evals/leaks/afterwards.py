"""When all is asked: whatever no single case accounts for. Every line of the log, every item of the table, the rows
that were read with no tenant set, and what the transactions left behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from evals.cloud import EvalService
from evals.leaks.log_lines import by_tenant, log_lines
from evals.leaks.marks import TenantMarks
from evals.leaks.search import Leak, find_in_nobodys, find_leaks
from evals.leaks.sql_tap import SqlTap
from evals.leaks.stored_items import stored_items
from evals.observed import Boundaries
from evals.restaurants import RESTAURANTS


class Leftovers(Struct, kw_only=True):
    """left_behind: a tenant still set, or a transaction still open, where none should be; unowned: the partitions that
    belong to no owner."""

    leaks: list[Leak] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    unowned: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.leaks or self.left_behind or self.unowned)


async def find_leftovers(
    service: EvalService,
    tap: SqlTap,
    marks: tuple[TenantMarks, ...],
    typed: Mapping[str, Iterable[str]] | None = None,
) -> Leftovers:
    """typed: by restaurant, whatever its owner, or a model's script, wrote into questions and arguments."""
    await tap.look_behind_all()
    lines = by_tenant(log_lines(b"\n".join(service.log.lines())))
    items = await stored_items(service.cloud.dynamodb, service.cloud.table)
    found = Leftovers(left_behind=list(tap.seen.remnants))
    for each in RESTAURANTS:
        left = Boundaries(
            sql_rows=tap.seen.take(each.tenant_id),
            dynamodb_items=items.pop(service.cloud.owners[each.key].partition, []),
            log_lines=lines.pop(str(each.tenant_id), []),
        )
        found.leaks += find_leaks(each.key, marks, left, (typed or {}).get(each.key, ()))
    unnamed = [line for several in lines.values() for line in several]
    found.leaks += find_in_nobodys(marks, _rest(tap), unnamed)
    found.unowned = sorted(items)
    return found


def _rest(tap: SqlTap) -> list[bytes]:
    """Rows under no restaurant's id."""
    rows = [row for several in tap.seen.rows.values() for row in several]
    tap.seen.rows.clear()
    return rows
