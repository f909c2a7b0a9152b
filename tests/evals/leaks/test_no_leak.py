"""The scorer: a rival's mark at any boundary fails a case, and a rival's name that the asker typed does not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_evals.evaluators import EvaluationReason, EvaluatorContext

from evals.cases import Asked
from evals.leaks.restaurant_marks import restaurant_marks
from evals.leaks.search import BOUNDARIES
from evals.leaks.wire_rows import data_row
from evals.observed import Boundaries, Observed
from evals.restaurants import restaurant
from evals.scorers.no_leak import LEAKS, NoLeak


def _judged(question: str, boundaries: Boundaries) -> tuple[bool, str, dict[str, Any]]:
    context: Any = EvaluatorContext(
        name="case",
        inputs=Asked(tenant="harbour", ask=[question]),
        metadata=None,
        expected_output=None,
        output=Observed(tenant="harbour", turns=[], boundaries=boundaries),
        duration=0.0,
        _span_tree=None,  # type: ignore[arg-type]
        attributes={},
        metrics={},
    )
    reason = NoLeak().evaluate(context)["no_leak"]
    assert isinstance(reason, EvaluationReason)
    return bool(reason.value), reason.reason or "", context.attributes


def _crossing(boundary: str, text: str) -> Boundaries:
    document: Any = text.encode()
    if boundary == "sse":
        return Boundaries(sse=document)
    return Boundaries(**{boundary: [data_row(document) if boundary == "sql_rows" else document]})


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("mark", ["canary", "id", "number", "amount"])
def test_a_rivals_mark_fails_the_case_and_is_named(boundary: str, mark: str) -> None:
    rival = next(each for each in restaurant_marks() if each.tenant == "trattoria")
    text = {
        "canary": rival.canaries[0],
        "id": rival.ids[0],
        "number": f"order {rival.numbers[-1]}",
        "amount": f"€{rival.amounts[0] / 100:,.2f}",
    }[mark]
    passed, reason, attributes = _judged("How did we do yesterday?", _crossing(boundary, text))
    assert not passed
    assert reason.startswith(f"{boundary}: {mark} ")
    assert "of trattoria" in reason
    assert [leak.of for leak in attributes[LEAKS]] == ["trattoria"]


def test_a_rivals_name_that_the_asker_typed_passes() -> None:
    name = restaurant("trattoria").name
    answer = f"I know this restaurant only, and nothing of {name}."
    seen = Boundaries(sse=answer.encode(), bedrock_requests=[answer.encode()], dynamodb_items=[answer.encode()])
    assert _judged(f"What did {name} take yesterday?", seen)[0]
    assert not _judged("What did the others take yesterday?", seen)[0]


def test_an_answer_about_oneself_passes() -> None:
    own = restaurant("harbour")
    seen = Boundaries(
        sse=f"{own.name}: {own.canaries.item} Oysters".encode(),
        sql_rows=[data_row(own.name.encode(), own.tenant_id.bytes)],
        log_lines=[f'{{"tenant": "{own.tenant_id}"}}'.encode()],
    )
    assert _judged("Who are we?", seen) == (True, "", {LEAKS: []})
