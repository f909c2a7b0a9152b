"""Restaurants of a deployed stage. The stacks' outputs are CloudFormation's, the sign-ins Cognito's, the upload S3's.

Behind the operator function's name is one that answers in its words: the real one is an image and needs its VPC. That
it would understand what it is sent is judged by its own types.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import boto3
import msgspec
import pytest

from infra import cdk_cli, deploy, operate
from infra.asking import Asking
from infra.deployed import Deployed
from infra.errors import DeployError
from infra.operate import Restaurant, any_sign_in, create_restaurant, import_file, tenant_of
from infra.stages import DEV, Stage
from service.provisioning.operator import Action, CreateTenant, ImportOrders

THE_MILL = Restaurant("The Old Mill", "Europe/London", "GBP")

OPERATOR = """
def handler(event, context):
    if event["action"] == "create_tenant":
        if "/" not in event["time_zone"]:
            raise ValueError("There is no time zone " + event["time_zone"] + ".")
        return {"tenant_id": event["tenant_id"], "created": True}
    return {"orders": 2, "order_lines": 3, "asked": event}
"""


@pytest.fixture(scope="module")
def deployed_stage(clients: Any) -> Stage:
    return deploy_stage(clients)


@pytest.fixture
def stage(deployed_stage: Stage, in_lambda: None) -> Stage:
    """A deployed one, as far as an operator sees it. Others have been at it: the owners are each test's own."""
    return deployed_stage


@pytest.fixture
def new_stage(clients: Any, in_lambda: None) -> Stage:
    """One where nobody signs in yet."""
    return deploy_stage(clients)


@pytest.fixture
def owner() -> str:
    """Of this test alone."""
    return f"{uuid4().hex[:8]}@mill.example"


