"""What a token costs is measured of streams that came whole."""

from __future__ import annotations

import pytest

from benchmarks.stream_cost import child, microseconds_a_token


@pytest.mark.parametrize("pause", [0, 0.001])
async def test_every_token_is_counted_however_it_came(pause: float) -> None:
    with child("benchmarks.stream_feed") as feed, child("benchmarks.stream_server", feed) as server:
        assert await microseconds_a_token(server, 2, pause) > 0
