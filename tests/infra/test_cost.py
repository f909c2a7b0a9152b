"""The bill, against arithmetic done by hand, and the price table against what it must say of itself."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from infra.bill import Bill, Habits, Line, Usage, make_bill
from infra.cost import describe, main, read_usage
from infra.prices import read_prices
from infra.quantities import Quantities
from service.prices import AS_OF, PRICES
from service.telemetry import _UNITS

PRICE_TABLE = read_prices()
HERE = Quantities(
    endpoint_zones=2,
    database_instances=1,
    database_min_acu=0,
    pause_minutes=10,
    secrets=2,
    kms_keys=0,
    web_acl_rules={"CLOUDFRONT": 4, "REGIONAL": 1},
    alarm_metrics=16,
    dashboards=1,
    memory_mb={"ask": 1024, "api": 1024},
)
# 24 questions of one restaurant a day are 730 in a month of 730 hours: one an hour.
ONE_AN_HOUR = Usage(tenants=1, questions=Decimal(24), tokens_in=5000, tokens_out=300)


@pytest.fixture(scope="module")
def bill() -> Bill:
    return make_bill(HERE, ONE_AN_HOUR, PRICE_TABLE)


def line(bill: Bill, component: str, name: str) -> Line:
    (found,) = [each for each in bill.lines if (each.component, each.name) == (component, name)]
    return found


def test_a_month_of_questions() -> None:
    assert ONE_AN_HOUR.a_month == 730


@pytest.mark.parametrize(
    ("component", "name", "dollars"),
    [
        # two endpoint-zones, 730 hours, a cent each
        ("network", "interface endpoints", "14.60"),
        # 730 questions wake it for 10 minutes and 6 seconds each: 122.8833 h of 1 ACU at 12 cents
        ("database", "capacity", "14.746"),
        # a gigabyte and 50 MB at 10 cents
        ("database", "storage", "0.105"),
        # 730 times 2,000 reads are 1.46 million, at 20 cents
        ("database", "reads and writes", "0.292"),
        # two people at one and a half cents
        ("identity", "users", "0.03"),
        ("identity", "secrets", "0.80"),
        # 730 times 30 are 21,900 units; 62.5 cents a million
        ("conversations", "writes", "0.0136875"),
        ("conversations", "reads", "0.001825"),
        # 730 times (6 s + 4 times 0.2 s) of a gigabyte are 4,964 GB-seconds
        ("service", "time", "0.0661869976"),
        # 3.65 million tokens in at 6 cents, 0.219 million out at 24
        ("model", "tokens in", "0.219"),
        ("model", "tokens out", "0.05256"),
        # 730 questions and four requests beside each: 3,650 at $3.50 a million
        ("api", "requests", "0.012775"),
        # 3,650 requests and, of a page load for every fourth question, 20 files each: 3,650 more
        ("edge", "requests", "0.0073"),
        ("firewall", "web ACL", "5"),
        ("firewall", "rules", "4"),
        ("firewall", "requests", "0.00438"),
        ("origin verify", "web ACL", "5"),
        ("origin verify", "rules", "1"),
        ("origin verify", "requests", "0.00219"),
        ("observability", "alarms", "1.6"),
        ("observability", "dashboards", "3"),
        # six of ask's and two of each of eight other routes: 22 at 30 cents
        ("observability", "metrics", "6.6"),
    ],
)
def test_a_line_by_hand(bill: Bill, component: str, name: str, dollars: str) -> None:
    assert line(bill, component, name).dollars.quantize(Decimal("0.0001")) == Decimal(dollars).quantize(
        Decimal("0.0001")
    )


def test_the_sum_is_that_of_its_lines(bill: Bill) -> None:
    components = {each.component for each in bill.lines}
    summed = sum((bill.of(each) for each in components), Decimal(0))
    assert summed.quantize(Decimal("1e-9")) == bill.dollars.quantize(Decimal("1e-9"))


def test_nobody_asks_and_only_what_is_there_is_paid_for() -> None:
    idle = make_bill(HERE, Usage(tenants=0, questions=Decimal(0)), PRICE_TABLE)
    assert idle.dollars == idle.idle_dollars
    # endpoints 14.60, a GB of storage 0.10 and of backup 0.021, secrets 0.80, images 0.03, pages 0.00023, web ACLs 15,
    # alarms 1.60, dashboard 3
    assert idle.idle_dollars == Decimal("35.15123")


def test_a_database_is_not_awake_for_more_than_the_month() -> None:
    busy = make_bill(HERE, Usage(tenants=1000), PRICE_TABLE)
    assert line(busy, "database", "capacity").dollars == 730 * Decimal("0.12")


def test_a_database_that_never_sleeps_costs_its_minimum_and_what_a_busy_writer_takes_above_it() -> None:
    awake = Quantities(**{**HERE.__dict__, "pause_minutes": None, "database_min_acu": 0.5, "database_instances": 2})
    capacity = line(make_bill(awake, ONE_AN_HOUR, PRICE_TABLE), "database", "capacity")
    assert capacity.idle_dollars == Decimal("87.60")
    assert capacity.dollars == Decimal("131.40")


def test_an_allowance_is_taken_off_and_never_paid_out(bill: Bill) -> None:
    assert line(bill, "edge", "requests").beyond_allowance == 0
    assert line(bill, "observability", "alarms").beyond_allowance == Decimal("0.6")
    assert line(bill, "observability", "metrics").beyond_allowance == Decimal("3.6")
    assert line(bill, "network", "interface endpoints").beyond_allowance == Decimal("14.60")
    assert all(0 <= each.beyond_allowance <= each.dollars for each in bill.lines)


def test_more_questions_never_cost_less() -> None:
    few, many = (make_bill(HERE, Usage(questions=Decimal(each)), PRICE_TABLE) for each in (10, 100))
    assert all(a.dollars <= b.dollars for a, b in zip(few.lines, many.lines, strict=True))


def test_the_reports_that_are_paid_for_are_the_service_s() -> None:
    routes = json.loads((Path(__file__).parents[2] / "infra" / "routes.json").read_text())["routes"]
    assert Habits().turn_metrics == len(_UNITS)
    assert Habits().routes == len({each["path"] for each in routes}) - 1
    assert Habits().route_metrics == len({"total_ms", "failures"} & set(_UNITS))


# -- the price table -------------------------------------------------------------------------------------------


def test_the_model_s_price_is_the_service_s() -> None:
    lite = PRICES["amazon.nova-lite-"]
    told = PRICE_TABLE.prices
    assert (told["nova_lite_input"].dollars, told["nova_lite_output"].dollars) == (lite.input, lite.output)
    assert told["nova_lite_input"].as_of == told["nova_lite_output"].as_of == AS_OF


@pytest.mark.parametrize("name", sorted(PRICE_TABLE.prices))
def test_each_price_says_where_it_is_from_and_of_when(name: str) -> None:
    price = PRICE_TABLE.prices[name]
    assert price.dollars > 0
    assert price.basis in ("read", "known")
    assert price.source.startswith("https://") or price.source == "service/prices.py"
    assert price.aws.startswith("https://aws.amazon.com/")
    assert date(2024, 1, 1) < price.as_of <= PRICE_TABLE.made_on
    assert (price.source == price.aws) == (price.basis == "known")


def test_each_price_is_used(bill: Bill) -> None:
    assert {id(each.price) for each in bill.lines} == {id(each) for each in PRICE_TABLE.prices.values()}


# -- the command -----------------------------------------------------------------------------------------------


def test_usage_from_the_command_line() -> None:
    usage = read_usage({"TENANTS": "7", "QUESTIONS": "2.5", "TOKENS_IN": "100", "TOKENS_OUT": ""})
    assert usage == Usage(tenants=7, questions=Decimal("2.5"), tokens_in=100, tokens_out=Usage().tokens_out)


@pytest.mark.parametrize(
    ("name", "text"), [("TENANTS", "-1"), ("TENANTS", "1.5"), ("QUESTIONS", "many"), ("TOKENS_IN", "NaN")]
)
def test_no_number_is_said_in_one_sentence(name: str, text: str) -> None:
    with pytest.raises(SystemExit, match=f"{name} must be a number"):
        read_usage({name: text})


def test_what_is_printed_names_every_line_that_costs(bill: Bill) -> None:
    said = describe("dev", bill, ONE_AN_HOUR, PRICE_TABLE)
    assert "730 in all" in said
    assert f"${bill.dollars:,.2f}" in said
    assert "about $2 in the design that this follows" in said
    assert all(f"  {each.name}" in said and each.buys in said for each in bill.lines if each.quantity)


def test_make_cost_of_a_stage_that_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("TENANTS", "QUESTIONS", "TOKENS_IN", "TOKENS_OUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STAGE", "prod")
    main()
    assert "prod in us-east-1" in capsys.readouterr().out
    monkeypatch.setenv("STAGE", "moon")
    with pytest.raises(SystemExit, match="STAGE= must be dev or prod"):
        main()