def deploy_stage(clients: Any) -> Stage:
    made = replace(DEV, name=f"s{uuid4().hex[:8]}")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", OPERATOR)
    role = clients("iam").create_role(RoleName=f"{made.name}-operator", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    clients("lambda").create_function(
        FunctionName=f"{made.name}-operator",
        Runtime="python3.12",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    clients("s3").create_bucket(Bucket=f"{made.name}-imports")
    tenant = {"Name": "tenant_id", "AttributeDataType": "String", "Mutable": False}
    pool = clients("cognito-idp").create_user_pool(
        PoolName=made.name, UsernameAttributes=["email"], Schema=[tenant], Policies={"PasswordPolicy": PASSWORDS}
    )["UserPool"]["Id"]
    outputs_of(clients, f"{made.prefix}-Identity", UserPoolId=pool)
    operator, imports = f"{made.name}-operator", f"{made.name}-imports"
    outputs_of(clients, f"{made.prefix}-Database", OperatorFunction=operator, ImportsBucket=imports)
    door = "d1.cloudfront.net"
    outputs_of(clients, f"{made.prefix}-Edge", Address=f"https://{door}", Origin="green", DistributionDomain=door)
    return made


def outputs_of(clients: Any, stack: str, **outputs: str) -> None:
    """A stack that has these."""
    template = {
        "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    clients("cloudformation").create_stack(StackName=stack, TemplateBody=json.dumps(template))
    clients("cloudformation").get_waiter("stack_create_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )


PASSWORDS = {
    "MinimumLength": 12,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
}


def test_a_restaurant_gets_an_owner_who_is_asked_for_a_password_of_their_own(clients: Any, new_stage: Stage) -> None:
    deployed = Deployed(new_stage)
    assert not any_sign_in(deployed)
    made = create_restaurant(deployed, THE_MILL, "me@mill.example")
    assert tenant_of(deployed, "me@mill.example") == made.tenant_id
    assert any_sign_in(deployed)
    pool = deployed.require("Identity", "UserPoolId")
    user = clients("cognito-idp").admin_get_user(UserPoolId=pool, Username="me@mill.example")
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert made.password is not None
    # As Cognito's policy wants it, or nobody would get in.
    assert len(made.password) >= 12
    assert {"-"} & set(made.password)


def test_who_signs_in_already_is_left_alone(stage: Stage, owner: str) -> None:
    deployed = Deployed(stage)
    create_restaurant(deployed, THE_MILL, owner)
    with pytest.raises(DeployError, match="signs in to the restaurant"):
        create_restaurant(deployed, THE_MILL, owner)


def test_what_the_operator_refuses_is_said_in_its_words_and_makes_no_sign_in(stage: Stage, owner: str) -> None:
    deployed = Deployed(stage)
    with pytest.raises(DeployError, match="There is no time zone London"):
        create_restaurant(deployed, replace(THE_MILL, time_zone="London"), owner)
    assert tenant_of(deployed, owner) is None


def test_an_import_goes_by_way_of_the_bucket_and_leaves_nothing_there(
    clients: Any, stage: Stage, tmp_path: Path
) -> None:
    deployed, tenant_id, file = Deployed(stage), uuid4(), tmp_path / "orders.csv"
    file.write_text("order_number,ordered_at\n")
    report = import_file(deployed, file, tenant_id)
    assert report["orders"] == 2
    assert clients("s3").list_objects_v2(Bucket=f"{stage.name}-imports")["KeyCount"] == 0
    asked = msgspec.convert(report["asked"], Action)
    assert isinstance(asked, ImportOrders)
    assert (asked.tenant_id, asked.bucket) == (tenant_id, f"{stage.name}-imports")


def test_the_operator_understands_how_it_is_asked_for_a_restaurant(
    stage: Stage, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[dict[str, str]] = []
    real = operate.invoke

    def noted(deployed: Deployed, event: dict[str, str]) -> dict[str, Any]:
        events.append(event)
        return real(deployed, event)

    monkeypatch.setattr(operate, "invoke", noted)
    made = create_restaurant(Deployed(stage), THE_MILL, owner)
    assert msgspec.convert(events[0], Action) == CreateTenant(made.tenant_id, "The Old Mill", "Europe/London", "GBP")


def test_a_stage_that_is_not_deployed_says_what_to_do(in_lambda: None) -> None:
    with pytest.raises(DeployError, match="make deploy STAGE=nowhere first"):
        any_sign_in(Deployed(replace(DEV, name="nowhere")))


# -- the commands ----------------------------------------------------------------------------------------------


def given(**environment: str) -> Asking:
    """As make hands it on, and nobody at a terminal."""
    return Asking(environment, None)


OWNED = {"NAME": "The Old Mill", "TIMEZONE": "Europe/London", "CURRENCY": "GBP", "OWNER": "Me@Mill.example"}


def test_make_tenant_prints_the_first_sign_in(stage: Stage, owner: str, capsys: pytest.CaptureFixture[str]) -> None:
    deploy.tenant(stage, given(**OWNED | {"OWNER": owner.title()}))
    said = capsys.readouterr().out
    assert f"{owner}    " in said
    assert "https://d1.cloudfront.net" in said


def test_make_tenant_gives_a_restaurant_another_sign_in(stage: Stage, owner: str) -> None:
    tenant_id = UUID("3f0c1d5e-9a1b-4c7d-8e2f-0123456789ab")
    deploy.tenant(stage, given(**OWNED | {"OWNER": owner.title()}, TENANT=str(tenant_id)))
    assert tenant_of(Deployed(stage), owner) == tenant_id


def test_make_import_makes_the_restaurant_once(
    stage: Stage, owner: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_number\n")
    deploy.import_orders(stage, given(**OWNED | {"OWNER": owner.title()}, FILE=str(file)))
    tenant_id = tenant_of(Deployed(stage), owner)
    deploy.import_orders(stage, given(OWNER=owner, FILE=str(file)))
    assert tenant_of(Deployed(stage), owner) == tenant_id
    assert capsys.readouterr().out.count("orders 2, order lines 3") == 2


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "OWNER=… is needed: the owner's e-mail address."),
        ({"OWNER": "nobody"}, "OWNER must be an e-mail address, not nobody."),
        ({**OWNED, "NAME": ""}, "NAME=… is needed: the restaurant's name."),
        ({**OWNED, "TENANT": "7"}, "TENANT must be a restaurant's id, not 7."),
    ],
)
def test_what_is_missing_is_named(stage: Stage, environment: dict[str, str], said: str) -> None:
    with pytest.raises(DeployError, match=said.replace("…", ".")):
        deploy.tenant(stage, given(**environment))


def test_what_was_said_at_one_deploy_is_remembered_at_the_next(clients: Any, new_stage: Stage) -> None:
    first = deploy.chosen_context(new_stage, Deployed(new_stage), given(ALARM_EMAIL="ops@mill.example"), complete=True)
    assert first == {"stage": new_stage.name, "origin": "green", "alarm_email": "ops@mill.example"}
    outputs_of(clients, f"{new_stage.prefix}-Observability", AlarmEmail="ops@mill.example")
    assert deploy.chosen_context(new_stage, Deployed(new_stage), given(), complete=True) == first


def test_a_protected_stage_is_not_deployed_without_a_name_and_certificate_of_its_own(stage: Stage) -> None:
    protected = replace(stage, protected=True)
    with pytest.raises(DeployError, match="DOMAIN"):
        deploy.chosen_context(protected, Deployed(protected), given(ALARM_EMAIL="a@b.example"), complete=True)


def test_a_protected_stage_is_not_destroyed(stage: Stage) -> None:
    with pytest.raises(DeployError, match="is protected"):
        deploy.destroy(replace(stage, protected=True), given(CONFIRM=stage.name))


def test_nothing_is_destroyed_before_its_name_is_typed(
    clients: Any, new_stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    clients("s3").put_object(Bucket=f"{new_stage.name}-imports", Key="kept", Body=b"1")
    with pytest.raises(DeployError, match="Nothing was changed"):
        deploy.destroy(new_stage, given())
    assert "CDKToolkit" in capsys.readouterr().out
    assert clients("s3").list_objects_v2(Bucket=f"{new_stage.name}-imports")["KeyCount"] == 1


def test_without_credentials_one_sentence_says_so(
    in_lambda: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("STAGE", "dev")
    assert deploy.main(["deploy"]) == 1
    assert "There are no credentials for AWS that work" in capsys.readouterr().err


def test_a_stage_has_to_be_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    assert deploy.main(["tenant"]) == 1
    assert capsys.readouterr().err == "STAGE= must be dev or prod.\n"


# -- with the CDK's command line ---------------------------------------------------------------------------------


@pytest.fixture
def cdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The commands that the CDK's command line was given, noted by a program in its place."""
    noted, program = tmp_path / "commands", tmp_path / "cdk"
    program.write_text(f'#!/bin/sh\necho "$@" >> {noted}\n')
    program.chmod(0o755)
    monkeypatch.setattr(cdk_cli, "cdk_command", lambda *arguments: [str(program), *arguments])
    monkeypatch.setenv("CDK_DOCKER", "true")  # a program that answers
    return lambda: noted.read_text().splitlines() if noted.exists() else []


def test_a_deploy_prepares_the_account_deploys_everything_and_makes_the_first_sign_in(
    clients: Any, new_stage: Stage, cdk: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    deploy.deploy(new_stage, given(**OWNED, ALARM_EMAIL="ops@mill.example"))
    bootstrap, everything = cdk()
    assert bootstrap == "bootstrap aws://000000000000/us-east-1"
    context = f"-c stage={new_stage.name} -c origin=green -c alarm_email=ops@mill.example"
    assert everything == f"deploy --all --require-approval never {context}"
    said = capsys.readouterr().out
    assert said.index("https://d1.cloudfront.net") < said.index("me@mill.example    ")


def test_a_second_deploy_neither_prepares_nor_asks_again(
    clients: Any, new_stage: Stage, cdk: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    outputs_of(clients, "CDKToolkit", BootstrapVersion="28")
    try:
        deploy.tenant(new_stage, given(**OWNED))
        capsys.readouterr()
        deploy.deploy(new_stage, given(ALARM_EMAIL="ops@mill.example"))
        assert [each.split()[0] for each in cdk()] == ["deploy"]
        assert capsys.readouterr().out == "https://d1.cloudfront.net\n"
    finally:
        clients("cloudformation").delete_stack(StackName="CDKToolkit")


def test_a_deploy_that_fails_says_so(
    stage: Stage, cdk: Callable[[], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cdk").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(DeployError, match="cdk diff failed"):
        deploy.diff(stage, given())


def test_without_a_builder_of_images_nothing_is_begun(
    stage: Stage, owner: str, cdk: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_DOCKER", "false")
    with pytest.raises(DeployError, match="The image is built by false"):
        deploy.deploy(stage, given(**OWNED | {"OWNER": owner.title()}, ALARM_EMAIL="ops@mill.example"))
    assert cdk() == []


def test_what_is_destroyed_is_emptied_first(clients: Any, new_stage: Stage, cdk: Callable[[], list[str]]) -> None:
    clients("s3").put_object(Bucket=f"{new_stage.name}-imports", Key="left", Body=b"1")
    deploy.destroy(new_stage, given(CONFIRM=new_stage.name))
    assert clients("s3").list_objects_v2(Bucket=f"{new_stage.name}-imports")["KeyCount"] == 0
    assert cdk()[0].split()[:3] == ["destroy", "--all", "--force"]


def test_a_rotation_deploys_the_four_stacks_that_hold_the_values_step_by_step(
    clients: Any, new_stage: Stage, cdk: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = clients("secretsmanager").create_secret(
        Name=f"{new_stage.name}-origin",
        SecretString=json.dumps({"blue_verify": "v", "blue_authorization": "Basic eA=="}),
    )["ARN"]
    outputs_of(clients, f"{new_stage.prefix}-Api", ApiAddress="https://api.example/v1")
    outputs_of(clients, f"{new_stage.prefix}-Web", AppDomain="app.example")
    pool = Deployed(new_stage).require("Identity", "UserPoolId")
    clients("cloudformation").delete_stack(StackName=f"{new_stage.prefix}-Identity")
    clients("cloudformation").get_waiter("stack_delete_complete").wait(
        StackName=f"{new_stage.prefix}-Identity", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    outputs_of(clients, f"{new_stage.prefix}-Identity", UserPoolId=pool, OriginSecret=arn)
    waited_for: list[str] = []
    monkeypatch.setattr(deploy, "wait_until_steady", lambda _, what: waited_for.append(what))

    deploy.rotate_origin(new_stage, given())

    stacks = " ".join(f"{new_stage.prefix}-{name}" for name in ("Identity", "Api", "Web", "Edge"))
    deployed = [each.removeprefix("deploy ") for each in cdk()]
    assert all(each.startswith(f"{stacks} --exclusively --require-approval never ") for each in deployed)
    origins = [each.split("origin=")[1].split()[0] for each in deployed]
    assert origins == ["green+blue", "blue+green", "blue"]
    assert waited_for == ["the API takes the new value", "the pages take the new credentials"]
