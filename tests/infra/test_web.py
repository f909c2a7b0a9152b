"""The pages: where they are served from, to whom, and under which addresses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from infra.app import build_app
from infra.stacks.identity import COGNITO
from infra.stacks.web import ExportMissingError
from infra.stages import Stage
from local.edge import BrowserConfig
from tests.infra.synthesized import Resource, Synthesized, aslist, flat

PAGES = Path(__file__).parents[2] / "web" / "pages"


@pytest.fixture(scope="module")
def rules(dev: Synthesized) -> list[Resource]:
    found: list[Resource] = dev.one("AWS::Amplify::App", "Web")["CustomRules"]
    return found


def test_a_pages_address_has_no_ending_and_what_is_no_page_is_a_404(rules: list[Resource]) -> None:
    assert rules == [
        {"Source": "/ask", "Target": "/ask.html", "Status": "200"},
        {"Source": "/ask/", "Target": "/ask", "Status": "301"},
        {"Source": "/<*>", "Target": "/404.html", "Status": "404"},
    ]


def test_every_page_that_there_is_gets_its_rule(dev_stage: Stage, tmp_path: Path) -> None:
    names = [page.stem for page in PAGES.glob("*.tsx") if not page.stem.startswith("_")]
    export = tmp_path / "export"
    export.mkdir()
    for name in names:
        (export / f"{name}.html").write_text(name)
    app = build_app(replace(dev_stage, export_directory=export), tmp_path / "cdk.out", checked=False)
    app.synth()
    template = json.loads((tmp_path / "cdk.out" / "Dev-Web.template.json").read_text())
    (amplify,) = (each for each in template["Resources"].values() if each["Type"] == "AWS::Amplify::App")
    served = {rule["Source"] for rule in amplify["Properties"]["CustomRules"]}
    addresses = {f"/{name}" for name in names if name not in ("index", "404")}
    assert served == addresses | {f"{address}/" for address in addresses} | {"/<*>"}
    assert "/sign-in" in served


def test_without_pages_a_synth_says_what_to_do(dev_stage: Stage, tmp_path: Path) -> None:
    with pytest.raises(ExportMissingError, match="make web builds them"):
        build_app(replace(dev_stage, export_directory=tmp_path / "none"), tmp_path / "cdk.out", checked=False)


def test_the_pages_are_served_to_nobody_without_the_credentials(dev: Synthesized) -> None:
    branch = dev.one("AWS::Amplify::Branch", "Web")
    auth = branch["BasicAuthConfig"]
    assert auth["EnableBasicAuth"] is True
    for name, key in (("Username", "blue_user"), ("Password", "blue_password")):
        assert flat(auth[name]).startswith("{{resolve:secretsmanager:")
        assert flat(auth[name]).endswith(f":SecretString:{key}}}}}")
    app = dev.one("AWS::Amplify::App", "Web")
    assert not {"Repository", "OauthToken", "AccessToken"} & set(app)
    assert "EnableAutoBuild" not in branch or branch["EnableAutoBuild"] is False


def test_the_export_is_uploaded_by_the_same_deploy_with_this_stages_config(dev: Synthesized) -> None:
    pages = dev.one("Custom::Pages", "Web")
    config = json.loads(flat(pages["Config"]))
    assert set(config) == {field.encode_name for field in msgspec.structs.fields(BrowserConfig)}
    assert (config["region"], config["cognitoEndpoint"]) == ("us-east-1", COGNITO)
    assert "Users" in config["userPoolId"]
    assert "UsersApp" in config["userPoolClientId"]
    assert pages["Branch"] == "blue"
    (resource,) = dev.resources("Custom::Pages", "Web").values()
    # Not before the branch is there and `release` may upload to it.
    assert {name.rstrip("0123456789ABCDEF") for name in resource["DependsOn"]} >= {"Blue", "ReleaseUploads"}


def test_release_may_read_this_export_and_deploy_to_this_branch_alone(dev: Synthesized) -> None:
    (policy,) = dev.resources("AWS::IAM::Policy", "Web").values()
    allowed = {
        action: [flat(resource) for resource in aslist(statement["Resource"])]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in aslist(statement["Action"])
    }
    pages = dev.one("Custom::Pages", "Web")
    (export,) = allowed.pop("s3:GetObject")
    assert export == f"arn:aws:s3:::{flat(pages['Bucket'])}/{pages['Key']}"
    assert set(allowed) == {
        "amplify:CreateDeployment",
        "amplify:StartDeployment",
        "amplify:ListJobs",
        "amplify:GetJob",
        "amplify:StopJob",
    }
    assert all("/branches/blue" in resource for resources in allowed.values() for resource in resources)


def test_it_needs_nothing_of_the_edge(dev: Synthesized) -> None:
    assert dev.depends_on()["Web"] == {"Identity"}
