"""All owners at the same moment; and what they see is looked for with marks that are really there."""

from __future__ import annotations

import pytest

from evals.asking import ask
from evals.cloud import EvalCloud, serving
from evals.leaks.afterwards import find_leftovers
from evals.leaks.crowd import POOL_SIZE, crowd_in
from evals.leaks.restaurant_marks import restaurant_marks
from evals.leaks.search import BOUNDARIES, find_leaks
from evals.leaks.sql_tap import SqlTap
from evals.restaurants import RESTAURANTS, EvalRestaurant, restaurant
from local.bedrock.standin import MODEL_ID, analyst


async def test_nothing_crosses_in_a_crowd_and_the_crowd_was_one(cloud: EvalCloud) -> None:
    report = await crowd_in(cloud, rounds=1)
    assert report.leaks == []
    assert report.astray == []
    assert report.owners == report.asked == len(RESTAURANTS) >= 16 > POOL_SIZE
    assert report.answered + report.left + report.stopped == report.asked
    assert report.answered > 0
    assert report.left > 0
    assert report.cancelled_reads > 10


async def test_an_owners_marks_are_at_every_boundary_where_another_would_see_them(cloud: EvalCloud) -> None:
    """Else that they are not found would prove nothing."""
    marks = restaurant_marks({key: owner.user for key, owner in cloud.owners.items()})
    async with (
        SqlTap(cloud.database.host, cloud.database.port) as tap,
        serving(
            cloud, analyst(), model_id=MODEL_ID, settings={"DATABASE_PORT": str(tap.port)}, name="marks"
        ) as service,
    ):
        observed = await ask(service, "harbour", ["What sold best in September 2026?"])
        observed.boundaries.sql_rows = tap.seen.take(restaurant("harbour").tenant_id)
        assert find_leaks("harbour", marks, observed.boundaries) == []
        seen_by_another = find_leaks("trattoria", marks, observed.boundaries)
        assert {leak.boundary for leak in seen_by_another} == set(BOUNDARIES)
        assert {leak.of for leak in seen_by_another} == {"harbour"}
        assert (await find_leftovers(service, tap, marks)).clean


@pytest.mark.parametrize("of", RESTAURANTS, ids=lambda of: of.key)
def test_each_restaurant_has_marks_of_each_kind(of: EvalRestaurant) -> None:
    known = {each.tenant: each for each in restaurant_marks()}
    marks = known[of.key]
    assert len(marks.canaries) >= 4
    assert str(of.tenant_id) in marks.ids
    assert bool(marks.amounts and marks.numbers) == bool(of.days)
