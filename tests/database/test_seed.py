"""The demo data are the same whenever they are made, and look like three restaurants."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from local.database import Database
from local.demo_orders import FIRST_NUMBER, DemoOrders
from local.demo_restaurants import DEMO_TENANTS, DemoTenant
from local.seed import seed_demo
from service.provisioning.orders import NewOrder
from service.provisioning.tenant_scope import tenant_scope
from tests.database.fresh_database import connected, digests, fresh_database

MARLOWS, COPPER_POT, LANEWAY = DEMO_TENANTS
FIRST, LAST = date(2025, 11, 23), date(2026, 11, 22)


@pytest.fixture(scope="module")
def year() -> dict[str, list[NewOrder]]:
    return {tenant.name: list(DemoOrders(tenant).between(FIRST, LAST)) for tenant in DEMO_TENANTS}


def _by_day(tenant: DemoTenant, orders: list[NewOrder]) -> Counter[date]:
    return Counter(order.ordered_at.astimezone(ZoneInfo(tenant.time_zone)).date() for order in orders)


def _gross(orders: list[NewOrder]) -> int:
    return sum(line.quantity * line.unit_price_cents for order in orders for line in order.lines)


# -- Into the database ----------------------------------------------------------------------------------------------


async def test_a_top_up_comes_to_the_same_as_a_seed_made_at_once(database: Database) -> None:
    """Over days on which two of the three change their menu."""
    until = date(2026, 6, 5)
    async with fresh_database(database) as at_once, fresh_database(database) as in_steps:
        whole = await seed_demo(at_once, until=until, days=40)
        first = await seed_demo(in_steps, until=until - timedelta(days=33), days=7)
        second = await seed_demo(in_steps, until=until - timedelta(days=20), days=7)
        third = await seed_demo(in_steps, until=until)
        assert whole.orders == first.orders + second.orders + third.orders > 5000
        assert whole.order_lines == first.order_lines + second.order_lines + third.order_lines
        for tenant in DEMO_TENANTS:
            assert await digests(in_steps, tenant.tenant_id) == await digests(at_once, tenant.tenant_id)


async def test_what_is_there_is_not_loaded_again(database: Database) -> None:
    async with fresh_database(database) as fresh:
        assert (await seed_demo(fresh, until=date(2026, 3, 9), days=3)).orders > 0
        before = [await digests(fresh, tenant.tenant_id) for tenant in DEMO_TENANTS]
        for until in (date(2026, 3, 9), date(2026, 3, 1)):
            report = await seed_demo(fresh, until=until, days=3)
            assert report.orders == 0
            assert [tenant.first for tenant in report.tenants] == [None] * 3
        assert [await digests(fresh, tenant.tenant_id) for tenant in DEMO_TENANTS] == before


async def test_a_moment_means_each_restaurants_own_yesterday(database: Database) -> None:
    """At that moment it is still Tuesday in New York, and Wednesday in London and Melbourne."""
    async with fresh_database(database) as fresh:
        report = await seed_demo(fresh, until=datetime(2026, 3, 11, 2, tzinfo=UTC), days=2)
        assert [tenant.last for tenant in report.tenants] == [date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 10)]
        async with connected(fresh) as owner, tenant_scope(owner, MARLOWS.tenant_id):
            assert await owner.fetchval("SELECT max(ordered_on) FROM orders") == date(2026, 3, 9)


async def test_an_item_that_left_says_when(database: Database) -> None:
    """Marlow's changes its special on the first of June."""
    specials = "SELECT name, retired_on FROM menu_items WHERE item_id > 100 ORDER BY 1"
    async with fresh_database(database) as fresh, connected(fresh) as owner:
        await seed_demo(fresh, until=date(2026, 5, 31), days=3, tenants=[MARLOWS])
        async with tenant_scope(owner, MARLOWS.tenant_id):
            assert [tuple(row) for row in await owner.fetch(specials)] == [("Fig & Prosciutto Pizza", None)]
        await seed_demo(fresh, until=date(2026, 6, 1), tenants=[MARLOWS])
        async with tenant_scope(owner, MARLOWS.tenant_id):
            assert [tuple(row) for row in await owner.fetch(specials)] == [
                ("Fig & Prosciutto Pizza", date(2026, 6, 1)),
                ("Hot Honey Soppressata Pizza", None),
            ]


# -- What a year looks like -----------------------------------------------------------------------------------------


def test_about_a_hundred_thousand_orders_a_year(year: dict[str, list[NewOrder]]) -> None:
    assert 95_000 < sum(map(len, year.values())) < 110_000
    assert len({tenant.currency for tenant in DEMO_TENANTS}) == len({tenant.time_zone for tenant in DEMO_TENANTS}) == 3
    totals = [_gross(orders) for orders in year.values()]
    assert min(abs(a - b) for a in totals for b in totals if a != b) > 1_000_000


