"""The nine checkpoints: each is measured, elsewhere, absent or not reached, and none is made up."""

from __future__ import annotations

from time import perf_counter

import pytest

from service.checkpoints import NAMES, Checkpoints

HERE = ("lambda", "postgres", "bedrock", "dynamodb", "stream_back")
ALL_DOORS = frozenset({"cloudfront", "waf", "api_gateway"})


def states(checkpoints: Checkpoints) -> dict[str, str]:
    return {point.name: point.state for point in checkpoints.report()}


def test_nine_in_the_order_of_the_way() -> None:
    report = Checkpoints(frozenset()).report()
    assert [point.number for point in report] == list(range(1, 10))
    assert tuple(point.name for point in report) == NAMES


def test_without_front_doors_they_are_absent() -> None:
    before = states(Checkpoints(frozenset()))
    assert before["keystroke"] == "elsewhere"
    assert {before[name] for name in ALL_DOORS} == {"absent"}
    assert {before[name] for name in HERE} == {"not_reached"}


def test_front_doors_that_exist_were_passed_elsewhere() -> None:
    before = states(Checkpoints(frozenset({"cloudfront", "waf"})))
    assert (before["cloudfront"], before["waf"], before["api_gateway"]) == ("elsewhere", "elsewhere", "absent")


def test_the_first_time_counts() -> None:
    checkpoints = Checkpoints(ALL_DOORS)
    checkpoints.passed("bedrock")
    first = checkpoints.at("bedrock")
    checkpoints.passed("bedrock")
    assert checkpoints.at("bedrock") == first
    assert checkpoints.at("postgres") is None


def test_milliseconds_count_from_the_request_s_arrival() -> None:
    checkpoints = Checkpoints(frozenset(), arrived=perf_counter() - 2)
    checkpoints.passed("lambda")
    checkpoints.passed("postgres")
    first, second = checkpoints.at("lambda"), checkpoints.at("postgres")
    assert first is not None
    assert second is not None
    assert 2000 <= first <= second <= checkpoints.elapsed_ms()


@pytest.mark.parametrize("name", HERE)
def test_only_what_was_passed_has_a_time(name: str) -> None:
    checkpoints = Checkpoints(ALL_DOORS)
    checkpoints.passed(name)
    assert [point.name for point in checkpoints.report() if point.at_ms is not None] == [name]
    assert states(checkpoints)[name] == "measured"
