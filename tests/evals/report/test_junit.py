from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

from evals.leaks.crowd import CrowdReport
from evals.report.junit import write_junit
from tests.evals.report.example import run_result


def test_a_ci_reads_what_passed_failed_and_could_not_be_asked(tmp_path: Path) -> None:
    result = run_result()
    result.crowd = CrowdReport(astray=["a question has no answer"])
    write_junit(result, tmp_path / "junit.xml")
    root = Xml.parse(tmp_path / "junit.xml").getroot()
    counts = {
        suite.get("name"): tuple(int(suite.get(name, "")) for name in ("tests", "failures", "errors")) for suite in root
    }
    assert counts == {"figures v001": (2, 1, 0), "items v001": (1, 0, 1), "no leak": (8, 2, 0)}
    [failure] = root.findall("testsuite[@name='figures v001']/testcase[@name='invented']/failure")
    assert failure.get("message") == "figures_grounded: no row supports $999.00"
    assert "onerror" in (failure.text or "")
    leaking = root.findall("testsuite[@name='no leak']/testcase[failure]")
    assert [each.get("name") for each in leaking] == ["sse", "a crowd"]


def test_characters_that_xml_cannot_hold_are_replaced(tmp_path: Path) -> None:
    write_junit(run_result(), tmp_path / "junit.xml")
    [failure] = Xml.parse(tmp_path / "junit.xml").getroot().findall("testsuite/testcase[@name='sse']/failure")
    assert failure.get("message") == "sse: canary 'marrowick' of harbour (… a \ufffd marrowick …)"
