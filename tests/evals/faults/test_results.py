"""What the suite says of a fault that was found, one that was not, and a control that is not clean."""

from __future__ import annotations

import msgspec

from evals.faults.__main__ import exit_status
from evals.faults.fault import Edit, Fault
from evals.faults.results import FaultFile, as_json, result_of, seeded, table
from evals.faults.run import CONTROL

FAULT = Fault(
    name="a door left open",
    breaks="It is open.",
    sql="DROP DOOR front",
    edits=(Edit("service/door.py", "shut()\n", "open()\n"),),
    settings={"DOOR": "open"},
    caught_by=("catalogue", "leaks: sse"),
)
FOUND = {"catalogue": ["a", "b"], "leaks: sse": ["c"], "roles": ["d"]}
CLEAN = result_of(CONTROL, {})


def test_a_fault_is_caught_when_every_check_that_has_to_finds_it() -> None:
    caught = result_of(FAULT, FOUND)
    assert (caught.missed, caught.caught, caught.more) == (
        (),
        {"catalogue": "a", "leaks: sse": "c", "roles": "d"},
        {"catalogue": 1},
    )
    assert exit_status([CLEAN, caught]) == 0


def test_a_fault_that_one_of_them_misses_fails_the_suite() -> None:
    half = result_of(FAULT, {"catalogue": ["a"], "roles": ["d"]})
    assert half.missed == ("leaks: sse",)
    assert exit_status([CLEAN, half]) == 1
    assert "FAIL a door left open" in table([CLEAN, half], 1.0)
    assert "MISSED BY leaks: sse" in table([CLEAN, half], 1.0)


def test_a_fault_that_nothing_catches_fails_the_suite() -> None:
    assert exit_status([CLEAN, result_of(FAULT, {})]) == 1


def test_a_control_that_is_not_clean_fails_the_suite() -> None:
    dirty = result_of(CONTROL, {"leaks: sse": ["c"]})
    assert exit_status([dirty, result_of(FAULT, FOUND)]) == 1
    assert "the control DOES NOT PASS" in table([dirty, result_of(FAULT, FOUND)], 1.0)


def test_the_table_and_the_file_say_which_check_caught_it() -> None:
    results = [CLEAN, result_of(FAULT, FOUND)]
    assert "ok   a door left open  catalogue, roles, leaks (sse)" in table(results, 1.0)
    assert "1 of 1 faults caught; the control passes every check. 1 s" in table(results, 1.0)
    read = msgspec.json.decode(as_json(results), type=FaultFile)
    assert read.faults == results[1:]
    assert read.control == CLEAN


def test_how_it_was_seeded_can_be_read() -> None:
    assert seeded(FAULT).splitlines() == ["DROP DOOR front", "DOOR=open", "service/door.py", "- shut()", "+ open()"]