@pytest.mark.parametrize("tenant", DEMO_TENANTS, ids=lambda tenant: tenant.kind)
def test_numbers_and_times_go_up_together_within_opening_hours(
    tenant: DemoTenant, year: dict[str, list[NewOrder]]
) -> None:
    orders = year[tenant.name]
    numbers = [order.number for order in orders]
    assert numbers == list(range(numbers[0], numbers[0] + len(orders)))
    assert numbers[0] > FIRST_NUMBER
    moments = [order.ordered_at for order in orders]
    assert moments == sorted(moments)
    hours = [moment.hour + moment.minute / 60 for moment in moments]
    assert min(hours) >= tenant.habits.hours[0][0]
    assert max(hours) < tenant.habits.hours[-1][1]


@pytest.mark.parametrize("tenant", DEMO_TENANTS, ids=lambda tenant: tenant.kind)
def test_some_are_cancelled_some_refunded_some_have_a_note(tenant: DemoTenant, year: dict[str, list[NewOrder]]) -> None:
    orders = year[tenant.name]
    statuses = Counter(order.status for order in orders)
    assert 0.017 < statuses["cancelled"] / len(orders) < 0.024
    assert 0.012 < statuses["refunded"] / len(orders) < 0.019
    refunded = [(order.refunded_cents, _gross([order])) for order in orders if order.status == "refunded"]
    assert all(0 < refund <= total for refund, total in refunded)
    assert any(refund < total for refund, total in refunded)
    assert any(refund == total for refund, total in refunded)
    assert 0.05 < sum(bool(order.note) for order in orders) / len(orders) < 0.09


def test_the_curry_house_is_closed_on_mondays_and_all_on_their_holidays(year: dict[str, list[NewOrder]]) -> None:
    days = {tenant.name: _by_day(tenant, year[tenant.name]) for tenant in DEMO_TENANTS}
    every = [FIRST + timedelta(days=n) for n in range(365)]
    shut = {name: [day for day in every if day not in open_] for name, open_ in days.items()}
    assert all(
        day.weekday() == 0 for day in shut[COPPER_POT.name] if (day.month, day.day) not in {(12, 25), (12, 26), (1, 1)}
    )
    assert len(shut[COPPER_POT.name]) == 52 + 3
    assert shut[MARLOWS.name] == [date(2025, 11, 27), date(2025, 12, 25), date(2026, 7, 4)]
    assert date(2026, 11, 3) in shut[LANEWAY.name]


def test_weeks_seasons_and_growth(year: dict[str, list[NewOrder]]) -> None:
    for tenant, busy, quiet in ((MARLOWS, 4, 0), (COPPER_POT, 5, 1), (LANEWAY, 4, 6)):
        weekdays: Counter[int] = Counter()
        for day, count in _by_day(tenant, year[tenant.name]).items():
            weekdays[day.weekday()] += count
        assert weekdays[busy] > 1.2 * weekdays[quiet]
    melbourne, new_york = (_by_day(tenant, year[tenant.name]) for tenant in (LANEWAY, MARLOWS))
    january, july = ({date(2026, month, day) for day in range(5, 32)} for month in (1, 7))
    assert sum(melbourne[day] for day in july) > 1.1 * sum(melbourne[day] for day in january)
    assert sum(new_york[day] for day in january) > 1.1 * sum(new_york[day] for day in july)
    before = sum(1 for _ in DemoOrders(MARLOWS).between(FIRST - timedelta(days=365), LAST - timedelta(days=365)))
    assert 1.02 < len(year[MARLOWS.name]) / before < 1.10


@pytest.mark.parametrize("tenant", DEMO_TENANTS, ids=lambda tenant: tenant.kind)
def test_one_item_leaves_and_one_joins_on_the_same_day(tenant: DemoTenant, year: dict[str, list[NewOrder]]) -> None:
    change = date(2026, *tenant.habits.specials_change)
    offered = [each for each in DemoOrders(tenant).offered(FIRST, LAST) if each.item in tenant.habits.specials]
    (left,) = [each.item.name for each in offered if each.retired_on == change]
    (joined,) = [each.item.name for each in offered if each.retired_on is None]
    sold: dict[str, set[date]] = {left: set(), joined: set()}
    for order in year[tenant.name]:
        for line in order.lines:
            if line.item in sold:
                sold[line.item].add(order.ordered_at.date())
    assert max(sold[left]) < change <= min(sold[joined])
    assert change - max(sold[left]) < timedelta(days=7) > min(sold[joined]) - change


def test_before_it_opened_a_restaurant_had_no_orders() -> None:
    assert list(DemoOrders(MARLOWS).between(date(2010, 1, 1), date(2012, 4, 15))) == []
    first = next(DemoOrders(MARLOWS).between(date(2010, 1, 1), date(2012, 4, 16)))
    assert first.number == FIRST_NUMBER
