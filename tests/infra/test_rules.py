"""What every stack is held to: cdk-nag, cfn-lint, and rules of our own over all policies, buckets and logs."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.image import CHECKOUT
from tests.infra.conftest import findings
from tests.infra.synthesized import Resource, Synthesized, aslist, flat

# Rights that AWS lets nobody narrow down to a resource, and what they are needed for.
UNNAMEABLE = {
    "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
}  # fmt: skip


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_cdk_nag_finds_nothing_that_nobody_acknowledged(stage: str, request: pytest.FixtureRequest) -> None:
    synthesized: Synthesized = request.getfixturevalue(stage)
    told = [
        f"{finding['ruleName']} {where['constructPath']}"
        for finding in findings(synthesized.directory)
        for where in finding["violatingConstructs"]
    ]
    assert told == []


def test_every_acknowledgement_is_of_something_found_and_gives_its_reason(unacknowledged: Path) -> None:
    """Without them cdk-nag finds just what they are about, and stops the synth with it."""
    found = {
        (finding["ruleName"], where["constructPath"])
        for finding in findings(unacknowledged)
        for where in finding["violatingConstructs"]
    }
    assert len(found) >= 10
    acknowledged = json.loads((unacknowledged / "acknowledged.json").read_text())
    for path, rule, reason in acknowledged:
        about = {each for each in found if each[0] == rule and f"{each[1]}/".startswith(f"{path}/")}
        assert about, f"{rule} is not found at {path}"
        assert len(reason) > 40, f"{rule} at {path}: {reason}"
        found -= about
    assert found == set()


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_cfn_lint_says_nothing(stage: str, request: pytest.FixtureRequest) -> None:
    synthesized: Synthesized = request.getfixturevalue(stage)
    templates = sorted(map(str, synthesized.directory.glob("*.template.json")))
    assert len(templates) == 9
    program = CHECKOUT / ".venv" / "bin" / "cfn-lint"
    done = subprocess.run([str(program), "--", *templates], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def policies(synthesized: Synthesized) -> Iterator[tuple[str, Resource]]:
    """Where it stands and the statement, of every policy of whatever kind."""
    for stack, id, resource in synthesized.all():
        yield from _statements(f"{stack}/{id}", resource.get("Properties", {}))


def _statements(where: str, value: Any) -> Iterator[tuple[str, Resource]]:
    match value:
        case {"Statement": list(statements), **rest} if "Version" in rest or not rest:
            for statement in statements:
                yield where, statement
        case dict():
            for each in value.values():
                yield from _statements(where, each)
        case list():
            for each in value:
                yield from _statements(where, each)


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_no_wildcard_where_a_policy_could_name(stage: str, request: pytest.FixtureRequest) -> None:
    synthesized: Synthesized = request.getfixturevalue(stage)
    looked = 0
    for where, statement in policies(synthesized):
        if statement["Effect"] == "Deny":
            continue
        actions, resources = aslist(statement["Action"]), list(map(flat, aslist(statement.get("Resource", []))))
        looked += 1
        if where.startswith("Network/Vpc"):
            continue  # an endpoint's: what goes through it is named by the roles; test_network.py holds who may
        assert not any("*" in action for action in actions), where
        if "*" in resources:
            assert set(actions) <= UNNAMEABLE, f"{where}: {set(actions) - UNNAMEABLE}"
    assert looked > 20


def test_a_role_is_taken_by_a_service_and_by_nobody_else(dev: Synthesized, prod: Synthesized) -> None:
    for synthesized in (dev, prod):
        for id, role in synthesized.resources("AWS::IAM::Role").items():
            for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
                assert set(statement["Principal"]) == {"Service"}, id
        assert not synthesized.resources("AWS::IAM::User")
        assert not synthesized.resources("AWS::IAM::AccessKey")
        assert not synthesized.resources("AWS::Lambda::Url")


def test_nothing_is_public_but_cloudfront(dev: Synthesized, prod: Synthesized) -> None:
    for synthesized in (dev, prod):
        for id, bucket in synthesized.resources("AWS::S3::Bucket").items():
            block = bucket["Properties"]["PublicAccessBlockConfiguration"]
            assert all(block[key] for key in BLOCKED), id
            assert "BucketEncryption" in bucket["Properties"], id
        for where, statement in policies(synthesized):
            open_to_all = statement.get("Principal") in ("*", {"AWS": "*"}) and statement["Effect"] == "Allow"
            assert not open_to_all or "Condition" in statement or where.startswith("Network/Vpc"), where
        for instance in synthesized.resources("AWS::RDS::DBInstance").values():
            assert instance["Properties"]["PubliclyAccessible"] is False
        assert len(synthesized.resources("AWS::CloudFront::Distribution")) == 1


BLOCKED = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def test_every_log_ends(dev: Synthesized, prod: Synthesized) -> None:
    for synthesized in (dev, prod):
        logs = synthesized.resources("AWS::Logs::LogGroup")
        assert len(logs) >= 9
        for id, log in logs.items():
            assert log["Properties"]["RetentionInDays"] > 0, id
        functions = synthesized.resources("AWS::Lambda::Function")
        assert all("LoggingConfig" in each["Properties"] for each in functions.values())


def test_every_secret_is_secrets_manager_s(dev: Synthesized, prod: Synthesized) -> None:
    """None is written in a template: where a value is needed at deploy, it is a reference that AWS resolves."""
    for synthesized in (dev, prod):
        for stack, id, resource in synthesized.all():
            for path, value in _leaves(resource.get("Properties", {})):
                if re.search(r"(?i)(password|secretstring|headervalue)$", path) and value is not True:
                    assert "{{resolve:secretsmanager:" in flat(value), f"{stack}/{id} {path}"


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    match value:
        case dict() if not {"Ref", "Fn::Join", "Fn::GetAtt", "Fn::ImportValue", "Fn::Sub"} & value.keys():
            for key, each in value.items():
                yield from _leaves(each, key)
        case list():
            for each in value:
                yield from _leaves(each, path)
        case _:
            yield path, value


LAYERS = {
    "the web firewall": ("AWS::WAFv2::WebACL", "Edge"),
    "the Cognito token": ("AWS::ApiGateway::Authorizer", "Api"),
    "row-level security": ("Custom::Schema", "Database"),
    "origin verify": ("AWS::WAFv2::WebACL", "Api"),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_is_declared_by_a_resource_of_its_own(dev: Synthesized, layer: str) -> None:
    """Four resources in four places: none of them is what makes another work."""
    kind, stack = LAYERS[layer]
    assert len(dev.resources(kind, stack)) == 1
    assert len(set(LAYERS.values())) == 4


def test_row_level_security_is_in_the_sql_that_the_schema_applies() -> None:
    migrations = [path.read_text() for path in (CHECKOUT / "sql" / "migrations").glob("*.sql")]
    tables = [text for text in migrations if "CREATE TABLE" in text]
    assert tables
    assert all("FORCE ROW LEVEL SECURITY" in text and "CREATE POLICY" in text for text in tables)
