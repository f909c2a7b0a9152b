"""How a run's figures are counted from what its client saw."""

from __future__ import annotations

import os

import pytest

from benchmarks.process import cpu_seconds, resident_mb, tree_cpu_seconds
from benchmarks.watch import Answers, Asked, Look, Watched, gaps, percentile


def test_tokens_that_arrive_together_have_no_gap_between_them() -> None:
    asked = Asked(0, 0.0, [(1.0, 1), (1.02, 1), (1.08, 3)], 1.08)
    assert list(gaps(asked, 0, 2)) == pytest.approx([0.02, 0.06, 0.0, 0.0])


def test_gaps_are_those_between_two_moments() -> None:
    asked = Asked(0, 0.0, [(1.0, 1), (2.0, 1), (3.0, 1), (9.0, 1)], 9.0)
    assert list(gaps(asked, 1.5, 3.5)) == [1.0]


@pytest.mark.parametrize(("share", "wanted"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_there(share: float, wanted: float) -> None:
    assert percentile([float(at) for at in range(100, 0, -1)], share) == wanted


def test_of_one_value_every_percentile_is_that_one() -> None:
    assert percentile([7.0], 0.99) == 7.0


def test_a_server_is_charged_for_what_it_used_between_two_moments() -> None:
    looks = [Look(10.0, 1.0, 0.0, 50.0, {"store": 1.0}), Look(11.0, 1.5, 0.2, 60.0, {"store": 1.1})]
    looks.append(Look(12.0, 3.5, 0.3, 55.0, {"store": 2.0}))
    watched = Watched(Answers([], 10.0, 12.0, 0.5), looks)
    assert watched.server_cpu(10.5, 11.5) == pytest.approx(1.25)
    assert watched.server_cpu() == 2.5
    assert watched.model_share == pytest.approx(0.15)
    assert watched.cloud_shares() == pytest.approx({"store": 0.5})
    assert watched.client_share == 0.25
    assert watched.most_resident == 60.0


def test_a_stream_that_was_cut_is_not_finished() -> None:
    asked = [Asked(0, 0.0, [(1.0, 4)], 1.0), Asked(1, 0.0, [(1.0, 2)], None)]
    watched = Watched(Answers(asked, 0.0, 2.0, 0.1), [])
    assert (watched.unfinished, watched.answers.tokens) == (1, 6)


def test_the_kernel_tells_of_a_process_what_it_used() -> None:
    before, pid = cpu_seconds(os.getpid()), os.getpid()
    sum(at * at for at in range(300_000))
    after = cpu_seconds(pid)
    assert after > before
    assert tree_cpu_seconds(pid) >= after
    assert 1 < resident_mb(pid) < 10_000
