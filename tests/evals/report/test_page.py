from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from evals.faults.results import FaultResult
from evals.leaks.crowd import CrowdReport
from evals.marked import MarkedFigure
from evals.report.answers import drawn
from evals.report.baseline import difference
from evals.report.compare import pairs
from evals.report.page import Findings, page
from tests.evals.report.example import HOSTILE, ROW, case, good, run_result


class Elements(HTMLParser):
    """Every element that a browser would make of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.all if name == tag]


def made(**given: Any) -> str:
    result = given.pop("result", None) or run_result()
    differences = {version: difference(result.cases, {}) for version in result.prompt_versions}
    return page(Findings(result=result, differences=differences, made_at="2026-11-23T14:00:00Z", **given))


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def test_it_says_what_passed_who_spoke_and_that_it_was_no_model() -> None:
    said = words(made(recorded=("2026-11-20", "2026-11-23")))
    assert "1 of 3 cases pass" in said
    assert "1 leaks" in said
    assert "Spoken by stand-in analyst for stand-in.analyst-v1:0 , recorded 2026-11-20 to 2026-11-23" in said
    assert "No model spoke here" in said
    assert "UnrecordedError: no recording" in said
    assert "It says why." in said


def test_each_figure_carries_its_verdict_and_its_row() -> None:
    text = made()
    marks = [(each["class"], each["title"]) for each in Elements(text).of("mark") if "title" in each]
    assert marks[0] == ("right", "right · net 2026-11-22 · revenue_by_day, row 2, net")
    assert [kind for kind, _ in marks] == ["right", "supported", "unsupported"]
    assert "revenue_by_day, row 2, net · day 2026-11-22, net 55833" in words(text)


def test_nothing_beside_it_is_needed_and_nothing_else_may_run() -> None:
    text = made()
    elements = Elements(text)
    assert elements.of("link") == elements.of("img") == []
    assert all("src" not in each for each in elements.of("script"))
    assert not [
        attributes
        for _, attributes in elements.all
        if "style" in attributes or any(n.startswith("on") for n in attributes)
    ]
    [policy] = [each["content"] or "" for each in elements.of("meta") if each.get("http-equiv")]
    for tag, inline in re.findall(r"<(style|script)>(.*?)</(?:style|script)>", text, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_an_answer_that_is_hostile_is_shown_and_not_obeyed() -> None:
    text = made()
    elements = Elements(text)
    assert len(elements.of("script")) == 1
    assert "onerror=alert(1)" in text
    assert all((each.get("href") or "").startswith("#") for each in elements.of("a"))
    assert HOSTILE.split(" ", maxsplit=1)[0] not in text


def test_marks_stand_inside_bold_and_tables_and_count_as_python_does() -> None:
    answer = "🍕 **$5.00** of\n\n| a | b |\n|---|---:|\n| x | $6.00 |"
    at = [answer.index("$5"), answer.index("$6")]
    html = drawn(answer, [MarkedFigure(each, each + 5, answer[each : each + 5], "right", ROW) for each in at])
    assert re.search(r"<strong><mark [^>]*>\$5\.00</mark></strong>", html)
    assert re.search(r'<td class="right"><mark [^>]*>\$6\.00</mark></td>', html)
    assert not re.search("[\ue000-\uf8ff]", html)


@pytest.mark.parametrize("answer", ["", "\ue000\ue105 x \ue001", "**$5.00", "`$5.00`", "a | b"])
def test_any_answer_is_drawn(answer: str) -> None:
    figures = [MarkedFigure(at, at + 5, "$5.00", "wrong") for at in [answer.find("$5")] if at >= 0]
    html = drawn(answer, figures)
    assert html.count("<mark") == html.count("</mark>") == len(figures)


def fault(name: str, expected: tuple[str, ...], caught: dict[str, str] | None = None) -> FaultResult:
    return FaultResult(name=name, breaks="Rows.", seeded="DROP POLICY", expected=expected, caught=caught or {})


def test_crowd_and_faults_are_part_of_it_when_they_were_run() -> None:
    control = fault("control", ())
    caught = fault("a policy dropped", ("roles",), {"roles": "saw 3"})
    missed = fault("a cache", ("leaks: sse",))
    result = run_result()
    result.crowd = CrowdReport(owners=17, asked=34, answered=20, left=9)
    said = words(made(result=result, faults=[control, caught, missed]))
    assert "1 / 2 seeded faults caught" in said
    assert "not by leaks: sse" in said
    assert "nothing to catch, and nothing caught" in said
    assert "All 17 at once, with the same conversation ids: 34 questions, 20 answered" in said
    assert "seeded faults" not in words(made())


def test_two_prompt_versions_stand_side_by_side() -> None:
    other = case("yesterday", "Net sales were $1.", prompt_version="v002", scores={"figures_right": False})
    result = run_result(good(), other, case("only", "…"), prompts=("v001", "v002"))
    [pair] = pairs(result, "v001", "v002")
    assert (pair.change, pair.lost, pair.gained) == ("worse", ["figures_right"], [])
    assert "v001 beside v002" in words(made(result=result))
    same = run_result(
        good(), case("yesterday", good().observed.last.text, prompt_version="v002"), prompts=("v001", "v002")
    )  # type: ignore[union-attr]
    assert [pair.change for pair in pairs(same, "v001", "v002")] == ["same"]
