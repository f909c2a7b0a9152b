"""Every row tells whose it is."""

from __future__ import annotations

from itertools import combinations

import pytest

from evals.cloud import EvalCloud
from evals.orders import fingerprints_of, is_only_of, orders_of
from evals.restaurants import RESTAURANTS
from evals.seed import NotToldApartError, check_told_apart, imported_file

# Columns of text that no invented word fits into, and why.
BOUND = {
    ("tenants", "time_zone"): "names of time zones",
    ("tenants", "currency"): "three letters of ISO 4217",
    ("orders", "status"): "one of three words",
}
TEXT_COLUMNS = """
SELECT table_name::text, column_name::text FROM information_schema.columns
WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY')
ORDER BY 1, 2
"""


async def test_every_column_of_text_holds_a_canary_of_its_own_restaurant(cloud: EvalCloud) -> None:
    connection = await cloud.database.connect(cloud.database.superuser)
    try:
        columns = {tuple(row) for row in await connection.fetch(TEXT_COLUMNS)}
        assert set(BOUND) < columns
        for table, column in columns - set(BOUND):
            for each in RESTAURANTS:
                words = [*each.canaries.all, imported_file(each)]
                rows = await connection.fetch(f"SELECT {column} FROM {table} WHERE tenant_id = $1", each.tenant_id)
                values = [row[0] for row in rows if row[0]]
                assert values or not each.days, f"{table}.{column} of {each.key} is empty"
                assert [value for value in values if not any(word in value for word in words)] == []
    finally:
        await connection.close()


def test_no_canary_is_part_of_another_s_data() -> None:
    for one, other in combinations(RESTAURANTS, 2):
        for word in one.canaries.all:
            assert not any(word.casefold() in theirs.casefold() for theirs in (*other.canaries.all, other.name))


def test_numbers_of_orders_lie_in_bands_of_their_own() -> None:
    bands = [{order.number // 1_000_000 for order in orders_of(each)} for each in RESTAURANTS]
    assert all(not one & other for one, other in combinations(bands, 2))


@pytest.mark.parametrize("of", RESTAURANTS, ids=[each.key for each in RESTAURANTS])
def test_fingerprints_are_no_sum_and_no_difference_of_anybody_else_s(of: object) -> None:
    """Everything of another restaurant is a multiple of its prime, and so is what is made of it."""
    assert len({each.prime for each in RESTAURANTS}) == len(RESTAURANTS)
    [this] = [each for each in RESTAURANTS if each is of]
    assert bool(fingerprints_of(this)) == bool(this.days)
    assert all(is_only_of(this, amount) for amount in fingerprints_of(this))
    days: dict[object, int] = {}
    for order in orders_of(this):
        days[order.day] = days.get(order.day, 0) + order.total_cents - order.refunded_cents
    totals = [*days.values(), sum(days.values()), *(one - other for one, other in combinations(list(days.values()), 2))]
    assert all(total % this.prime == 0 for total in totals)


async def test_an_amount_that_is_not_told_apart_is_refused(cloud: EvalCloud) -> None:
    connection = await cloud.database.connect(cloud.database.superuser)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("UPDATE orders SET total_cents = total_cents + 1 WHERE order_number = 1000001")
        with pytest.raises(NotToldApartError, match="harbour"):
            await check_told_apart(connection)
        await transaction.rollback()
    finally:
        await connection.close()


async def test_there_is_an_empty_one_and_one_of_a_single_day(cloud: EvalCloud) -> None:
    days = {each.key: {order.day for order in orders_of(each)} for each in RESTAURANTS}
    assert days["empty"] == set()
    assert len(days["oneday"]) == 1
    assert len(RESTAURANTS) >= 16
    assert len({each.time_zone for each in RESTAURANTS}) >= 14
    assert len({each.currency for each in RESTAURANTS}) >= 10
