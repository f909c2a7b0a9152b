"""The faults as they are listed: each fits the code as it is now, and says which checks have to find it."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.faults import checks
from evals.faults.fault import Edit, Fault, FaultDoesNotFitError, copy_service
from evals.faults.prying import prying, question_about, words_about
from evals.faults.results import seeded
from evals.faults.run import FAULTS
from local.bedrock.voice import ConverseRequest
from service.slices.execute import tool_specs

NAMED = (
    "a policy dropped",
    "FORCE removed",
    "the runtime role made owner",
    "set_config made session-wide",
    "a cache keyed without tenant",
    "tenant taken from the body",
    "a tool that takes a tenant id",
    "a conversation read by id alone",
    "a superuser pool",
    "a view without security_invoker",
)
CHECKS = (
    "catalogue",
    "roles",
    "own figures",
    "isolation proof",
    "leaks: sql_rows",
    "leaks: bedrock_requests",
    "leaks: tool_results",
    "leaks: sse",
    "leaks: dynamodb_items",
    "leaks: log_lines",
    "log names the asker",
    "left behind",
    "forged tool use",
    "forged requests",
    "crowd",
)


def test_there_are_the_ten_that_everybody_fears_and_ten_more() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names) >= 20
    assert set(NAMED) <= set(names)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_says_what_it_breaks_and_who_has_to_find_it(fault: Fault) -> None:
    assert fault.breaks.endswith(".")
    assert fault.caught_by
    assert set(fault.caught_by) <= set(CHECKS)
    assert seeded(fault)
    assert bool(fault.role_sql) == bool(fault.undo_sql)


def test_every_check_has_its_line_where_they_are_described() -> None:
    told = checks.__doc__ or ""
    assert [check for check in CHECKS if check.partition(": ")[0] not in told] == []


def test_every_check_has_a_fault_that_it_has_to_find() -> None:
    assert {check for fault in FAULTS for check in fault.caught_by} == set(CHECKS)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.edits], ids=lambda fault: fault.name)
def test_its_edits_fit_the_code_as_it_is_now(fault: Fault, tmp_path: Path) -> None:
    copy_service(tmp_path, fault.edits)
    for edit in fault.edits:
        compile((tmp_path / edit.file).read_text("utf-8"), edit.file, "exec")


def test_an_edit_that_the_code_has_outgrown_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaultDoesNotFitError, match=r"service/app\.py holds 0 times"):
        copy_service(tmp_path / "none", (Edit("service/app.py", "no such line", "another"),))
    with pytest.raises(FaultDoesNotFitError, match=r"service/app\.py holds \d+ times"):
        copy_service(tmp_path / "several", (Edit("service/app.py", "import", "export"),))


async def test_the_prying_model_calls_every_tool_for_the_others_data() -> None:
    specs = [
        {"toolSpec": {"name": tool.name, "description": tool.description, "inputSchema": {"json": tool.schema}}}
        for tool in tool_specs()
    ]
    asked = {"role": "user", "content": [{"text": question_about("trattoria")}]}
    request = ConverseRequest("stand-in.analyst-v1:0", {"messages": [asked], "toolConfig": {"tools": specs}})
    events = [event async for event in prying()(request) if isinstance(event, dict)]
    called = [e["contentBlockStart"]["start"]["toolUse"]["name"] for e in events if "contentBlockStart" in e]
    assert sorted(called) == sorted([tool.name for tool in tool_specs()] * 3)
    spoken = "".join(e["contentBlockDelta"]["delta"]["toolUse"]["input"] for e in events if "contentBlockDelta" in e)
    _, tenant_id, order = words_about("trattoria")
    assert tenant_id in spoken
    assert order in spoken
