"""What pydantic-evals reports of a dataset, as case results."""

from __future__ import annotations

from typing import Any

from pydantic_evals.reporting import EvaluationReport, ReportCase, ReportCaseFailure

from evals.cases import Asked, EvalDataset, Expected
from evals.marked import marked_figures
from evals.result import CaseResult, Score
from evals.scorers.no_leak import LEAKS
from evals.scorers.subject import RIGHTS

Report = EvaluationReport[Asked, Any, Expected]


def collected(dataset: EvalDataset, report: Report, prompt_version: str) -> list[CaseResult]:
    """In the order of the dataset."""
    results = [_judged(dataset.name, each, prompt_version) for each in report.cases]
    results += [_failed(dataset.name, each, prompt_version) for each in report.failures]
    order = [case.name for case in dataset.cases]
    return sorted(results, key=lambda each: order.index(each.name))


def _judged(dataset: str, case: ReportCase[Asked, Any, Expected], prompt_version: str) -> CaseResult:
    result = _asked(dataset, case, prompt_version)
    result.observed, result.rights = case.output, case.attributes[RIGHTS]
    result.figures = marked_figures(case)
    result.leaks = case.attributes.get(LEAKS, [])
    for name, judged in case.assertions.items():
        result.scores[name] = Score(passed=judged.value, reason=judged.reason)
    for name, measured in case.scores.items():
        result.scores[name] = Score(value=float(measured.value), reason=measured.reason)
    if case.evaluator_failures:
        broken = case.evaluator_failures[0]
        result.error = f"{broken.name} could not judge: {broken.error_message}"
    return result


def _failed(dataset: str, case: ReportCaseFailure[Asked, Any, Expected], prompt_version: str) -> CaseResult:
    result = _asked(dataset, case, prompt_version)
    result.error = case.error_message
    return result


def _asked(
    dataset: str,
    case: ReportCase[Asked, Any, Expected] | ReportCaseFailure[Asked, Any, Expected],
    prompt_version: str,
) -> CaseResult:
    expected = case.metadata.model_dump(mode="json", exclude_defaults=True) if case.metadata else {}
    return CaseResult(
        dataset=dataset,
        name=case.name,
        tenant=case.inputs.tenant,
        prompt_version=prompt_version,
        asked=case.inputs.ask,
        expected=expected,
    )
