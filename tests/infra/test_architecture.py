"""infra/architecture.json is what the templates say, and docs/architecture.md is what infra/architecture.json says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from infra.architecture import WORDS, architecture, cost_sentence, with_costs
from infra.architecture_file import read_architecture
from infra.bill import Usage, make_bill
from infra.boxes import BOXES, CHECKPOINTS, HomelessError, box_of
from infra.prices import read_prices
from infra.quantities import count
from service.checkpoints import NAMES
from tests.infra.synthesized import Synthesized

CONTENT = read_architecture()
COMPONENTS: list[dict[str, Any]] = CONTENT["components"]
TEXT = WORDS.read_text(encoding="utf-8")
LABELS = ("Does", "Why", "Costs", "Stops", "Instead of")
LAYERS = {"perimeter", "boundary", "data", "bypass"}


def section(title: str) -> str:
    found = re.search(rf"(?ms)^### {re.escape(title)}\n(.*?)(?=^##|\Z)", TEXT)
    assert found is not None, title
    return found[1]


def test_the_file_is_what_the_templates_say(dev: Synthesized, prod: Synthesized) -> None:
    made = architecture({"dev": dev.templates, "prod": prod.templates}, read_prices())
    assert made == CONTENT, "make architecture writes it anew"


def test_a_resource_of_no_box_is_found_out() -> None:
    with pytest.raises(HomelessError, match="Api/Toaster"):
        box_of("Api", "Toaster", "AWS::Kitchen::Toaster")


def test_a_stage_has_the_same_boxes_and_links_as_the_other(dev: Synthesized, prod: Synthesized) -> None:
    for _, id, resource in dev.all():
        assert id
        assert resource["Type"]
    boxes = [{box_of(*each[:2], each[2]["Type"]).id for each in stage.all()} for stage in (dev, prod)]
    assert boxes[0] == boxes[1] == {box.id for box in BOXES if box.stack is not None}


def test_checkpoints_are_the_service_s() -> None:
    assert CHECKPOINTS == NAMES
    assert [each["name"] for each in CONTENT["checkpoints"]] == list(NAMES)
    assert all(each["components"] for each in CONTENT["checkpoints"])


def test_four_layers_each_a_box_of_its_own() -> None:
    layers = [each["security_layer"] for each in COMPONENTS if each["security_layer"]]
    assert sorted(layers) == sorted(LAYERS)


def test_each_line_of_the_bill_belongs_to_one_box(dev: Synthesized) -> None:
    lines = [f"{each.component}/{each.name}" for each in make_bill(count(dev.templates), Usage(), read_prices()).lines]
    assert sorted(lines) == sorted(line for box in BOXES for line in box.bill)


@pytest.mark.parametrize(
    ("source", "target", "how"),
    [
        ("cloudfront", "firewall", "DistributionConfig"),
        ("cloudfront", "origin-values", "DistributionConfig"),
        ("api-gateway", "authorizer", "AuthorizerId"),
        ("authorizer", "users", "ProviderARNs"),
        ("api-gateway", "ask", "Integration"),
        ("ask", "model", "bedrock:InvokeModelWithResponseStream"),
        ("ask", "database", "rds-db:connect"),
        ("release", "token-keys", "dynamodb:PutItem"),
        ("users", "claims", "LambdaConfig"),
    ],
)
def test_a_link_that_a_question_s_way_is_made_of(source: str, target: str, how: str) -> None:
    (found,) = [each for each in CONTENT["links"] if (each["from"], each["to"]) == (source, target)]
    assert how in found["how"]


def test_only_ask_knows_the_model() -> None:
    assert {each["from"] for each in CONTENT["links"] if each["to"] == "model"} == {"ask"}


def test_links_are_between_boxes_that_there_are() -> None:
    ids = {each["id"] for each in COMPONENTS}
    assert {end for each in CONTENT["links"] for end in (each["from"], each["to"])} <= ids


# -- the words ---------------------------------------------------------------------------------------------------


def test_the_page_has_a_section_for_each_box_and_no_other() -> None:
    assert re.findall(r"(?m)^### (.+)$", TEXT) == [each["title"] for each in COMPONENTS]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda each: each["id"])
def test_a_section_says_all_five_things(component: dict[str, Any]) -> None:
    said = section(component["title"])
    assert re.findall(r"(?m)^\*\*(.+?)\*\*", said) == list(LABELS)
    assert cost_sentence(component) in said, "make architecture writes it anew"
    for label in LABELS:
        words = said.partition(f"**{label}**")[2].partition("\n**")[0].split()
        assert len(words) >= (4 if label == "Costs" else 6), label


def test_the_table_of_checkpoints_names_their_boxes() -> None:
    titles = {each["id"]: each["title"] for each in COMPONENTS}
    for each in CONTENT["checkpoints"]:
        boxes = ", ".join(titles[id] for id in each["components"])
        assert f"| {each['number']} | `{each['name']}` | {boxes} |" in TEXT


def test_the_table_of_layers_names_their_boxes() -> None:
    for each in COMPONENTS:
        if each["security_layer"]:
            assert f"| {each['security_layer']} | {each['title']} |" in TEXT


def test_figures_are_renewed_in_their_own_sections() -> None:
    stale = re.sub(r"\*\*Costs\*\* \$[\d.]+", "**Costs** $999", TEXT)
    assert stale != TEXT
    assert with_costs(stale, COMPONENTS) == TEXT
