"""docs/operations.md says what to do: at every alarm that there is, and by commands that there are."""

from __future__ import annotations

import re

from infra.image import CHECKOUT
from tests.infra.synthesized import Synthesized

TEXT = (CHECKOUT / "docs" / "operations.md").read_text(encoding="utf-8")
WANTED = (
    "First deploy",
    "A new tenant",
    "A new prompt version",
    "Rotate secrets",
    "Restore the database",
    "Read the dashboard",
    "At each alarm",
)


def alarms(stage: Synthesized) -> set[str]:
    names = (each["Properties"]["AlarmName"] for each in stage.resources("AWS::CloudWatch::Alarm").values())
    return {name.removeprefix(f"tableside-{stage.prefix.lower()}-") for name in names}


def test_each_alarm_has_its_section_and_no_section_is_of_an_alarm_that_went(dev: Synthesized) -> None:
    sections = TEXT.partition("## At each alarm\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"(?m)^### (.+)$", sections)) == alarms(dev)
    for name, said in re.findall(r"(?ms)^### (.+?)\n(.*?)(?=^### |\Z)", sections):
        assert len(said.split()) >= 6, name


def test_an_alarm_says_where_to_read_on(dev: Synthesized) -> None:
    for name in alarms(dev):
        (found,) = [
            each["Properties"]["AlarmDescription"]
            for each in dev.resources("AWS::CloudWatch::Alarm").values()
            if each["Properties"]["AlarmName"].endswith(f"-dev-{name}")
        ]
        assert f"docs/operations.md, {name}" in found


def test_what_has_to_be_there_is() -> None:
    assert set(WANTED) <= set(re.findall(r"(?m)^## (.+)$", TEXT))


def test_the_commands_it_names_are_there() -> None:
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):.*##", makefile))
    assert set(re.findall(r"(?m)(?:`|^)make ([a-z-]+)", TEXT)) <= targets


def test_the_dashboard_s_name_is_the_one_that_is_made(dev: Synthesized) -> None:
    assert f"`{dev.one('AWS::CloudWatch::Dashboard', 'Observability')['DashboardName']}`" in TEXT
