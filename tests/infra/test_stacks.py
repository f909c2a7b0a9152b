"""The stage as a whole: nine stacks, five functions and no sixth, one way from bottom to top, the same every time."""

from __future__ import annotations

import json
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from infra.app import chosen_stage
from infra.cdk_cli import cdk_command, cdk_environment
from infra.stages import STAGES
from tests.infra.synthesized import STACKS, Synthesized, function_name

ROOT = Path(__file__).parents[2]
FUNCTIONS = {
    "ask": "Service", "api": "Service", "operator": "Database", "claims": "Identity", "release": "Identity",
}  # fmt: skip


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_nine_stacks(stage: str, request: pytest.FixtureRequest) -> None:
    synthesized: Synthesized = request.getfixturevalue(stage)
    assert set(synthesized.templates) == set(STACKS)
    assert synthesized.prefix == stage.capitalize()


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_five_functions_and_no_sixth_by_a_construct_s_back_door(stage: str, request: pytest.FixtureRequest) -> None:
    synthesized: Synthesized = request.getfixturevalue(stage)
    found = synthesized.resources("AWS::Lambda::Function")
    assert {function_name(id): id.split("/")[0] for id in found} == FUNCTIONS
    assert len(found) == len(FUNCTIONS)
    kinds = {each["Type"] for _, _, each in synthesized.all()}
    assert not {kind for kind in kinds if kind.startswith("Custom::") and kind not in OUR_CUSTOM_RESOURCES}


OUR_CUSTOM_RESOURCES = {"Custom::Schema", "Custom::TokenKeys", "Custom::OriginValues", "Custom::Pages"}


def test_every_function_is_python_3_12_on_arm(dev: Synthesized) -> None:
    """Those of the image by its base."""
    for id, function in dev.resources("AWS::Lambda::Function").items():
        properties = function["Properties"]
        assert properties["Architectures"] == ["arm64"], id
        assert properties.get("Runtime", "python3.12") == "python3.12", id
        assert (properties.get("PackageType") == "Image") == (function_name(id) in ("ask", "api", "operator"))
    base = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("FROM public.ecr")]
    assert any("python:3.12" in line for line in base)


def test_every_custom_resource_is_answered_by_a_function_of_ours(dev: Synthesized) -> None:
    custom = [(stack, each) for stack, _, each in dev.all() if each["Type"].startswith("Custom::")]
    assert {each["Type"] for _, each in custom} == OUR_CUSTOM_RESOURCES
    for _, each in custom:
        # An answer that never comes ends the deploy soon, and not after CloudFormation's hour.
        assert 60 <= int(each["Properties"]["ServiceTimeout"]) <= 1000


def test_the_stacks_stand_on_each_other_one_way(dev: Synthesized) -> None:
    graph = dev.depends_on()
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError
    assert set(order) == set(STACKS)
    assert graph["Network"] == graph["Identity"] == graph["Conversations"] == set()
    reached = {name: _reached(graph, name) for name in STACKS}
    for bottom in ("Identity", "Web", "Network", "Database", "Conversations", "Service", "Api"):
        assert "Edge" not in reached[bottom], bottom
    assert "Api" not in reached["Service"]
    assert all("Observability" not in each for each in reached.values())


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def test_the_same_templates_every_time(dev: Synthesized, unacknowledged: Path) -> None:
    for name in STACKS:
        file = f"Dev-{name}.template.json"
        assert (unacknowledged / file).read_bytes() == (dev.directory / file).read_bytes(), name


def test_the_command_line_is_pinned_by_its_hash_and_by_no_address() -> None:
    wanted = json.loads((ROOT / "infra/cli/package.json").read_text())["devDependencies"]["aws-cdk"]
    packages = json.loads((ROOT / "infra/cli/package-lock.json").read_text())["packages"]
    assert packages["node_modules/aws-cdk"]["version"] == wanted == "2.1148.1"
    assert all("integrity" in each and "resolved" not in each for name, each in packages.items() if name)


def test_the_command_line_reads_what_we_write(dev: Synthesized) -> None:
    listed = subprocess.run(
        cdk_command("ls", "--app", str(dev.directory)),
        env=cdk_environment(), cwd=dev.directory, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert listed.returncode == 0, listed.stderr
    assert set(listed.stdout.split()) == {f"Dev-{name}" for name in STACKS}


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_differs_in_data(name: str) -> None:
    stage = STAGES[name]
    assert chosen_stage({"stage": name}) == stage
    assert chosen_stage({"stage": name, "alarm_email": "a@b.example"}).alarm_email == "a@b.example"


def test_what_there_is_not_is_said_plainly() -> None:
    with pytest.raises(SystemExit, match="There is no stage staging; there are dev and prod"):
        chosen_stage({"stage": "staging"})
    with pytest.raises(SystemExit, match="blue"):
        chosen_stage({"stage": "dev", "origin": "red"})


def test_prod_keeps_what_dev_gives_up(dev: Synthesized, prod: Synthesized) -> None:
    for kind, stack in (
        ("AWS::RDS::DBCluster", "Database"),
        ("AWS::DynamoDB::Table", "Conversations"),
        ("AWS::Cognito::UserPool", "Identity"),
    ):
        (kept,), (given_up,) = prod.resources(kind, stack).values(), dev.resources(kind, stack).values()
        assert kept["DeletionPolicy"] == kept["UpdateReplacePolicy"] == "Retain", kind
        assert given_up["DeletionPolicy"] == "Delete", kind
    assert prod.one("AWS::RDS::DBCluster", "Database")["DeletionProtection"] is True
    assert prod.one("AWS::DynamoDB::Table", "Conversations")["DeletionProtectionEnabled"] is True
