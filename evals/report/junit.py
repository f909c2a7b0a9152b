"""JUnit XML: a suite for each dataset, a case for each case, and a suite of the leak check, as a CI shows them."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as Xml

from evals.leaks.search import BOUNDARIES
from evals.report.totals import searched
from evals.result import CaseResult, RunResult

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(result: RunResult, path: Path) -> None:
    root = Xml.Element("testsuites", name="evals")
    suites: dict[str, Xml.Element] = {}
    for case in result.cases:
        name = f"{case.dataset} {case.prompt_version}"
        if name not in suites:
            suites[name] = Xml.SubElement(root, "testsuite", name=name)
        _case(suites[name], case)
    _leaks(Xml.SubElement(root, "testsuite", name="no leak"), result)
    for suite in root:
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("testcase/failure"))))
        suite.set("errors", str(len(suite.findall("testcase/error"))))
    Xml.indent(root)
    Xml.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _case(suite: Xml.Element, case: CaseResult) -> None:
    turns = case.observed.turns if case.observed else []
    seconds = f"{sum(turn.total_ms for turn in turns) / 1000:.3f}"
    element = Xml.SubElement(suite, "testcase", classname=f"evals.{case.dataset}", name=case.name, time=seconds)
    if case.error is not None:
        Xml.SubElement(element, "error", message=_clean(case.error))
    faults = [f"{name}: {case.scores[name].reason or 'failed'}" for name in case.failed]
    if faults:
        said = [f"{turn.question}\n{turn.text}" for turn in turns]
        failure = Xml.SubElement(element, "failure", message=_clean(faults[0]))
        failure.text = _clean("\n\n".join(["\n".join(faults), *said]))


def _leaks(suite: Xml.Element, result: RunResult) -> None:
    found: dict[str, list[str]] = {name: [] for name in BOUNDARIES}
    for (_, boundary), cell in searched(result).items():
        found[boundary] += cell.leaks
    found["afterwards"] = result.left_over
    if result.crowd is not None:
        found["a crowd"] = [*map(str, result.crowd.leaks), *result.crowd.astray]
    for name, leaks in found.items():
        element = Xml.SubElement(suite, "testcase", classname="evals.no_leak", name=name)
        if leaks:
            Xml.SubElement(element, "failure", message=_clean(leaks[0])).text = _clean("\n".join(leaks))


def _clean(text: str) -> str:
    """XML has no way to write some characters, and an answer may hold any."""
    return _NOT_XML.sub("\ufffd", text)
