"""CloudWatch's embedded metric format: the rules of AWS's specification, as assertions."""

from __future__ import annotations

import json
import time
from typing import Any

UNITS = {
    *("Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"),
    *("Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "None"),
    *("Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second"),
    *("Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second"),
}
DAY_MS = 86_400_000


def metrics_of(line: str) -> dict[str, float]:
    """The metrics that CloudWatch makes of a log line. Raises AssertionError when it would make none of it."""
    assert len(line.encode()) < 1024 * 1024
    root = json.loads(line)
    assert isinstance(root, dict)
    embedded = root["_aws"]
    assert set(embedded) == {"Timestamp", "CloudWatchMetrics"}
    now = time.time() * 1000
    assert type(embedded["Timestamp"]) is int
    assert now - 14 * DAY_MS < embedded["Timestamp"] < now + DAY_MS / 12
    assert isinstance(embedded["CloudWatchMetrics"], list)
    return {name: value for each in embedded["CloudWatchMetrics"] for name, value in _directive(each, root).items()}


def dimensions_of(line: str) -> set[str]:
    """All names that are a dimension of a metric of the line."""
    directives = json.loads(line)["_aws"]["CloudWatchMetrics"]
    return {name for each in directives for names in each["Dimensions"] for name in names}


def _directive(directive: dict[str, Any], root: dict[str, Any]) -> dict[str, float]:
    assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
    assert 1 <= len(directive["Namespace"]) <= 1024
    assert not directive["Namespace"].startswith("AWS/")
    assert isinstance(directive["Dimensions"], list)
    for names in directive["Dimensions"]:
        _dimension_set(names, root)
    assert 1 <= len(directive["Metrics"]) <= 100
    names = [metric["Name"] for metric in directive["Metrics"]]
    assert len(set(names)) == len(names)
    return {metric["Name"]: _metric(metric, root) for metric in directive["Metrics"]}


def _dimension_set(names: list[str], root: dict[str, Any]) -> None:
    assert isinstance(names, list)
    assert len(names) <= 30
    for name in names:
        assert 1 <= len(name) <= 250
        assert isinstance(root[name], str)
        assert 1 <= len(root[name]) <= 1024
        assert root[name].isascii()


def _metric(metric: dict[str, Any], root: dict[str, Any]) -> float:
    assert set(metric) <= {"Name", "Unit", "StorageResolution"}
    assert metric["Unit"] in UNITS
    value = root[metric["Name"]]
    assert type(value) in (int, float)
    return float(value)
